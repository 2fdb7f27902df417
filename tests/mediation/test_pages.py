"""The pages on which mediators live."""

from contextlib import suppress
from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from openpyxl import load_workbook

from cases.models import Barred
from cases.services import log_contact
from mediation import services
from mediation.models import SessionPlan
from mediation.states import CheckItem
from mediation.urls import urlpatterns
from people.roles import Restriction, Role
from tests.factories import SeatFactory, UnitFactory, UserFactory
from tests.mediation.factories import (
    accepted,
    closed,
    consented,
    drafted,
    in_force,
    mediator_of,
    planned,
    waiting_case,
)

LISTS = ["mediation:list", "mediation:mine", "mediation:all"]


def get(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


def test_the_queue_shows_what_waits_with_masked_names(client, mediator, committee):
    case = waiting_case(committee, urgency=4)
    client.force_login(mediator)
    page = get(client, "mediation:list").content.decode()
    assert case.number in page
    assert "陈**" in page
    assert "陈素芬" not in page
    assert "特急" in page


def test_the_queue_does_not_show_matters_of_others(client, stranger, committee):
    case = waiting_case(committee)
    client.force_login(stranger)
    assert case.number not in get(client, "mediation:list").content.decode()


@pytest.mark.parametrize("restriction", [Restriction.ACCUSATION, Restriction.PSYCHIATRIC])
def test_restricted_matters_are_in_no_list_and_no_count(client, mediator, restriction):
    mediation = accepted(mediator)
    for model in (type(mediation), type(mediation.round), type(mediation.case)):
        model.objects.update(restriction=restriction)
    client.force_login(mediator)
    for name in LISTS:
        page = get(client, name)
        assert mediation.case.number not in page.content.decode()
        assert page.context["mine_count"] == "0"
    assert page.context["people"][0].load == 0
    for name in ("mediation:detail", "mediation:give_up", "mediation:record_session"):
        assert get(client, name, mediation.pk).status_code == 404
    assert get(client, "mediation:panel", mediation.case_id).status_code == 404


def test_whoever_is_barred_finds_nothing(client, mediation, colleague):
    Barred.objects.create(case=mediation.case, user=colleague, reason="回避")
    client.force_login(colleague)
    assert get(client, "mediation:detail", mediation.pk).status_code == 404
    assert mediation.case.number not in get(client, "mediation:all").content.decode()


def test_mine_are_those_in_my_hands(client, mediation, colleague):
    client.force_login(mediation.mediator)
    assert mediation.case.number in get(client, "mediation:mine").content.decode()
    client.force_login(colleague)
    assert mediation.case.number not in get(client, "mediation:mine").content.decode()
    assert mediation.case.number in get(client, "mediation:all").content.decode()


def test_colleagues_on_duty_come_first_and_their_load_opens_its_rows(client, mediation, colleague):
    SeatFactory(user=colleague, role=Role.MEDIATOR)
    client.force_login(colleague)
    page = get(client, "mediation:list")
    people = [(person.user, person.load, bool(person.seat)) for person in page.context["people"]]
    assert people[0] == (colleague, 0, True)
    assert (mediation.mediator, 1, False) in people
    opened = get(client, "mediation:all", state="open", mediator=mediation.mediator_id)
    assert mediation.case.number in opened.content.decode()
    assert opened.context["listing"].total_label == "1"
    none = get(client, "mediation:all", state="open", mediator=colleague.pk)
    assert none.context["listing"].total_label == "0"


@pytest.mark.parametrize(
    ("due", "shown"), [("overdue", False), ("today", False), ("week", False), ("", True)]
)
def test_filters_narrow_by_due_date(client, mediation, due, shown):
    log_contact(mediation.case, by=mediation.mediator, whom="对方", said="约好日期。")
    client.force_login(mediation.mediator)
    page = get(client, "mediation:mine", due=due).content.decode()
    assert (mediation.case.number in page) is shown


def test_what_ran_out_is_found_and_counted_as_late(client, mediation):
    type(mediation.round).objects.update(due_at=timezone.now() - timedelta(hours=1))
    client.force_login(mediation.mediator)
    page = get(client, "mediation:mine", due="overdue")
    assert mediation.case.number in page.content.decode()
    assert page.context["late_count"] == "1"


def test_words_find_a_mediation(client, mediation):
    client.force_login(mediation.mediator)
    assert mediation.case.number in get(client, "mediation:all", q="漏水").content.decode()
    assert mediation.case.number not in get(client, "mediation:all", q="欠薪").content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_malformed_questions_show_a_page(client, mediation, name):
    client.force_login(mediation.mediator)
    bad = {
        "sort": "x",
        "after": "a:b",
        "mediator": "x",
        "category": "-1",
        "due": "?",
        "state": "\0",
        "urgency": "9",
    }
    assert get(client, name, **bad).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_the_fragment_is_what_a_reload_shows(client, mediation, fragment_matches_page, name):
    client.force_login(mediation.mediator)
    fragment_matches_page(reverse(name), "#rows")
    fragment_matches_page(reverse(name), "#figures")


@pytest.mark.parametrize("name", LISTS)
def test_the_number_of_queries_does_not_grow(
    client, mediator, committee, django_assert_max_num_queries, name
):
    def some(count):
        for _ in range(count):
            waiting_case(committee)
            accepted(mediator)

    some(1)
    client.force_login(mediator)
    with django_assert_max_num_queries(40) as few:
        get(client, name)
    some(4)
    mediator_of(committee)
    with django_assert_max_num_queries(len(few)):
        get(client, name)


def test_the_export_holds_the_rows_masked_and_leaves_a_trace(client, mediation):
    client.force_login(mediation.mediator)
    answer = client.post(reverse("mediation:all"), {"export": "1"})
    sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
    texts = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
    assert mediation.case.number in texts
    assert not any("陈素芬" in text for text in texts)
    assert mediation.mediator.history.last().verb == "export"


def test_the_page_of_a_mediation_says_what_comes_next_and_until_when(client, mediation, keeper):
    client.force_login(mediation.mediator)
    page = get(client, "mediation:detail", mediation.pk).content.decode()
    assert "征询各方调解意愿" in page
    last_day = mediation.round.clocks.get(code="mediation.mediate").last_day
    assert last_day.isoformat() in page
    assert reverse("mediation:record_session", args=[mediation.pk]) in page
    assert "330803195803084527" not in page
    in_force(mediation, keeper)
    page = get(client, "mediation:detail", mediation.pk).content.decode()
    assert "协议已生效" in page
    assert reverse("mediation:give_up", args=[mediation.pk]) not in page


def next_up(client, mediation) -> tuple[str, str]:
    """The sentence of the page, and the button that stands first."""
    context = get(client, "mediation:detail", mediation.pk).context
    return context["next_step"], context["buttons"][0].verb


def test_the_button_of_what_comes_next_stands_first(client, mediation):
    client.force_login(mediation.mediator)
    assert next_up(client, mediation)[1] == "record_consent"
    plan = planned(consented(mediation))
    sentence, verb = next_up(client, mediation)
    assert ("在村委会二楼调解" in sentence, verb) == (True, "print_paper")
    begun = timezone.now() - timedelta(minutes=1)
    SessionPlan.objects.update(begins_at=begun, ends_at=begun + timedelta(hours=1))
    sentence, verb = next_up(client, mediation)
    assert ("记录这次调解" in sentence, verb) == (True, "hold_session")
    plan.refresh_from_db()
    services.cancel_session(plan, by=mediation.mediator, note="改日")
    assert next_up(client, mediation)[1] == "plan_session"


def test_a_closed_mediation_asks_for_its_file(client, mediation, keeper, clerk):
    client.force_login(closed(mediation, keeper, clerk).mediator)
    sentence, verb = next_up(client, mediation)
    assert ("请立卷归档" in sentence, verb) == (True, "archive")


@pytest.mark.parametrize(
    "verb", ["record_consent", "record_session", "draft_agreement", "record_oral_agreement", "plan_session"]
)
def test_forms_that_name_the_parties_open_for_those_who_may_use_them(client, mediation, committee, verb):
    watcher = UserFactory(post=(Role.DIRECTOR, UnitFactory(area=committee.area)))
    for user, status in ((mediation.mediator, 200), (watcher, 409)):
        client.force_login(user)
        url = reverse(f"mediation:{verb}", args=[mediation.pk])
        for answer, told in ((client.get(url), status), (client.post(url), 422 if status == 200 else status)):
            assert answer.status_code == told
            assert ("陈素芬" in answer.content.decode()) is (status == 200)


@pytest.mark.parametrize("verb", ["edit_agreement", "sign_agreement", "set_stamp"])
def test_forms_of_an_agreement_open_for_those_who_may_use_them(client, mediation, committee, verb):
    agreement = drafted(mediation)
    if verb != "edit_agreement":
        services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)
    client.force_login(UserFactory(post=(Role.DIRECTOR, UnitFactory(area=committee.area))))
    url = reverse(f"mediation:{verb}", args=[agreement.pk])
    for answer in (client.get(url), client.post(url)):
        assert answer.status_code == 409
        assert "陈素芬" not in answer.content.decode()


