from django.urls import path

from cases import public, views, views_clock_book, views_deferrals

app_name = "cases"
urlpatterns = [
    path("", views.case_list, name="list"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/clocks/", views_deferrals.clocks, name="clocks"),
    path("<int:pk>/clocks/<int:clock>/ask-deferral/", views_deferrals.ask_deferral, name="ask_deferral"),
    path("deferrals/<int:pk>/grant/", views_deferrals.grant_deferral, name="grant_deferral"),
    path("deferrals/<int:pk>/refuse/", views_deferrals.refuse_deferral, name="refuse_deferral"),
    path("deferrals/<int:pk>/withdraw/", views_deferrals.withdraw_deferral, name="withdraw_deferral"),
    path("deferrals/<int:pk>/resume/", views_deferrals.resume_clock, name="resume_clock"),
    path("<int:pk>/correct/", views.correct, name="correct"),
    path("<int:pk>/add-party/", views.add_party, name="add_party"),
    path("<int:pk>/add-agent/", views.add_agent, name="add_agent"),
    path("agents/<int:pk>/end/", views.end_agent, name="end_agent"),
    path("<int:pk>/log-contact/", views.log_contact, name="log_contact"),
    path("<int:pk>/attach/", views.attach, name="attach"),
    path("<int:pk>/reopen/", views.reopen, name="reopen"),
    path("parties/<int:pk>/reveal/", views.reveal_party, name="reveal_party"),
    path("rounds/<int:pk>/follow-up/", views.follow_up, name="follow_up"),
    path("rounds/<int:pk>/ask/", views.ask, name="ask"),
    path("rules/", views.rule_list, name="rule_list"),
    path("rules/<str:kind>/<int:pk>/edit/", views.edit_rule, name="edit_rule"),
    path("<int:pk>/ask-restriction/", views.ask_restriction, name="ask_restriction"),
    path("<int:pk>/ask-lifting/", views.ask_lifting, name="ask_lifting"),
    path("restrictings/<int:pk>/grant/", views.grant_restricting, name="grant_restricting"),
    path("restrictings/<int:pk>/refuse/", views.refuse_restricting, name="refuse_restricting"),
    path("restrictings/<int:pk>/withdraw/", views.withdraw_restricting, name="withdraw_restricting"),
    path("clock-book/", views_clock_book.book, name="clock_book"),
    path("clock-book/calendar/<int:year>/", views_clock_book.edit_calendar, name="edit_calendar"),
    path("clock-book/rules/<int:pk>/", views_clock_book.edit_clock_rule, name="edit_clock_rule"),
    path("requests/", views.request_list, name="request_list"),
    path("requests/<int:pk>/accept/", views.accept_request, name="accept_request"),
    path("requests/<int:pk>/object/", views.object_to_request, name="object_to_request"),
    path("requests/<int:pk>/agree-to-objection/", views.agree_to_objection, name="agree_to_objection"),
    path("requests/<int:pk>/refuse-objection/", views.refuse_objection, name="refuse_objection"),
    path("requests/<int:pk>/answer/", views.answer_request, name="answer_request"),
    path("requests/<int:pk>/verify/", views.verify_request, name="verify_request"),
    path("requests/<int:pk>/send-back/", views.send_request_back, name="send_request_back"),
    path("requests/<int:pk>/withdraw/", views.withdraw_request, name="withdraw_request"),
]

public_urls = (
    [
        path("", public.home, name="home"),
        path("query/", public.query, name="query"),
        path("enquire-progress/", public.enquire_progress, name="enquire_progress"),
        path("withdraw/", public.withdraw, name="withdraw"),
        path("rate/", public.rate, name="rate"),
    ],
    "public",
)
