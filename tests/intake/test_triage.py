"""What a visitor tells becomes a matter at the right desk; several in one visit; settled on the spot or sent on."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import F
from django.urls import reverse

from cases.models import Case, Round, RuleBook
from cases.services import take
from cases.states import Outcome, Route, Side
from cases.states import State as RoundState
from intake import selectors, services
from intake.forms import title_of
from intake.models import Settlement
from intake.states import SettlementState, State
from kernel.encryption import lookup_hash
from kernel.moves import MoveRefused
from people.models import Area, Unit
from people.roles import Role
from tests.factories import AreaFactory, CategoryFactory, UnitFactory, UserFactory
from tests.intake.factories import called, matter, next_window, outlet, seated, serving, waiting


@pytest.fixture
def committee():
    return UnitFactory(kind=Unit.Kind.COMMITTEE)


@pytest.fixture
def ticket(clerk):
    return serving(clerk)


def on_the_spot(ticket, by, **changes):
    given = {"to_unit": ticket.unit, "outcome": Outcome.SETTLED, "said": "公司当场付清 450 元。"}
    return services.triage(ticket, by=by, **matter(**(given | changes)))


def test_a_matter_goes_to_its_desk_with_the_code_of_the_visit(ticket, clerk, committee):
    case = services.triage(
        ticket,
        by=clerk,
        to_unit=committee,
        **matter(outlet=outlet(Route.MEDIATION), amount=Decimal("450.00")),
        respondent={"kind": "organisation", "name": "衢州市禾泽保洁有限公司"},
        contacts=[{"whom": "区人力社保局", "said": "已联系监察大队", "at": None}],
    )
    round = case.rounds.get()
    assert (round.route, round.unit, round.state) == (Route.MEDIATION, committee, RoundState.ROUTED)
    assert case.query_code == ticket.query_code
    assert {(party.side, party.name) for party in case.parties.all()} == {
        (Side.APPLICANT, "王冬梅"),
        (Side.RESPONDENT, "衢州市禾泽保洁有限公司"),
    }
    assert case.contacts.get().whom == "区人力社保局"
    assert ticket.state == State.SERVING
    assert ticket.history.get(verb="triage").details == {"case": case.number}


def test_one_visit_may_have_several_matters_under_one_code(ticket, clerk, committee):
    for title in ("工资", "社保"):
        services.triage(
            ticket, by=clerk, to_unit=committee, **matter(outlet=outlet(Route.MEDIATION), title=title)
        )
    assert services.matters_of(ticket).count() == 2


def test_settling_on_the_spot_goes_take_then_resolve_like_every_other_road(ticket, clerk):
    case = on_the_spot(ticket, clerk)
    round = case.latest_round()
    assert (round.state, round.outcome) == (RoundState.RESOLVED, Outcome.SETTLED)
    verbs = [entry.verb for entry in case.dossier.entries.all()]
    assert verbs == ["open_case", "take", "take_up", "resolve", "settle"]
    assert set(round.clocks.running().values_list("code", flat=True)) == {"case.follow_up"}
    assert Settlement.objects.get().said == "公司当场付清 450 元。"


def test_a_matter_still_being_rung_about_stays_in_hand_at_the_window(ticket, clerk):
    case = on_the_spot(ticket, clerk, outcome="", said="")
    settlement = Settlement.objects.get()
    assert (case.latest_round().state, settlement.state) == (RoundState.IN_HAND, SettlementState.IN_HAND)
    services.settle(settlement, by=clerk, outcome=Outcome.ANSWERED, said="已一次性告知")
    assert case.latest_round().outcome == Outcome.ANSWERED


def test_the_mediator_and_the_court_at_the_window_triage_too(ticket, mediator, window):
    judge = seated(window, Role.COURT, unit=UnitFactory())
    contact = {"whom": "公司", "said": "同意付款"}
    for by in (mediator, judge):
        case = on_the_spot(ticket, by, contacts=[contact])
        assert case.latest_round().state == RoundState.RESOLVED
        assert Case.objects.visible_to(by).filter(pk=case.pk).exists()


def test_whoever_sat_there_yesterday_does_not_see_it_today(ticket, mediator):
    case = on_the_spot(ticket, mediator)
    mediator.seats.update(day=date(2026, 1, 1))
    mediator = type(mediator).objects.get(pk=mediator.pk)
    assert not Case.objects.visible_to(mediator).filter(pk=case.pk).exists()


@pytest.mark.parametrize("who", ["clerk2", "stranger", "outsider", "guide"])
def test_whoever_sits_elsewhere_does_not_triage(who, ticket, request):
    with pytest.raises(MoveRefused):
        on_the_spot(ticket, request.getfixturevalue(who))
    assert not Case.objects.exists()


def test_nothing_is_registered_before_the_conversation_begins(clerk):
    with pytest.raises(MoveRefused, match="已叫号"):
        on_the_spot(called(clerk, name="王冬梅", id_type="none"), clerk)


def test_a_bare_number_is_asked_for_its_visitor_first(clerk):
    ticket = serving(clerk)
    type(ticket).objects.update(visitor=None)
    with pytest.raises(MoveRefused, match="请先登记来访人"):
        on_the_spot(ticket, clerk)


def test_a_failure_half_way_leaves_no_case_and_no_number_used(ticket, clerk, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("cases.services.resolve", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            on_the_spot(ticket, clerk)
    assert not Case.objects.exists()
    assert not Settlement.objects.exists()
    assert not ticket.history.filter(verb="triage").exists()
    assert on_the_spot(ticket, clerk).number.endswith("-000001")


def test_the_four_digits_of_a_ticket_open_the_query_of_its_matters(clerk):
    ticket = serving(clerk, name="无证人", id_type="none", phone="")
    case = on_the_spot(ticket, clerk)
    assert case.tail_hash == lookup_hash("pin", ticket.pin.plain)


def test_an_isolated_matter_leaves_no_number_in_the_visit_and_is_not_opened_again(ticket, clerk, committee):
    case = services.triage(
        ticket,
        by=clerk,
        to_unit=committee,
        restriction="violence",
        **matter(outlet=outlet(Route.MEDIATION)),
    )
    assert ticket.history.get(verb="triage").details == {}
    assert case not in selectors.cases_of(ticket, clerk)


# --- The page ---------------------------------------------------------------------------------------------------------


def answers(**changes) -> dict:
    given = matter()
    ids = {name: given[name].pk for name in ("outlet", "category", "area")}
    said = {
        "story": given["story"],
        "title": "",
        "urgency": 1,
        "people_count": 1,
        "respondent_kind": "person",
    }
    return ids | said | changes


def test_the_page_settles_on_the_spot(client, ticket, clerk):
    client.force_login(clerk)
    address = reverse("intake:triage", args=[ticket.pk])
    assert client.get(address).status_code == 200
    sent = answers(
        amount="450.00元",
        outcome="settled",
        said="公司当场付清。",
        respondent_kind="organisation",
        respondent_name="衢州市禾泽保洁有限公司",
        whom_1="区人力社保局",
        said_1="监察大队已联系公司",
        at_1="00:00",
    )
    answer = client.post(address, sent, follow=True)
    case = Case.objects.get()
    assert f"已登记，编号 {case.number}" in answer.content.decode()
    assert (case.amount, case.state, case.title) == (
        Decimal(450),
        RoundState.RESOLVED,
        title_of(case.story),
    )
    assert case.contacts.get().said == "监察大队已联系公司"


def test_the_page_keeps_what_was_typed(client, ticket, clerk):
    client.force_login(clerk)
    address = reverse("intake:triage", args=[ticket.pk])
    answer = client.post(address, answers(outcome="settled", amount="很多", whom_1="公司"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "一天半" in page
    assert "联系对象和内容请一并填写" in page
    answer = client.post(address, answers(outcome="settled"))
    assert "请写明怎么答复" in answer.content.decode()
    assert not Case.objects.exists()


def test_a_form_sent_after_the_end_is_refused_and_stays_filled(client, ticket, clerk):
    services.leave(ticket, by=clerk, note="有急事")
    client.force_login(clerk)
    answer = client.post(
        reverse("intake:triage", args=[ticket.pk]), answers(outcome="answered", said="已答复")
    )
    assert answer.status_code == 409
    assert "一天半" in answer.content.decode()


def test_the_desk_follows_from_outlet_category_and_place(client, ticket, clerk):
    bureau = UnitFactory(name="试验人社局")
    category = CategoryFactory(code="C98", name="试验类别", lead_unit=bureau)
    client.force_login(clerk)
    sent = answers(outlet=outlet(Route.DISPATCH).pk, category=category.pk)
    page = client.post(reverse("intake:desk"), sent).content.decode()
    assert f'value="{bureau.pk}" selected' in page
    client.post(reverse("intake:triage", args=[ticket.pk]), sent)
    assert Round.objects.get().unit == bureau


def test_a_unit_that_does_not_sit_at_the_desk_is_refused(client, ticket, clerk, committee):
    client.force_login(clerk)
    sent = answers(outlet=outlet(Route.DISPATCH).pk, to_unit=committee.pk)
    answer = client.post(reverse("intake:triage", args=[ticket.pk]), sent)
    assert "不办理" in answer.content.decode()


@pytest.mark.parametrize("outlet", ["", "abc", "999999999999999999999", "\0"])
def test_a_malformed_choice_of_desk_is_no_error(outlet, client, clerk):
    client.force_login(clerk)
    assert client.post(reverse("intake:desk"), {"outlet": outlet}).status_code == 200


# --- Suggestion -------------------------------------------------------------------------------------------------------


@pytest.fixture
def _reference():
    """The categories, outlets and townships that the suggestion chooses from."""
    for code, name, cues in (
        ("C01", "欠薪与劳动报酬", {"5": "欠薪 工资…没有给 半的工资"}),
        ("C02", "劳动争议", {"5": "辞退"}),
        ("C06", "物业服务", {"5": "物业"}),
    ):
        CategoryFactory(code=code, name=name, cues=cues, outlets=["O01"])
    outlet()
    AreaFactory(name="湖南镇", level=Area.Level.TOWNSHIP)
    RuleBook.objects.update(version=F("version") + 1)


@pytest.mark.usefixtures("_reference")
def test_the_story_suggests_with_its_words_and_hunan_is_no_township(client, clerk):
    client.force_login(clerk)
    story = "我是湖南人，做了一天半被辞退，工资 450 元没有给。"
    page = client.post(reverse("intake:suggest"), {"story": story}).content.decode()
    assert "欠薪与劳动报酬" in page
    assert "劳动争议" in page
    assert "<mark>辞退</mark>" in page
    assert "450.00" in page
    assert "湖南镇" not in page
    page = client.post(reverse("intake:suggest"), {"story": "湖南镇的物业不管事。"}).content.decode()
    assert "湖南镇" in page


@pytest.mark.usefixtures("_reference")
def test_the_rules_are_read_again_only_after_an_edit(django_assert_num_queries):
    selectors.suggested("被辞退了")
    with django_assert_num_queries(1):
        selectors.suggested("物业不管")


def test_an_empty_story_suggests_nothing(client, clerk):
    client.force_login(clerk)
    assert "类别建议" not in client.post(reverse("intake:suggest"), {"story": " \0"}).content.decode()


# --- Back at the window -----------------------------------------------------------------------------------------------


@pytest.fixture
def sent_back(ticket, clerk, committee):
    """A matter that the committee could not help with, and that waits at the window again."""
    mediator = UserFactory(post=(Role.MEDIATOR, committee))
    case = services.triage(ticket, by=clerk, to_unit=committee, **matter(outlet=outlet(Route.MEDIATION)))
    round = case.latest_round()
    take(round, by=mediator)
    services.cases.reroute(
        round, by=mediator, route=Route.INTAKE, unit=ticket.unit, note="不属于人民调解范围"
    )
    return round


def test_what_a_desk_sent_back_waits_in_a_list_with_the_reason(client, clerk, sent_back):
    client.force_login(clerk)
    page = client.get(reverse("intake:returned")).content.decode()
    assert sent_back.case.number in page
    assert "不属于人民调解范围" in page
    panel = client.get(reverse("intake:panel", args=[sent_back.case_id])).content.decode()
    assert "等待窗口处理" in panel
    assert reverse("intake:take_up", args=[sent_back.pk]) in panel


def test_it_is_taken_up_and_sent_on_to_another_desk(client, clerk, sent_back):
    court = UnitFactory(kind=Unit.Kind.COURT)
    client.force_login(clerk)
    address = reverse("intake:take_up", args=[sent_back.pk])
    assert "不属于人民调解范围" in client.get(address).content.decode()
    client.post(address)
    settlement = Settlement.objects.get()
    panel = client.get(reverse("intake:panel", args=[sent_back.case_id])).content.decode()
    assert "改分流" in panel
    address = reverse("intake:send_on", args=[settlement.pk])
    assert client.get(address).status_code == 200
    client.post(address, {"desk": f"court:{court.pk}", "note": "建议立案"})
    settlement.refresh_from_db()
    sent_back.refresh_from_db()
    assert settlement.state == SettlementState.SENT_ON
    assert (sent_back.route, sent_back.unit, sent_back.state) == (Route.COURT, court, RoundState.ROUTED)


def test_it_is_taken_up_and_settled(client, clerk, sent_back):
    settlement = services.take_up(sent_back, by=clerk)
    client.force_login(clerk)
    address = reverse("intake:settle", args=[settlement.pk])
    client.post(address, {"outcome": "answered", "said": "已告知立案材料"})
    sent_back.refresh_from_db()
    assert (sent_back.state, sent_back.outcome) == (RoundState.RESOLVED, Outcome.ANSWERED)
    panel = client.get(reverse("intake:panel", args=[sent_back.case_id])).content.decode()
    assert "已告知立案材料" in panel
    assert client.post(address, {"outcome": "answered", "said": "再来一次"}).status_code == 409


def test_it_is_taken_once(clerk, clerk2, sent_back):
    services.take_up(sent_back, by=clerk)
    with pytest.raises(MoveRefused):
        services.take_up(sent_back, by=clerk2)
    assert Settlement.objects.count() == 1


def test_the_window_does_not_send_to_itself(clerk, centre, sent_back):
    settlement = services.take_up(sent_back, by=clerk)
    with pytest.raises(MoveRefused, match="已在窗口"):
        services.send_on(settlement, by=clerk, route=Route.INTAKE, to_unit=centre, note="再说")


def test_a_matter_of_another_desk_is_not_taken_at_the_window(ticket, clerk, centre):
    case = services.triage(ticket, by=clerk, to_unit=centre, **matter(outlet=outlet(Route.MEDIATION)))
    with pytest.raises(MoveRefused, match="已流转到"):
        services.take_up(case.latest_round(), by=clerk)
    assert case.latest_round().state == RoundState.ROUTED


@pytest.mark.parametrize("who", ["outsider"])
def test_another_hall_sees_and_takes_nothing(who, client, sent_back, request):
    other = request.getfixturevalue(who)
    with pytest.raises(MoveRefused):
        services.take_up(sent_back, by=other)
    client.force_login(other)
    assert client.get(reverse("intake:take_up", args=[sent_back.pk])).status_code == 404
    assert client.get(reverse("intake:panel", args=[sent_back.case_id])).status_code == 404
    assert sent_back.case.number not in client.get(reverse("intake:returned")).content.decode()


def test_a_failure_while_settling_leaves_it_in_hand(clerk, sent_back, monkeypatch):
    settlement = services.take_up(sent_back, by=clerk)
    monkeypatch.setattr("cases.services.resolve", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.settle(settlement, by=clerk, outcome=Outcome.SETTLED, said="和好")
    settlement.refresh_from_db()
    assert settlement.state == SettlementState.IN_HAND


def test_a_second_window_sees_the_earlier_matter_of_a_returning_visitor(client, clerk2, ticket, clerk):
    case = on_the_spot(ticket, clerk)
    services.finish(ticket, by=clerk)
    again = waiting(clerk2)
    type(again).objects.filter(pk=again.pk).update(visitor=ticket.visitor)
    services.call_next(clerk2.seat.window, by=clerk2)
    client.force_login(clerk2)
    assert case.number in client.get(reverse("intake:window")).content.decode()


def test_titles_are_the_title_of(window):
    assert title_of("楼上漏水。协商多次没有结果，" * 3) == "楼上漏水"
    assert title_of("短") == "短"
    assert len(title_of("长" * 100)) == 30
    assert next_window(window.unit).number == window.number + 1
