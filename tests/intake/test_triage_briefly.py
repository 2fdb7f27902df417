"""What few may know of: the window notes one line, guides the visitor, and cannot open it again."""

import logging
import re

import pytest
from django.db.models import F
from django.urls import reverse

from cases.models import Case, Outlet, RestrictionRule, RuleBook
from cases.states import Route
from intake import selectors, services
from intake.models import Ticket
from kernel.moves import MoveRefused
from people.models import Unit
from people.roles import Restriction, Role
from petitions.models import PetitionHandling
from tests.cases.test_restriction import answers, first_difference, logged_in, plain
from tests.factories import CaseFactory, UserFactory
from tests.intake.factories import called, matter, serving
from tests.raw import tables_with

LINE = "村里补偿款的去向"
SECONDS = re.compile(r">\d+</td>")


@pytest.fixture
def discipline(centre):
    unit = Unit.objects.get(code="discipline")
    unit.area = centre.area
    unit.save()
    return unit


@pytest.fixture
def officer(discipline):
    return UserFactory(post=(Role.DISCIPLINE, discipline))


@pytest.fixture
def ticket(clerk):
    return serving(clerk)


def address(ticket):
    return reverse("intake:triage", args=[ticket.pk])


def sent(unit, **changes) -> dict:
    return {"brief": "1", "desk": f"accusation:petitions:{unit.pk}", "line": LINE, "named": "yes"} | changes


