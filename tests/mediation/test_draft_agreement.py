"""Writing down what was agreed, and changing the draft."""

from decimal import Decimal

import pytest
from django.core import signing
from django.urls import reverse

from kernel.editing import Conflict, seen_token
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Agreement
from mediation.states import AgreementState, CheckItem
from tests.mediation.factories import TEXTS, drafted, in_force, submitted

GIVEN = TEXTS | {"amount": "12,806.05", "perform_by": "2026-12-31"}


def token(agreement):
    return seen_token(agreement, "edit_agreement", Agreement.TEXTS)


def test_a_draft_is_the_first_version_and_stands_in_the_history(mediation):
    agreement = drafted(mediation)
    assert (agreement.state, agreement.version) == (AgreementState.DRAFTED, 1)
    assert mediation.history.get(verb="draft_agreement").details == {"agreement": agreement.pk}


def test_a_second_draft_is_refused(mediation):
    drafted(mediation)
    with pytest.raises(MoveRefused, match="已有一份"):
        drafted(mediation)


def test_strangers_draft_nothing(mediation, stranger):
    with pytest.raises(MoveRefused):
        services.draft_agreement(mediation, by=stranger, **TEXTS)


def test_a_failure_half_way_leaves_nothing(mediation, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        drafted(mediation)
    assert not Agreement.objects.exists()


def test_an_edit_keeps_what_was_and_what_is(mediation, colleague):
    agreement = drafted(mediation)
    services.edit_agreement(
        agreement, by=colleague, seen=token(agreement), **TEXTS | {"amount": Decimal(900)}
    )
    agreement.refresh_from_db()
    assert agreement.amount == Decimal(900)
    changed = agreement.history.get(verb="edit_agreement").details["changed"]
    assert set(changed) == {"amount"}


def test_an_edit_of_a_stale_form_is_a_conflict_with_both_values(mediation, colleague):
    agreement = drafted(mediation)
    seen = token(agreement)
    services.edit_agreement(agreement, by=colleague, seen=seen, **TEXTS | {"terms": "同事改过"})
    with pytest.raises(Conflict) as conflict:
        services.edit_agreement(agreement, by=mediation.mediator, seen=seen, **TEXTS | {"terms": "我改的"})
    assert [(one.yours, one.theirs) for one in conflict.value.differences] == [("我改的", "同事改过")]


def test_an_edit_needs_the_token_of_this_form(mediation):
    agreement = drafted(mediation)
    with pytest.raises(signing.BadSignature):
        services.edit_agreement(agreement, by=mediation.mediator, seen="x", **TEXTS)


def test_an_edit_is_refused_to_strangers_and_once_it_lies_out_for_signing(mediation, stranger):
    agreement = drafted(mediation)
    with pytest.raises(MoveRefused, match="本调委会"):
        services.edit_agreement(agreement, by=stranger, seen=token(agreement), **TEXTS)
    services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)
    with pytest.raises(MoveRefused, match="已提交签署"):
        services.edit_agreement(agreement, by=mediation.mediator, seen=token(agreement), **TEXTS)


def test_the_page_begins_with_the_story_and_takes_an_amount_as_people_type_it(client, mediation):
    client.force_login(mediation.mediator)
    url = reverse("mediation:draft_agreement", args=[mediation.pk])
    assert mediation.case.story in client.get(url).content.decode()
    assert client.post(url, GIVEN).status_code == 302
    assert mediation.agreements.get().amount == Decimal("12806.05")


def test_the_page_of_a_stale_form_shows_both_and_saves_when_sent_again(client, mediation, colleague):
    agreement = drafted(mediation)
    seen = token(agreement)
    services.edit_agreement(agreement, by=colleague, seen=seen, **TEXTS | {"terms": "同事改过的条款"})
    client.force_login(mediation.mediator)
    url = reverse("mediation:edit_agreement", args=[agreement.pk])
    answer = client.post(url, GIVEN | {"seen": seen, "terms": "我自己写的条款"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "同事改过的条款" in page
    assert page.count("我自己写的条款") == 2
    again = answer.context["form"]["seen"].value()
    assert client.post(url, GIVEN | {"seen": again, "terms": "我自己写的条款"}).status_code == 302
    agreement.refresh_from_db()
    assert agreement.terms == "我自己写的条款"


def test_the_amount_is_spelled_out_while_it_is_typed(client, mediation):
    client.force_login(mediation.mediator)
    url = reverse("mediation:capitals")
    assert client.get(url, {"amount": "12,806.05"}).content.decode() == "人民币壹万贰仟捌佰零陆元零伍分"
    assert client.get(url, {"amount": ""}).content.decode() == ""
    assert "人民币" not in client.get(url, {"amount": "很多钱<b>"}).content.decode()


def test_a_page_of_an_agreement_out_for_signing_says_why_it_stays(client, mediation):
    agreement = submitted(mediation)
    client.force_login(mediation.mediator)
    url = reverse("mediation:edit_agreement", args=[agreement.pk])
    answer = client.post(url, GIVEN | {"seen": token(agreement)})
    assert answer.status_code == 409
    assert "已提交签署" in answer.content.decode()


def test_no_draft_after_the_end(mediation, keeper):
    in_force(mediation, keeper)
    with pytest.raises(MoveRefused, match="达成协议"):
        drafted(mediation)
