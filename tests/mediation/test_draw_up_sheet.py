"""以案定补: the sheet of a month, drawn up by one person and approved by another."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from kernel.models import Notification
from kernel.moves import MoveRefused
from mediation import services
from mediation.allowance_papers import sheet_paper
from mediation.models import AllowanceLine, AllowanceRule, AllowanceSheet, Mediation
from mediation.states import SheetState
from people.roles import Restriction, Role
from tests.factories import UserFactory
from tests.mediation.factories import accepted, closed, filing, put_away
from tests.pdfs import pdf_text

SEPTEMBER = date(2026, 9, 1)


def at(text):
    moment = datetime.fromisoformat(f"2026-{text}T10:00").replace(tzinfo=timezone.get_default_timezone())
    return time_machine.travel(moment, tick=False)


@pytest.fixture
def director(centre):
    return UserFactory(post=(Role.DIRECTOR, centre), name="方主任")


@pytest.fixture
def rules():
    for name, amount in (("一般", "200"), ("疑难", "500")):
        AllowanceRule.objects.create(difficulty=filing("difficulty", name), amount=Decimal(amount))


@pytest.fixture
def paid(mediator, head):
    return services.grade_mediator(mediator, by=head, grade=None, is_paid=True, basis="聘书")


@pytest.fixture
def work(mediator, keeper, clerk, head, rules, paid):
    """Puts a file away and has it checked on a day."""

    def made(on="09-20", difficulty="一般", check=True):
        with at(on):
            row = put_away(closed(accepted(mediator), keeper, clerk), difficulty)
            if check:
                services.pass_check(row, by=head)
        return row

    return made


@pytest.fixture
def sheet(work, keeper, committee):
    work()
    work(difficulty="疑难")
    with at("10-08"):
        return services.draw_up_sheet(committee, by=keeper, month=SEPTEMBER)


def draw_up(committee, keeper, month=SEPTEMBER, on="10-08"):
    with at(on):
        return services.draw_up_sheet(committee, by=keeper, month=month)


def amounts(sheet):
    return sorted(sheet.lines.values_list("amount", flat=True))


def test_files_that_passed_are_paid_by_the_rules(sheet, keeper):
    assert amounts(sheet) == [200, 500]
    assert (sheet.state, sheet.drawn_up_by) == (SheetState.DRAWN_UP, keeper)
    assert sheet.history.get(verb="draw_up_sheet").by == keeper


def test_only_checked_files_count(work, committee, keeper):
    work(check=False)
    with pytest.raises(MoveRefused, match="没有可以发放的"):
        draw_up(committee, keeper)
    assert not AllowanceSheet.objects.exists()


def test_only_whoever_may_be_paid_is_paid(work, committee, keeper, head, mediator):
    work()
    services.grade_mediator(mediator, by=head, grade=None, is_paid=False, basis="财政供养")
    with pytest.raises(MoveRefused, match="没有可以发放的"):
        draw_up(committee, keeper)


def test_a_file_is_paid_once_and_one_checked_late_with_the_next_sheet(work, committee, keeper):
    work("08-20")
    work("09-20")
    work("10-02")
    assert amounts(draw_up(committee, keeper)) == [200, 200], "what no sheet of August took is on this one"
    assert amounts(draw_up(committee, keeper, date(2026, 10, 1), "11-03")) == [200]


def test_a_kind_with_an_amount_of_its_own_goes_before(work, committee, keeper, mediator):
    row = work()
    Mediation.objects.filter(pk=row.mediation_id).update(kind="labour")
    AllowanceRule.objects.create(difficulty=row.difficulty, kind="labour", amount=300)
    assert amounts(draw_up(committee, keeper)) == [300]


def test_without_a_rule_nothing_is_guessed(work, committee, keeper):
    work(difficulty="重大")
    with pytest.raises(MoveRefused, match="“重大”还没有补助标准"):
        draw_up(committee, keeper)


def test_a_month_that_is_not_over_and_one_that_has_a_sheet_are_refused(sheet, work, committee, keeper):
    work("10-02")
    with pytest.raises(MoveRefused, match="还没有结束"):
        draw_up(committee, keeper, date(2026, 10, 1), "10-31")
    with pytest.raises(MoveRefused, match="已经编制"):
        draw_up(committee, keeper)


def test_a_file_that_another_sheet_took_meanwhile_is_not_paid_twice(sheet, committee, keeper, monkeypatch):
    monkeypatch.setattr("mediation.services.allowances.unpaid", lambda files: files)
    with pytest.raises(MoveRefused, match="另一张补助表"):
        draw_up(committee, keeper, date(2026, 10, 1), "11-03")
    assert AllowanceSheet.objects.get() == sheet


def test_whoever_approves_and_whoever_drew_it_up_are_told(sheet, head, keeper):
    assert Notification.objects.filter(to=head, text__contains="等待审批").count() == 1
    services.send_back_sheet(sheet, by=head, note="再核对")
    assert Notification.objects.filter(to=keeper, text__contains="已退回").count() == 1


def test_mediators_and_other_keepers_draw_nothing_up(work, committee, mediator, stranger):
    work()
    for user in (mediator, stranger, UserFactory(post=(Role.STAMP_KEEPER, stranger.posts.get().unit))):
        with pytest.raises(MoveRefused):
            draw_up(committee, user)


def test_a_failure_half_way_leaves_nothing(work, committee, keeper, monkeypatch):
    work()
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        draw_up(committee, keeper)
    assert not AllowanceSheet.objects.exists()
    assert not AllowanceLine.objects.exists()


def test_a_second_person_approves_and_then_the_lines_are_frozen(sheet, head):
    services.approve_sheet(sheet, by=head, note="同意")
    sheet.refresh_from_db()
    assert (sheet.state, sheet.decided_by) == (SheetState.APPROVED, head)
    assert sheet.history.get(verb="approve_sheet").details == {"total": "700.00"}
    for change in (lambda: sheet.lines.update(amount=1), sheet.lines.all().delete):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            change()


def test_whoever_drew_it_up_does_not_approve_it(work, committee, director):
    work()
    sheet = draw_up(committee, director)
    with pytest.raises(MoveRefused, match="另一人"):
        services.approve_sheet(sheet, by=director)


def test_nobody_approves_what_they_get(sheet, keeper, mediator, committee):
    mediator.posts.create(role=Role.UNIT_HEAD, unit=committee)
    mediator.__dict__.clear()
    own = type(sheet.drawn_up_by).objects.get(pk=sheet.lines.first().mediator_id)
    with pytest.raises(MoveRefused, match="您本人"):
        services.approve_sheet(sheet, by=own)
    with pytest.raises(MoveRefused):
        services.approve_sheet(sheet, by=keeper)


def test_one_that_is_sent_back_is_drawn_up_again_by_the_rules_of_today(sheet, head, keeper):
    services.send_back_sheet(sheet, by=head, note="标准有调整")
    with pytest.raises(MoveRefused):
        services.approve_sheet(sheet, by=head)
    AllowanceRule.objects.filter(difficulty__name="一般").update(amount=250)
    with at("10-09"):
        services.draw_up_again(sheet, by=keeper)
    sheet.refresh_from_db()
    assert (sheet.state, amounts(sheet)) == (SheetState.DRAWN_UP, [250, 500])


# --- The pages --------------------------------------------------------------------------------------------------------


def test_the_pages_from_drawing_up_to_the_print(client, work, committee, keeper, head, mediator):
    work()
    with at("10-08"):
        client.force_login(keeper)
        url = reverse("mediation:draw_up_sheet")
        assert (
            reverse("mediation:draw_up_sheet") in client.get(reverse("mediation:sheet_list")).content.decode()
        )
        assert client.get(url).status_code == 200
        assert client.post(url, {"unit": committee.pk, "month": "九月"}).status_code == 422
        assert client.post(url, {"unit": committee.pk, "month": "2026-10"}).status_code == 409
        assert client.post(url, {"unit": committee.pk, "month": "2026-09"}).status_code == 302
        sheet = AllowanceSheet.objects.get()
        page = client.get(reverse("mediation:sheet_detail", args=[sheet.pk])).content.decode()
        assert "连翠英" in page
        assert reverse("mediation:approve_sheet", args=[sheet.pk]) not in page

        client.force_login(head)
        url = reverse("mediation:send_back_sheet", args=[sheet.pk])
        assert client.get(url).status_code == 200
        assert client.post(url, {"note": ""}).status_code == 422
        assert client.post(url, {"note": "再核对"}).status_code == 302
        client.force_login(keeper)
        url = reverse("mediation:draw_up_again", args=[sheet.pk])
        assert client.get(url).status_code == 200
        assert client.post(url).status_code == 302
        client.force_login(head)
        url = reverse("mediation:approve_sheet", args=[sheet.pk])
        assert client.get(url).status_code == 200
        assert client.post(url, {"note": ""}).status_code == 302
        assert client.get(reverse("mediation:approve_sheet", args=[sheet.pk])).status_code == 409

        number = sheet.lines.get().archive.case.number
        pdf = client.get(reverse("mediation:print_sheet", args=[sheet.pk, "pdf"])).content
        for shown in ("以案定补发放表", number, "连翠英", "人民币贰佰元整", "卢主任"):
            assert shown in pdf_text(pdf)
        assert sheet.history.filter(verb="print_sheet").count() == 1
        answer = client.post(reverse("mediation:export_sheet", args=[sheet.pk]))
        rows = list(load_workbook(BytesIO(answer.content)).worksheets[0].values)
        assert rows[1][:3] == ("连翠英", number, "一般")

        client.force_login(mediator)
        assert client.get(reverse("mediation:sheet_detail", args=[sheet.pk])).status_code == 404
        assert client.get(reverse("mediation:sheet_list")).status_code == 403
        assert client.get(reverse("mediation:draw_up_sheet")).status_code == 403
        page = client.get(reverse("mediation:me")).content.decode()
        assert "1 件，200" in page
        url = reverse("mediation:allowance_lines", args=["2026-09"])
        assert number in client.get(url).content.decode()
        assert client.get(reverse("mediation:allowance_lines", args=["never"])).status_code == 404


def test_a_sheet_names_no_hidden_matter(sheet):
    archive = sheet.lines.first().archive
    for row in (archive, archive.case):
        type(row).objects.filter(pk=row.pk).update(restriction=Restriction.VIOLENCE)
    text = str(sheet_paper(AllowanceSheet.objects.get()))
    assert archive.case.number not in text
    assert "按规定限制查看" in text


def test_the_list_costs_the_same_with_more_rows(
    client, sheet, work, committee, keeper, django_assert_num_queries, django_assert_max_num_queries
):
    client.force_login(keeper)
    url = reverse("mediation:sheet_list")
    client.get(url)
    with django_assert_max_num_queries(20) as few:
        client.get(url)
    work("10-02")
    draw_up(committee, keeper, date(2026, 10, 1), "11-03")
    with django_assert_num_queries(len(few)):
        client.get(url)