def test_one_line_goes_to_the_desk_that_may_hear_it_and_the_visitor_is_told_where(
    client, clerk, ticket, officer, discipline
):
    client.force_login(clerk)
    page = client.get(address(ticket)).content.decode()
    assert f"accusation:petitions:{discipline.pk}" in page
    answer = client.post(address(ticket), sent(discipline), follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("intake:window")
    assert f"请到：{discipline}，电话 {discipline.phone}" in page
    assert "data-prints" in page
    case = Case.objects.visible_to(officer).get()
    assert (case.title, case.story, case.restriction) == (LINE, "", Restriction.ACCUSATION)
    assert (case.unit, case.route) == (discipline, Route.PETITIONS)
    assert case.parties.get().name == "王冬梅"
    assert tables_with(LINE) == []


def test_afterwards_the_window_cannot_open_it_nor_see_that_it_is_there(
    client, clerk, ticket, officer, discipline
):
    client.force_login(clerk)
    client.post(address(ticket), sent(discipline), follow=True)
    case = Case.objects.get()
    assert client.get(reverse("cases:detail", args=[case.pk])).status_code == 404
    page = client.get(reverse("intake:detail", args=[ticket.pk])).content.decode()
    assert "没有您可以查看的事项" in page
    assert LINE not in page
    assert "triage" not in [entry.verb for entry in selectors.story_of(ticket, [])]
    assert case.number not in client.get(reverse("intake:window")).content.decode()


def test_without_a_name_nothing_leads_from_it_to_the_visit(ticket, clerk, discipline, client, officer):
    client.force_login(clerk)
    page = client.post(address(ticket), sent(discipline, named="no"), follow=True).content.decode()
    case = Case.objects.get()
    assert not case.parties.exists()
    assert case.query_code != ticket.query_code
    assert not services.matters_of(ticket).exists()
    [pin] = re.findall(f"查询码 {case.query_code}，查询密码 (\\d{{4}})", page)
    client.logout()
    told = client.post(reverse("public:query"), {"code": case.query_code, "tail": pin}).content.decode()
    assert "您的事项正在按规定办理" in told


def test_the_desk_takes_it_in_hand_and_answers(client, clerk, ticket, officer, discipline):
    client.force_login(clerk)
    client.post(address(ticket), sent(discipline, named="no"))
    case = Case.objects.get()
    client.force_login(officer)
    assert LINE in client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    accept = reverse("petitions:accept_petition", args=[case.latest_round().pk])
    assert accept in client.get(reverse("petitions:panel", args=[case.pk])).content.decode()
    assert client.post(accept).status_code == 302
    handling = PetitionHandling.objects.get()
    register = reverse("petitions:register_petition", args=[handling.pk])
    proposed = client.get(register).context["form"]
    given = {name: proposed.initial[name] for name in ("form", "came_on", "purpose", "people_count")}
    assert client.post(register, given | {"threat": "已当面受理"}).status_code == 302
    answer = reverse("petitions:answer_petition", args=[handling.pk])
    assert client.post(answer, {"reply": "已当面受理", "outcome": "replied"}).status_code == 302
    assert tables_with("已当面受理") == []


def test_whoever_gave_no_name_at_all_is_heard_too(client, clerk, officer, discipline):
    bare = called(clerk)
    services.receive(bare, by=clerk)
    assert bare.visitor is None
    client.force_login(clerk)
    assert "只记一句" in client.get(reverse("intake:identify", args=[bare.pk])).content.decode()
    answer = client.post(address(bare), sent(discipline))
    assert answer.status_code == 409
    assert LINE in answer.content.decode()
    assert "不署名" in answer.content.decode()
    assert client.post(address(bare), sent(discipline, named="no")).status_code == 302
    assert Case.objects.get().title == LINE


def test_a_whole_story_is_not_asked_and_not_taken(client, clerk, ticket, officer, discipline):
    client.force_login(clerk)
    assert client.post(address(ticket), sent(discipline, line="事" * 61)).status_code == 422
    assert client.post(address(ticket), sent(discipline, line="")).status_code == 422
    assert not Case.objects.exists()


def test_only_desks_that_may_hear_it_are_offered(client, clerk, ticket, officer, discipline, centre):
    committee = Unit.objects.get(code="committee")
    client.force_login(clerk)
    assert f"violence:mediation:{committee.pk}" not in client.get(address(ticket)).content.decode()
    UserFactory(post=(Role.MEDIATOR, committee))
    assert f"violence:mediation:{committee.pk}" in client.get(address(ticket)).content.decode()
    wrong = sent(discipline, desk=f"accusation:mediation:{committee.pk}")
    assert client.post(address(ticket), wrong).status_code == 422


def test_the_hall_offers_no_desk_where_somebody_may_look_and_nobody_can_take(
    client, clerk, ticket, centre, discipline
):
    UserFactory(post=(Role.DIRECTOR, centre))
    client.force_login(clerk)
    page = client.get(address(ticket)).content.decode()
    assert f"violence:intake:{centre.pk}" not in page
    assert f"psychiatric:intake:{centre.pk}" not in page
    office = Unit.objects.get(code="petitions")
    Unit.objects.filter(pk=office.pk).update(area=centre.area)
    UserFactory(post=(Role.PETITION_OFFICER, office))
    page = client.get(address(ticket)).content.decode()
    assert f"psychiatric:petitions:{office.pk}" in page
    assert f"accusation:petitions:{office.pk}" not in page


def test_only_who_takes_it_up_at_the_window_is_offered_the_button(client, centre, clerk):
    director = UserFactory(post=(Role.DIRECTOR, centre))
    case = CaseFactory(unit=centre, route=Route.INTAKE)
    take_up = reverse("intake:take_up", args=[case.latest_round().pk])
    for user, offered in ((clerk, True), (director, False)):
        client.force_login(user)
        page = client.get(reverse("intake:panel", args=[case.pk])).content.decode()
        assert (take_up in page) is offered
        assert client.get(take_up).status_code == (200 if offered else 403)


def test_the_log_tells_it_from_no_other_matter(client, clerk, ticket, officer, discipline, caplog):
    client.force_login(clerk)
    with caplog.at_level(logging.DEBUG):
        client.post(address(ticket), sent(discipline))
    case = Case.objects.get()
    for word in (LINE, case.number, "accusation", str(discipline)):
        assert word not in caplog.text


def visits(ticket, clients) -> dict:
    """The page of the visit, without the seconds that run."""
    page = reverse("intake:detail", args=[ticket.pk])
    return {(who, page): SECONDS.sub("", plain(client.get(page))[1]) for who, client in clients.items()}


def test_with_and_without_it_everybody_else_in_the_hall_gets_the_same_answers(
    client, clerk, ticket, officer, discipline, centre
):
    """The clerk who noted it among them, once the guidance was shown."""
    people = {role: UserFactory(post=(role, centre)) for role in (Role.DIRECTOR, Role.LEADER)} | {
        "self": clerk
    }
    clients = {who: logged_in(user) for who, user in people.items()}
    answers(clients)
    before = answers(clients) | visits(ticket, clients)
    clients["self"].post(address(ticket), sent(discipline), follow=True)
    assert Case.objects.get().restriction
    after = answers(clients) | visits(ticket, clients)
    different = [key for key in before if before[key] != after[key]]
    assert different == [], first_difference(before[different[0]], after[different[0]])


def identified(by, ticket):
    return logged_in(by).post(
        reverse("intake:identify", args=[ticket.pk]), {"id_type": "none", "name": "王冬妹", "head_count": 1}
    )


def test_after_a_named_one_line_the_visit_is_treated_as_if_there_were_none(
    client, clerk, ticket, officer, discipline, guide
):
    client.force_login(clerk)
    client.post(address(ticket), sent(discipline))
    assert Case.objects.get().parties.get().name == "王冬梅"
    assert identified(clerk, ticket).status_code == 302
    ticket.refresh_from_db()
    assert ticket.visitor.name == "王冬妹"
    finish = reverse("intake:finish", args=[ticket.pk])
    answer = client.post(finish, {"note": ""})
    assert answer.status_code == 409
    assert "本次来访没有登记事项" in answer.content.decode()
    assert client.post(finish, {"note": "接待"}).status_code == 302


STORY = "村支书贪污受贿，冒领补偿款，请为我保密。"


def typed(**changes) -> dict:
    given = matter(outlet=Outlet.objects.get(code="O14"))
    return {
        "story": STORY,
        "category": given["category"].pk,
        "urgency": 1,
        "outlet": given["outlet"].pk,
        "area": given["area"].pk,
        "respondent_kind": "person",
        "people_count": 1,
    } | changes


def test_the_ordinary_form_takes_no_matter_of_a_restricted_outlet_and_keeps_what_was_typed(
    client, clerk, ticket, officer, discipline
):
    client.force_login(clerk)
    answer = client.post(address(ticket), typed(to_unit=discipline.pk))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请用本页的“只记一句”" in page
    assert STORY in page
    assert not Case.objects.exists()
    assert tables_with("村支书贪污受贿") == []


def test_a_restricted_outlet_is_no_button_that_fills_the_ordinary_form(client, clerk):
    client.force_login(clerk)
    accusation = Outlet.objects.get(code="O14")
    fills = f'data-fills="id_outlet" data-value="{accusation.pk}"'
    page = client.post(reverse("intake:suggest"), {"story": STORY}).content.decode()
    assert fills not in page
    assert "纪检监察：只记一句" in page
    page = client.post(reverse("intake:suggest"), {"story": STORY, "restriction": ""}).content.decode()
    assert fills in page
    chosen = client.post(reverse("intake:desk"), {"outlet": accusation.pk}).content.decode()
    assert "按规定限制查看，不在这里登记" in chosen


def test_words_of_violence_at_home_bring_a_hint(client, clerk):
    client.force_login(clerk)
    for story, hinted in (("我老公昨晚喝酒又打我，不敢回家。", True), ("楼上漏水，天花板发霉。", False)):
        page = client.post(reverse("intake:suggest"), {"story": story}).content.decode()
        assert ("可能涉及家庭暴力" in page) is hinted
    RestrictionRule.objects.update(cues={"5": "天花板"})
    RuleBook.objects.update(version=F("version") + 1)
    page = client.post(reverse("intake:suggest"), {"story": "天花板发霉"}).content.decode()
    assert "可能涉及家庭暴力" in page


def test_the_one_line_takes_the_outlet_of_its_kind(client, clerk, ticket, officer, discipline):
    client.force_login(clerk)
    client.post(address(ticket), sent(discipline, line="一件事"))
    assert Case.objects.get().outlet.code == "O14"


def test_who_does_not_receive_the_visitor_notes_nothing(clerk, ticket, discipline):
    stranger = UserFactory(post=(Role.HANDLER, discipline))
    with pytest.raises(MoveRefused):
        services.triage_briefly(ticket, by=stranger, named=False, line=LINE, restriction="accusation")
    assert Ticket.objects.get(pk=ticket.pk).history.filter(verb="triage").count() == 0
