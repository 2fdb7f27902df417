"""What the court gave comes back with the result and the reasons, by a paper; the court's desk signs for it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.states import Route
from kernel.moves import MoveRefused
from mediation import services
from mediation.court_papers import court_return
from mediation.states import AtCourt, EntrustmentState, Ground, Kind
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import entrusted, sign_all, submitted, waiting_case

WHY = "双方对数额差距大，调解两次未能达成一致。"


def give_back(entrustment, by, **given):
    words = {"reason": WHY, "returned_on": timezone.localdate()}
    services.return_to_court(entrustment, by=by, **words | given)


def failed(entrustment):
    mediation = entrustment.mediation
    services.give_up(
        mediation,
        by=mediation.mediator,
        ground=Ground.NO_AGREEMENT,
        note=WHY,
        route=Route.COURT,
        unit=entrustment.desk,
    )
    return fresh(entrustment)


def fresh(entrustment):
    return type(entrustment).objects.get(pk=entrustment.pk)


def test_it_comes_back_with_the_result_of_the_talks(taken, cadre):
    entrustment = failed(taken)
    give_back(entrustment, entrustment.mediation.mediator)
    entrustment = fresh(entrustment)
    assert (entrustment.state, entrustment.reason) == (EntrustmentState.RETURNED, WHY)
    assert entrustment.result == "调解不成：当事人无法达成协议"
    assert entrustment.round.route == Route.COURT
    assert cadre.notifications.filter(text__contains="已退回").exists()


def test_an_agreement_goes_back_too(taken):
    agreement = submitted(taken.mediation)
    sign_all(agreement)
    entrustment = fresh(taken)
    give_back(entrustment, entrustment.mediation.mediator, reason="已达成协议，报送备案。")
    assert entrustment.result == "达成协议"


def test_not_before_the_talks_are_over_and_not_by_others(taken, colleague, cadre):
    with pytest.raises(MoveRefused, match="还没有结束"):
        give_back(taken, taken.mediation.mediator)
    entrustment = failed(taken)
    for somebody in (colleague, cadre):
        with pytest.raises(MoveRefused):
            give_back(entrustment, somebody)
    with pytest.raises(MoveRefused, match="退回日期"):
        give_back(
            entrustment,
            entrustment.mediation.mediator,
            returned_on=timezone.localdate() + timedelta(days=1),
        )


def test_what_is_not_for_them_goes_back_before_anybody_took_it(sent, mediator):
    give_back(sent, mediator, reason="不属于本组织调解范围。")
    entrustment = fresh(sent)
    assert (entrustment.state, entrustment.result) == (EntrustmentState.RETURNED, "未接办，退回")
    assert (entrustment.round.route, entrustment.round.unit) == (Route.COURT, entrustment.desk)


def test_the_desk_signs_and_says_what_the_court_does(taken, cadre, mediator):
    entrustment = failed(taken)
    with pytest.raises(MoveRefused):
        services.receive_return(entrustment, by=cadre, afterwards=AtCourt.DOCKET)
    give_back(entrustment, entrustment.mediation.mediator)
    with pytest.raises(MoveRefused):
        services.receive_return(entrustment, by=mediator, afterwards=AtCourt.DOCKET)
    services.receive_return(entrustment, by=cadre, afterwards=AtCourt.DOCKET, note="已转立案庭")
    entrustment = fresh(entrustment)
    assert (entrustment.state, entrustment.afterwards) == (EntrustmentState.RECEIVED, AtCourt.DOCKET)
    assert entrustment.history.last().note == "已转立案庭"
    assert mediator.notifications.filter(text__contains="已签收").exists()


@pytest.mark.parametrize("afterwards", [AtCourt.CONFIRM, AtCourt.LETTER])
def test_without_an_agreement_there_is_nothing_to_confirm(client, taken, cadre, afterwards):
    entrustment = failed(taken)
    give_back(entrustment, entrustment.mediation.mediator)
    client.force_login(cadre)
    url = reverse("mediation:receive_return", args=[entrustment.pk])
    page = client.post(url, {"afterwards": afterwards, "note": "材料两份"})
    assert page.status_code == 409
    assert "没有达成协议" in page.content.decode()
    assert "材料两份" in page.content.decode()
    assert fresh(entrustment).state == EntrustmentState.RETURNED


def test_a_failure_half_way_leaves_nothing(sent, mediator, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        give_back(sent, mediator)
    entrustment = fresh(sent)
    assert (entrustment.state, entrustment.reason) == (EntrustmentState.SENT, "")


def test_the_pages_return_print_and_receive(client, taken, cadre, mediator):
    client.force_login(mediator)
    give_up = client.get(reverse("mediation:give_up", args=[taken.mediation_id])).content.decode()
    assert f'<option value="court:{taken.desk_id}" selected>' in give_up
    entrustment = failed(taken)
    assert "法院案号" in client.get(reverse("mediation:detail", args=[taken.mediation_id])).content.decode()
    url = reverse("mediation:return_to_court", args=[entrustment.pk])
    assert client.post(url, {"returned_on": timezone.localdate(), "reason": ""}).status_code == 422
    page = client.post(url, {"returned_on": timezone.localdate(), "reason": WHY}, follow=True)
    assert WHY in page.content.decode()
    assert client.post(url, {"returned_on": timezone.localdate(), "reason": WHY}).status_code == 409
    for kind in ("html", "docx", "pdf"):
        assert client.get(reverse("mediation:print_return", args=[entrustment.pk, kind])).status_code == 200
    assert entrustment.dossier.entries.filter(verb="print_return").count() == 3
    client.force_login(cadre)
    assert "诉前调解（1）" in client.get(reverse("mediation:entrustment_list")).content.decode()
    url = reverse("mediation:receive_return", args=[entrustment.pk])
    page = client.post(url, {"afterwards": AtCourt.DOCKET}, follow=True).content.decode()
    assert "登记立案" in page


def test_the_paper_says_number_result_and_reason(taken):
    entrustment = failed(taken)
    give_back(entrustment, entrustment.mediation.mediator)
    paper = court_return(fresh(entrustment))
    text = "".join(str(block) for block in paper.blocks)
    assert paper.title == "委派调解情况告知书"
    for words in (entrustment.court_number, WHY, "调解不成：当事人无法达成协议", "连翠英"):
        assert words in text


def test_who_only_sees_the_file_prints_nothing(client, taken, centre):
    entrustment = failed(taken)
    director = UserFactory(post=(Role.DIRECTOR, centre))
    client.force_login(director)
    assert client.get(reverse("mediation:print_return", args=[entrustment.pk, "html"])).status_code == 403


@pytest.fixture
def cadre(court):
    return UserFactory(post=(Role.COURT, court), name="方立明")


@pytest.fixture
def sent(court, cadre, committee, mediator, colleague):
    case = waiting_case(court, route=Route.COURT)
    referral = services.accept_referral(case.rounds.get(), by=cadre)
    return entrusted(referral, committee, by=cadre)


@pytest.fixture
def taken(sent, mediator):
    services.accept(sent.round, by=mediator, kind=Kind.REFERRED_BEFORE, received_on=timezone.localdate())
    return fresh(sent)
