"""Whoever may not see a matter finds it on no page, in no search, no export, no file and no count."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from cases.models import Barred, Case, Round, Sight
from cases.services import ask, attach, grant_sight, take
from people.models import Area
from people.roles import AREA_WIDE, OPENS, WITHOUT_BUSINESS, Restriction, Role
from tests.cases.fixtures import opened
from tests.factories import AreaFactory, CaseFactory, PersonFactory, UnitFactory, UserFactory

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
EVERYBODY = sorted(Role)


@pytest.fixture
def file(case, handler, bureau, centre):
    """The case with a request, a file and a party: one of each thing that could leak."""
    take(case.latest_round(), by=handler)
    ask(case.latest_round(), by=handler, kind="help", from_unit=bureau, to_unit=centre, text="请协助")
    return attach(case, by=handler, file=SimpleUploadedFile("收据.pdf", PDF))


def outsider(role, **kwargs):
    """Somebody of this role in another unit of another township."""
    area = AreaFactory()
    unit = UnitFactory(area=area)
    return UserFactory(post=(role, unit), **kwargs)


def pages(case, file) -> dict[str, str]:
    round, request, party = case.latest_round(), case.requests.get(), case.parties.get()
    on_case = ("detail", "correct", "add_party", "log_contact", "attach", "reopen")
    on_request = (
        "accept_request",
        "object_to_request",
        "answer_request",
        "verify_request",
        "withdraw_request",
    )
    found = {verb: reverse(f"cases:{verb}", args=[case.pk]) for verb in on_case}
    found |= {verb: reverse(f"cases:{verb}", args=[request.pk]) for verb in on_request}
    found |= {verb: reverse(f"cases:{verb}", args=[round.pk]) for verb in ("follow_up", "ask")}
    found |= {f"{desk} panel": reverse(f"{desk}:panel", args=[case.pk]) for desk in ("petitions", "dispatch")}
    found |= {"accept_order": reverse("dispatch:accept_order", args=[round.pk])}
    found |= {"assign_order": reverse("dispatch:assign_order", args=[round.pk])}
    found |= {"reveal_party": reverse("cases:reveal_party", args=[party.pk])}
    return found | {"attachment": reverse("kernel:attachment", args=[file.pk])}


LISTS = {
    "cases:list": ["", "?q=工资"],
    "cases:request_list": ["", "?side=by_us"],
    "petitions:list": ["", "?tab=in_hand", "?tab=sent", "?tab=objected", "?tab=reviews"],
    "petitions:inbox": ["", "?tab=signed"],
    "dispatch:list": ["", "?tab=in_hand"],
}


@pytest.mark.parametrize("role", EVERYBODY)
def test_nothing_of_another_units_matter_leaks(client, case, file, role):
    user = outsider(role, is_superuser=role in WITHOUT_BUSINESS, is_staff=True)
    client.force_login(user)

    for name, address in pages(case, file).items():
        assert client.get(address).status_code == 404, name
        assert client.post(address, {"reason": "x", "note": "x"}).status_code in {404, 405}, name
    for name, queries in LISTS.items():
        for query in queries:
            page = BeautifulSoup(client.get(reverse(name) + query).content, "html.parser")
            assert case.number not in page.get_text(), name
            assert page.select_one(".listing-total").get_text(strip=True) == "共 0 条", name
        assert sheet(client.post(reverse(name), {"export": "1"})) == [], name
    search = client.post(reverse("search"), {"q": case.number})
    assert search.status_code == 200
    assert "王" not in BeautifulSoup(search.content, "html.parser").main.get_text()


def sheet(answer) -> list:
    rows = load_workbook(BytesIO(answer.content), read_only=True).worksheets[0].iter_rows(values_only=True)
    return [row for row in list(rows)[1:] if any(row)]


def test_the_same_pages_do_open_for_those_who_may(client, case, file, handler):
    """Otherwise the test above would pass on a site that shows nothing to anybody."""
    client.force_login(handler)
    assert client.get(reverse("cases:detail", args=[case.pk])).status_code == 200
    answer = client.get(pages(case, file)["attachment"])
    assert b"".join(answer.streaming_content) == PDF
    assert len(sheet(client.post(reverse("cases:list"), {"export": "1"}))) == 1


def test_exports_are_masked_and_leave_a_trace(client, case, handler):
    client.force_login(handler)
    [row] = sheet(client.post(reverse("cases:list"), {"export": "1"}))
    assert "王**" in row
    assert "王冬梅" not in row
    assert handler.dossier.entries.last().verb == "export"


@pytest.mark.parametrize("role", sorted(AREA_WIDE))
def test_a_wide_view_ends_at_its_own_area(case, role):
    county = Area.objects.filter(level=Area.Level.COUNTY).first() or AreaFactory(
        code="330803", path="330803/", level=Area.Level.COUNTY
    )
    wide = UserFactory(post=(role, UnitFactory(area=county)))
    assert Case.objects.visible_to(wide).contains(case)
    assert not Case.objects.visible_to(outsider(role)).exists()


@pytest.mark.parametrize("role", EVERYBODY)
def test_an_accusation_is_for_the_discipline_role_alone(clerk, centre, role):
    case = opened(
        by=clerk, unit=centre, to_unit=centre, applicant=PersonFactory(), restriction=Restriction.ACCUSATION
    )
    user = UserFactory(post=(role, centre), is_superuser=True)
    assert Case.objects.visible_to(user).contains(case) == (role == Role.DISCIPLINE)
    assert Round.objects.visible_to(user).exists() == (role == Role.DISCIPLINE)


@pytest.mark.parametrize("restriction", Restriction)
def test_each_restriction_opens_to_its_roles_and_to_nobody_else(centre, restriction):
    case = CaseFactory(unit=centre, restriction=restriction)
    for role in EVERYBODY:
        user = UserFactory(post=(role, centre))
        expected = restriction in OPENS.get(role, ())
        assert Case.objects.visible_to(user).contains(case) == expected, role


def test_the_clerk_who_registered_an_accusation_cannot_open_it_again(client, clerk, centre):
    case = opened(
        by=clerk, unit=centre, to_unit=centre, applicant=PersonFactory(), restriction=Restriction.ACCUSATION
    )
    client.force_login(clerk)
    assert client.get(reverse("cases:detail", args=[case.pk])).status_code == 404


def test_whoever_is_barred_sees_nothing_whatever_else_would_show_it(client, case, handler, bureau):
    barred = Barred.objects.create(case=case, user=handler, reason="亲属")
    client.force_login(handler)
    for name in ("detail", "correct"):
        assert client.get(reverse(f"cases:{name}", args=[case.pk])).status_code == 404
    assert not Round.objects.visible_to(handler).exists()
    barred.delete()
    grant_sight(case, bureau, Sight.Why.ASKED)
    Barred.objects.create(case=case, unit=bureau, reason="被反映单位")
    assert client.get(reverse("cases:detail", args=[case.pk])).status_code == 404


def test_messages_go_only_to_those_who_may_see_the_matter(clerk, centre, case, handler, bureau):
    discipline = UserFactory(post=(Role.DISCIPLINE, centre))
    accusation = opened(
        by=clerk, unit=centre, to_unit=centre, applicant=PersonFactory(), restriction=Restriction.ACCUSATION
    )
    assert list(accusation.latest_round().keepers()) == [discipline]

    colleague = UserFactory(post=(Role.HANDLER, bureau))
    Barred.objects.create(case=case, user=handler, reason="亲属")
    assert list(case.latest_round().keepers()) == [colleague]


def test_a_superuser_without_a_business_post_sees_no_case(client, case):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert not Case.objects.visible_to(UserFactory(is_superuser=True)).exists()
    assert client.get(reverse("cases:detail", args=[case.pk])).status_code == 404


def test_nobody_sees_anything_before_logging_in(client, case, file):
    for name, address in pages(case, file).items():
        assert client.get(address).status_code == 302, name
