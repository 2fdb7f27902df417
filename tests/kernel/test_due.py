"""`manage.py due`: what a clock counts, by the vectors of domain.md 11 and by a slow reference of our own."""

from datetime import date, datetime, timedelta

import chinese_calendar
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel import calendar
from kernel.calendar import NamedDay, NoCalendar, Pause, Term
from kernel.models import ClockRule
from kernel.reference.clock_rules import clock_rules

SHANGHAI = timezone.get_default_timezone()
ONE = timedelta(days=1)


def due(capsys, *arguments):
    """The lines that the command prints."""
    call_command("due", *arguments)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("code", "start", "options", "last_day"),
    [
        ("petition.transfer", "2026-03-02", [], "2026-03-17"),
        ("petition.inform", "2026-03-02", [], "2026-03-17"),
        ("petition.inform_transferred", "2026-03-02", [], "2026-03-17"),
        ("petition.transfer", "2026-02-10", [], "2026-02-25"),
        ("petition.object", "2026-02-12", [], "2026-02-26"),
        ("petition.object", "2026-04-29", [], "2026-05-09"),
        ("petition.object", "2026-09-30", [], "2026-10-13"),
        ("event.finish.3.一般", "2026-09-18", [], "2026-09-24"),
        ("petition.handle", "2026-03-16", [], "2026-05-15"),
        ("petition.handle", "2026-03-16", ["--extend"], "2026-06-14"),
        ("petition.ask_review", "2026-05-15", [], "2026-06-14"),
        ("petition.review", "2026-06-10", [], "2026-07-10"),
        ("petition.ask_rereview", "2026-05-15", [], "2026-06-14"),
        ("petition.rereview", "2026-07-20", [], "2026-08-19"),
        ("petition.rereview", "2026-07-20", ["--pause", "2026-08-01:2026-08-12"], "2026-08-31"),
        ("mediation.mediate", "2026-01-20", [], "2026-02-19"),
        ("mediation.mediate", "2026-01-20", ["--extend"], "2026-03-21"),
        ("mediation.mediate.labour", "2026-03-02", [], "2026-03-17"),
        ("mediation.mediate.referred_before", "2026-01-20", [], "2026-02-19"),
        ("mediation.mediate.referred_after", "2026-03-02", [], "2026-03-17"),
        ("mediation.ask_confirmation", "2026-09-05", [], "2026-10-08"),
        ("court.accept_confirmation", "2026-09-30", [], "2026-10-08"),
        ("court.review_confirmation", "2026-03-02", [], "2026-03-17"),
        ("court.review_confirmation", "2026-03-02", ["--extend"], "2026-03-27"),
        ("labour.accept", "2026-05-06", [], "2026-05-11"),
        ("labour.award", "2026-05-11", [], "2026-06-25"),
        ("labour.award", "2026-05-11", ["--extend"], "2026-07-10"),
        ("wages.accept", "2026-02-13", [], "2026-02-27"),
        ("wages.finish", "2026-03-02", [], "2026-05-28"),
        ("wages.finish", "2026-03-02", ["--extend"], "2026-07-10"),
        ("review.ask", "2026-03-02", [], "2026-05-06"),
        ("review.decide", "2026-03-16", [], "2026-05-15"),
        ("review.accept", "2026-09-30", [], "2026-10-13"),
        ("review.decide.simple", "2026-03-02", [], "2026-04-01"),
        ("petition.accept.simple", "2026-04-29", [], "2026-05-07"),
        ("petition.handle.simple", "2026-03-02", [], "2026-03-16"),
        ("mediation.mediate.traffic", "2026-03-02", [], "2026-03-12"),
        ("court.try", "2026-01-31", [], "2026-07-31"),
        ("court.try", "2026-03-31", [], "2026-09-30"),
        ("court.try", "2025-06-30", ["--extend"], "2026-06-30"),
        ("court.try.summary", "2026-03-05", [], "2026-06-05"),
        ("court.try.summary", "2026-03-16", ["--extend"], "2026-07-16"),
        ("court.try.summary", "2026-03-16", ["--pause", "2026-04-01:2026-04-10"], "2026-06-26"),
        ("court.try.small", "2025-12-31", [], "2026-02-28"),
        ("court.try.small", "2026-03-02", ["--extend"], "2026-06-02"),
        ("court.try.small", "2026-08-05", [], "2026-10-08"),
        ("court.payment_order", "2026-09-18", [], "2026-10-08"),
        ("court.protect", "2026-10-01T10:00", [], "2026-10-04T10:00:00+08:00"),
        ("court.protect.urgent", "2026-10-01T10:00", [], "2026-10-02T10:00:00+08:00"),
        ("land.accept", "2026-04-29", [], "2026-05-09"),
        ("land.award", "2026-03-16", [], "2026-05-15"),
        ("land.award", "2026-03-16", ["--extend"], "2026-06-15"),
        ("land.sue", "2026-09-05", [], "2026-10-08"),
        ("injury.decide", "2026-03-16", [], "2026-05-15"),
        ("injury.decide", "2026-03-16", ["--pause", "2026-04-01:2026-04-10"], "2026-05-25"),
        ("injury.decide.clear", "2026-03-02", [], "2026-03-17"),
        ("aid.review", "2026-03-02", [], "2026-03-09"),
        ("aid.assign", "2026-03-02", [], "2026-03-05"),
        ("market.accept", "2026-04-29", [], "2026-05-12"),
        ("market.mediate", "2026-03-02", [], "2026-05-08"),
        ("event.finish.1.一般", "2026-03-07", [], "2026-03-07"),
        ("event.accept.5.紧急", "2026-03-07T23:50", [], "2026-03-08T00:05:00+08:00"),
        ("event.accept.2.一般", "2026-03-06T16:30", [], "2026-03-09T11:30:00+08:00"),
        ("event.accept.3.紧急", "2026-03-07T23:50", [], "2026-03-08T00:20:00+08:00"),
        ("event.accept.4.一般", "2026-09-18", [], "2026-09-20"),
        ("event.finish.2.紧急", "2026-09-18", [], "2026-09-21"),
        ("event.finish.3.紧急", "2026-02-16T08:00", [], "2026-02-17T08:00:00+08:00"),
        ("event.finish.4.一般", "2026-09-18", [], "2026-10-09"),
        ("event.finish.4.紧急", "2026-03-02T09:00", ["--extend"], "2026-03-05T09:00:00+08:00"),
    ],
)
def test_the_last_day_of_each_vector(capsys, code, start, options, last_day):
    assert due(capsys, code, start, *options) == [last_day]


