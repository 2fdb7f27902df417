from django.urls import path

from people import views

app_name = "people"
urlpatterns = [
    path("log-in/", views.LogIn.as_view(), name="login"),
    path("log-out/", views.LogOut.as_view(), name="logout"),
    path("change-password/", views.change_password, name="change_password"),
]
