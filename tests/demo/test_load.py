"""What a loaded centre looks like, and that it holds together as if it had been lived."""

import re
from collections import Counter

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.utils import timezone
from PIL import Image

from cases import services as cases
from cases.models import Agent, Card, Case, Request, Round
from cases.states import Route
from governance_center.demo import album
from intake.models import Arrival, Span, Ticket
from intake.services import FROM_A_SYSTEM
from intake.states import State as TicketState
from kernel import anchors
from kernel.attachments import checked_type, stored_path
from kernel.calendar import ANY, DAY, NoCalendar, Term, current, midnight
from kernel.models import Attachment, Clock, HistoryEntry
from mediation.models import Agreement
from mediation.states import AgreementState
from people import reference
from people.models import Guardian, Person, Seat, User

SHANGHAI = timezone.get_default_timezone()


def test_exactly_so_many_cases_are_there(centre):
    assert centre.cases == Case.objects.count() == 74


def test_the_history_is_intact(centre, store, settings):
    settings.FILES_DIR = store
    verdict = anchors.verify()
    assert (verdict.broken, verdict.entries) == ("", HistoryEntry.objects.count())


def references():
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                target = field.related_model._meta
                yield model._meta.db_table, field.column, target.db_table, target.pk.column


def test_every_key_finds_its_row(centre):
    with connection.cursor() as cursor:
        for table, column, target, key in references():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" a WHERE "{column}" IS NOT NULL'  # noqa: S608
                f' AND NOT EXISTS (SELECT 1 FROM "{target}" b WHERE b."{key}" = a."{column}")'
            )
            assert cursor.fetchone() == (0,), (table, column)


def test_every_demo_account_is_there_with_the_password_that_is_printed(centre, settings):
    users = {user.username: user for user in User.objects.all()}
    assert set(reference.DEMO_ACCOUNTS) <= users.keys()
    assert users["clerk"].check_password(settings.DEMO_PASSWORD)


def test_three_sit_at_each_of_eight_windows_today(centre):
    seats = Counter(Seat.objects.today().values_list("window__number", flat=True))
    assert seats == dict.fromkeys(range(1, 9), 3)


def test_the_hall_is_in_full_swing(centre):
    states = Counter(Ticket.objects.today().values_list("state", flat=True))
    assert states.total() == 40
    assert {TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.SERVED} <= set(states)


def test_numbers_follow_on(centre):
    numbers = sorted(Case.objects.filter(number__startswith="2026-0").values_list("number", flat=True))
    assert numbers == [f"2026-{n:06}" for n in range(1, len(numbers) + 1)]
    assert lived_case().number == f"2026-{len(numbers) + 1:06}"


def lived_case():
    like = Case.objects.filter(restriction="", route=Route.MEDIATION).first()
    clerk = User.objects.get(username="clerk")
    return cases.open_case(
        by=clerk,
        unit=clerk.posts.get().unit,
        to_unit=like.unit,
        title="楼上漏水",
        story="",
        category=like.category,
        outlet=like.outlet,
        area=like.area,
    )


def test_ticket_numbers_of_a_day_have_no_gap_and_follow_arrival(centre):
    for day in Ticket.objects.dates("day", "day"):
        visits = list(Ticket.objects.on(day).order_by("issued_at", "number").values_list("number", "arrival"))
        assert visits == [(n, n) for n in range(1, len(visits) + 1)]


def test_spans_of_a_visit_follow_each_other_without_gap_or_overlap(centre):
    for ticket in Ticket.objects.prefetch_related("spans"):
        spans = list(ticket.spans.all())
        assert all(span.ended_at == after.started_at for span, after in zip(spans, spans[1:], strict=False))


def test_nobody_is_overtaken_by_a_later_visitor_of_the_same_class(centre):
    for day in Ticket.objects.dates("day", "day"):
        called = (
            Span.objects.filter(ticket__day=day, kind="called")
            .select_related("ticket")
            .order_by("started_at")
        )
        for rank in (0, 1):
            arrivals = [span.ticket.arrival for span in called if span.ticket.rank == rank]
            assert arrivals == sorted(arrivals)


def test_search_columns_are_those_that_services_fill(centre):
    for case in Case.objects.all():
        before = (case.names, case.searchable, case.terms)
        cases.refresh_words(case)
        assert (case.names, case.searchable, case.terms) == before


def test_people_can_be_read_and_found(centre):
    known = [person for person in Person.objects.all() if person.id_number]
    assert known
    for person in known:
        assert re.fullmatch(r"\d{17}[\dX]", person.id_number.plain)
        assert re.fullmatch(r"\d{11}", person.phone.plain)
        assert Person.objects.filter(id_hash=person.id_hash).count() == 1


