from django.urls import path

from petitions import views

app_name = "petitions"
urlpatterns = [
    path("", views.petition_list, name="list"),
    path("<int:pk>/", views.detail, name="detail"),
    path("cases/<int:pk>/", views.panel, name="panel"),
    path("rounds/<int:pk>/accept/", views.accept_petition, name="accept_petition"),
    path("<int:pk>/answer/", views.answer_petition, name="answer_petition"),
    path("<int:pk>/send-back/", views.send_back_petition, name="send_back_petition"),
]
