"""My work and the search box: what waits, for whom, and nothing else."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases.models import Request, Round
from cases.states import State
from governance_center import work
from mediation import services as mediation
from people.models import Unit
from people.roles import Restriction, Role
from tests.factories import CaseFactory, PersonFactory, UnitFactory, UserFactory
from tests.intake.factories import hall, next_window, seated, waiting
from tests.mediation.factories import (
    CommitteeFactory,
    accepted,
    change_asked,
    interest_declared,
    mediator_of,
    sign_all,
    submitted,
    waiting_case,
    with_rules,
)


@pytest.fixture
def bureau():
    return UnitFactory()


@pytest.fixture
def handler(bureau):
    return UserFactory(post=(Role.HANDLER, bureau))


def counts(user):
    return {slug: int(pile.count(user)) for slug, pile in work.PILES.items() if pile.concerns(user)}


def test_each_matter_lies_on_the_piles_it_belongs_to(bureau, handler):
    now = timezone.now()
    CaseFactory(unit=bureau)
    late = CaseFactory(unit=bureau, state=State.IN_HAND)
    Round.objects.filter(case=late).update(due_at=now - timedelta(hours=1))
    CaseFactory(unit=bureau, state=State.CLOSED)
    CaseFactory()
    asked = CaseFactory()
    Request.objects.create(
        case=asked,
        round=asked.latest_round(),
        kind="help",
        from_unit=asked.unit,
        to_unit=bureau,
        text="请协助",
    )
    Request.objects.update(seen_by=[bureau.pk])

    assert counts(handler) == {
        "overdue": 1,
        "due-today": 0,
        "cards": 0,
        "conferences": 0,
        "waiting": 1,
        "in-hand": 1,
        "petitions": 0,
        "letters": 0,
        "to-answer": 1,
        "to-verify": 0,
        "paused": 0,
    }


def test_changes_of_mediator_lie_with_whoever_may_decide_them():
    with_rules()
    committee = CommitteeFactory()
    head = UserFactory(post=(Role.UNIT_HEAD, committee))
    director = UserFactory(post=(Role.DIRECTOR, Unit.objects.centre() or UnitFactory(centre=True)))
    elsewhere = UserFactory(post=(Role.UNIT_HEAD, CommitteeFactory()))
    of_department = UserFactory(post=(Role.UNIT_HEAD, UnitFactory()))
    taken = accepted(mediator_of(committee))
    asked, _declared = change_asked(taken), interest_declared(taken)
    assert (counts(head)["changes"], counts(director)["changes"], counts(elsewhere)["changes"]) == (2, 2, 0)
    assert "changes" not in counts(taken.mediator) | counts(of_department)
    mediation.withdraw_change(asked, by=asked.asked_by, note="说清了")
    assert counts(head)["changes"] == 1


def test_assignments_without_an_answer_lie_with_the_mediator_and_the_head(client):
    with_rules()
    committee = CommitteeFactory()
    head, named, other = (
        UserFactory(post=(Role.UNIT_HEAD, committee)),
        mediator_of(committee),
        mediator_of(committee),
    )
    round = waiting_case(committee).rounds.get()
    assignment = mediation.assign(round, by=head, to=named, basis="duty")
    assert [counts(user)["assigned"] for user in (head, named, other)] == [1, 1, 0]
    client.force_login(named)
    assert round.case.number in client.get(reverse("pile", args=["assigned"])).content.decode()
    mediation.decline_assignment(assignment, by=named, answer="手上太多")
    assert [counts(user)["assigned"] for user in (head, named)] == [0, 0]


def test_the_keeper_of_the_stamp_sees_what_only_the_stamp_is_missing_from():
    with_rules()
    committee = CommitteeFactory()
    keeper = UserFactory(post=(Role.STAMP_KEEPER, committee))
    sign_all(submitted(accepted(mediator_of(committee))))
    sign_all(submitted(accepted(mediator_of(committee))), but=1)
    assert counts(keeper)["to-stamp"] == 1
    assert "to-stamp" not in counts(mediator_of(committee))


def test_what_is_most_pressing_comes_first(bureau, handler):
    now = timezone.now()
    later, sooner = CaseFactory(unit=bureau), CaseFactory(unit=bureau)
    Round.objects.filter(case=later).update(due_at=now + timedelta(days=2))
    Round.objects.filter(case=sooner).update(due_at=now + timedelta(days=1))
    assert [task.case for task in work.next_tasks(handler)] == [sooner, later]


def test_a_director_sees_the_county_and_an_administrator_nothing(client):
    centre = Unit.objects.get(code="centre")
    case = CaseFactory(area__path="330803/330803103/x/")
    assert counts(UserFactory(post=(Role.DIRECTOR, centre)))["waiting"] == 1
    administrator = UserFactory(post=(Role.SYSADMIN, centre))
    assert set(counts(administrator).values()) == {0}
    client.force_login(administrator)
    page = client.get(reverse("home")).content.decode()
    assert "不接触业务数据" in page
    assert case.number not in page


def test_every_pile_opens_its_rows(client, bureau, handler, fragment_matches_page):
    case = CaseFactory(unit=bureau)
    client.force_login(handler)
    for slug in work.PILES:
        page = client.get(reverse("pile", args=[slug])).content.decode()
        assert (case.number in page) == (slug == "waiting")
    fragment_matches_page(reverse("pile", args=["waiting"]), "#rows")
    fragment_matches_page(reverse("home"), "#work")


def test_the_queries_of_the_page_do_not_grow(client, bureau, handler, django_assert_max_num_queries):
    CaseFactory.create_batch(6, unit=bureau)
    client.force_login(handler)
    client.get(reverse("home"))
    with django_assert_max_num_queries(24):
        client.get(reverse("home"))


def search(client, q):
    return client.post(reverse("search"), {"q": q})


def test_the_box_finds_by_number_code_name_initials_words_and_whole_papers(client, bureau, handler):
    person = PersonFactory(name="王冬梅", initials="wdm", id_number="430421190603080024", phone="19900000024")
    case = CaseFactory(unit=bureau, applicant=person, title="拖欠工资", query_code="K7WQ2M9XRT")
    client.force_login(handler)
    assert search(client, case.number).url == reverse("cases:detail", args=[case.pk])
    for q in ("K7WQ2M9XRT", "王冬梅", "wdm", "工资", "430421190603080024", "199 0000 0024"):
        assert case.number in search(client, q).content.decode(), q
    for q in ("0024", "4304211906", "\0", "", "工资条", "K7WQ2M9XRX"):
        assert case.number not in search(client, q).content.decode(), q
    assert handler.history.filter(verb="look_up").exists()


def test_the_box_finds_nothing_of_others(client, handler):
    person = PersonFactory(phone="19900000025")
    other = CaseFactory(applicant=person)
    restricted = CaseFactory(
        unit=handler.business_posts[0].unit,
        restriction=Restriction.ACCUSATION,
        applicant=PersonFactory(phone="19900000026"),
    )
    client.force_login(handler)
    for q in (
        other.number,
        other.query_code,
        "19900000025",
        "19900000026",
        restricted.number,
        restricted.title,
    ):
        page = search(client, q).content.decode()
        assert "没有找到" in page, q


def test_browsers_find_the_icon_without_logging_in(client):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert answer.url.endswith(".svg")


@pytest.mark.parametrize(
    ("role", "told"), [(Role.DIRECTOR, True), (Role.SYSADMIN, True), (Role.CLERK, False)]
)
def test_who_keeps_the_calendar_is_told_from_november_on_that_the_next_year_is_missing(client, role, told):
    client.force_login(UserFactory(post=(role, UnitFactory(centre=True))))
    for day, missing in [("2026-10-31", False), ("2026-11-01", told)]:
        with time_machine.travel(f"{day}T10:00:00+08:00", tick=False):
            page = client.get(reverse("home")).content.decode()
        assert ("2027年的工作日历还没有录入" in page) is missing
        assert (reverse("cases:edit_calendar", args=[2027]) in page) is missing


def test_the_box_finds_todays_visit_by_its_number(client):
    clerk = seated(next_window(hall()))
    ticket = waiting(clerk)
    client.force_login(clerk)
    for q in ("A001", "a001", "A1"):
        assert search(client, q).url == reverse("intake:detail", args=[ticket.pk])
    assert "没有找到" in search(client, "A002").content.decode()
    client.force_login(seated(next_window(UnitFactory())))
    assert "没有找到" in search(client, "A001").content.decode()


def test_a_hit_by_name_says_which_party_it_is(client, bureau, handler):
    CaseFactory(unit=bureau, applicant=PersonFactory(name="王冬梅", initials="wdm"))
    client.force_login(handler)
    for q in ("王冬梅", "wdm"):
        assert "申请人 王**" in search(client, q).content.decode()


def test_mediators_go_on_from_here_to_their_own_page(client, handler):
    committee = CommitteeFactory()
    for user, shown in ((mediator_of(committee), True), (handler, False)):
        client.force_login(user)
        assert (reverse("mediation:me") in client.get(reverse("home")).content.decode()) is shown
