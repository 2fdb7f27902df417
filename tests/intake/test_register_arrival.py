"""Doors without a ticket: a call, a letter, 110, 12345, a township, a matter handed down from above."""

from datetime import timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Outlet
from cases.progress import matters_of
from cases.states import Channel, Route, Side, State
from intake import services
from intake.copy_out import VALUES, systems
from intake.models import Arrival
from intake.states import ArrivalState
from kernel.attachments import stored_path
from kernel.encryption import lookup_hash
from kernel.moves import MoveRefused
from people.models import Organisation, Person, Unit
from people.roles import Restriction, Role
from petitions import services as petitions
from tests.factories import CategoryFactory, UnitFactory, UserFactory
from tests.intake.factories import matter, outlet
from tests.petitions.fixtures import register as register_petition
from tests.raw import tables_with

ADDRESS = reverse("intake:register_arrival")
LETTER = b"%PDF-1.4\n% letter\n"


@pytest.fixture
def dispatcher(centre):
    return UserFactory(post=(Role.DISPATCHER, centre))


@pytest.fixture
def committee():
    return Unit.objects.filter(kind=Unit.Kind.COMMITTEE).first() or UnitFactory(kind=Unit.Kind.COMMITTEE)


def arrived(by, unit, **changes):
    given = {
        "channel": Channel.HOTLINE,
        "outside_number": "QZ2026112300017",
        "came_at": timezone.now(),
        "to_unit": unit,
        "name": "穆青山",
        "phone": "19900007788",
    }
    return services.register_arrival(by=by, unit=unit, **matter(**(given | changes)))


def filled(committee, **changes) -> dict:
    given = matter()
    return {
        "channel": "hotline",
        "outside_number": "QZ2026112300017",
        "came_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "name": "穆青山",
        "phone": "19900007788",
        "story": given["story"],
        "category": given["category"].pk,
        "urgency": 1,
        "outlet": outlet(Route.MEDIATION).pk,
        "to_unit": committee.pk,
        "area": given["area"].pk,
        "respondent_kind": "organisation",
        "respondent_name": "衢州市禾泽保洁有限公司",
        "people_count": 1,
    } | changes


def text_of(answer) -> str:
    return BeautifulSoup(answer.content, "html.parser").main.get_text()


# --- Registered -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["clerk", "dispatcher"])
def test_a_call_of_the_hotline_becomes_a_matter_at_its_desk(client, who, committee, request):
    client.force_login(request.getfixturevalue(who))
    answer = client.post(ADDRESS, filled(committee))
    case = Case.objects.get()
    assert answer.url == reverse("cases:detail", args=[case.pk])
    assert (case.channel, case.outside_number, case.unit) == ("hotline", "QZ2026112300017", committee)
    assert case.latest_round().state == State.ROUTED
    assert {party.name for party in case.parties.all()} == {"穆青山", "衢州市禾泽保洁有限公司"}
    page = text_of(client.get(answer.url))
    for words in ("12345", "QZ2026112300017", "登记上级系统来件"):
        assert words in page


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (Role.TOWNSHIP_OFFICER, Unit.Kind.TOWNSHIP),
        (Role.PETITION_OFFICER, Unit.Kind.PETITIONS),
        (Role.CLERK, Unit.Kind.CENTRE),
    ],
)
def test_whoever_registers_says_whom_they_rang_though_another_unit_has_it_then(client, role, kind, committee):
    client.force_login(UserFactory(post=(role, UnitFactory(kind=kind))))
    contact = {"whom_1": "村支书老李", "said_1": "先去现场稳住", "at_1": "00:00"}
    assert client.post(ADDRESS, filled(committee, **contact)).status_code == 302
    case = Case.objects.get()
    assert case.contacts.get().said == "先去现场稳住"
    assert "村支书老李" in case.history.get(verb="log_contact").note


def test_who_called_asks_with_code_and_telephone(clerk, centre):
    case = arrived(clerk, centre).case
    assert matters_of(case.query_code, "7788") == [case]


def test_who_left_no_telephone_is_told_four_digits(client, clerk, centre, committee):
    found = arrived(clerk, centre, name="", phone="", channel=Channel.LETTER, outside_number="")
    assert matters_of(found.case.query_code, found.pin) == [found.case]
    client.force_login(clerk)
    data = filled(committee, channel="letter", outside_number="", name="", phone="")
    assert "查询密码" in text_of(client.post(ADDRESS, data, follow=True))