def test_no_address_of_a_mediation_tells_others_the_names_in_full(client, mediation, committee):
    drafted(mediation)
    client.force_login(UserFactory(post=(Role.DIRECTOR, UnitFactory(area=committee.area))))
    for pattern in urlpatterns:
        with suppress(NoReverseMatch):
            url = reverse(f"mediation:{pattern.name}", args=[mediation.pk])
            for answer in (client.get(url), client.post(url)):
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                assert "陈素芬" not in body.decode(errors="replace"), pattern.name


def test_names_of_parties_stand_in_full_for_the_desk_alone(client, mediation, committee):
    watcher = UserFactory(post=(Role.DIRECTOR, UnitFactory(area=committee.area)))
    for user, shown in ((mediation.mediator, True), (watcher, False)):
        client.force_login(user)
        page = get(client, "mediation:detail", mediation.pk).content.decode()
        assert ("陈素芬" in page) is shown


def test_a_person_without_a_move_sees_no_button(client, mediation, committee):
    client.force_login(UserFactory(post=(Role.CLERK, committee)))
    page = get(client, "mediation:detail", mediation.pk)
    assert page.status_code == 200
    assert page.context["buttons"] == []


def test_the_live_part_of_the_page_is_what_a_reload_shows(client, mediation, fragment_matches_page):
    client.force_login(mediation.mediator)
    fragment_matches_page(reverse("mediation:detail", args=[mediation.pk]), "#state")


