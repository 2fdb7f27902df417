from django.urls import path

from governance_center import health, home

urlpatterns = [
    path("", home.home, name="home"),
    path("work/<slug:slug>/", home.pile, name="pile"),
    path("search/", home.search, name="search"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
