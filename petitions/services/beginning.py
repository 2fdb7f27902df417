"""A petition is taken, answered on the spot, or goes back to the window."""

from django.utils import timezone

from cases import services as cases
from kernel.transitions import moving
from people.models import Unit
from petitions.models import PetitionHandling
from petitions.services.registering import registered


def accept_petition(round, *, by) -> PetitionHandling:
    """Take a matter that waits for the petition desk."""
    handling = PetitionHandling(case=round.case, round=round, unit=round.unit, handler=by)
    cases.accept_handling(handling, by=by, verb="accept_petition")
    return handling


def answer_petition(handling, *, by, reply, outcome):
    """Answer the petitioner at once. The round waits for the centre's follow-up."""
    with moving(handling, "answer_petition", by=by, note=reply):
        registered(handling)
        handling.reply, handling.ended_at = reply, timezone.now()
        cases.resolve(handling.round, by=by, outcome=outcome)


def pass_on(handling, *, by, to, note=""):
    """Give a petition in hand to a colleague of the desk while somebody is on leave."""
    cases.pass_on(handling, by=by, to=to, note=note)


def send_back_petition(handling, *, by, note):
    """Return a matter that is none of the petition desk's to the centre's window, with the reason."""
    centre = Unit.objects.centre()
    cases.send_back_handling(handling, by=by, verb="send_back_petition", note=note, to_unit=centre)
