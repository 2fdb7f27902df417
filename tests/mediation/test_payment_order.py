"""支付令申请书: offered for what the law names, once it was not paid in time, and for nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Category
from mediation import services
from mediation.models import Agreement
from mediation.papers import file_of, fitting
from mediation.reference import payment_order_claims
from mediation.states import CheckItem
from tests.mediation.factories import TEXTS, accepted, sign_all


def agreed(mediator, keeper, code, **changed):
    """An agreement in force, whose last day was yesterday."""
    category = Category.objects.filter(code=code).first() or Category.objects.create(code=code, name=code)
    mediation = accepted(mediator, category=category)
    yesterday = timezone.localdate() - timedelta(days=1)
    texts = TEXTS | {"perform_by": yesterday, "amount": Decimal("8000.00")} | changed
    agreement = services.draft_agreement(mediation, by=mediator, **texts)
    services.submit_agreement(agreement, by=mediator, checked=CheckItem.values)
    sign_all(agreement)
    services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())
    return Agreement.objects.get(pk=agreement.pk).mediation


@pytest.mark.parametrize(("code", "claim"), payment_order_claims().items())
def test_it_prints_for_wages_injury_and_compensation_and_leaves_a_trace(
    client, mediator, keeper, code, claim
):
    mediation = agreed(mediator, keeper, code)
    client.force_login(mediator)
    url = reverse("mediation:print_paper", args=[mediation.pk, "payment-order", "html"])
    page = client.get(url).content.decode()
    for words in ("支付令申请书", "第十六条", claim, "人民币捌仟元整", "8,000.00", "陈素芬", "调解协议书"):
        assert words in page
    assert mediation.history.last().details["paper"] == "payment-order"


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("C04", {}),
        ("C01", {"perform_by": timezone.localdate() + timedelta(days=30)}),
        ("C01", {"amount": None}),
    ],
    ids=["no labour matter", "not due yet", "no sum"],
)
def test_otherwise_it_is_not_offered(client, mediator, keeper, code, changed):
    mediation = agreed(mediator, keeper, code, **changed)
    assert "payment-order" not in fitting(file_of(mediation))
    client.force_login(mediator)
    url = reverse("mediation:print_paper", args=[mediation.pk, "payment-order", "html"])
    assert client.get(url).status_code == 404


def test_an_oral_agreement_is_no_ground_for_it(mediator, keeper):
    category = Category.objects.filter(code="C01").first() or Category.objects.create(code="C01", name="欠薪")
    mediation = accepted(mediator, category=category)
    services.record_oral_agreement(mediation, by=mediator, agreed_on=timezone.localdate(), **TEXTS)
    assert "payment-order" not in fitting(file_of(mediation))
