"""Story P2, point 5: an agreement of 7 September 2026 on its way to the ruling, to the last day."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from cases.escalation import sweep
from kernel.models import Notification
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import ConfirmationTerm, JudicialConfirmation
from mediation.states import CheckItem, ConfirmationState
from people.models import Unit
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import TEXTS, mediator_of, sign, waiting_case

SHANGHAI = timezone.get_default_timezone()
RULING = "（2026）浙0803诉前调确12号民事裁定书"


def at(month, day, hour=10, minute=0):
    return time_machine.travel(datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI), tick=False)


@pytest.fixture(autouse=True)
def _reference(db):
    call_command("load_reference", verbosity=0)


@pytest.fixture
def committee():
    return Unit.objects.get(code="committee")


@pytest.fixture
def confirmation(committee):
    """Two sign on 4 September, the firm on the 5th, mediator and stamp on Monday the 7th."""
    mediator = mediator_of(committee, name="连翠英")
    keeper = UserFactory(post=(Role.STAMP_KEEPER, committee))
    with at(8, 17):
        mediation = services.accept(waiting_case(committee).rounds.get(), by=mediator)
    with at(9, 4):
        agreement = services.draft_agreement(mediation, by=mediator, **TEXTS)
        services.submit_agreement(agreement, by=mediator, checked=CheckItem.values)
        one, other, firm, own = agreement.signatures.all()
        sign(agreement, one)
        sign(agreement, other)
    with at(9, 5):
        sign(agreement, firm)
    assert not JudicialConfirmation.objects.exists()
    with at(9, 7):
        sign(agreement, own)
        services.set_stamp(agreement, by=keeper, stamped_on=date(2026, 9, 7))
    return JudicialConfirmation.objects.get(agreement=agreement)


@pytest.fixture
def liaison():
    return UserFactory(post=(Role.COURT, Unit.objects.get(code="court")), name="方立明")


def terms(kind):
    return list(ConfirmationTerm.objects.filter(kind=kind))


def last_day(confirmation, code):
    return confirmation.clocks.get(code=code).last_day


def apply(confirmation):
    mediator = confirmation.mediation.mediator
    services.check_admissibility(confirmation, by=mediator, met=terms("condition"))
    services.apply_for_confirmation(
        confirmation,
        by=mediator,
        applicants=list(confirmation.case.parties.all()),
        papers=terms("paper"),
        applied_on=timezone.localdate(),
    )


def test_the_thirty_days_end_on_a_holiday_and_roll(confirmation):
    clock = confirmation.asking
    assert confirmation.agreement.in_force_on == date(2026, 9, 7)
    assert date(2026, 9, 7) + timedelta(days=30) == date(2026, 10, 7)
    assert clock.last_day == date(2026, 10, 8)


def test_the_mediator_is_reminded_30_20_7_and_3_days_before(confirmation):
    """Those of the first week of October fall on the national holiday: told before it, and once."""
    mediator = confirmation.mediation.mediator
    Notification.objects.all().delete()
    told = []
    for offset in range(32):
        with at(9, 7, 18):
            now = timezone.now() + timedelta(days=offset)
        with time_machine.travel(now, tick=False):
            sweep(now=now)
        count = Notification.objects.filter(to=mediator, text__contains="申请司法确认").count()
        if count > len(told):
            told.append(now.date())
    assert told == [date(2026, 9, 8), date(2026, 9, 18), date(2026, 9, 30)]
    steps = list(confirmation.asking.firings.order_by("pk").values_list("step", flat=True))
    assert steps == ["notice_1", "notice_2", "notice_4"]


def test_from_the_joint_application_to_the_ruling(confirmation, liaison):
    ended = confirmation.mediation.ended_at
    with at(9, 18):
        apply(confirmation)
        services.hand_to_court(
            confirmation, by=confirmation.mediation.mediator, desk=liaison.posts.get().unit
        )
        assert confirmation.asking.stopped_at
        assert last_day(confirmation, "court.accept_confirmation") == date(2026, 9, 21)
    with at(9, 21):
        services.accept_confirmation(
            confirmation, by=liaison, number="（2026）浙0803诉前调确12号", accepted_on=date(2026, 9, 21)
        )
        assert last_day(confirmation, "court.review_confirmation") == date(2026, 10, 8)
    with at(9, 28):
        scan = SimpleUploadedFile("民事裁定书.pdf", b"%PDF-1.7\n%%EOF", "application/pdf")
        services.confirm_agreement(
            confirmation, by=liaison, ruling_number=RULING, ruled_on=date(2026, 9, 28), ruling=scan
        )
    assert (confirmation.state, confirmation.ruled_on) == (ConfirmationState.CONFIRMED, date(2026, 9, 28))
    assert confirmation.ruling in confirmation.case.attachments.all()
    entry = confirmation.history.get(verb="confirm_agreement")
    assert (entry.by, entry.at.date()) == (liaison, date(2026, 9, 28))
    confirmation.mediation.refresh_from_db()
    assert confirmation.mediation.ended_at == ended
    assert timezone.localdate(ended) == date(2026, 9, 7)


def test_on_the_ninth_of_october_it_is_too_late(confirmation):
    with at(10, 9), pytest.raises(MoveRefused, match="2026-10-08.*已经届满"):
        apply(confirmation)
