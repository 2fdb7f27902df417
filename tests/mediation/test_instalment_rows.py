"""A sum that is paid in parts: rows that make it up, are printed, and are frozen with the agreement."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from kernel.editing import Conflict, seen_token
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Agreement, Instalment
from mediation.states import CheckItem
from tests.mediation.factories import (
    TEXTS,
    THREE,
    drafted_in_parts,
    in_force,
    instalments,
    sign_all,
)


def token(agreement):
    return seen_token(agreement, "edit_agreement", Agreement.SHOWN)


def sent(mediation, *parts, **others):
    """What the browser sends: the texts and the rows."""
    payee, payer, *_rest = mediation.case.parties.order_by("pk")
    rows = {"rows-TOTAL_FORMS": str(len(parts) + 1), "rows-INITIAL_FORMS": "0"}
    for n, (amount, day) in enumerate([*parts, ("", "")]):
        filled = {"payer": payer.pk, "payee": payee.pk} if amount else {"payer": "", "payee": ""}
        row = filled | {"amount": amount, "due_on": str(day), "way": "transfer"}
        rows |= {f"rows-{n}-{name}": value for name, value in row.items()}
    texts = TEXTS | {"amount": "12,806.05", "perform_by": "2026-12-31"}
    return texts | rows | others


def signed_and_stamped(agreement, keeper):
    services.submit_agreement(agreement, by=agreement.mediation.mediator, checked=CheckItem.values)
    sign_all(agreement)
    services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())
    agreement.refresh_from_db()
    return agreement


def test_the_rows_are_kept_in_order_and_as_text_beside_the_terms(mediation):
    agreement = drafted_in_parts(mediation)
    assert [(one.amount, one.due_on) for one in agreement.instalments.all()] == [
        (Decimal(amount), day) for amount, day in THREE
    ]
    assert agreement.schedule.splitlines()[1] == (
        "第 2 期：周启航付给陈素芬 4,000.00 元，2026-09-30，银行转账"
    )
    assert agreement.instalments.first().amount_in_capitals == "人民币肆仟捌佰零陆元零伍分"


def test_rows_that_do_not_make_up_the_amount_are_refused_unless_a_reason_says_why(mediation):
    rows = instalments(mediation, ("4806.05", date(2026, 9, 4)))
    with pytest.raises(MoveRefused, match="合计 4,806.05 元，与协议金额 12,806.05 元不一致"):
        services.draft_agreement(mediation, by=mediation.mediator, instalments=rows, **TEXTS)
    assert not Agreement.objects.exists()
    services.draft_agreement(
        mediation,
        by=mediation.mediator,
        instalments=rows,
        **TEXTS | {"open_reason": "余款待鉴定后确定"},
    )
    assert mediation.agreements.get().instalments.count() == 1


def test_an_edit_of_the_rows_stands_in_the_history_and_a_stale_one_is_a_conflict(mediation, colleague):
    agreement = drafted_in_parts(mediation)
    seen = token(agreement)
    two = instalments(mediation, ("6000", date(2026, 9, 4)), ("6806.05", date(2026, 9, 30)))
    services.edit_agreement(agreement, by=colleague, seen=seen, instalments=two, **TEXTS)
    assert agreement.instalments.count() == 2
    assert set(agreement.history.get(verb="edit_agreement").details["changed"]) == {"schedule"}
    with pytest.raises(Conflict) as conflict:
        services.edit_agreement(agreement, by=mediation.mediator, seen=seen, instalments=[], **TEXTS)
    assert [one.label for one in conflict.value.differences] == ["分期履行"]


def test_a_revised_agreement_takes_its_rows_along(mediation):
    agreement = drafted_in_parts(mediation)
    services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)
    new = services.revise_agreement(agreement, by=mediation.mediator, note="改期")
    assert new.schedule == agreement.schedule
    assert agreement.instalments.count() == new.instalments.count() == 3


def test_the_hash_covers_the_rows_and_an_agreement_without_rows_keeps_its_form(mediation, keeper):
    agreement = signed_and_stamped(drafted_in_parts(mediation), keeper)
    assert agreement.digest() == agreement.content_hash
    assert len(agreement.content()["instalments"]) == 3
    agreement.instalment_rows = lambda: ()
    assert agreement.digest() != agreement.content_hash


def test_without_rows_nothing_is_added_to_what_is_hashed(mediation, keeper):
    assert not {"instalments", "open_reason"} & set(in_force(mediation, keeper).content())


def test_the_database_freezes_the_rows_with_their_agreement(mediation, keeper):
    agreement = signed_and_stamped(drafted_in_parts(mediation), keeper)
    one = agreement.instalments.first()
    changes = [
        lambda: agreement.instalments.update(amount=1),
        lambda: agreement.instalments.all()._raw_delete("default"),
        lambda: Instalment.objects.create(agreement=agreement, number=9, **one.terms()),
    ]
    for change in changes:
        with pytest.raises(DatabaseError, match="its instalments are frozen"), transaction.atomic():
            change()


def test_half_true_rows_are_refused_by_the_database(mediation):
    agreement = drafted_in_parts(mediation)
    one = agreement.instalments.first()
    for change, constraint in (
        ({"amount": 0}, "instalment_is_some_money"),
        ({"payee": one.payer}, "instalment_goes_to_somebody_else"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Instalment.objects.filter(pk=one.pk).update(**change)


def test_an_oral_agreement_freezes_its_rows_too(mediation):
    rows = instalments(mediation, *THREE)
    agreement = services.record_oral_agreement(
        mediation, by=mediation.mediator, agreed_on=timezone.localdate(), instalments=rows, **TEXTS
    )
    assert agreement.instalments.count() == 3
    assert agreement.digest() == agreement.content_hash
    with pytest.raises(DatabaseError), transaction.atomic():
        agreement.instalments.update(amount=1)


def test_the_page_takes_rows_and_leaves_out_the_empty_one(client, mediation):
    client.force_login(mediation.mediator)
    url = reverse("mediation:draft_agreement", args=[mediation.pk])
    assert client.post(url, sent(mediation, *THREE)).status_code == 302
    agreement = mediation.agreements.get()
    assert agreement.instalments.count() == 3
    edit = reverse("mediation:edit_agreement", args=[agreement.pk])
    page = client.get(edit).content.decode()
    assert 'value="2026-10-30"' in page
    assert "合计 12,806.05 元，人民币壹万贰仟捌佰零陆元零伍分" in page
    assert client.post(edit, sent(mediation, *THREE, seen=token(agreement))).status_code == 302
    assert not agreement.history.filter(verb="edit_agreement").exists()


def test_the_page_says_where_rows_are_wrong_and_keeps_them(client, mediation):
    client.force_login(mediation.mediator)
    url = reverse("mediation:draft_agreement", args=[mediation.pk])
    answer = client.post(url, sent(mediation, ("4,806.05", "2026-09-04")))
    assert answer.status_code == 422
    assert "与协议金额 12,806.05 元不一致" in answer.content.decode()
    wrong = sent(mediation, *THREE) | {"rows-1-amount": "0"}
    page = client.post(url, wrong).content.decode()
    assert "每期金额应大于零" in page
    assert 'value="2026-10-30"' in page


def test_somebody_who_was_not_offered_is_no_payee(client, mediation):
    client.force_login(mediation.mediator)
    url = reverse("mediation:draft_agreement", args=[mediation.pk])
    assert client.post(url, sent(mediation, *THREE) | {"rows-1-payee": "0"}).status_code == 422


def test_rows_are_added_and_removed_while_typing_and_added_up(client, mediation):
    client.force_login(mediation.mediator)
    url = reverse("mediation:instalment_rows", args=[mediation.pk])
    more = client.post(url, sent(mediation, *THREE) | {"add": "1"}).content.decode()
    assert 'name="rows-TOTAL_FORMS" value="5"' in more
    assert "合计 12,806.05 元" in more
    less = client.post(url, sent(mediation, *THREE) | {"remove": "0"}).content.decode()
    assert 'name="rows-TOTAL_FORMS" value="3"' in less
    assert "合计 8,000.00 元，人民币捌仟元整" in less
    assert "4806.05" not in less


def test_a_further_row_names_the_same_people_and_says_nothing_by_that_alone(client, mediation):
    client.force_login(mediation.mediator)
    typed = sent(mediation, *THREE) | {"rows-TOTAL_FORMS": "3"}
    url = reverse("mediation:instalment_rows", args=[mediation.pk])
    row = client.post(url, typed | {"add": "1"}).context["form"].rows.forms[-1]
    alike = {"payer": typed["rows-2-payer"], "payee": typed["rows-2-payee"], "way": "transfer"}
    assert {name: str(row[name].value()) for name in alike} == {name: str(one) for name, one in alike.items()}
    assert row["amount"].value() is None
    left = {f"rows-3-{name}": one for name, one in alike.items()} | {"rows-3-amount": "", "rows-3-due_on": ""}
    url = reverse("mediation:draft_agreement", args=[mediation.pk])
    assert client.post(url, sent(mediation, *THREE) | left).status_code == 302
    assert mediation.agreements.get().instalments.count() == 3


def test_the_rows_of_a_matter_out_of_sight_are_not_shown(client, mediation, stranger):
    client.force_login(stranger)
    assert client.post(reverse("mediation:instalment_rows", args=[mediation.pk])).status_code == 404


def test_the_paper_lists_the_rows_in_figures_and_capitals(client, mediation):
    agreement = drafted_in_parts(mediation)
    client.force_login(mediation.mediator)
    page = client.get(reverse("mediation:print_agreement", args=[agreement.pk, "html"])).content.decode()
    assert "4,806.05（人民币肆仟捌佰零陆元零伍分）" in page
    assert "2026年10月30日前" in page
