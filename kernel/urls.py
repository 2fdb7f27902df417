from django.urls import path

from kernel import live, views

app_name = "kernel"
urlpatterns = [
    path("files/<int:pk>/", views.attachment, name="attachment"),
    path("notifications/", views.tray, name="tray"),
    path("notifications/<int:pk>/read/", views.read_notification, name="read_notification"),
    path("notifications/read/", views.read_notifications, name="read_notifications"),
    path("live/versions/", live.versions, name="live_versions"),
]