def test_what_the_window_handles_itself_is_taken_by_a_clerk_and_waits_for_the_window_otherwise(
    clerk, dispatcher, centre
):
    taken = arrived(clerk, centre).case
    waiting = arrived(dispatcher, centre, outside_number="QZ2").case
    assert taken.latest_round().state == State.IN_HAND
    assert waiting.latest_round().state == State.ROUTED


@pytest.mark.parametrize("role", [Role.GUIDE, Role.HANDLER, Role.SYSADMIN, Role.LEADER])
def test_others_register_nothing(client, role, centre):
    client.force_login(UserFactory(post=(role, centre)))
    assert client.get(ADDRESS).status_code == 403


def test_a_clerk_needs_no_seat_for_what_comes_without_a_visitor(client, stranger):
    client.force_login(stranger)
    assert client.get(ADDRESS).status_code == 200
    answer = client.post(reverse("intake:desk"), {"outlet": outlet(Route.MEDIATION).pk})
    assert answer.status_code == 200


# --- The outside number ---------------------------------------------------------------------------------------------


def test_a_second_registration_shows_the_first_and_offers_to_open_it(client, clerk, centre, committee):
    first = arrived(clerk, centre).case
    client.force_login(clerk)
    answer = client.post(ADDRESS, filled(committee, outside_number=" qz2026112300017 "))
    assert answer.status_code == 409
    assert Case.objects.count() == 1
    assert "已经登记过" in text_of(answer)
    assert first.number in text_of(answer)
    assert reverse("cases:detail", args=[first.pk]) in answer.content.decode()
    assert "穆青山" in answer.content.decode()  # what was typed stays


def test_the_same_number_of_another_channel_is_another_matter(clerk, centre):
    arrived(clerk, centre)
    arrived(clerk, centre, channel=Channel.POLICE)
    assert Case.objects.count() == 2


def test_matters_without_an_outside_number_do_not_meet(clerk, centre):
    for _n in range(2):
        arrived(clerk, centre, channel=Channel.PHONE, outside_number="")
    assert Case.objects.count() == 2


def test_the_number_of_a_restricted_matter_betrays_it_to_nobody(clerk, centre):
    discipline = UnitFactory(kind=Unit.Kind.DISCIPLINE)
    first = arrived(clerk, centre, restriction=Restriction.ACCUSATION, to_unit=discipline).case
    arrived(clerk, centre)
    kept = Case.objects.filter(pk=first.pk).values("outside_number", "searchable").get()
    assert kept == {"outside_number": "", "searchable": ""}


def test_list_and_search_find_the_outside_number(client, clerk, centre):
    case = arrived(clerk, centre).case
    client.force_login(clerk)
    listed = client.get(reverse("cases:list"), {"q": "QZ2026112300017"})
    assert case.number in text_of(listed)
    searched = client.post(reverse("search"), {"q": "QZ2026112300017"}, follow=True)
    assert case.number in text_of(searched)


@pytest.mark.parametrize("channel", ["hotline", "police", "above"])
def test_what_comes_from_a_system_has_a_number_there(client, clerk, committee, channel):
    client.force_login(clerk)
    answer = client.post(ADDRESS, filled(committee, channel=channel, outside_number=""))
    assert answer.status_code == 422
    assert "请填写对方系统的编号" in answer.content.decode()


# --- When -----------------------------------------------------------------------------------------------------------


def test_the_clocks_run_from_the_day_it_came_in(clerk, centre, committee):
    came_at = timezone.now() - timedelta(days=3)
    case = arrived(clerk, centre, came_at=came_at, outlet=outlet(Route.MEDIATION), to_unit=committee).case
    round = case.latest_round()
    assert round.clocks.get(code="case.take").started_at == came_at
    assert case.opened_at == came_at
    entry = round.history.get(verb="open_case")
    assert entry.at == came_at
    assert entry.recorded_at > came_at


@pytest.mark.parametrize(
    ("ago", "fault"), [(timedelta(hours=-1), "不能晚于现在"), (timedelta(days=16), "15 天以内")]
)
def test_nothing_comes_in_tomorrow_or_long_ago(client, clerk, committee, ago, fault):
    client.force_login(clerk)
    came_at = f"{timezone.localtime() - ago:%Y-%m-%dT%H:%M}"
    answer = client.post(ADDRESS, filled(committee, came_at=came_at))
    assert answer.status_code == 422
    assert fault in answer.content.decode()