@pytest.mark.parametrize("code", [rule.code for rule in clock_rules()])
def test_every_rule_explains_its_date_in_full_sentences(capsys, code):
    *sentences, last_line = due(capsys, code, "2026-03-18T09:30", "--explain")
    assert len(sentences) >= 3
    assert all(sentence.endswith("。") for sentence in sentences)
    rule = ClockRule.objects.get(code=code)
    assert rule.start_event in sentences[0]
    assert rule.legal_basis in sentences[1]
    assert datetime.fromisoformat(last_line).strftime("%-d") in sentences[-1]


def test_the_explanation_names_each_day_that_did_not_count(capsys):
    assert due(capsys, "petition.object", "2026-02-12", "--explain") == [
        "从“收到转送、交办的信访事项”（2026年2月12日）起算，当日不计入。",
        "“提出异议”的期限是5个工作日，依据：《信访工作条例》第二十三条第三款。",
        "2026年2月15日不计入：星期日。",
        *[f"2026年2月{day}日不计入：春节。" for day in (16, 17, 18, 19, 20)],
        "2026年2月21日不计入：星期六。",
        "2026年2月22日不计入：星期日。",
        "2026年2月23日不计入：春节。",
        "最后一日是2026年2月26日，当日24时到期。",
        "2026-02-26",
    ]


