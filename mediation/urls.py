from django.urls import path

from mediation.views import beginning, court, lists, papers, verbs

app_name = "mediation"
urlpatterns = [
    path("", lists.mediation_list, name="list"),
    path("mine/", lists.mine, name="mine"),
    path("all/", lists.everything, name="all"),
    path("capitals/", verbs.capitals, name="capitals"),
    path("cases/<int:pk>/panel/", verbs.panel, name="panel"),
    path("rounds/<int:pk>/accept/", beginning.accept, name="accept"),
    path("<int:pk>/", verbs.detail, name="detail"),
    path("<int:pk>/hand-over/", verbs.hand_over, name="hand_over"),
    path("<int:pk>/record-session/", verbs.record_session, name="record_session"),
    path("<int:pk>/keep-note/", verbs.keep_note, name="keep_note"),
    path("<int:pk>/draft-agreement/", verbs.draft_agreement, name="draft_agreement"),
    path("<int:pk>/record-oral-agreement/", verbs.record_oral_agreement, name="record_oral_agreement"),
    path("<int:pk>/give-up/", verbs.give_up, name="give_up"),
    path("<int:pk>/papers/", papers.papers, name="papers"),
    path("<int:pk>/papers/<slug:slug>/keep-signed/", papers.keep_signed, name="keep_signed"),
    path("<int:pk>/papers/<slug:slug>/<str:kind>/", papers.print_paper, name="print_paper"),
    path("agreements/<int:pk>/edit-agreement/", verbs.edit_agreement, name="edit_agreement"),
    path("agreements/<int:pk>/submit-agreement/", verbs.submit_agreement, name="submit_agreement"),
    path("agreements/<int:pk>/sign-agreement/", verbs.sign_agreement, name="sign_agreement"),
    path("agreements/<int:pk>/set-stamp/", verbs.set_stamp, name="set_stamp"),
    path("agreements/<int:pk>/revise-agreement/", verbs.revise_agreement, name="revise_agreement"),
    path("agreements/<int:pk>/print-agreement/<str:kind>/", papers.print_agreement, name="print_agreement"),
    path("agreements/<int:pk>/keep-signed/", papers.keep_signed_agreement, name="keep_signed_agreement"),
    path("court/", lists.court_list, name="court_list"),
    path("court/all/", lists.court_all, name="court_all"),
    path("court/cases/<int:pk>/panel/", court.court_panel, name="court_panel"),
    path("court/rounds/<int:pk>/accept-referral/", court.accept_referral, name="accept_referral"),
    path("court/leave-note/", court.leave_note, name="leave_note"),
    path("court/<int:pk>/", court.court_detail, name="court_detail"),
    path("court/<int:pk>/answer-referral/", court.answer_referral, name="answer_referral"),
    path("court/<int:pk>/send-back-referral/", court.send_back_referral, name="send_back_referral"),
]
