"""The page of a person: seen by those who see a visit or a matter of theirs, masked, corrected, joined, looked at."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.services import register_party, reveal_party
from cases.states import Side, State
from kernel.editing import Conflict, seen_token
from kernel.models import HistoryEntry
from kernel.moves import MoveRefused
from people.models import Apart, Person, Post
from people.persons import add_guardian, add_phone, correct_person, merge_persons, name_guardian, tell_apart
from people.roles import Restriction, Role
from people.services import known_person, register_person
from tests.factories import CaseFactory, PersonFactory, UnitFactory, UserFactory
from tests.people.factories import id_number
from tests.raw import tables_with

PHONE = "13800001234"


@pytest.fixture
def bureau():
    return UnitFactory()


@pytest.fixture
def clerk(bureau):
    return UserFactory(post=(Role.CLERK, bureau))


@pytest.fixture
def person():
    return PersonFactory(
        name="王冬梅", initials="wdm", phone=PHONE, id_number=id_number(12), birth_on="1985-01-01"
    )


@pytest.fixture
def case(bureau, person):
    return CaseFactory(unit=bureau, applicant=person, state=State.IN_HAND)


@pytest.fixture
def logged_in(client, clerk):
    client.force_login(clerk)
    return client


def url(verb, *args):
    return reverse(f"persons:{verb}", args=[getattr(arg, "pk", arg) for arg in args])


def text(answer):
    return answer.content.decode()


def verbs(person):
    return [entry.verb for entry in person.dossier.entries.order_by("seq")]


def test_it_shows_who_this_is_masked_and_their_matters(logged_in, person, case):
    shown = text(logged_in.get(url("detail", person)))
    assert case.number in shown
    assert "138****1234" in shown
    for whole in ("王冬梅", PHONE, id_number(12)):
        assert whole not in shown
    assert verbs(person) == ["view"]


def test_a_stranger_and_an_administrator_find_nobody(client, person, case):
    for post in (
        (Role.HANDLER, UnitFactory()),
        (Role.SYSADMIN, UnitFactory()),
        (Role.AUDITOR, UnitFactory()),
    ):
        client.force_login(UserFactory(post=post))
        assert client.get(url("detail", person)).status_code == 404
        assert client.post(url("reveal_person", person), {"reason": "看看"}).status_code == 404


def test_whoever_is_known_from_an_isolated_matter_alone_is_nobody_to_others(logged_in, bureau, clerk):
    hidden = PersonFactory(name="王冬梅", phone=PHONE)
    CaseFactory(unit=bureau, applicant=hidden, restriction=Restriction.ACCUSATION)
    known = PersonFactory(name="王冬梅", phone=PHONE)
    CaseFactory(unit=bureau, applicant=known)
    assert logged_in.get(url("detail", hidden)).status_code == 404
    assert f"编号 {hidden.pk}" not in text(logged_in.get(url("detail", known)))
    for q in (PHONE, "王冬梅", "1234"):
        assert url("detail", hidden) not in text(logged_in.post(reverse("search"), {"q": q}))
    assert logged_in.get(url("merge_persons", known, hidden)).status_code == 404


def test_an_open_matter_of_ones_own_is_the_reason_for_a_full_look(logged_in, person, case):
    shown = text(logged_in.post(url("reveal_person", person)))
    assert PHONE in shown
    assert id_number(12) in shown
    assert verbs(person) == ["reveal"]
    assert case.dossier.entries.filter(verb="reveal").exists()


def test_outside_it_a_reason_is_typed_and_traced_for_the_auditor(client, bureau, person):
    CaseFactory(unit=bureau, applicant=person, state=State.CLOSED)
    client.force_login(UserFactory(post=(Role.CLERK, bureau)))
    assert PHONE not in text(client.get(url("reveal_person", person)))
    refused = client.post(url("reveal_person", person), {"reason": " "})
    assert refused.status_code == 422
    assert PHONE not in text(refused)
    assert PHONE in text(client.post(url("reveal_person", person), {"reason": "来电核对号码"}))
    assert HistoryEntry.objects.get(verb="reveal").note == "来电核对号码"

    assert client.get(reverse("persons:looks")).status_code == 403
    client.force_login(UserFactory(post=(Role.AUDITOR, bureau)))
    looks = text(client.get(reverse("persons:looks")))
    assert "来电核对号码" in looks
    assert "王" not in looks


def correction(person, page, **changes):
    seen = page.context["form"].initial["seen"]
    shown = {"id_type": person.id_type, "sex": person.sex, "birth_on": "1985-01-01", "origin": person.origin}
    return shown | {"seen": seen} | changes


def test_what_was_registered_is_corrected_and_the_masked_stays_unless_typed(logged_in, person, case):
    page = logged_in.get(url("correct_person", person))
    answer = logged_in.post(
        url("correct_person", person), correction(person, page, name="王冬 梅", origin="衢江")
    )
    assert answer.status_code == 302
    person = Person.objects.get(pk=person.pk)
    assert (person.name, person.origin, person.id_number.plain) == ("王冬梅", "衢江", id_number(12))


def test_a_form_that_somebody_overtook_comes_back_with_both_values(logged_in, person, case):
    stale = logged_in.get(url("correct_person", person))
    fresh = logged_in.get(url("correct_person", person))
    logged_in.post(url("correct_person", person), correction(person, fresh, origin="衢江区"))
    answer = logged_in.post(url("correct_person", person), correction(person, stale, origin="柯城区"))
    assert answer.status_code == 409
    assert "衢江区" in text(answer)
    assert "柯城区" in text(answer)


def test_a_wrong_or_foreign_number_is_refused(logged_in, person, case):
    PersonFactory(id_number=id_number(14))
    page = logged_in.get(url("correct_person", person))
    wrong = logged_in.post(url("correct_person", person), correction(person, page, id_number="123"))
    assert wrong.status_code == 422
    taken = logged_in.post(url("correct_person", person), correction(person, page, id_number=id_number(14)))
    assert taken.status_code == 409
    assert "合并" in text(taken)


def test_telephones_are_added_and_made_the_first(logged_in, person, case):
    assert logged_in.post(url("add_phone", person), {"number": "12"}).status_code == 422
    logged_in.post(url("add_phone", person), {"number": "139 0000 0002", "note": "女儿"})
    assert "139****0002" in text(logged_in.get(url("detail", person)))
    phone = person.phones.get()
    assert logged_in.post(url("make_primary", phone)).status_code == 302
    person = Person.objects.get(pk=person.pk)
    assert person.phone.plain == "13900000002"
    logged_in.post(url("remove_phone", person.phones.get()))
    assert not person.phones.exists()


def test_a_minor_is_never_named_and_has_a_guardian(logged_in, bureau, clerk):
    minor = PersonFactory(name="周小宝", birth_on="2020-01-01")
    CaseFactory(unit=bureau, applicant=minor)
    minor.refresh_from_db()
    assert "周" not in text(logged_in.get(url("detail", minor)))
    answer = logged_in.post(
        url("add_guardian", minor),
        {"kinship": "父亲", "name": "周大山", "id_type": "resident", "id_number": ""},
    )
    assert answer.status_code == 302
    guardian = minor.guardians.get().guardian
    assert "周**" in text(logged_in.get(url("detail", minor)))
    assert logged_in.get(url("detail", guardian)).status_code == 200
    logged_in.post(url("end_guardian", minor.guardians.get()), {"note": "登记有误"})
    assert minor.guardians.get().ended_at
    adult = PersonFactory(birth_on="1990-01-01")
    CaseFactory(unit=bureau, applicant=adult)
    assert (
        logged_in.post(
            url("add_guardian", adult), {"kinship": "父", "name": "某", "id_type": "none"}
        ).status_code
        == 409
    )


def test_doubles_are_shown_merged_and_taken_apart_again(logged_in, bureau, person, case):
    double = PersonFactory(name="王冬梅", phone=PHONE)
    other = CaseFactory(unit=bureau, applicant=double)
    shown = text(logged_in.get(url("detail", person)))
    assert "姓名、电话相同" in shown
    assert "姓名、电话相同" in text(logged_in.get(url("merge_persons", person, double)))
    assert logged_in.post(url("merge_persons", person, double), {"reason": ""}).status_code == 422
    logged_in.post(url("merge_persons", person, double), {"reason": "证件核对一致"})

    shown = text(logged_in.get(url("detail", person)))
    assert case.number in shown
    assert other.number in shown
    assert "只供查阅" in text(logged_in.get(url("detail", double)))
    merge = double.merges.get()
    later = CaseFactory(unit=bureau, applicant=person)
    assert "事项 1 件" in text(logged_in.get(url("unmerge_persons", merge)))
    logged_in.post(url("unmerge_persons", merge), {"reason": "是姐妹俩"})
    shown = text(logged_in.get(url("detail", person)))
    assert other.number not in shown
    assert later.number in shown


def test_those_who_only_look_alike_are_told_apart_and_doubted_again(logged_in, bureau, person, case):
    sister = PersonFactory(name="王冬梅", phone=PHONE)
    CaseFactory(unit=bureau, applicant=sister)
    assert "姓名、电话相同" in text(logged_in.get(url("tell_apart", person, sister)))
    assert logged_in.post(url("tell_apart", person, sister), {"reason": ""}).status_code == 422
    logged_in.post(url("tell_apart", person, sister), {"reason": "是堂姐妹，合用电话"})

    for one, other in ((person, sister), (sister, person)):
        shown = text(logged_in.get(url("detail", one)))
        assert "可能是同一人" not in shown
        assert "是堂姐妹，合用电话" in shown
        assert url("detail", other) in shown
        assert verbs(one)[-2] == "tell_apart"  # the last is the look
    again = logged_in.post(url("tell_apart", sister, person), {"reason": "再来一次"})
    assert again.status_code == 409

    apart = Apart.objects.get()
    logged_in.post(url("doubt_again", apart), {"reason": "证件照片是同一人"})
    assert "可能是同一人" in text(logged_in.get(url("detail", person)))
    assert verbs(sister)[-1] == "doubt_again"
    assert logged_in.post(url("doubt_again", apart), {"reason": "x"}).status_code == 404


def test_whoever_may_not_merge_does_not_tell_apart(client, bureau, person, case):
    sister = PersonFactory(name="王冬梅", phone=PHONE)
    CaseFactory(unit=bureau, applicant=sister)
    client.force_login(UserFactory(post=(Role.COURT, bureau)))
    assert client.post(url("tell_apart", person, sister), {"reason": "不是"}).status_code in {403, 404, 409}
    assert not Apart.objects.exists()


def test_a_hidden_double_cannot_be_told_apart(logged_in, person, case):
    hidden = PersonFactory(name="王冬梅", phone=PHONE)
    CaseFactory(applicant=hidden, restriction=Restriction.ACCUSATION)
    assert logged_in.get(url("tell_apart", person, hidden)).status_code == 404


def search(client, q):
    return text(client.post(reverse("search"), {"q": q}))


def test_the_box_finds_persons_and_leads_to_their_page(logged_in, clerk, person, case):
    add_phone(person, by=clerk, number="0570-3012345")
    for q in ("王冬梅", "wdm", PHONE, "0570-3012345", "2345", id_number(12), id_number(12)[-4:], "1234"):
        assert url("detail", person) in search(logged_in, q), q
    for q in ("王", "9999", "138000", "123"):
        assert url("detail", person) not in search(logged_in, q), q


def test_a_number_of_a_joined_record_finds_the_one_that_is_kept(logged_in, bureau, clerk, person, case):
    double = PersonFactory(name="王冬妹", phone="13900000009")
    CaseFactory(unit=bureau, applicant=double)
    merge_persons(person, double, by=clerk, reason="同一人")
    found = search(logged_in, "13900000009")
    assert url("detail", person) in found
    assert url("detail", double) not in found
    assert case.number in found


def test_the_queries_of_the_page_do_not_grow(
    logged_in, bureau, clerk, person, case, django_assert_max_num_queries
):
    logged_in.get(url("detail", person))
    for _n in range(6):
        double = PersonFactory(name="王冬梅", phone=PHONE)
        CaseFactory(unit=bureau, applicant=double)
        CaseFactory(unit=bureau, applicant=person)
        add_phone(person, by=clerk, number=f"1390000000{_n}")
        merge_persons(person, PersonFactory(), by=clerk, reason="同一人")
    with django_assert_max_num_queries(40):
        logged_in.get(url("detail", person))


def correcting(client, party, **typed):
    page = client.get(url("correct_party", party))
    kept = {
        name: page.context["form"][name].value() or ""
        for name in ("id_type", "sex", "birth_on", "origin", "seen")
    }
    return client.post(url("correct_party", party), kept | typed)


def test_who_a_party_is_is_put_right_from_the_page_of_the_matter(logged_in, person, case):
    party = case.parties.get(person=person)
    assert url("correct_party", party) in text(logged_in.get(reverse("cases:detail", args=[case.pk])))
    assert correcting(logged_in, party, name="王冬玫", reason=" ").status_code == 422
    answer = correcting(logged_in, party, name="王冬玫", reason="登记时听错，已核对身份证")
    assert answer.url == reverse("cases:detail", args=[case.pk]) + "#parties"

    for subject, verb in ((person, "correct_person"), (case, "correct_party")):
        entry = subject.dossier.entries.get(verb=verb)
        assert entry.note == "登记时听错，已核对身份证"
    case.refresh_from_db()
    assert (case.names, case.parties.get(person=person).name) == ("王冬玫", "王冬玫")
    assert Case.objects.matching("王冬玫").get() == case


def test_a_closed_matter_and_a_matter_of_others_are_left_alone(logged_in, client, person, bureau):
    closed = CaseFactory(unit=bureau, applicant=person, state=State.CLOSED)
    party = closed.parties.get()
    assert correcting(logged_in, party, name="王冬玫", reason="听错").status_code == 409
    person.refresh_from_db()
    assert person.name == "王冬梅"
    client.force_login(UserFactory(post=(Role.CLERK, UnitFactory())))
    assert client.get(url("correct_party", party)).status_code == 404


@pytest.fixture
def accuser(bureau):
    """Somebody known from an accusation alone, by the paper 42."""
    hidden = PersonFactory(name="闻人远舟", id_number=id_number(42), phone="13906701122")
    CaseFactory(unit=bureau, applicant=hidden, restriction=Restriction.ACCUSATION)
    return hidden


def test_registering_the_paper_of_a_hidden_accuser_makes_another_record(clerk, accuser):
    new = register_person(by=clerk, name="穆青山", id_number=id_number(42), phone="13700000001")
    assert (new.name, new.pk == accuser.pk) == ("穆青山", False)
    accuser.refresh_from_db()
    assert accuser.phone.plain == "13906701122"


def test_naming_a_hidden_accuser_as_guardian_makes_another_record(client, bureau, clerk, accuser):
    minor = PersonFactory(name="穆小山", birth_on=timezone.localdate())
    CaseFactory(unit=bureau, applicant=minor)
    client.force_login(clerk)
    sent = {"kinship": "父亲", "name": "穆青山", "id_type": "resident", "id_number": id_number(42)}
    assert client.post(url("add_guardian", minor), sent).status_code == 302
    assert minor.guardians.get().guardian.name == "穆青山"


def test_correcting_to_the_paper_of_a_hidden_accuser_is_not_refused(logged_in, person, case, accuser):
    page = logged_in.get(url("correct_person", person))
    sent = correction(person, page, id_number=id_number(42))
    assert logged_in.post(url("correct_person", person), sent).status_code == 302
    assert known_person(id_number(42)) == person
    assert f"编号 {accuser.pk}" not in text(logged_in.get(url("detail", person)))


def test_who_may_open_the_accusation_sees_the_likely_double(client, bureau, clerk, accuser):
    new = register_person(by=clerk, name="穆青山", id_number=id_number(42))
    CaseFactory(unit=bureau, applicant=new)
    officer = UserFactory(post=(Role.DISCIPLINE, bureau))
    client.force_login(officer)
    assert "证件号码相同" in text(client.get(url("detail", accuser)))
    assert f"编号 {new.pk}" in text(client.get(url("detail", accuser)))
    client.force_login(clerk)
    assert "证件号码相同" not in text(client.get(url("detail", new)))


def test_a_party_of_an_ordinary_matter_with_the_paper_of_a_hidden_accuser_is_another_record(
    case, clerk, accuser
):
    party = register_party(
        case, by=clerk, side=Side.RESPONDENT, id_type="resident", name="穆青山", id_number=id_number(42)
    )
    assert (party.name, party.person == accuser) == ("穆青山", False)


def test_a_restricted_matter_changes_no_telephone_that_others_see(bureau, person, case):
    officer = UserFactory(post=(Role.DISCIPLINE, bureau))
    hidden = CaseFactory(unit=bureau, restriction=Restriction.ACCUSATION)
    given = {"side": Side.THIRD, "id_type": "resident", "name": "王冬梅", "id_number": id_number(12)}
    party = register_party(hidden, by=officer, phone="13700000002", **given)
    person.refresh_from_db()
    assert person.phone.plain == PHONE
    assert party.person.phone.plain == "13700000002"
    assert "change_phone" not in verbs(person)


@pytest.fixture
def accusation(bureau, person):
    """An accusation by somebody who is known from an ordinary matter too."""
    return CaseFactory(unit=bureau, applicant=person, restriction=Restriction.ACCUSATION)


@pytest.fixture
def officer(bureau):
    user = UserFactory(post=(Role.DISCIPLINE, bureau))
    Post.objects.create(user=user, role=Role.PETITION_OFFICER, unit=bureau)
    return user


@pytest.fixture
def kept(accusation, officer):
    """Whom the accusation alone names, by the paper of somebody known to all and another telephone."""
    given = {"id_type": "resident", "name": "王冬梅", "id_number": id_number(12), "phone": "13700000002"}
    return register_party(accusation, by=officer, side=Side.THIRD, **given).person


def test_who_is_kept_in_secret_is_joined_with_nobody_and_told_apart_from_nobody(
    client, bureau, case, person, kept, officer, clerk
):
    Post.objects.create(user=officer, role=Role.CLERK, unit=bureau)
    client.force_login(officer)
    page = text(client.get(url("detail", kept)))
    assert "证件号码相同" in page
    assert url("merge_persons", kept, person) not in page
    for act in (merge_persons, tell_apart):
        with pytest.raises(MoveRefused, match="解除限制前不能处理"):
            act(person, kept, by=clerk, reason="核实")
    assert verbs(person) == []


def test_a_paper_that_others_have_is_entered_in_secret_without_a_word(
    client, person, case, accusation, officer
):
    party = register_party(accusation, by=officer, side=Side.THIRD, id_type="none", name="闻人远舟")
    client.force_login(officer)
    answer = correcting(client, party, id_type="resident", id_number=id_number(12), reason="核对")
    assert answer.status_code == 302
    party.person.refresh_from_db()
    assert party.person.id_number == person.id_number
    assert known_person(id_number(12)) == person


def test_a_minor_of_a_restricted_matter_stands_on_the_page_of_no_guardian(
    client, bureau, clerk, accusation, officer, person, case
):
    given = {"id_type": "none", "name": "穆小山"}
    minor = register_party(accusation, by=officer, side=Side.THIRD, **given).person
    minor.birth_on = timezone.localdate()
    minor.save()
    name_guardian(minor, Person.objects.get(pk=person.pk), by=officer, kinship="母亲")
    told = add_guardian(minor, by=clerk, kinship="父亲", name="穆大山", id_type="none").guardian
    assert told.in_secret
    assert tables_with("穆大山") == []
    for who, shown in ((clerk, False), (officer, True)):
        client.force_login(who)
        assert (url("detail", minor) in text(client.get(url("detail", person)))) is shown


def test_an_address_is_put_right_though_no_letter_or_digit_of_it_changes(case, person, clerk):
    for address in ("樟潭街道古井旁", "双港街道老街口"):
        person.refresh_from_db()
        seen = seen_token(person, "correct_person", ["name", "address"])
        correct_person(person, by=clerk, seen=seen, address=address)
        person.refresh_from_db()
        assert person.address.plain == address
    with pytest.raises(Conflict):
        correct_person(person, by=clerk, seen=seen, address="樟潭街道古井旁")


def test_a_guardian_is_seen_with_a_known_minor_whatever_other_minors_there_are(
    client, bureau, clerk, case, accusation, officer
):
    def minor(matter, name):
        given = {"id_type": "none", "name": name}
        named = register_party(matter, by=officer, side=Side.THIRD, **given).person
        named.birth_on = timezone.localdate()
        named.save()
        return named

    Post.objects.create(user=officer, role=Role.CLERK, unit=bureau)
    guardian = PersonFactory()
    name_guardian(minor(case, "穆小山"), guardian, by=officer, kinship="母亲")
    client.force_login(clerk)
    assert client.get(url("detail", guardian)).status_code == 200
    name_guardian(minor(accusation, "穆小水"), guardian, by=officer, kinship="母亲")
    assert client.get(url("detail", guardian)).status_code == 200


def test_why_a_party_of_an_accusation_was_corrected_or_looked_at_stands_in_its_file_alone(
    client, person, case, accusation, officer, clerk
):
    party, why = accusation.parties.get(), "核对举报信署名"
    client.force_login(officer)
    answer = correcting(client, party, name="王冬玫", reason=why)
    assert answer.status_code == 302
    party.refresh_from_db()
    reveal_party(party, by=officer, reason=why)
    accusation.dossier.refresh_from_db()
    in_file = [entry.shown_note for entry in accusation.dossier.entries.order_by("seq")]
    assert [note for note in in_file if note] == [why, why]
    assert verbs(person) == []
    assert verbs(party.person) == ["register_person", "reveal"]
    assert [(entry.note, entry.details) for entry in party.person.dossier.entries.all()] == [("", {})] * 2
    assert tables_with(why) == []
    client.force_login(clerk)
    assert why not in text(client.get(url("detail", person)))
    client.force_login(UserFactory(post=(Role.AUDITOR, case.unit)))
    looks = text(client.get(reverse("persons:looks")))
    assert why not in looks
    assert accusation.number not in looks
