"""Articles that bind people, not programs: what the program does so that they can keep them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.states import RequestKind
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Mediation
from mediation.states import ChangeState
from people.models import Unit
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import change_asked, in_force

QUESTION = "楼上装修已过五年，防水保修责任由谁承担？"
ADVICE = "保修期已过，按侵权责任协商；可以请住建部门说明。"


def test_the_committee_asks_the_justice_bureau_and_its_guidance_stands_in_the_file(client, mediation):
    """人民调解法 5: the justice bureau guides, and the court in matters of business."""
    justice = Unit.objects.get(code="justice")
    guide = UserFactory(post=(Role.HANDLER, justice))
    request = cases.ask(
        mediation.round,
        by=mediation.mediator,
        kind=RequestKind.ANSWER,
        from_unit=mediation.unit,
        to_unit=justice,
        text=QUESTION,
    )
    cases.accept_request(request, by=guide)
    cases.answer_request(request, by=guide, answer=ADVICE)
    client.force_login(mediation.mediator)
    page = client.get(reverse("cases:detail", args=[mediation.case_id])).content.decode()
    assert QUESTION in page
    assert ADVICE in page


@pytest.mark.parametrize("role", [Role.UNIT_HEAD, Role.DIRECTOR])
def test_a_complaint_about_the_mediator_is_noted_and_decided_by_a_second_person(
    mediation, colleague, centre, role
):
    """人民调解法 15: partiality, insults, gifts, secrets told. The committee acts; what was said and decided stays."""
    unit = centre if role == Role.DIRECTOR else mediation.unit
    deciding, said = UserFactory(post=(role, unit)), "调解员收了对方的烟，话都向着他说。"
    change = change_asked(mediation, by=colleague, interest="conduct", reason=said)
    assert deciding.notifications.count() == 1
    for somebody in (mediation.mediator, colleague):
        with pytest.raises(MoveRefused):
            services.grant_change(change, by=somebody, to=colleague)
    services.grant_change(change, by=deciding, to=colleague, answer="批评教育，更换调解员。")
    change.refresh_from_db()
    assert (change.state, change.reason, change.decided_by) == (ChangeState.GRANTED, said, deciding)
    assert Mediation.objects.get(pk=mediation.pk).mediator == colleague
    assert [entry.verb for entry in change.history.order_by("seq")] == ["ask_change", "grant_change"]


def test_the_cover_of_the_file_names_who_mediated_and_what_came_of_it(client, mediation, keeper):
    """人民调解法 16: the county pays for the time that mediators lose; the file shows for what."""
    agreement = in_force(mediation, keeper)
    client.force_login(mediation.mediator)
    url = reverse("mediation:print_paper", args=[mediation.pk, "cover", "html"])
    page = client.get(url).content.decode()
    today = f"{timezone.localdate():%Y年%m月%d日}"
    for words in (mediation.mediator.name, agreement.number, str(mediation.unit), "达成协议"):
        assert words in page
    assert page.count(today) >= 2  # accepted and ended
