from django.urls import path

from people import views

app_name = "people"
urlpatterns = [
    path("log-in/", views.LogIn.as_view(), name="login"),
    path("log-out/", views.LogOut.as_view(), name="logout"),
    path("change-password/", views.change_password, name="change_password"),
]

roster_urls = (
    [
        path("", views.week, name="week"),
        path("seats/<int:pk>/<str:day>/<str:role>/", views.set_seat, name="set_seat"),
        path("seats/<int:pk>/<str:day>/<str:role>/clear/", views.clear_seat, name="clear_seat"),
        path("leaders/<str:day>/", views.set_leader, name="set_leader"),
        path("days/<str:day>/", views.day_history, name="day"),
        path("copy/<str:day>/", views.copy_week, name="copy_week"),
        path("stand-in/", views.stand_in, name="stand_in"),
        path("stand-in/<int:pk>/", views.stand_in, name="stand_in_for"),
        path("deputies/", views.deputies, name="deputies"),
        path("deputies/<int:pk>/", views.set_deputy, name="set_deputy"),
        path("swaps/", views.swaps, name="swaps"),
        path("swaps/ask/<int:pk>/", views.ask_swap, name="ask_swap"),
        path("swaps/<int:pk>/accept/", views.accept_swap, name="accept_swap"),
        path("swaps/<int:pk>/refuse/", views.refuse_swap, name="refuse_swap"),
        path("swaps/<int:pk>/withdraw/", views.withdraw_swap, name="withdraw_swap"),
    ],
    "roster",
)
