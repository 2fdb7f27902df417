"""Letters in official layout: head, number, title, addressee, text, signature, day (GB/T 9704)."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kernel.papers import Closing, Paper, Text, written
from petitions.models import Letter
from petitions.services import registered
from petitions.wording import written_out

NO_NUMBER = "〔　　〕　号"


def letter_paper(letter: Letter) -> Paper:
    """A draft says so, and has neither number nor day."""
    body = letter.body if letter.is_issued else written_out(letter, registered(letter.handling))
    issued = date_format(letter.issued_on, "Y年n月j日") if letter.issued_on else _("　　年　月　日")
    return Paper(
        title=letter.get_kind_display(),
        number=letter.number or NO_NUMBER,
        mark="" if letter.is_issued else letter.get_state_display(),
        issuer=letter.issuer,
        blocks=[
            Text(f"{letter.addressee}：", flush=True),
            *written(body),
            Closing([letter.issuer, issued]),
        ],
    )
