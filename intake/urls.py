from django.urls import path

from intake import public, views

app_name = "intake"
urlpatterns = [
    path("", views.ticket_list, name="list"),
    path("register/", views.register, name="register"),
    path("look-up/", views.look_up, name="look_up"),
    path("window/", views.window, name="window"),
    path("window/<int:pk>/", views.window, name="window"),
    path("window/<int:pk>/call-next/", views.call_next, name="call_next"),
    path("tickets/<int:pk>/", views.detail, name="detail"),
    path("tickets/<int:pk>/ticket/", views.ticket, name="ticket"),
    path("tickets/<int:pk>/print-ticket/", views.print_ticket, name="print_ticket"),
    path("tickets/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("tickets/<int:pk>/identify/", views.identify, name="identify"),
    path("tickets/<int:pk>/receive/", views.receive, name="receive"),
    path("tickets/<int:pk>/recall/", views.recall, name="recall"),
    path("tickets/<int:pk>/no-show/", views.no_show, name="no_show"),
    path("tickets/<int:pk>/undo-call/", views.undo_call, name="undo_call"),
    path("tickets/<int:pk>/rejoin/", views.rejoin, name="rejoin"),
    path("tickets/<int:pk>/hold/", views.hold, name="hold"),
    path("tickets/<int:pk>/resume/", views.resume, name="resume"),
    path("tickets/<int:pk>/leave/", views.leave, name="leave"),
    path("tickets/<int:pk>/finish/", views.finish, name="finish"),
    path("tickets/<int:pk>/triage/", views.triage, name="triage"),
    path("suggest/", views.suggest, name="suggest"),
    path("desk/", views.desk, name="desk"),
    path("cases/<int:pk>/panel/", views.panel, name="panel"),
    path("returned/", views.returned, name="returned"),
    path("rounds/<int:pk>/take-up/", views.take_up, name="take_up"),
    path("settlements/<int:pk>/settle/", views.settle, name="settle"),
    path("settlements/<int:pk>/send-on/", views.send_on, name="send_on"),
    path("open-board/", views.open_board, name="open_board"),
    path("board/<str:code>/", public.board, name="board"),
    path("board/<str:code>/heard/<int:pk>/", public.heard, name="heard"),
]