def test_agreements_in_force_are_sealed_and_numbered_in_the_order_of_force(centre):
    in_force = Agreement.objects.filter(state=AgreementState.IN_FORCE)
    assert in_force
    assert all(agreement.digest() == agreement.content_hash for agreement in in_force)
    days = in_force.exclude(number="").order_by("number").values_list("in_force_on", flat=True)
    for year in {day.year for day in days}:
        of_year = [day for day in days if day.year == year]
        assert of_year == sorted(of_year)


def test_clocks_are_due_when_the_engine_says(centre):
    """All but those whose last day stands on a paper."""
    for clock in Clock.objects.filter(source="").select_related("rule"):
        term = Term(clock.rule, current() if clock.rule.asks_calendar else ANY)
        assert clock.calendar_id == term.calendar.version
        if not clock.provisional:
            assert clock.due_at == term.due(clock.started_at)
        else:
            with pytest.raises(NoCalendar):
                term.due(clock.started_at)


def test_covers_and_rounds_show_the_nearest_due(centre):
    for round in Round.objects.select_related("case"):
        before = round.due_at
        round.clocks_changed()
        assert round.due_at == before
    for case in Case.objects.all():
        latest = case.latest_round()
        assert (case.state, case.route, case.unit_id, case.due_at) == (
            latest.state,
            latest.route,
            latest.unit_id,
            latest.due_at,
        )


def test_every_move_was_open_to_the_role_of_whoever_made_it(centre):
    for entry in HistoryEntry.objects.filter(by__isnull=False).prefetch_related("subject", "by__posts"):
        table = {move.verb: move for move in getattr(entry.subject, "MOVES", ())}
        if move := table.get(entry.verb):
            assert move.who.keys() & entry.by.roles, entry
            earlier = HistoryEntry.objects.filter(dossier=entry.dossier_id, seq__lt=entry.seq, by=entry.by)
            if isinstance(entry.subject, Round):
                earlier = earlier.filter(at__gte=entry.subject.opened_at)
            assert not earlier.filter(verb__in=move.not_by), entry


def test_the_woman_from_hunan_is_found_with_her_whole_story(centre):
    case = Case.objects.matching("王冬梅").get(amount=450)
    round = case.latest_round()
    assert (round.state, round.outcome, round.ratings.get().answer) == ("closed", "settled", "satisfied")
    ticket = Ticket.objects.get(query_code=case.query_code)
    waiting = ticket.spans.get(kind="waiting")
    assert (waiting.seconds, ticket.window.number) == (1140, 3)
    assert {str(receiver) for receiver in ticket.receivers.all()} == {"徐晓岚", "郑和田", "方立明"}
    assert case.area.name == "樟潭街道"
    assert f"{timezone.localtime(case.opened_at):%a %H:%M}" == "Mon 09:48"


def test_she_left_the_receipt_of_the_payment(centre, store, settings):
    settings.FILES_DIR = store
    case = Case.objects.matching("王冬梅").get(amount=450)
    receipt = Attachment.objects.get(dossier=case.dossier)
    assert (receipt.name, receipt.content_type) == ("微信转账凭证.png", "image/png")
    with Image.open(stored_path(receipt.sha256)) as picture:
        picture.verify()
    assert f"{timezone.localtime(receipt.attached_at):%H:%M}" == "11:22"


def test_papers_are_real_files_and_few_however_many_matters_have_some(centre, store, settings):
    settings.FILES_DIR = store
    attached = Attachment.objects.all()
    assert len(attached) > 10
    for one in attached:
        content = SimpleUploadedFile(one.name, stored_path(one.sha256).read_bytes())
        assert (checked_type(content), content.size) == (one.content_type, one.size)
    assert {one.content_type for one in attached} >= {"image/png", "image/jpeg", "application/pdf"}
    assert sum(path.is_file() for path in store.rglob("*")) <= len(album.SHEETS)


def test_what_is_rare_can_be_met(centre):
    """Requests at every turn, somebody who went home for papers, an agent with a letter, a child with a guardian."""
    assert {"objected", "answered", "withdrawn", "verified"} <= set(
        Request.objects.values_list("state", flat=True)
    )
    assert Ticket.objects.today().filter(state=TicketState.HELD).exists()
    assert Agent.objects.get().letter.content_type == "application/pdf"
    guardian = Guardian.objects.get()
    assert guardian.minor.is_minor
    assert guardian.minor.parties.exists()


def test_each_door_has_matters_and_the_asked_dates_are_due_on_their_last_day(centre):
    for arrival in Arrival.objects.select_related("case"):
        assert bool(arrival.case.outside_number) == (arrival.case.channel in FROM_A_SYSTEM)
        assert arrival.case.outside_number.lower() in arrival.case.searchable
    given = Clock.objects.filter(code="case.reply_by")
    assert given
    assert all(clock.due_at == midnight(clock.last_day + DAY) for clock in given)


def test_nobody_is_asked_or_pressed_of_what_they_cannot_open(centre):
    """Nobody could answer, whatever day it is loaded on."""
    for request in Request.objects.exclude(case__restriction=""):
        assert request.keepers(), request
    for card in Card.objects.all():
        assert card.keepers(), card