def test_the_date_that_the_sender_asks_for_is_a_deadline_until_the_matter_is_done(clerk, centre):
    reply_by = timezone.localdate() + timedelta(days=1)
    case = arrived(clerk, centre, reply_by=reply_by).case
    round = case.latest_round()
    clock = round.clocks.get(code="case.reply_by")
    assert clock.last_day == reply_by
    assert round.due_at == clock.due_at
    settlement = services.Settlement.objects.get(case=case)
    services.settle(settlement, by=clerk, outcome="settled", said="已付清。")
    assert not round.clocks.running().filter(code="case.reply_by").exists()


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"reply_by": "2020-01-01"}, "早于收到时间"),
        ({"reply_by": "2100-12-31"}, "一年以后"),
        ({"reply_by": "9999-12-31"}, "年份应在"),
        ({"came_at": "0001-01-01T00:00"}, "年份应在"),
        ({"came_at": "2100-12-31T23:59"}, "不能晚于现在"),
        ({"came_at": "9999-12-31T23:59"}, "年份应在"),
        ({"name": ""}, "请填写姓名"),
        ({"phone": "12"}, "手机"),
        ({"channel": "window"}, "来件渠道"),
    ],
)
def test_what_cannot_be_comes_back_filled_with_what_to_do(client, clerk, committee, wrong, fault):
    client.force_login(clerk)
    answer = client.post(ADDRESS, filled(committee, **wrong))
    assert answer.status_code == 422
    assert fault in text_of(answer)
    assert "工资 450 元" in text_of(answer)
    assert not Case.objects.exists()


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59", "2020-01-01T08:00"])
def test_nothing_is_entered_above_before_it_came_or_tomorrow(client, clerk, centre, at):
    arrival = arrived(clerk, centre, channel=Channel.PHONE, outside_number="").case.arrival
    client.force_login(clerk)
    data = {"above_number": "ZJ1", "entered_at": at}
    assert client.post(reverse("intake:enter_above", args=[arrival.pk]), data).status_code == 422


# --- With a scan ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("restriction", ["", Restriction.VIOLENCE])
def test_the_letter_comes_in_with_its_scan(client, clerk, committee, restriction):
    client.force_login(clerk)
    given = {"scan": SimpleUploadedFile("letter.pdf", LETTER), "restriction": restriction}
    UserFactory(post=(Role.MEDIATOR, committee))
    assert client.post(ADDRESS, filled(committee, **given)).status_code == 302
    kept = Case.objects.get().attachments.get()
    assert kept.name == "letter.pdf"
    assert (stored_path(kept.sha256).read_bytes() == LETTER) == (not restriction)


def test_what_is_no_scan_is_not_taken_in(client, clerk, committee):
    client.force_login(clerk)
    answer = client.post(ADDRESS, filled(committee, scan=SimpleUploadedFile("x.exe", b"MZ\x90\0\0")))
    assert answer.status_code == 422
    assert "不能接收这种文件" in text_of(answer)
    assert not Case.objects.exists()


# --- 110 ------------------------------------------------------------------------------------------------------------


def test_a_dispute_from_110_goes_to_mediators_and_not_to_events(client, clerk, committee):
    category = CategoryFactory(code="C01", name="欠薪与劳动报酬")
    type(category).objects.filter(pk=category.pk).update(outlets=["O02", "O05"])
    client.force_login(clerk)
    data = filled(committee, channel="police", outside_number="JJ20261123001")
    events = client.post(ADDRESS, data | {"outlet": outlet(Route.DISPATCH).pk, "to_unit": ""})
    assert events.status_code == 422
    assert "由调解员办理" in events.content.decode()
    client.post(ADDRESS, data)
    assert Case.objects.get().route == Route.MEDIATION


# --- Entered above --------------------------------------------------------------------------------------------------


def test_a_matter_from_above_keeps_the_moment_since_when_it_is_there(clerk, centre):
    came_at = timezone.now() - timedelta(days=2)
    arrival = arrived(clerk, centre, channel=Channel.ABOVE, came_at=came_at).case.arrival
    assert (arrival.state, arrival.entered_at) == (ArrivalState.ENTERED, came_at)
    assert not arrival.clocks.exists()


