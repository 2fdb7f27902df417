from django.urls import path

from dispatch import views

app_name = "dispatch"
urlpatterns = [
    path("", views.order_list, name="list"),
    path("<int:pk>/", views.detail, name="detail"),
    path("cases/<int:pk>/", views.panel, name="panel"),
    path("rounds/<int:pk>/accept/", views.accept_order, name="accept_order"),
    path("rounds/<int:pk>/assign/", views.assign_order, name="assign_order"),
    path("<int:pk>/answer/", views.answer_order, name="answer_order"),
    path("<int:pk>/send-back/", views.send_back_order, name="send_back_order"),
]
