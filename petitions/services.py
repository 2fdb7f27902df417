"""What the petition desk does with a matter."""

from cases import services as cases
from people.models import Unit
from petitions.models import PetitionHandling


def accept_petition(round, *, by) -> PetitionHandling:
    """Take a matter that waits for the petition desk."""
    handling = PetitionHandling(case=round.case, round=round, unit=round.unit, handler=by)
    cases.accept_handling(handling, by=by, verb="accept_petition")
    return handling


def answer_petition(handling, *, by, reply, outcome):
    """Answer the petitioner. The round waits for the centre's follow-up."""
    cases.answer_handling(handling, by=by, verb="answer_petition", reply=reply, outcome=outcome)


def pass_on(handling, *, by, to, note=""):
    """Give a petition in hand to a colleague of the desk while somebody is on leave."""
    cases.pass_on(handling, by=by, to=to, note=note)


def send_back_petition(handling, *, by, note):
    """Return a matter that is none of the petition desk's to the centre's window, with the reason."""
    centre = Unit.objects.centre()
    cases.send_back_handling(handling, by=by, verb="send_back_petition", note=note, to_unit=centre)
