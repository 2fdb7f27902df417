from django.urls import path

from people import log_in_views, notice_views, user_views, views

app_name = "people"
urlpatterns = [
    path("log-in/", log_in_views.LogIn.as_view(), name="login"),
    path("log-in/second-factor/", log_in_views.second_factor, name="second_factor"),
    path("log-out/", log_in_views.LogOut.as_view(), name="logout"),
    path("change-password/", log_in_views.change_password, name="change_password"),
    path("set-up-factor/", log_in_views.set_up_factor, name="set_up_factor"),
    path("devices/", log_in_views.devices, name="devices"),
    path("devices/<int:pk>/end-device/", log_in_views.end_device, name="end_device"),
    path("choose-notices/", notice_views.choose_notices, name="choose_notices"),
    path("presence/", log_in_views.presence, name="presence"),
    path("resume/", log_in_views.resume, name="resume"),
    path("users/", user_views.user_list, name="user_list"),
    path("users/create-user/", user_views.create_user, name="create_user"),
    path("users/set-policy/", user_views.set_policy, name="set_policy"),
    path("users/<int:pk>/", user_views.user_detail, name="user_detail"),
    path("users/<int:pk>/edit-user/", user_views.edit_user, name="edit_user"),
    path("users/<int:pk>/add-post/", user_views.add_post, name="add_post"),
    path("users/<int:pk>/deactivate/", user_views.deactivate, name="deactivate"),
    path("users/<int:pk>/reactivate/", user_views.reactivate, name="reactivate"),
    path("users/<int:pk>/reset-password/", user_views.reset_password, name="reset_password"),
    path("users/<int:pk>/reset-factor/", user_views.reset_factor, name="reset_factor"),
    path("users/<int:pk>/set-reach/", notice_views.set_reach, name="set_reach"),
    path("deliveries/", notice_views.delivery_list, name="delivery_list"),
    path("deliveries/<int:pk>/send-again/", notice_views.send_again, name="send_again"),
    path("posts/<int:pk>/remove-post/", user_views.remove_post, name="remove_post"),
    path("changes/<int:pk>/confirm-change/", user_views.confirm_change, name="confirm_change"),
    path("changes/<int:pk>/refuse-change/", user_views.refuse_change, name="refuse_change"),
]

roster_urls = (
    [
        path("", views.week, name="week"),
        path("seats/<int:pk>/<str:day>/<str:role>/", views.set_seat, name="set_seat"),
        path("seats/<int:pk>/<str:day>/<str:role>/clear/", views.clear_seat, name="clear_seat"),
        path("leaders/<str:day>/", views.set_leader, name="set_leader"),
        path("duty/", views.duty, name="duty"),
        path("duty/<int:pk>/<str:day>/", views.set_duty, name="set_duty"),
        path("days/<str:day>/", views.day_history, name="day"),
        path("copy/<str:day>/", views.copy_week, name="copy_week"),
        path("stand-in/", views.stand_in, name="stand_in"),
        path("stand-in/<int:pk>/", views.stand_in, name="stand_in_for"),
        path("stand-in/windows/<int:pk>/<str:role>/", views.fill_seat, name="fill_seat"),
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
