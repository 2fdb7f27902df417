import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Sight
from cases.services import ask, grant_sight, log_contact, take
from cases.states import Route
from people.roles import Restriction, Role
from petitions.services import accept_petition
from tests.cases.fixtures import opened, verbs
from tests.factories import PersonFactory, UserFactory


def url(case):
    return reverse("cases:detail", args=[case.pk])


def text(client, case) -> str:
    return BeautifulSoup(client.get(url(case)).content, "html.parser").main.get_text(" ", strip=True)


def test_the_page_says_what_comes_next_and_who_does_it(client, case, handler):
    client.force_login(handler)
    page = text(client, case)
    assert case.number in page
    assert "等待接办" in page
    assert "试验人力局" in page


def test_the_timeline_speaks_of_every_stage_in_words(client, closed, clerk):
    client.force_login(clerk)
    page = text(client, closed)
    for words in ("登记事项", "接办", "办理完毕", "回访", "已办结"):
        assert words in page
    for verb in ("open_case", "follow_up"):
        assert f">{verb}<" not in page


@pytest.mark.parametrize("part", ["cover", "work", "timeline"])
def test_each_live_part_is_what_a_reload_shows(client, case, handler, part):
    client.force_login(handler)
    page = BeautifulSoup(client.get(url(case)).content, "html.parser").select_one(f"#{part}")
    headers = {"HX-Request": "true", "HX-Target": part}
    fragment = BeautifulSoup(client.get(url(case), headers=headers).content, "html.parser").select_one(
        f"#{part}"
    )
    assert normal(fragment) == normal(page)


def normal(part) -> str:
    for token in part.select("input[name=csrfmiddlewaretoken]"):
        token.decompose()
    return part.prettify()


def test_the_same_queries_however_much_has_happened(client, case, handler, bureau, other_bureau):
    client.force_login(handler)
    take(case.latest_round(), by=handler)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(url(case))
        return len(captured)

    ask(case.latest_round(), by=handler, kind="help", from_unit=bureau, to_unit=other_bureau, text="请协助")
    queries()
    before = queries()
    for _n in range(5):
        log_contact(case, by=handler, whom="公司", said="…")
        ask(
            case.latest_round(),
            by=handler,
            kind="help",
            from_unit=bureau,
            to_unit=other_bureau,
            text="请协助",
        )
    assert queries() == before


def test_the_desk_adds_its_own_piece(client, case, handler):
    client.force_login(handler)
    page = BeautifulSoup(client.get(url(case)).content, "html.parser")
    assert page.select_one(f"[hx-get='{reverse('dispatch:panel', args=[case.pk])}']")


def test_a_look_at_a_restricted_matter_leaves_a_trace(client, clerk, centre):
    discipline = UserFactory(post=(Role.DISCIPLINE, centre))
    case = opened(
        by=clerk,
        unit=centre,
        to_unit=centre,
        applicant=PersonFactory(),
        restriction=Restriction.ACCUSATION,
    )
    client.force_login(discipline)
    assert "隔离件" in text(client, case)
    assert verbs(case)[-1] == "view"


def test_a_unit_that_may_only_look_gets_no_buttons_to_change_anything(client, case, stranger, other_bureau):
    grant_sight(case, other_bureau, Sight.Why.ASKED)
    client.force_login(stranger)
    page = client.get(url(case)).content.decode()
    for verb in ("correct", "add_party", "log_contact", "attach", "reopen"):
        assert reverse(f"cases:{verb}", args=[case.pk]) not in page


def looks_at(case) -> int:
    return case.dossier.entries.filter(verb="view").count()


BOOSTED = {"HX-Request": "true", "HX-Boosted": "true"}


def test_every_whole_page_of_a_restricted_matter_leaves_a_trace_and_no_fragment_does(client, clerk, centre):
    officer = UserFactory(post=(Role.DISCIPLINE, centre))
    of = {"by": clerk, "unit": centre, "to_unit": centre, "applicant": PersonFactory()}
    case = opened(**of, route=Route.PETITIONS, restriction=Restriction.ACCUSATION)
    handling = accept_petition(case.latest_round(), by=officer)
    client.force_login(officer)
    pages = [
        url(case),
        reverse("cases:correct", args=[case.pk]),
        reverse("cases:log_contact", args=[case.pk]),
        reverse("cases:clocks", args=[case.pk]),
        reverse("petitions:detail", args=[handling.pk]),
        reverse("petitions:answer_petition", args=[handling.pk]),
        reverse("petitions:panel", args=[case.pk]),
        reverse("intake:papers", args=[case.pk]),
    ]
    for headers in ({}, BOOSTED):
        for page in pages:
            before = looks_at(case)
            assert client.get(page, headers=headers).status_code == 200, page
            assert looks_at(case) == before + 1, page
    before = looks_at(case)
    for fragment in (url(case), reverse("petitions:panel", args=[case.pk])):
        assert client.get(fragment, headers={"HX-Request": "true"}).status_code == 200
    assert looks_at(case) == before
    history_restored = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    client.get(url(case), headers=history_restored)
    assert looks_at(case) == before + 1
    client.post(reverse("cases:log_contact", args=[case.pk]), {"whom": "来信人", "said": "已收到"})
    assert looks_at(case) == before + 1  # a move is its own trace
