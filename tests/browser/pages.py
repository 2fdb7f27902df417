"""Pages of no app, on which to try what the browser does on its own."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

SCREEN = """
{% load kernel_tags %}
<section id="screen" data-live="hall" hx-get="/screen/" hx-trigger="live" hx-swap="morph:outerHTML">
  <output>{{ shown.text }}</output> <input aria-label="note">
  {% if shown.text != "一" %}<a href="/new/">新</a>{% endif %}<a href="/other/">甲</a>
  <details>
    <summary>更多</summary>
    <input type="checkbox" aria-label="tick">
    <select aria-label="choice"><option>甲</option><option>乙</option></select>
    <textarea aria-label="words"></textarea>
  </details>
</section>
"""
PAGE = (
    """
{% extends "base_public.html" %}{% load kernel_tags %}
{% block title %}现场{% endblock %}
{% block content %}
  {% live_topics "hall" %}
"""
    + SCREEN
    + """
  <a href="/other/" data-key="n">另一页</a>
  <form method="post">{% csrf_token %}<button data-key="s">保存</button></form>
  <form hx-post="/broken/" hx-target="#screen"><button>坏了</button></form>
  <form hx-post="/refused/" hx-target="this"><button>拒绝</button></form>
{% endblock %}
"""
)

shown = {"text": "一", "posts": 0}


def render(request, source):
    return HttpResponse(engines["django"].from_string(source).render({"shown": shown}, request))


@login_not_required
def page(request):
    if request.method == "POST":
        shown["posts"] += 1
    return render(request, PAGE)


@login_not_required
def screen(request):
    return render(request, SCREEN)


@login_not_required
def answer(request, status):
    return HttpResponse(f"<p>{status}</p>", status=status)


urlpatterns = [
    path("", page),
    path("screen/", screen),
    path("other/", answer, {"status": 200}),
    path("broken/", answer, {"status": 500}),
    path("refused/", answer, {"status": 409}),
    path("kernel/", include("kernel.urls")),
]
