"""What may be a crime, or a breach of the peace, goes to the police at once (人民调解法 25)."""

from django.urls import reverse
from django.utils.translation import gettext as _

from cases import services as cases
from cases.selectors import units_that_open
from cases.states import RequestKind
from cases.states import State as RoundState
from kernel.models import MessageKind
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.transitions import moving
from mediation.models import PoliceReport


def report_to_police(mediation, *, by, matter, station, reported_at, unit=None) -> PoliceReport:
    """Note at once that the police were told, call those on duty, and ask the police where they work in this system.

    Nothing but a report without words is refused: safety comes first, whatever became of the mediation.
    """
    details: dict[str, object] = {}
    with moving(mediation, "report_to_police", by=by, details=details):
        if not matter.strip():
            raise MoveRefused(_("请写明发生了什么、在哪里、涉及谁（人民调解法第二十五条）。"))
        report = PoliceReport.objects.create(
            mediation=mediation,
            station=station,
            matter=matter,
            reported_at=reported_at,
            reported_by=by,
            request=ask_police(mediation, unit, matter, by) if unit else None,
        )
        details["report"] = report.pk
        call_duty(mediation, by)
    return report


def ask_police(mediation, unit, matter, by):
    """A request to the police unit; where the file cannot ask them (closed, hidden from them), the call counts."""
    case, round = mediation.case, mediation.round
    blind = case.restriction and unit not in units_that_open(case.restriction)
    if blind or round.state == RoundState.CLOSED or not round.is_concerned(by):
        return None
    text = _("疑似违反治安管理或者犯罪，请立即处置：%(matter)s") % {"matter": matter}
    kind, committee = RequestKind.HELP, mediation.unit
    return cases.ask(round, by=by, kind=kind, from_unit=committee, to_unit=unit, text=text)


def call_duty(mediation, by):
    """Whoever is on call for the committee and for the centre hears of it by every way, at any hour."""
    called = cases.called_for(mediation.case, mediation.unit, by)
    text = _("调解中发现紧急情况，已报告公安机关：%(number)s") % {"number": mediation.case.number}
    url = reverse("mediation:detail", args=[mediation.pk])
    notify(called, mediation, text, url=url, kind=MessageKind.ASSIGNED, urgent=True)
