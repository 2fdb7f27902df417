"""Every petition is registered, once each time that it comes (信访工作条例 19 to 22)."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.states import MOST_REPRESENTATIVES, Side
from kernel import clocks, history, live
from kernel.calendar import midnight
from kernel.editing import editing
from kernel.moves import MoveRefused
from kernel.transitions import moving, opening
from people.roles import Restriction
from petitions.models import PetitionHandling, Registration
from petitions.states import Form, HandlingState, Purpose


def registered(handling) -> Registration:
    """What was registered. Nothing is done about a petition before (22(1))."""
    registration = handling.registrations.select_related("case").first()
    if registration is None:
        raise MoveRefused(_("请先登记信访事项（信访工作条例第二十二条第一款）。"))
    return registration


@transaction.atomic
def register_petition(handling, *, by, representatives=(), **registered) -> Registration:
    """Register the petition that was taken. The fifteen days run from the day on which it came (22).

    `registered` holds the columns of Registration, `representatives` parties who speak for the others.
    """
    cases.lock_file(handling.case)
    handling.refresh_from_db()
    if handling.state != HandlingState.IN_HAND or handling.registrations.exists():
        raise MoveRefused(_("本件已经登记，或者已经处理。需要改动的，请更正登记。"))
    registration = Registration(case=handling.case, handling=handling, registered_by=by, **registered)
    refuse_misplaced(registration)
    with opening(registration, "register_petition", by=by, note=registration.get_purpose_display()):
        choose_representatives(registration, representatives)
        count_from(handling, registration.came_on)
        report_if_urgent(registration)
    return registration


def refuse_misplaced(registration) -> None:
    """An accusation is hidden before a word of it is kept (30(3)), and nothing comes in the future."""
    accused = registration.case.restriction == Restriction.ACCUSATION
    if (registration.purpose == Purpose.ACCUSATION) != accused:
        raise MoveRefused(
            _("检举控告件由纪检监察机关办理，信访目的是“检举控告”。")
            if accused
            else _(
                "检举控告事项须限制查看、不得泄露（信访工作条例第三十条）：请不要登记内容，直接“移送纪检监察机关”。"
            )
        )
    if registration.came_on > timezone.localdate():
        raise MoveRefused(_("收到日期不能晚于今天。"))


def count_from(handling, came_on: date) -> None:
    """The office's time runs from the day received, not from the day typed."""
    round = handling.round
    clock = round.clocks.running().filter(code="petition.transfer").first()
    if clock and came_on < timezone.localdate(clock.started_at):
        clocks.turn(round, stops=["petition.transfer"], starts=["petition.transfer"], at=midnight(came_on))


def report_if_urgent(registration) -> None:
    """What may have social impact is reported at once (25), and as soon as that is known."""
    round = registration.handling.round
    if registration.is_urgent and not round.clocks.filter(code="petition.urgent_report").exists():
        clocks.turn(round, starts=["petition.urgent_report"])


def choose_representatives(registration, parties) -> None:
    """Many who come together elect representatives, five at most (20(3))."""
    if len(parties) > MOST_REPRESENTATIVES:
        raise MoveRefused(
            _("代表不得超过%(most)d人（信访工作条例第二十条第三款）。") % {"most": MOST_REPRESENTATIVES}
        )
    many = registration.form == Form.VISIT and registration.people_count > MOST_REPRESENTATIVES
    if many and not parties:
        raise MoveRefused(
            _("多人走访反映共同事项，应当推选代表，代表不超过%(most)d人（信访工作条例第二十条第三款）。")
            % {"most": MOST_REPRESENTATIVES}
        )
    applicants = registration.case.parties.filter(side=Side.APPLICANT)
    applicants.update(is_representative=False)
    applicants.filter(pk__in=[party.pk for party in parties]).update(is_representative=True)


@transaction.atomic
def correct_registration(registration, *, by, seen, representatives=(), **changes) -> None:
    """Put right what was registered, as long as the petition is with the desk."""
    cases.lock_file(registration.case)
    registration.refresh_from_db()
    if refusal := registration.MOVES.named("correct_registration").why_not(registration, by):
        raise MoveRefused(refusal)
    if registration.handling.state != HandlingState.IN_HAND:
        raise MoveRefused(_("本件已经处理，登记不再改动。"))
    with editing(registration, "correct_registration", by=by, seen=seen, **changes):
        refuse_misplaced(registration)
        choose_representatives(registration, representatives)
        count_from(registration.handling, registration.came_on)
        report_if_urgent(registration)


@transaction.atomic
def merge_petition(handling, *, by, main: PetitionHandling, note="") -> None:
    """The same matter came again (同一事项): both registrations stay, and one of the two goes on, with one clock.

    Its query code finds the main matter too.
    """
    for dossier in sorted({handling.dossier_id, main.dossier_id}):
        history.lock(dossier)
    main.refresh_from_db()
    refuse_unlike(handling, main)
    with moving(handling, "merge_petition", by=by, note=note, details={"main": main.case.number}):
        registered(handling)
        handling.main, handling.ended_at = main, timezone.now()
        cases.merge(handling.round, by=by, main=main.case)
    history.record(main, "take_in", by=by, note=handling.case.number)
    live.changed(*main.topics())


def refuse_unlike(handling, main) -> None:
    if main.case_id == handling.case_id or main.unit_id != handling.unit_id:
        raise MoveRefused(_("请选择本单位的另一件信访事项。"))
    if main.state in (HandlingState.MERGED, HandlingState.SENT_BACK):
        raise MoveRefused(
            _("%(main)s现在是“%(state)s”，不能并入。") % {"main": main, "state": main.get_state_display()}
        )
    if main.restriction != handling.restriction:
        raise MoveRefused(_("两件的查看范围不同，不能合并。"))