def test_the_explanation_names_pauses_extensions_and_a_last_day_that_rolled(capsys):
    paused = due(capsys, "petition.rereview", "2026-07-20", "--pause", "2026-08-01:2026-08-02", "--explain")
    assert paused[2:4] == ["2026年8月1日不计入：暂停。", "2026年8月2日不计入：暂停。"]
    extended = due(capsys, "petition.handle", "2026-03-16", "--extend", "--explain")
    assert extended[2] == "延长30日，由单位负责人批准。"
    rolled = due(capsys, "mediation.ask_confirmation", "2026-09-05", "--explain")
    assert rolled[2:5] == [f"2026年10月{day}日不计入：国庆节。" for day in (5, 6, 7)]


def test_months_and_days_of_none_are_explained_in_words(capsys):
    assert due(capsys, "court.try.small", "2025-12-31", "--explain")[1:] == [
        "“民事一审（小额诉讼）”的期限是2个月，依据：《民事诉讼法》第一百六十八条。",
        "最后一日是2026年2月28日，当日24时到期。",
        "2026-02-28",
    ]
    same_day = due(capsys, "event.finish.1.一般", "2026-03-07", "--explain")
    assert same_day[0] == "从“采集上报”（2026年3月7日）起算。"
    assert "的期限是当日，" in same_day[1]
    assert "的期限是15分钟，" in due(capsys, "event.accept.5.一般", "2026-03-07T10:00", "--explain")[1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["petition.nothing", "2026-03-02"], "no rule 'petition.nothing'"),
        (["petition.handle", "2021-03-02"], "in force on 2021-03-02"),
        (["petition.handle", "2026-02-30"], "neither a date"),
        (["petition.handle", "soon"], "neither a date"),
        (["petition.handle", "2026-03-02", "--pause", "2026-03-05:2026-03-06"], "cannot be paused"),
        (["petition.rereview", "2026-03-02", "--pause", "2026-03-05"], "write FROM:TO"),
        (["petition.rereview", "2026-03-02", "--pause", "2026-03-06:2026-03-05"], "ends before it begins"),
        (
            [
                "petition.rereview",
                "2026-03-02",
                "--pause",
                "2026-03-05:2026-03-09",
                "--pause",
                "2026-03-09:2026-03-10",
            ],
            "overlap",
        ),
        (["petition.transfer", "2026-03-02", "--extend"], "cannot be extended"),
        (["petition.object", "2026-12-30"], "2027年的工作日历尚未录入"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_code_2(arguments, sentence):
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("due", *arguments)
    assert refused.value.returncode == 2


# --- Against a slow reference -----------------------------------------------------------------------------------------

KNOWN = (date(2020, 1, 1), date(2026, 12, 31))
NAMED = {
    **{day: NamedDay(False, name) for day, name in chinese_calendar.holidays.items() if day.weekday() < 5},
    **{day: NamedDay(True, name) for day, name in chinese_calendar.workdays.items()},
}
FULL = calendar.Calendar({day: named for day, named in NAMED.items() if day.year >= 2020})


def one_by_one(start, length, *, working, rolls, paused):
    """The last day, walking day by day and asking the library itself about each."""

    def counts(day):
        return day not in paused and (not working or chinese_calendar.is_workday(day))

    day = start
    while length:
        day += ONE
        length -= counts(day)
    while rolls and (day in paused or not chinese_calendar.is_workday(day)):
        day += ONE
    return day


@st.composite
def pauses(draw):
    """Some pauses of up to 25 days, none touching another."""
    found, day = [], draw(st.dates(date(2019, 12, 20), date(2025, 3, 1)))
    for _number in range(draw(st.integers(0, 4))):
        first = day + draw(st.integers(1, 40)) * ONE
        day = first + draw(st.integers(0, 24)) * ONE
        found.append(Pause(first, day))
    return tuple(found)


@settings(max_examples=400, deadline=None)
@given(
    start=st.dates(date(2020, 1, 1), date(2025, 3, 1)),
    offset=st.integers(-60, 60),
    length=st.integers(1, 90),
    extension=st.integers(0, 40),
    working=st.booleans(),
    rolls=st.booleans(),
    pauses=pauses(),
)
def test_any_term_ends_where_walking_day_by_day_ends(
    start, offset, length, extension, working, rolls, pauses
):
    if pauses:  # near the term, where they matter
        start = min(max(pauses[0].first + offset * ONE, KNOWN[0]), date(2025, 3, 1))
    unit = ClockRule.Unit.WORKING_DAY if working else ClockRule.Unit.CALENDAR_DAY
    term = Term(ClockRule(unit=unit, length=length, rolls=rolls), FULL, pauses, extension)
    paused = {pause.first + n * ONE for pause in pauses for n in range((pause.last - pause.first).days + 1)}
    assert term.last_day(start) == one_by_one(
        start, length + extension, working=working, rolls=rolls, paused=paused
    )


@given(start=st.dates(date(2020, 1, 1), date(2090, 1, 1)), months=st.integers(1, 24))
def test_months_end_on_the_corresponding_day_or_the_last_of_the_month(start, months):
    term = Term(ClockRule(unit=ClockRule.Unit.MONTH, length=months), calendar.ANY)
    assert term.last_day(start) == month_by_month(start, months)


def month_by_month(start, months):
    first = start.replace(day=1)
    for _month in range(months):
        first = (first + 31 * ONE).replace(day=1)
    days = [first + n * ONE for n in range(31)]
    return max(day for day in days if day.month == first.month and day.day <= start.day)


@settings(max_examples=200, deadline=None)
@given(
    start=st.datetimes(datetime(2020, 1, 1), datetime(2025, 12, 1)).map(lambda at: at.replace(microsecond=0)),
    minutes=st.integers(1, 40 * 60),
)
def test_working_hours_end_where_counting_the_minutes_ends(start, minutes):
    start = start.replace(second=0, tzinfo=SHANGHAI)
    rule = ClockRule(unit=ClockRule.Unit.WORKING_HOUR, length=minutes / 60)
    assert abs(Term(rule, FULL).due(start) - minute_by_minute(start, minutes)) < timedelta(seconds=1)


def minute_by_minute(at, minutes):
    while minutes:
        open_now = chinese_calendar.is_workday(at.date()) and any(
            opens <= at.strftime("%H:%M") < closes
            for opens, closes in [("08:30", "12:00"), ("14:00", "17:30")]
        )
        minutes -= open_now
        at += timedelta(minutes=1)
    return at


def test_no_hours_end_where_they_begin():
    start = datetime(2026, 3, 7, 23, tzinfo=SHANGHAI)
    assert calendar.after_working_hours(start, 0, FULL) == start


def test_a_changed_calendar_changes_what_follows_only():
    rule = ClockRule(unit=ClockRule.Unit.WORKING_DAY, length=5)
    start, free = date(2026, 3, 2), date(2026, 3, 4)
    changed = calendar.Calendar({**FULL.named, free: NamedDay(False, "试")})
    assert Term(rule, FULL).last_day(start) == date(2026, 3, 9)
    assert Term(rule, changed).last_day(start) == date(2026, 3, 10)
    assert Term(rule, changed).last_day(free) == Term(rule, FULL).last_day(free)


def test_a_year_without_a_calendar_is_not_guessed_unless_asked():
    term = Term(ClockRule(unit=ClockRule.Unit.WORKING_DAY, length=10), FULL)
    with pytest.raises(NoCalendar, match="2027"):
        term.last_day(date(2026, 12, 28))
    assert Term(term.rule, FULL.guessing).last_day(date(2026, 12, 28)) == date(2027, 1, 11)
