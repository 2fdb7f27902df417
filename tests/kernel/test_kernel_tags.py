"""What pages say: masks, moments, figures of time, labels, the title said once."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.contenttypes.models import ContentType
from django.template import Context, Template
from django.utils import timezone

from cases.models import Round
from cases.states import State
from kernel.encryption import Secret
from kernel.listing import Cell, Column
from kernel.models import HistoryEntry
from kernel.moments import NEVER
from kernel.templatetags import kernel_tags

NOON = timezone.datetime(2026, 11, 23, 12, tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_sums_of_money_have_separators():
    assert kernel_tags.money(Decimal("1280600")) == "1,280,600.00"
    assert kernel_tags.money(None) == "—"


def test_names_and_secrets_are_masked():
    assert kernel_tags.masked("欧阳小明") == "欧阳**"
    assert kernel_tags.masked(Secret("phone", plain="19900001234")) == "199****1234"
    assert kernel_tags.masked(None) == ""


@pytest.mark.parametrize(("seconds", "shown"), [(1140, "0:19"), (0, "0:00"), (36_059, "10:00"), (None, "—")])
def test_seconds_show_as_hours_and_minutes(seconds, shown):
    assert kernel_tags.hm(seconds) == shown


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(seconds=20), "刚刚"),
        (timedelta(minutes=3), "3 分钟前"),
        (timedelta(hours=5), "5 小时前"),
        (timedelta(days=2), "2026-11-21 12:00"),
        (timedelta(hours=-2), "2026-11-23 14:00"),
    ],
)
def test_a_moment_shows_how_long_ago_it_was(before, shown):
    html = kernel_tags.ago(NOON - before)
    assert f">{shown}</time>" in html
    assert f'title="{NOON - before:%Y-%m-%d %H:%M:%S}"' in html


@pytest.mark.parametrize(
    ("after", "day", "words", "css"),
    [
        (timedelta(days=-2), "2026-11-21", "超期 2 天", "is-overdue"),
        (timedelta(hours=-1), "2026-11-23", "已超期", "is-overdue"),
        (timedelta(hours=12), "2026-11-23", "今天到期", "is-today"),  # midnight ends today
        (timedelta(hours=36), "2026-11-24", "还有 1 天", "is-near"),
        (timedelta(days=30), "2026-12-23", "", ""),
    ],
)
def test_a_due_date_says_how_near_it_is(after, day, words, css):
    html = kernel_tags.due(NOON + after)
    assert f'<span class="due {css}">' in html
    assert f">{day}</time> <span>{words}</span>" in html


def test_what_has_no_clock_has_no_due_date():
    assert kernel_tags.due(NEVER) == kernel_tags.due(None) == "—"


def test_a_cell_shows_moments_to_the_minute_days_and_due_dates_as_such():
    def shown(text, css=""):
        return kernel_tags.cell_text(Cell(Column(name="x", label="x", text=str, css=css), text, "", ""))

    assert "<span>2026-11-23</span> <span>12:00</span>" in shown(NOON)
    assert shown(NOON.date()) == "2026-11-23"
    assert "今天到期" in shown(NOON + timedelta(hours=1), "due")
    assert [shown(None), shown(""), shown(NEVER), shown(0)] == ["—", "—", "—", 0]


def entry(verb, after=""):
    return HistoryEntry(subject_type=ContentType.objects.get_for_model(Round), verb=verb, after=after)


def test_history_speaks_the_words_of_the_table_of_moves():
    move = Round.MOVES[0]
    assert kernel_tags.verb_label(entry(move.verb)) == str(move.label)
    assert kernel_tags.state_label(entry(move.verb, State.IN_HAND)) == State.IN_HAND.label


def test_verbs_that_are_no_moves_have_words_too():
    assert kernel_tags.verb_label(entry("attach")) == "添加材料"
    assert kernel_tags.verb_label(entry("unheard_of")) == "unheard_of"


def test_a_page_says_its_title_once():
    page = Template('{% extends "base_public.html" %}{% block title %}a & {{ b }}{% endblock %}')
    html = page.render(Context({"b": "<b>", "centre_name": "中心"}))
    assert "<title>a & &lt;b&gt; · 中心</title>" in html
    assert "<h1>a & &lt;b&gt;</h1>" in html


def test_an_icon_is_decoration():
    html = Template('{% load kernel_tags %}{% icon "bell" %}').render(Context())
    assert 'aria-hidden="true"' in html
    assert "vendor/icons.svg#tabler-bell" in html


def test_a_page_carries_its_grant():
    html = Template('{% load kernel_tags %}{% live_topics "hall" "case:1" %}').render(Context())
    assert 'data-live-topics="hall case:1"' in html


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, "—"), (20, "不到 1 分钟"), (2040, "约 34 分钟"), (3900, "约 1 小时 5 分钟")],
)
def test_a_length_is_said_as_people_say_it(seconds, said):
    assert kernel_tags.about(seconds) == said


def test_what_django_says_of_a_field_is_plain_and_polite():
    class Form(forms.Form):
        number = forms.IntegerField(min_value=1)
        word = forms.CharField()

    errors = Form({"number": "0"}).errors
    assert errors == {"number": ["请填写不小于 1 的数。"], "word": ["请填写或选择这一项。"]}
    assert not any("你的" in text for text in password_validators_help_texts())