def test_the_piece_of_the_case_page(client, mediator, committee):
    round = waiting_case(committee).rounds.get()
    client.force_login(mediator)
    page = get(client, "mediation:panel", round.case_id).content.decode()
    assert reverse("mediation:accept", args=[round.pk]) in page
    mediation = accepted(mediator)
    page = get(client, "mediation:panel", mediation.case_id).content.decode()
    assert reverse("mediation:detail", args=[mediation.pk]) in page


def test_nothing_of_a_mediation_is_found_by_a_stranger(client, mediation, stranger):
    client.force_login(stranger)
    for name in ("detail", "hand_over", "record_session", "keep_note", "draft_agreement", "give_up"):
        assert get(client, f"mediation:{name}", mediation.pk).status_code == 404
    assert get(client, "mediation:panel", mediation.case_id).status_code == 404


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR])
def test_administrators_see_no_matter(client, mediation, committee, role):
    client.force_login(UserFactory(post=(role, committee)))
    assert get(client, "mediation:detail", mediation.pk).status_code == 404
    assert mediation.case.number not in get(client, "mediation:all").content.decode()


def test_the_telephone_of_a_party_is_a_press_away_on_the_page_of_the_mediation(client, mediation):
    client.force_login(mediation.mediator)
    page = get(client, "mediation:detail", mediation.pk).content.decode()
    for party in mediation.case.parties.exclude(person=None):
        assert reverse("cases:reveal_party", args=[party.pk]) in page
        assert f'id="party-{party.pk}"' in page
