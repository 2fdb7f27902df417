"""What is promised to be one page is one, however much there is to tell."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import ContactEntry, Party
from cases.states import Route
from tests.factories import CaseFactory, PersonFactory

pytestmark = pytest.mark.browser


def test_the_brief_for_a_leader(browsers, mediator):
    unit, person = mediator.posts.get().unit, PersonFactory()
    case = CaseFactory(unit=unit, route=Route.MEDIATION, story="工地干了三个月，老板一直拖着工钱。" * 60)
    for earlier in [case, *CaseFactory.create_batch(5, unit=unit, title="拖欠工程款和材料款" * 4)]:
        Party.objects.create(case=earlier, side="applicant", person=person, name=person.name)
    for n in range(9):
        at = timezone.now() - timedelta(hours=n)
        ContactEntry.objects.create(case=case, by=mediator, at=at, whom="包工头", said="答应下周付。" * 40)
    page = browsers.log_in(mediator, f"/hall/cases/{case.pk}/papers/reception-brief/html/")
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))) == 1
