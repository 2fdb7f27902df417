from django.urls import include, path

from cases.urls import public_urls
from governance_center import handover, health, home
from people.urls import roster_urls

handover_urls = (
    [
        path("", handover.hand_over_work, name="mine"),
        path("of/<int:pk>/", handover.hand_over_work, name="hand_over_work"),
        path("<int:pk>/", handover.detail, name="detail"),
        path("<int:pk>/take-back/", handover.take_back_work, name="take_back_work"),
    ],
    "handover",
)

urlpatterns = [
    path("", home.home, name="home"),
    path("deadlines/", home.deadlines, name="deadlines"),
    path("work/<slug:slug>/", home.pile, name="pile"),
    path("search/", home.search, name="search"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("favicon.ico", home.favicon, name="favicon"),
    path("k/", include("kernel.urls")),
    path("accounts/", include("people.urls")),
    path("roster/", include(roster_urls)),
    path("handover/", include(handover_urls)),
    path("cases/", include("cases.urls")),
    path("persons/", include("governance_center.persons.urls")),
    path("public/", include(public_urls)),
    path("hall/", include("intake.urls")),
    path("petitions/", include("petitions.urls")),
    path("dispatch/", include("dispatch.urls")),
    path("mediation/", include("mediation.urls")),
    path("stats/", include("stats.urls")),
]