def test_a_call_has_to_be_entered_above_in_time_and_then_has_a_number_there(client, clerk, centre):
    case = arrived(clerk, centre, channel=Channel.PHONE, outside_number="").case
    assert case.arrival.clocks.running().get().code == "case.enter_above"
    client.force_login(clerk)
    data = {"above_number": "ZJ33080320260001", "entered_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}"}
    answer = client.post(reverse("intake:enter_above", args=[case.arrival.pk]), data)
    assert answer.url == reverse("cases:detail", args=[case.pk])
    arrival = Arrival.objects.get()
    assert arrival.state == ArrivalState.ENTERED
    assert not arrival.clocks.running().exists()
    assert "ZJ33080320260001" in text_of(client.get(answer.url))
    assert case.number in text_of(client.get(reverse("cases:list"), {"q": "ZJ33080320260001"}))


def test_a_number_above_belongs_to_one_matter(clerk, centre):
    first, second = (
        arrived(clerk, centre, channel=Channel.PHONE, outside_number="").case.arrival for _n in range(2)
    )
    services.enter_above(first, by=clerk, above_number="ZJ1", entered_at=timezone.now())
    with pytest.raises(MoveRefused, match="另一件事项"):
        services.enter_above(second, by=clerk, above_number="ZJ1", entered_at=timezone.now())
    second.refresh_from_db()
    assert second.state == ArrivalState.TO_ENTER


# --- Copied out -----------------------------------------------------------------------------------------------------


def test_every_field_of_every_system_has_a_value():
    for system in systems().values():
        assert {key for _label, key in system["fields"]} <= VALUES.keys()


def test_the_sheet_has_the_fields_in_the_order_of_the_other_system(client, clerk, centre):
    case = arrived(clerk, centre, amount=Decimal("450.00")).case
    client.force_login(clerk)
    page = BeautifulSoup(client.get(reverse("intake:copy_out", args=[case.pk])).content, "html.parser")
    labels = [cell.text for cell in page.select("tbody th")]
    assert labels == [label for label, _key in systems()["hotline"]["fields"]]
    copied = [button["data-copies"] for button in page.select("[data-copies]")]
    assert copied[0] == "QZ2026112300017"
    assert "19900007788" in copied
    assert case.history.get(verb="print_paper").details == {"paper": "copy-out-hotline"}


@pytest.mark.parametrize("desk", ["window", "petitions"])
def test_the_sheet_says_what_the_desk_answered_whichever_it_was(client, clerk, centre, desk):
    if desk == "window":
        case = arrived(clerk, centre, outcome="settled", said="已付清 450 元。").case
    else:
        unit = Unit.objects.get(code="petitions")
        case = arrived(clerk, centre, outlet=Outlet.objects.get(code="O09"), to_unit=unit).case
        officer = UserFactory(post=(Role.PETITION_OFFICER, unit))
        work = petitions.accept_petition(case.latest_round(), by=officer)
        register_petition(work, by=officer)
        petitions.answer_petition(work, by=officer, reply="已付清 450 元。", outcome="replied")
    client.force_login(clerk)
    assert "已付清 450 元。" in text_of(client.get(reverse("intake:copy_out", args=[case.pk])))


def test_who_does_not_handle_the_matter_types_a_reason_for_the_sheet(client, clerk, centre):
    case = arrived(clerk, centre).case
    director = UserFactory(post=(Role.DIRECTOR, UnitFactory(area=centre.area)))
    client.force_login(director)
    address = reverse("intake:copy_out", args=[case.pk])
    assert "19900007788" not in client.get(address).content.decode()
    assert "19900007788" in client.post(address, {"reason": "督查"}).content.decode()


def test_strangers_see_no_sheet_and_enter_nothing(client, clerk, centre):
    case = arrived(clerk, centre, channel=Channel.PHONE, outside_number="").case
    client.force_login(UserFactory(post=(Role.CLERK, UnitFactory())))
    assert client.get(reverse("intake:copy_out", args=[case.pk])).status_code == 404
    assert client.get(reverse("intake:enter_above", args=[case.arrival.pk])).status_code == 404


def test_the_page_costs_the_same_however_many_came(client, clerk, centre, django_assert_max_num_queries):
    client.force_login(clerk)
    client.get(ADDRESS)
    with django_assert_max_num_queries(40) as few:
        client.get(ADDRESS)
    for n in range(6):
        arrived(clerk, centre, outside_number=f"QZ{n}")
    with django_assert_max_num_queries(len(few)):
        client.get(ADDRESS)


