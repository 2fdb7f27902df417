"""The roster: who sits where, copied, swapped with consent, stood in for; and its gaps."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from kernel.models import CalendarVersion, Notification
from kernel.moves import MoveRefused
from people import selectors, services, tasks
from people.models import Leave, RosterDay, Seat, SeatSwap
from people.roles import Role
from people.states import SEATED, SwapState
from tests.factories import SeatFactory, UnitFactory, UserFactory, WindowFactory

MONDAY = date(2026, 11, 23)
TUESDAY = MONDAY + timedelta(days=1)
NEXT = MONDAY + timedelta(days=7)


@pytest.fixture(autouse=True)
def _monday_morning():
    with time_machine.travel("2026-11-23T08:25:00+08:00", tick=False):
        yield


@pytest.fixture
def centre():
    """A hall of its own beside the one of the reference data."""
    return UnitFactory()


@pytest.fixture
def window(centre):
    return WindowFactory(unit=centre)


@pytest.fixture
def window2(centre):
    return WindowFactory(unit=centre)


@pytest.fixture
def keeper(centre):
    return UserFactory(name="毛卫平", post=(Role.DIRECTOR, centre))


@pytest.fixture
def clerk(centre):
    return UserFactory(name="徐晓岚", post=(Role.CLERK, centre))


@pytest.fixture
def clerk2(centre):
    return UserFactory(name="余佩佩", post=(Role.CLERK, centre))


@pytest.fixture
def seat(window, clerk):
    return SeatFactory(window=window, user=clerk, day=MONDAY)


def fresh(user):
    """As the next request sees them."""
    return type(user).objects.get(pk=user.pk)


def verbs(unit, day):
    roster = RosterDay.objects.get(unit=unit, day=day)
    return list(roster.history.order_by("seq").values_list("verb", flat=True))


# --- Seats ------------------------------------------------------------------------------------------------------------


def test_a_seat_is_set_and_the_day_remembers_it(window, clerk, keeper):
    services.set_seat(window, by=keeper, day=TUESDAY, role=Role.CLERK, user=clerk)
    assert Seat.objects.get(window=window, day=TUESDAY).user == clerk
    entry = RosterDay.objects.get(day=TUESDAY).history.get(verb="set_seat")
    assert entry.by == keeper
    assert "徐晓岚" in entry.note


def test_whoever_loses_a_seat_is_told(seat, window, clerk, clerk2, keeper):
    services.set_seat(window, by=keeper, day=MONDAY, role=Role.CLERK, user=clerk2)
    assert Seat.objects.get(window=window, day=MONDAY).user == clerk2
    assert "余佩佩" in Notification.objects.get(to=clerk).text


def test_only_who_keeps_the_roster_of_this_hall_sets_seats(window, clerk, clerk2):
    elsewhere = UserFactory(post=(Role.DIRECTOR, UnitFactory()))
    for somebody in (clerk2, elsewhere):
        with pytest.raises(MoveRefused):
            services.set_seat(window, by=somebody, day=TUESDAY, role=Role.CLERK, user=clerk)
    assert not Seat.objects.exists()
    assert not RosterDay.objects.exists()


def test_a_post_of_roster_keeper_is_enough(window, clerk, centre):
    keeper = UserFactory(post=(Role.ROSTER_KEEPER, centre))
    services.set_seat(window, by=keeper, day=TUESDAY, role=Role.CLERK, user=clerk)
    assert Seat.objects.get().user == clerk


@pytest.mark.parametrize("why", ["no such post", "on leave", "sits elsewhere", "past"])
def test_an_unfit_person_is_refused(why, window, window2, clerk, keeper, centre):
    day, person = TUESDAY, clerk
    if why == "no such post":
        person = UserFactory(post=(Role.GUIDE, centre))
    elif why == "on leave":
        Leave.objects.create(user=clerk, first_on=MONDAY, last_on=TUESDAY)
    elif why == "sits elsewhere":
        SeatFactory(window=window2, user=clerk, day=TUESDAY)
    else:
        day = MONDAY - timedelta(days=1)
    with pytest.raises(MoveRefused):
        services.set_seat(window, by=keeper, day=day, role=Role.CLERK, user=person)
    assert not Seat.objects.filter(window=window).exists()


def test_a_cleared_seat_is_a_gap(seat, window, keeper, centre):
    services.clear_seat(window, by=keeper, day=MONDAY, role=Role.CLERK)
    assert (window.pk, Role.CLERK) in [(gap.window.pk, gap.role) for gap in selectors.gaps_on(centre, MONDAY)]
    with pytest.raises(MoveRefused, match="空着"):
        services.clear_seat(window, by=keeper, day=MONDAY, role=Role.CLERK)


def test_rights_follow_the_seat_of_today_at_once(seat, clerk, clerk2, keeper):
    services.stand_in(seat, by=keeper, user=clerk2)
    assert fresh(clerk).seat is None
    assert fresh(clerk2).seat.window == seat.window
    assert Seat.objects.get(pk=seat.pk).stands_for == clerk
    assert verbs(seat.window.unit, MONDAY) == ["open_day", "stand_in"]
    assert {note.to for note in Notification.objects.all()} == {clerk, clerk2}


def test_standing_in_is_for_today_and_for_who_is_free(seat, window2, clerk2, keeper):
    SeatFactory(window=window2, user=clerk2, day=MONDAY)
    with pytest.raises(MoveRefused, match="已在"):
        services.stand_in(seat, by=keeper, user=clerk2)
    later = SeatFactory(window=window2, user=UserFactory(), day=TUESDAY)
    with pytest.raises(MoveRefused, match="当天"):
        services.stand_in(later, by=keeper, user=clerk2)


def test_of_two_who_send_a_stand_in_the_second_is_told(seat, clerk2, keeper, centre):
    third = UserFactory(post=(Role.CLERK, centre))
    stale = Seat.objects.select_related("window__unit", "user").get(pk=seat.pk)
    services.stand_in(seat, by=keeper, user=clerk2)
    with pytest.raises(MoveRefused, match="刚刚"):
        services.stand_in(stale, by=keeper, user=third)


def test_the_leader_of_the_day_may_send_a_stand_in_on_that_day_only(seat, clerk2, keeper, centre):
    leader = UserFactory(post=(Role.LEADER, UnitFactory()))
    with pytest.raises(MoveRefused):
        services.stand_in(seat, by=leader, user=clerk2)
    services.set_leader(centre, by=keeper, day=MONDAY, leader=leader)
    services.stand_in(seat, by=leader, user=clerk2)
    assert Seat.objects.get(pk=seat.pk).user == clerk2


def test_the_named_deputy_is_proposed_first(seat, clerk, centre, keeper):
    free = [UserFactory(post=(Role.CLERK, centre)) for _ in range(3)]
    services.set_deputy(clerk, by=keeper, deputy=free[2])
    seat.refresh_from_db()
    assert [proposal.user for proposal in selectors.proposals(seat)] == [free[2], free[0], free[1]]
    assert clerk.history.get(verb="set_deputy").by == keeper


def test_nobody_is_their_own_deputy_and_clerks_name_none(clerk, clerk2, keeper):
    with pytest.raises(MoveRefused):
        services.set_deputy(clerk, by=keeper, deputy=clerk)
    with pytest.raises(MoveRefused):
        services.set_deputy(clerk, by=clerk2, deputy=clerk2)


# --- A copied week ----------------------------------------------------------------------------------------------------


def copy(centre, keeper):
    plan = selectors.copy_plan(centre, MONDAY, NEXT)
    return services.copy_week(centre, by=keeper, source=MONDAY, target=NEXT, seen=plan.seen)


def test_a_week_is_copied_with_its_leaders(window, clerk, keeper, centre):
    for n in range(5):
        SeatFactory(window=window, user=clerk, day=MONDAY + timedelta(days=n))
    services.set_leader(centre, by=keeper, day=MONDAY, leader=keeper)
    copy(centre, keeper)
    assert Seat.objects.filter(day__gte=NEXT, user=clerk).count() == 5
    assert RosterDay.objects.get(day=NEXT).leader == keeper
    assert verbs(centre, NEXT) == ["open_day", "copy_week"]


def test_the_preview_names_what_is_overwritten(seat, window, clerk2, keeper, centre):
    SeatFactory(window=window, user=clerk2, day=NEXT)
    plan = selectors.copy_plan(centre, MONDAY, NEXT)
    [change] = plan.overwritten
    assert (change.before, change.user) == (clerk2, seat.user)
    copy(centre, keeper)
    assert Seat.objects.get(day=NEXT).user == seat.user


def test_whoever_a_copied_week_moves_is_told_once(client, window, clerk, clerk2, keeper):
    for n in range(2):
        SeatFactory(window=window, user=clerk, day=MONDAY + timedelta(days=n))
        SeatFactory(window=window, user=clerk2, day=NEXT + timedelta(days=n))
    client.force_login(keeper)
    seen = selectors.copy_plan(window.unit, MONDAY, NEXT).seen
    assert client.post(reverse("roster:copy_week", args=[NEXT]), {"seen": seen}).status_code == 302
    told = Notification.objects.get(to=clerk2)
    assert "11-30" in told.text
    assert "12-01" in told.text
    assert not Notification.objects.filter(to=clerk).exists()


def test_who_is_on_leave_is_not_copied(seat, keeper, centre):
    Leave.objects.create(user=seat.user, first_on=NEXT, last_on=NEXT)
    plan = copy(centre, keeper)
    assert [change.why_not for change in plan.refused] == ["请假"]
    assert not Seat.objects.filter(day=NEXT).exists()


def test_two_who_change_places_are_copied_crosswise(seat, window, window2, clerk2, keeper, centre):
    SeatFactory(window=window2, user=clerk2, day=MONDAY)
    SeatFactory(window=window, user=clerk2, day=NEXT)
    SeatFactory(window=window2, user=seat.user, day=NEXT)
    copy(centre, keeper)
    assert Seat.objects.get(window=window, day=NEXT).user == seat.user
    assert Seat.objects.get(window=window2, day=NEXT).user == clerk2


def test_nobody_is_copied_onto_a_second_chair(seat, window2, keeper, centre):
    SeatFactory(window=window2, user=seat.user, day=NEXT)
    plan = copy(centre, keeper)
    assert [change.why_not for change in plan.refused] == ["当天已在其他窗口"]
    assert Seat.objects.get(day=NEXT).window == window2


def test_a_roster_that_changed_after_the_preview_is_not_overwritten(seat, window, clerk2, keeper, centre):
    seen = selectors.copy_plan(centre, MONDAY, NEXT).seen
    services.set_seat(window, by=keeper, day=NEXT, role=Role.CLERK, user=clerk2)
    with pytest.raises(MoveRefused, match="变动"):
        services.copy_week(centre, by=keeper, source=MONDAY, target=NEXT, seen=seen)
    assert Seat.objects.get(day=NEXT).user == clerk2


# --- Swapping ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def theirs(window2, clerk2):
    return SeatFactory(window=window2, user=clerk2, day=TUESDAY)


@pytest.fixture
def swap(seat, theirs):
    return services.ask_swap(seat, by=seat.user, theirs=theirs, note="孩子生病")


def test_a_swap_changes_nothing_before_the_other_agrees(swap, seat, clerk, clerk2):
    assert Seat.objects.get(day=MONDAY).user == clerk
    assert "换班" in Notification.objects.get(to=clerk2).text


def test_both_seats_change_when_the_other_agrees(swap, clerk, clerk2, centre):
    services.accept_swap(swap, by=clerk2)
    assert Seat.objects.get(day=MONDAY).user == clerk2
    assert Seat.objects.get(day=TUESDAY).user == clerk
    assert "swap_seats" in verbs(centre, MONDAY)
    assert "swap_seats" in verbs(centre, TUESDAY)


def test_two_of_the_same_day_change_windows(seat, window2, clerk, clerk2):
    theirs = SeatFactory(window=window2, user=clerk2, day=MONDAY)
    swap = services.ask_swap(seat, by=clerk, theirs=theirs)
    services.accept_swap(swap, by=clerk2)
    assert Seat.objects.get(window=window2, day=MONDAY).user == clerk


def test_only_the_one_who_was_asked_agrees(swap, clerk, keeper):
    for somebody in (clerk, keeper):
        with pytest.raises(MoveRefused):
            services.accept_swap(swap, by=somebody)


def test_a_refused_or_withdrawn_swap_changes_nothing(swap, clerk, clerk2, theirs):
    services.refuse_swap(swap, by=clerk2, note="有事")
    assert Seat.objects.get(day=TUESDAY).user == clerk2
    again = services.ask_swap(Seat.objects.get(day=MONDAY), by=clerk, theirs=theirs)
    services.withdraw_swap(again, by=clerk)
    with pytest.raises(MoveRefused):
        services.accept_swap(again, by=clerk2)


def test_a_swap_whose_seat_has_gone_meanwhile_is_refused_whole(swap, window, clerk2, keeper):
    services.clear_seat(window, by=keeper, day=MONDAY, role=Role.CLERK)
    with pytest.raises(MoveRefused, match="变动"):
        services.accept_swap(swap, by=clerk2)
    assert Seat.objects.get(day=TUESDAY).user == clerk2
    assert SeatSwap.objects.get().state == SwapState.ASKED


def test_one_asks_for_one_s_own_seat_and_once(swap, seat, theirs, clerk, clerk2):
    with pytest.raises(MoveRefused):
        services.ask_swap(theirs, by=clerk, theirs=seat)
    with pytest.raises(MoveRefused, match="已申请"):
        services.ask_swap(seat, by=clerk, theirs=theirs)


@pytest.mark.django_db(transaction=True)
def test_a_swap_accepted_twice_at_once_changes_seats_once(swap, clerk2):
    refused = []

    def press():
        try:
            services.accept_swap(SeatSwap.objects.get(pk=swap.pk), by=fresh(clerk2))
        except MoveRefused:
            refused.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(refused) == 1
    assert Seat.objects.get(day=MONDAY).user == clerk2


# --- Gaps -------------------------------------------------------------------------------------------------------------


def test_the_evening_before_and_before_opening_the_keepers_are_told(seat, keeper, centre):
    tasks.alarm_gaps_of_tomorrow()
    [tomorrow] = Notification.objects.filter(to=keeper)
    assert "缺岗 3 个" in tomorrow.text
    tasks.alarm_gaps_of_today()
    assert "缺岗 2 个" in Notification.objects.filter(to=keeper).latest("pk").text
    assert verbs(centre, MONDAY) == ["open_day", "alarm_gaps"]


def test_a_full_roster_raises_no_alarm(window, keeper, centre):
    for role in SEATED:
        SeatFactory(window=window, role=role, day=MONDAY)
    services.alarm_gaps(MONDAY)
    assert not Notification.objects.filter(to=keeper).exists()


def test_somebody_on_leave_leaves_a_gap(window, clerk, keeper, centre):
    for role in SEATED:
        SeatFactory(window=window, role=role, day=MONDAY, user=clerk if role == Role.CLERK else UserFactory())
    Leave.objects.create(user=clerk, first_on=MONDAY, last_on=MONDAY)
    services.alarm_gaps(MONDAY)
    assert "缺岗 1 个" in Notification.objects.get(to=keeper).text


def test_a_free_day_raises_no_alarm(seat, keeper):
    days = CalendarVersion.objects.last().days | {str(MONDAY): {"worked": False, "name": "试"}}
    CalendarVersion.objects.create(days=days, reason="试")
    tasks.alarm_gaps_of_today()
    assert not Notification.objects.exists()


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_week_shows_names_gaps_and_leaders(client, seat, keeper, centre):
    services.set_leader(centre, by=keeper, day=MONDAY, leader=keeper)
    client.force_login(keeper)
    page = client.get(reverse("roster:week")).content.decode()
    assert "徐晓岚" in page
    assert "缺岗 14 个" in page
    assert "毛卫平" in page


def test_the_week_costs_the_same_for_more_windows(
    client, seat, keeper, centre, django_assert_max_num_queries
):
    client.force_login(keeper)
    client.get(reverse("roster:week"))
    for _ in range(8):
        SeatFactory(window=WindowFactory(unit=centre), user=UserFactory(post=(Role.CLERK, centre)))
    with django_assert_max_num_queries(22):
        client.get(reverse("roster:week"))


def test_the_fragment_is_the_page(client, seat, keeper, fragment_matches_page):
    client.force_login(keeper)
    fragment_matches_page(reverse("roster:week"), "#roster")


def test_the_leader_of_the_day_fills_an_empty_chair_today(client, window, clerk, keeper, centre):
    leader = UserFactory(post=(Role.LEADER, centre))
    client.force_login(leader)
    address = reverse("roster:fill_seat", args=[window.pk, "clerk"])
    assert client.get(address).status_code == 403
    services.set_leader(centre, by=keeper, day=MONDAY, leader=leader)
    assert address in client.get(reverse("roster:stand_in")).content.decode()
    assert "徐晓岚" in client.get(address).content.decode()
    assert client.post(address, {"user": "x"}).status_code == 422
    assert client.post(address, {"user": clerk.pk}).status_code == 302
    assert Seat.objects.get(day=MONDAY).user == clerk
    assert Notification.objects.filter(to=clerk).exists()
    assert address not in client.get(reverse("roster:stand_in")).content.decode()
    assert verbs(centre, MONDAY)[-1] == "fill_seat"


def test_a_chair_that_was_just_filled_is_filled_by_nobody_else(seat, window, clerk2, keeper):
    with pytest.raises(MoveRefused, match="刚刚"):
        services.fill_seat(window, by=keeper, role=Role.CLERK, user=clerk2)


def test_a_chair_of_who_is_on_leave_is_filled_by_pressing_the_name(client, seat, clerk, keeper):
    Leave.objects.create(user=clerk, first_on=MONDAY, last_on=MONDAY)
    client.force_login(keeper)
    page = client.get(reverse("roster:stand_in")).content.decode()
    assert reverse("roster:stand_in_for", args=[seat.pk]) in page
    assert reverse("roster:fill_seat", args=[seat.window_id, "clerk"]) not in page


def test_a_clerk_reads_the_roster_and_cannot_change_it(client, seat, window, clerk):
    client.force_login(clerk)
    assert client.get(reverse("roster:week")).status_code == 200
    for name, args in [
        ("set_seat", [window.pk, MONDAY, "clerk"]),
        ("set_leader", [MONDAY]),
        ("copy_week", [MONDAY]),
        ("stand_in", []),
        ("deputies", []),
    ]:
        assert client.get(reverse(f"roster:{name}", args=args)).status_code == 403, name


def test_the_pages_work(client, seat, window, clerk, clerk2, keeper):
    client.force_login(keeper)
    answer = client.post(reverse("roster:set_seat", args=[window.pk, TUESDAY, "clerk"]), {"user": clerk2.pk})
    assert answer.status_code == 302
    assert Seat.objects.get(day=TUESDAY).user == clerk2
    answer = client.post(reverse("roster:set_leader", args=[TUESDAY]), {"leader": keeper.pk})
    assert answer.status_code == 302
    page = client.get(reverse("roster:copy_week", args=[NEXT])).content.decode()
    assert "填补空位 2 个" in page
    seen = selectors.copy_plan(window.unit, MONDAY, NEXT).seen
    assert client.post(reverse("roster:copy_week", args=[NEXT]), {"seen": "old"}).status_code == 409
    assert client.post(reverse("roster:copy_week", args=[NEXT]), {"seen": seen}).status_code == 302
    assert client.get(reverse("roster:day", args=[NEXT])).status_code == 200
    assert client.post(reverse("roster:clear_seat", args=[window.pk, TUESDAY, "clerk"])).status_code == 302
    assert client.get(reverse("roster:deputies")).status_code == 200
    answer = client.post(reverse("roster:set_deputy", args=[clerk.pk]), {"deputy": clerk2.pk})
    assert answer.status_code == 302
    page = client.get(reverse("roster:stand_in_for", args=[seat.pk])).content.decode()
    assert "余佩佩（B 岗）" in page
    assert client.post(reverse("roster:stand_in_for", args=[seat.pk]), {"user": "x"}).status_code == 422
    assert client.post(reverse("roster:stand_in_for", args=[seat.pk]), {"user": clerk2.pk}).status_code == 302
    assert Seat.objects.get(pk=seat.pk).user == clerk2


@pytest.mark.parametrize("day", ["x", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_not_found(client, keeper, day, centre):
    client.force_login(keeper)
    assert client.get(f"{reverse('roster:week')}?day={day}").status_code == 404


def test_the_pages_of_a_swap_work(client, seat, theirs, clerk, clerk2):
    client.force_login(clerk)
    answer = client.post(reverse("roster:ask_swap", args=[seat.pk]), {"theirs": theirs.pk, "note": ""})
    assert answer.status_code == 302
    swap = SeatSwap.objects.get()
    client.force_login(clerk2)
    assert "同意换班" in client.get(reverse("roster:swaps")).content.decode()
    assert client.get(reverse("roster:refuse_swap", args=[swap.pk])).status_code == 200
    assert client.post(reverse("roster:accept_swap", args=[swap.pk])).status_code == 302
    assert Seat.objects.get(day=MONDAY).user == clerk2


def test_home_shows_the_gaps_to_who_keeps_the_roster(client, seat, keeper, clerk):
    client.force_login(keeper)
    assert "缺岗 2 个" in client.get("/").content.decode()
    client.force_login(clerk)
    assert "缺岗" not in client.get("/").content.decode()
