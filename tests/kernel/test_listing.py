"""Paging by key: every row once, in order, in both directions; malformed input shows the first page."""

import random
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone

from cases.models import Case
from kernel import words
from kernel.listing import Column, Listing, cut
from tests.factories import CaseFactory

SIZE = 4


@pytest.fixture
def cases():
    """Rows of which several share one moment."""
    dice = random.Random(1)
    now = timezone.now()
    for _ in range(11):
        CaseFactory(opened_at=now - timedelta(hours=dice.randrange(4)))
    return list(Case.objects.order_by("-opened_at", "-pk").values_list("pk", flat=True))


def page(sort="-opened_at", **query):
    text = "&".join(f"{key}={value.replace('+', '%2B')}" for key, value in query.items())
    return cut(Case.objects.all(), sort, SIZE, QueryDict(text))


def pks(window):
    return [case.pk for case in window.items]


def test_walking_forward_meets_every_row_once(cases):
    window, seen = page(), []
    while True:
        seen += pks(window)
        if not window.has_next:
            break
        window = page(after=window.last_key)
    assert seen == cases


def test_walking_back_from_the_last_page_meets_every_row_once(cases):
    window, seen = page(last="1"), []
    assert not window.has_next
    while True:
        seen = pks(window) + seen
        if not window.has_previous:
            break
        window = page(before=window.first_key)
    assert seen == cases


@pytest.mark.parametrize("sort", ["opened_at", "-urgency", "due_at", "-due_at"])
def test_other_orders_walk_too(cases, sort):
    window, seen = page(sort), []
    while window.has_next:
        seen += pks(window)
        window = page(sort, after=window.last_key)
    assert sorted(seen + pks(window)) == sorted(cases)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        "1:",
        "1:yesterday",
        ":2026-01-01",
        "9" * 30 + ":2026-01-01",
        "1:\0",
        "-5:2026-01-01T00:00:00Z",
    ],
)
def test_a_malformed_key_shows_the_first_page(cases, key):
    assert pks(cut(Case.objects.all(), "-opened_at", SIZE, QueryDict(f"after={key}"))) == cases[:SIZE]


def listing(query="", **options):
    columns = [Column(name="number", label="编号", text=lambda case: case.number, sort="opened_at")]
    request = RequestFactory().get(f"/cases/?{query}")
    return Listing(request, Case.objects.all(), columns, sort="-opened_at", size=SIZE, **options)


@pytest.mark.parametrize("place", ["after=1:2026-01-01", "before=1:2026-01-01", "last=1"])
def test_the_first_page_follows_and_deeper_ones_stay_as_read(place):
    first = listing("sort=opened_at&q=a", topics=["hall", "unit:1"])
    assert first.is_live
    assert first.topics == "hall unit:1"
    assert first.address == "/cases/?sort=opened_at&q=a"
    assert not listing(place, topics=["hall"]).is_live
    assert not listing().is_live


def test_an_unknown_sort_falls_back(cases):
    assert listing("sort=password").sort == "-opened_at"
    assert listing("sort=opened_at").sort == "opened_at"


def test_the_total_stops_counting_at_a_thousand(cases, monkeypatch):
    assert listing().total_label == "11"
    monkeypatch.setattr("kernel.listing.COUNTED", 10)
    assert listing().total_label == "10+"


def test_words_of_one_and_two_characters_are_found():
    leak, wages = CaseFactory(title="楼上漏水"), CaseFactory(title="拖欠工资450元", story="做了一天半保洁")
    assert list(Case.objects.matching("漏水")) == [leak]
    assert list(Case.objects.matching("保洁 工资")) == [wages]
    assert list(Case.objects.matching("欠")) == [wages]
    assert not Case.objects.matching("水漏").exists()


def test_a_word_is_found_only_where_its_letters_stand_together():
    CaseFactory(title="张三与李四五")
    assert not Case.objects.matching("张四").exists()


def test_pairs_do_not_cross_a_break():
    assert words.pairs("讨薪，难") == ["薪", "讨", "讨薪", "难"]