def test_what_goes_the_way_of_a_restricted_outlet_is_restricted_and_finds_the_desk_that_may_open_it(
    client, clerk, committee
):
    discipline = Unit.objects.get(code="discipline")
    UserFactory(post=(Role.DISCIPLINE, discipline))
    client.force_login(clerk)
    sent = filled(committee, outlet=Outlet.objects.get(code="O14").pk, to_unit="", respondent_name="")
    assert client.post(ADDRESS, sent).status_code == 302
    case = Case.objects.get()
    assert (case.restriction, case.unit) == (Restriction.ACCUSATION, discipline)


@pytest.fixture
def letter(clerk, centre):
    """An accusation by name, of a firm, for whoever may open it."""
    discipline = Unit.objects.get(code="discipline")
    firm = {"kind": "organisation", "name": "衢州玄圭砂石有限公司"}
    given = {"channel": Channel.LETTER, "outside_number": "", "to_unit": discipline, "respondent": firm}
    accusation = Outlet.objects.get(code="O14")
    case = arrived(clerk, centre, outlet=accusation, restriction=Restriction.ACCUSATION, **given).case
    return Case.objects.get(pk=case.pk)


def test_who_is_named_in_a_restricted_letter_stands_in_no_table_and_can_ask_how_it_stands(letter):
    for word in ("穆青山", "衢州玄圭砂石有限公司", lookup_hash("phone", "19900007788")):
        assert tables_with(word) == []
    assert matters_of(letter.query_code, "7788") == [letter]


def test_who_may_open_a_restricted_letter_sees_corrects_and_prints_its_parties(client, letter):
    client.force_login(UserFactory(post=(Role.DISCIPLINE, letter.unit)))
    party = letter.parties.get(side=Side.APPLICANT)
    page = text_of(client.get(reverse("cases:detail", args=[letter.pk])))
    for shown in ("穆**", "199****7788", "衢州玄圭砂石有限公司"):
        assert shown in page
    revealed = client.post(reverse("cases:reveal_party", args=[party.pk]), {"reason": "核对署名"})
    assert "19900007788" in revealed.content.decode()
    address = reverse("persons:correct_party", args=[party.pk])
    form = client.get(address).context["form"]
    kept = {name: form[name].value() or "" for name in ("id_type", "sex", "birth_on", "origin", "seen")}
    answer = client.post(address, kept | {"name": "穆青杉", "address": "樟潭街道九号", "reason": "核对署名"})
    assert answer.status_code == 302
    party = letter.parties.get(side=Side.APPLICANT)
    assert (party.name, party.person.name) == ("穆青杉", "穆青杉")
    paper = reverse("intake:print_paper", args=[letter.pk, "register-form", "html"])
    printed = text_of(client.get(paper))
    for shown in ("穆青杉", "衢州玄圭砂石有限公司", "樟潭街道九号"):
        assert shown in printed
    for word in ("穆青杉", "樟潭街道九号"):
        assert tables_with(word) == []


def test_the_clerk_who_opened_a_restricted_letter_finds_nobody_of_it_afterwards(client, clerk, letter):
    client.force_login(clerk)
    person = letter.parties.get(side=Side.APPLICANT).person
    assert client.get(reverse("persons:detail", args=[person.pk])).status_code == 404
    assert client.get(reverse("persons:correct_party", args=[letter.parties.first().pk])).status_code == 404
    for words in ("穆青山", "mqs", "19900007788", "7788"):
        assert person.masked not in text_of(client.post(reverse("search"), {"q": words}))


def test_a_firm_of_a_restricted_letter_leaves_its_name_to_whoever_registers_it_next(letter, clerk, centre):
    firm = letter.parties.get(side=Side.RESPONDENT).organisation
    given = {"kind": "organisation", "name": "衢州玄圭砂石有限公司"}
    case = arrived(clerk, centre, respondent=given).case
    assert case.parties.get(side=Side.RESPONDENT).organisation != firm
    assert firm.parties.get().case == letter


def test_a_registration_that_fails_leaves_nobody_behind(clerk, centre, letter, monkeypatch):
    people, firms = Person.objects.count(), Organisation.objects.count()
    monkeypatch.setattr("intake.services.Arrival", None)
    with pytest.raises(TypeError):
        arrived(clerk, centre, restriction=Restriction.ACCUSATION, to_unit=letter.unit)
    assert (Person.objects.count(), Organisation.objects.count()) == (people, firms)
