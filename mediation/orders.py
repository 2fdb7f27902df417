"""支付令: for wages, medical cost of injury at work, compensation and damages alone (劳动争议调解仲裁法 16)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from mediation.models import Agreement
from mediation.reference import payment_order_claims

CLAIMS = payment_order_claims()


def claim_of(agreement: Agreement | None) -> str:
    """What the worker may ask a payment order for; empty where the law offers none: a written sum of such a matter."""
    if agreement is None or agreement.is_oral or not agreement.amount:
        return ""
    return CLAIMS.get(agreement.mediation.case.category.code, "")


def is_due(agreement: Agreement) -> bool:
    """Only what was not paid within its time can be ordered."""
    return agreement.perform_by is None or agreement.perform_by < timezone.localdate()


def asked_for(agreement: Agreement) -> str:
    """The request, as it stands on the application."""
    return _("请求人民法院依法向被申请人发出支付令，责令其给付%(claim)s%(capitals)s（¥%(figures)s）。") % {
        "claim": claim_of(agreement),
        "capitals": agreement.amount_in_capitals,
        "figures": agreement.amount_in_figures,
    }
