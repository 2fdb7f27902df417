from django.urls import include, path

from cases.urls import public_urls
from governance_center import health, home

urlpatterns = [
    path("", home.home, name="home"),
    path("work/<slug:slug>/", home.pile, name="pile"),
    path("search/", home.search, name="search"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("k/", include("kernel.urls")),
    path("accounts/", include("people.urls")),
    path("cases/", include("cases.urls")),
    path("public/", include(public_urls)),
    path("hall/", include("intake.urls")),
    path("petitions/", include("petitions.urls")),
    path("dispatch/", include("dispatch.urls")),
    path("mediation/", include("mediation.urls")),
    path("stats/", include("stats.urls")),
]
