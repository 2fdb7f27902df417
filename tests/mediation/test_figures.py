"""A mediator's figures: each counted from rows by its definition, each number opening just those rows."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.states import Answer, Route
from kernel.figures import value
from mediation import figures, mediators, services
from mediation.figures import MEASURES, month_of, span_of, year_of
from mediation.models import Mediation, SessionPlan
from mediation.states import Ground
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import (
    accepted,
    closed,
    consented,
    drafted,
    in_force,
    mediator_of,
    planned,
    put_away,
    submitted,
)


def day(text, hour=10):
    return datetime.fromisoformat(f"2026-{text}T{hour:02}:00").replace(tzinfo=timezone.get_default_timezone())


SEPTEMBER = month_of(day("09-07").date())


def fraction(slug, mediator, span=SEPTEMBER, reader=None):
    return value(MEASURES[slug], mediators.work_of(mediator, reader or mediator), span).fraction


def count(slug, mediator, span=SEPTEMBER):
    return value(MEASURES[slug], mediators.work_of(mediator, mediator), span).count


@pytest.fixture
def agreed(mediator, keeper, clerk):
    """Accepted on 17 August, in force on 7 September, closed on the 10th."""
    with time_machine.travel(day("08-17"), tick=False):
        mediation = accepted(mediator)
    with time_machine.travel(day("09-07"), tick=False):
        in_force(mediation, keeper)
    with time_machine.travel(day("09-10"), tick=False):
        cases.follow_up(mediation.round, by=clerk, way="phone", said="按约履行", promise_kept=True)
    return mediation


def given_up(mediator, ground, on="09-08"):
    with time_machine.travel(day("09-01"), tick=False):
        mediation = accepted(mediator)
    with time_machine.travel(day(on), tick=False):
        services.give_up(
            mediation, by=mediator, ground=ground, note="谈不拢", route=Route.COURT, unit=mediation.unit
        )
    return mediation


def test_an_agreement_counts_in_the_month_in_which_it_took_effect(agreed, mediator):
    august = month_of(day("08-17").date())
    assert (count("taken", mediator, august), count("taken", mediator)) == (1, 0)
    assert fraction("success", mediator) == "1/1"
    assert fraction("success", mediator, august) == "0/0"
    assert fraction("success", mediator, year_of(day("01-01").date())) == "1/1"


def test_without_a_base_there_is_a_dash_and_no_rate(mediator):
    one = value(MEASURES["success"], mediators.work_of(mediator, mediator), SEPTEMBER)
    assert (one.text, one.fraction) == ("—", "0/0")
    assert figures.days(mediators.work_of(mediator, mediator), SEPTEMBER).mean_text == "—"


def test_a_failed_mediation_lowers_the_rate_and_a_refusal_does_not(agreed, mediator):
    given_up(mediator, Ground.NO_AGREEMENT)
    given_up(mediator, Ground.REFUSED)
    given_up(mediator, Ground.NOT_MEDIABLE)
    assert fraction("success", mediator) == "1/2"


def test_days_run_from_acceptance_to_effect_with_mean_and_median(agreed, mediator):
    given_up(mediator, Ground.NO_AGREEMENT, on="09-02")
    given_up(mediator, Ground.NO_AGREEMENT, on="09-03")
    days = figures.days(mediators.work_of(mediator, mediator), SEPTEMBER)
    assert (days.mean_text, days.median_text) == ("8", "2")


def test_who_ends_after_the_last_day_is_late(mediator, keeper):
    with time_machine.travel(day("08-01"), tick=False):
        late = accepted(mediator)
        in_time = accepted(mediator)
    with time_machine.travel(day("09-01"), tick=False):
        in_force(late, keeper)
    with time_machine.travel(day("08-31", 23), tick=False):
        in_force(in_time, keeper)
    assert fraction("on-time", mediator) == "0/1"
    assert fraction("on-time", mediator, month_of(day("08-31").date())) == "1/1"


def test_satisfaction_stands_beside_the_response_and_leaves_out_who_did_not_answer(
    agreed, mediator, keeper, clerk
):
    with time_machine.travel(day("09-12"), tick=False):
        for answer in (Answer.FAIRLY, Answer.UNSATISFIED):
            cases.rate(closed(accepted(mediator), keeper, clerk).round, answer=answer)
    assert fraction("satisfied", mediator) == "1/2"
    assert fraction("rated", mediator) == "2/3"


def test_a_matter_that_comes_back_within_ninety_days_was_not_settled_the_first_time(
    agreed, mediator, clerk, committee
):
    assert fraction("first-time", mediator) == "1/1"
    assert SEPTEMBER.ripe_on == day("12-29").date()
    with time_machine.travel(day("12-08"), tick=False):
        assert SEPTEMBER.is_provisional
        cases.reopen(agreed.case, by=clerk, unit=committee, reason="没有履行")
    assert fraction("first-time", mediator) == "0/1"


def test_one_that_comes_back_later_is_another_matter(agreed, mediator, clerk, committee):
    with time_machine.travel(day("12-10"), tick=False):
        cases.reopen(agreed.case, by=clerk, unit=committee, reason="又漏水了")
    assert fraction("first-time", mediator) == "1/1"


def test_whoever_mediates_now_has_the_figure_and_nobody_counts_what_they_do_not_see(
    agreed, mediator, colleague, stranger
):
    assert fraction("success", colleague) == "0/0"
    assert fraction("success", mediator, reader=stranger) == "0/0"


@pytest.mark.parametrize("slug", ["2026-13", "2026-9", "abcd", "99999", "2026-00", ""])
def test_an_address_with_no_month_is_none(slug):
    assert span_of(slug) is None


def test_a_month_and_a_year_are_read_back_from_their_address():
    assert span_of(SEPTEMBER.slug) == SEPTEMBER
    assert span_of("2026") == year_of(day("01-01").date())
    assert (SEPTEMBER.label, span_of("2026").label) == ("2026年9月", "2026年")


def test_month_and_year_counted_together_are_what_each_measure_counts_alone(
    agreed, mediator, keeper, clerk, head
):
    given_up(mediator, Ground.NO_AGREEMENT)
    with time_machine.travel(day("10-20"), tick=False):
        done = closed(accepted(mediator), keeper, clerk)
        cases.rate(done.round, answer=Answer.SATISFIED)
        services.pass_check(put_away(done), by=head)
    work = mediators.work_of(mediator, mediator)
    for month in ("09-15", "10-15"):
        table = mediators.table_of(mediator, mediator, day(month).date())
        for line in table.lines:
            assert line.month == value(line.month.measure, work, table.month)
            assert line.year == value(line.year.measure, work, table.year)
    assert {line.month.measure.slug: line.month.count for line in table.lines}["passed"] == 1


# --- What comes next --------------------------------------------------------------------------------------------------


def steps(mediator):
    return {str(step): count for step, count in mediators.steps_of(mediator, mediator) if count}


def test_every_mediation_waits_for_its_next_step(mediator, keeper, clerk):
    accepted(mediator)
    consented(accepted(mediator))
    planned(consented(accepted(mediator)))
    drafted(accepted(mediator))
    submitted(accepted(mediator))
    in_force(accepted(mediator), keeper)
    put_away(closed(accepted(mediator), keeper, clerk))
    closed(accepted(mediator), keeper, clerk)
    assert steps(mediator) == {
        "consent": 1,
        "plan": 1,
        "hold": 1,
        "submit": 1,
        "sign": 1,
        "follow_up": 1,
        "archive": 1,
    }


def test_a_session_that_began_waits_to_be_recorded(mediator):
    plan = planned(consented(accepted(mediator)))
    with time_machine.travel(plan.begins_at + timedelta(minutes=1), tick=False):
        assert steps(mediator) == {"record": 1}


# --- The page ---------------------------------------------------------------------------------------------------------


def test_each_number_opens_just_its_rows(client, agreed, mediator):
    failed = given_up(mediator, Ground.NO_AGREEMENT)
    client.force_login(mediator)
    with time_machine.travel(day("09-20"), tick=False):
        page = client.get(reverse("mediation:me")).content.decode()
        assert "平均 14，中位 14" in page
        for part, shown in (("rows", [agreed]), ("base", [agreed, failed])):
            url = reverse("mediation:mediator_rows", args=[mediator.pk, "2026-09", "success", part])
            assert url in page
            listing = client.get(url).context["listing"]
            assert {row.item for row in listing.rows} == set(shown)


def test_each_step_opens_just_its_rows(client, mediator):
    waits = consented(accepted(mediator))
    accepted(mediator)
    client.force_login(mediator)
    url = reverse("mediation:mediator_step", args=[mediator.pk, "plan"])
    assert url in client.get(reverse("mediation:me")).content.decode()
    page = client.get(url)
    assert [row.item for row in page.context["listing"].rows] == [waits]
    assert re.search(r"<h1[^>]*>\s*下一步：约定调解\s*</h1>", page.content.decode())


def test_the_page_shows_the_sessions_of_today(client, mediator):
    with time_machine.travel(day("09-01"), tick=False):
        plan = planned(accepted(mediator))
        client.force_login(mediator)
        page = client.get(reverse("mediation:me")).content.decode()
    assert "村委会二楼" in page
    assert plan.mediation.case.number in page
    assert reverse("mediation:hold_session", args=[plan.pk]) not in page


def test_a_session_that_nobody_recorded_is_recorded_from_the_page(client, mediator):
    plan = planned(accepted(mediator))
    begun = timezone.now() - timedelta(minutes=1)
    SessionPlan.objects.update(begins_at=begun, ends_at=begun + timedelta(hours=1))
    client.force_login(mediator)
    page = client.get(reverse("mediation:me")).content.decode()
    assert reverse("mediation:hold_session", args=[plan.pk]) in page


def test_a_page_of_somebody_else_is_for_whoever_heads_them(
    client, agreed, mediator, colleague, head, stranger
):
    urls = [
        reverse("mediation:mediator_detail", args=[mediator.pk]),
        reverse("mediation:mediator_rows", args=[mediator.pk, "2026-09", "success", "rows"]),
        reverse("mediation:mediator_step", args=[mediator.pk, "plan"]),
    ]
    for user, status in ((mediator, 200), (head, 200), (colleague, 404), (stranger, 404)):
        client.force_login(user)
        assert [client.get(url).status_code for url in urls] == [status] * 3


def test_addresses_that_name_nothing_are_not_found(client, mediator):
    client.force_login(mediator)
    for args in (["2026-09", "nothing", "rows"], ["2026-09", "taken", "base"], ["x", "taken", "rows"]):
        assert client.get(reverse("mediation:mediator_rows", args=[mediator.pk, *args])).status_code == 404
    assert client.get(reverse("mediation:mediator_step", args=[mediator.pk, "nothing"])).status_code == 404


def test_the_rows_are_exported_with_the_page(client, agreed, mediator):
    client.force_login(mediator)
    url = reverse("mediation:mediator_rows", args=[mediator.pk, "2026-09", "agreed", "rows"])
    assert client.post(url).status_code == 200


def test_the_page_costs_the_same_with_more_rows(
    client, mediator, keeper, clerk, django_assert_max_num_queries, committee
):
    client.force_login(mediator)
    closed(accepted(mediator), keeper, clerk)
    client.get(reverse("mediation:me"))
    with django_assert_max_num_queries(60) as few:
        client.get(reverse("mediation:me"))
    for _n in range(3):
        closed(accepted(mediator), keeper, clerk)
        planned(accepted(mediator), place=f"{_n}室")
    with django_assert_max_num_queries(60) as many:
        client.get(reverse("mediation:me"))
    assert len(many) <= len(few) + 3, "guests of the sessions of today are read once more"


def test_an_administrator_has_no_figures(client, committee):
    user = UserFactory(post=(Role.SYSADMIN, committee))
    client.force_login(user)
    assert client.get(reverse("mediation:me")).status_code in (200, 403)
    assert not Mediation.objects.visible_to(user).exists()


def test_a_mediator_of_another_committee_has_a_page_of_their_own(client, agreed):
    client.force_login(mediator_of(agreed.unit))
    assert agreed.case.number not in client.get(reverse("mediation:me")).content.decode()
