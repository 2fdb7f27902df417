"""A stale form shows both values and loses nothing."""

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.editing import Conflict, editing, seen_token
from people.models import Person
from tests.factories import CaseFactory, PersonFactory, UserFactory

SHOWN = ["title", "place"]


@pytest.fixture
def case():
    return CaseFactory(title="楼上漏水", place="三单元")


@pytest.fixture
def clerk():
    return UserFactory()


def correct(case, clerk, seen, **changes):
    with editing(case, "correct", by=clerk, seen=seen, **changes):
        pass


def test_a_change_is_saved_and_recorded_with_old_and_new(case, clerk):
    correct(case, clerk, seen_token(case, "correct", SHOWN), title="楼上卫生间漏水", place="三单元")
    case.refresh_from_db()
    assert case.title == "楼上卫生间漏水"
    assert case.history.get().details == {"changed": {"title": ["楼上漏水", "楼上卫生间漏水"]}}


def test_nothing_changed_leaves_no_trace(case, clerk):
    correct(case, clerk, seen_token(case, "correct", SHOWN), title=case.title, place=case.place)
    assert not case.history.exists()
    with CaptureQueriesContext(connection) as sent:
        correct(case, clerk, seen_token(case, "correct", SHOWN), title=case.title, place=case.place)
    assert not [query["sql"] for query in sent if query["sql"].startswith("UPDATE")]


def test_a_stale_form_is_told_both_values(case, clerk):
    stale = seen_token(case, "correct", SHOWN)
    correct(case, clerk, seen_token(case, "correct", SHOWN), title="别人改的")

    with pytest.raises(Conflict) as caught:
        correct(case, clerk, stale, title="我改的")

    [difference] = caught.value.differences
    assert (difference.field, difference.yours, difference.theirs) == ("title", "我改的", "别人改的")
    case.refresh_from_db()
    assert case.title == "别人改的"


def test_a_field_the_form_did_not_show_makes_no_conflict(case, clerk):
    stale = seen_token(case, "correct", ["title"])
    correct(case, clerk, seen_token(case, "correct", SHOWN), place="四单元")
    correct(case, clerk, stale, title="我改的")
    case.refresh_from_db()
    assert (case.title, case.place) == ("我改的", "四单元")


def test_a_token_of_another_row_or_a_forged_one_is_refused(case, clerk):
    other = seen_token(CaseFactory(), "correct", SHOWN)
    for seen in (other, other + "x", "", seen_token(case, "other_verb", SHOWN)):
        with pytest.raises(signing.BadSignature):
            correct(case, clerk, seen, title="x")


def test_history_and_tokens_hold_no_protected_value(clerk):
    person = Person.objects.get(pk=PersonFactory(phone="19900001111").pk)
    seen = seen_token(person, "correct", ["phone"])
    correct(person, clerk, seen, phone="19900002222")
    person = Person.objects.get(pk=person.pk)
    assert person.phone.plain == "19900002222"
    text = str(person.history.get().details) + str(signing.loads(seen, salt="kernel.editing"))
    assert "1990000" not in text
