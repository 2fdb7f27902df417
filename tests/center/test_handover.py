"""工作交接: leave in one step, with everything in hand, and back again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.states import State
from governance_center.handover import colleagues_of, still_out, work_of
from intake import services as intake
from kernel.models import Notification
from kernel.moves import MoveRefused
from mediation import services as mediation
from people import services
from people.models import Handover, Leave, Seat
from people.roles import Role
from tests.factories import CaseFactory, SeatFactory, UnitFactory, UserFactory, WindowFactory
from tests.mediation.factories import with_rules


@pytest.fixture(autouse=True)
def _rules():
    with_rules()


@pytest.fixture
def committee():
    return UnitFactory(kind="committee")


@pytest.fixture
def giver(committee):
    return UserFactory(name="连翠英", post=(Role.MEDIATOR, committee))


@pytest.fixture
def taker(committee):
    return UserFactory(name="郑和田", post=(Role.MEDIATOR, committee))


@pytest.fixture
def window():
    return WindowFactory()


@pytest.fixture
def keeper(window):
    return UserFactory(post=(Role.DIRECTOR, window.unit))


@pytest.fixture
def mediating(giver, committee):
    return mediation.accept(CaseFactory(unit=committee).latest_round(), by=giver)


def today(days=0):
    return timezone.localdate() + timedelta(days=days)


def hand_over(giver, taker, *, by=None, days=2):
    return services.hand_over_work(
        giver,
        by=by or giver,
        taker=taker,
        first_on=today(),
        last_on=today(days),
        note="下周回来",
        work=work_of(giver, taker),
    )


def test_work_and_seats_go_to_the_deputy_in_one_step(giver, taker, mediating, window):
    for days in range(3):
        SeatFactory(window=window, user=giver, role=Role.MEDIATOR, day=today(days))
    handover = hand_over(giver, taker)
    mediating.refresh_from_db()
    assert mediating.mediator == taker
    assert set(Seat.objects.values_list("user", "stands_for")) == {(taker.pk, giver.pk)}
    assert mediating.history.get(verb="pass_on").details == {"from": giver.pk, "to": taker.pk}
    assert handover.history.get(verb="hand_over_work").by == giver
    assert Leave.objects.get().user == giver
    assert "连翠英" in Notification.objects.get(to=taker).text


def test_a_seat_that_the_deputy_cannot_take_stays_empty(giver, taker, window):
    SeatFactory(window=window, user=giver, role=Role.MEDIATOR)
    SeatFactory(window=WindowFactory(unit=window.unit), user=taker, role=Role.MEDIATOR)
    hand_over(giver, taker)
    assert not Seat.objects.filter(window=window).exists()


def test_matters_of_the_window_go_along(window):
    giver, taker = (UserFactory(post=(Role.CLERK, window.unit)) for _ in range(2))
    case = CaseFactory(unit=window.unit, route="intake")
    settlement = intake.take_up(case.latest_round(), by=giver)
    hand_over(giver, taker)
    settlement.refresh_from_db()
    assert settlement.handler == taker
    assert case.latest_round().state == State.IN_HAND


def test_what_the_other_may_not_see_stays(giver, committee, mediating):
    outsider = UserFactory(post=(Role.HANDLER, committee))
    type(mediating).objects.filter(pk=mediating.pk).update(restriction="violence")
    hand_over(giver, outsider)
    mediating.refresh_from_db()
    assert mediating.mediator == giver


def test_only_oneself_or_the_keeper_of_the_roster_hands_over(giver, taker, mediating, keeper, window):
    for somebody in (taker, keeper):
        with pytest.raises(MoveRefused):
            hand_over(giver, taker, by=somebody)
    assert not Leave.objects.exists()
    SeatFactory(window=window, user=giver, role=Role.MEDIATOR)
    giver = type(giver).objects.get(pk=giver.pk)
    hand_over(giver, taker, by=keeper)
    assert Handover.objects.get().giver == giver


def test_the_one_who_is_back_takes_back_what_is_still_open(giver, taker, mediating, window, committee):
    seat = SeatFactory(window=window, user=giver, role=Role.MEDIATOR, day=today(1))
    done = mediation.accept(CaseFactory(unit=committee).latest_round(), by=giver)
    handover = hand_over(giver, taker)
    done.refresh_from_db()
    mediation.give_up(
        done, by=taker, ground="withdrawn", note="撤回", route="intake", unit=UnitFactory(centre=True)
    )
    services.take_back_work(handover, by=giver, work=still_out(handover))
    for row in (mediating, done, seat):
        row.refresh_from_db()
    assert mediating.mediator == giver
    assert done.mediator == taker
    assert (seat.user, seat.stands_for) == (giver, None)
    assert not Leave.objects.exists()
    with pytest.raises(MoveRefused):
        services.take_back_work(handover, by=giver)


def test_a_leave_that_has_begun_ends_yesterday(giver, taker):
    handover = hand_over(giver, taker)
    Leave.objects.update(first_on=today(-3))
    handover.refresh_from_db()
    services.take_back_work(handover, by=giver)
    assert Leave.objects.get().last_on == today(-1)


@pytest.mark.parametrize("why", ["oneself", "past", "both away", "twice"])
def test_what_makes_no_sense_is_refused(why, giver, taker):
    first = today()
    if why == "oneself":
        taker = giver
    elif why == "past":
        first = today(-1)
    elif why == "both away":
        Leave.objects.create(user=taker, first_on=today(2), last_on=today(5))
    else:
        hand_over(giver, taker)
    with pytest.raises(MoveRefused):
        services.hand_over_work(giver, by=giver, taker=taker, first_on=first, last_on=today(3))
    assert Handover.objects.count() == (why == "twice")


def test_half_a_handover_does_not_exist(giver, taker, mediating, committee, monkeypatch):
    def fails(row, **kwargs):
        raise MoveRefused("no")

    second = mediation.accept(CaseFactory(unit=committee).latest_round(), by=giver)
    work = [(mediating, mediation.pass_on), (second, fails)]
    with pytest.raises(MoveRefused):
        services.hand_over_work(giver, by=giver, taker=taker, first_on=today(), last_on=today(), work=work)
    mediating.refresh_from_db()
    assert mediating.mediator == giver
    assert not Leave.objects.exists()


def test_the_pages_work(client, giver, taker, mediating, keeper, window):
    client.force_login(giver)
    page = client.get(reverse("handover:mine"), {"taker": taker.pk}).content.decode()
    assert mediating.case.number in page
    bad = {"taker": taker.pk, "first_on": today(2), "last_on": today(), "note": ""}
    assert client.post(reverse("handover:mine"), bad).status_code == 422
    answer = client.post(reverse("handover:mine"), bad | {"first_on": today()})
    handover = Handover.objects.get()
    assert answer.url == reverse("handover:detail", args=[handover.pk])
    assert "现由郑和田办理" in client.get(answer.url).content.decode()
    assert client.post(reverse("handover:mine"), bad | {"first_on": today()}).status_code == 409
    assert client.post(reverse("handover:take_back_work", args=[handover.pk])).status_code == 302
    mediating.refresh_from_db()
    assert mediating.mediator == giver


def test_nobody_opens_the_handover_of_a_stranger(client, giver, taker):
    handover = hand_over(giver, taker)
    client.force_login(UserFactory(post=(Role.CLERK, UnitFactory())))
    assert client.get(reverse("handover:detail", args=[handover.pk])).status_code == 404
    assert client.get(reverse("handover:hand_over_work", args=[giver.pk])).status_code == 403


@pytest.mark.parametrize("nobody", ["²", "x", "9" * 5000])
def test_a_taker_that_cannot_be_shows_the_empty_form(client, giver, nobody):
    client.force_login(giver)
    assert client.get(reverse("handover:mine"), {"taker": nobody}).status_code == 200


def test_administrators_take_no_work(client, giver, taker, committee):
    admin = UserFactory(name="安全员", post=(Role.SECADMIN, committee))
    assert list(colleagues_of(giver)) == [taker]
    assert admin not in colleagues_of(giver)
