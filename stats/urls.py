from django.urls import path

from stats import views

app_name = "stats"
urlpatterns = [
    path("today/", views.today, name="today"),
    path("today/<slug:slug>/<slug:part>/", views.rows, name="rows"),
]
