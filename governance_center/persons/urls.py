from django.urls import path

from governance_center.persons import views

app_name = "persons"
urlpatterns = [
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/reveal/", views.reveal_person, name="reveal_person"),
    path("<int:pk>/correct/", views.correct_person, name="correct_person"),
    path("parties/<int:pk>/correct/", views.correct_party, name="correct_party"),
    path("<int:pk>/add-phone/", views.add_phone, name="add_phone"),
    path("phones/<int:pk>/make-primary/", views.make_primary, name="make_primary"),
    path("phones/<int:pk>/remove/", views.remove_phone, name="remove_phone"),
    path("<int:pk>/add-guardian/", views.add_guardian, name="add_guardian"),
    path("guardians/<int:pk>/end/", views.end_guardian, name="end_guardian"),
    path("<int:pk>/merge/<int:other>/", views.merge_persons, name="merge_persons"),
    path("merges/<int:pk>/undo/", views.unmerge_persons, name="unmerge_persons"),
    path("<int:pk>/tell-apart/<int:other>/", views.tell_apart, name="tell_apart"),
    path("aparts/<int:pk>/undo/", views.doubt_again, name="doubt_again"),
    path("looks/", views.looks, name="looks"),
]
