"""A matter that came in as an ordinary one is hidden by two persons, whole, and given back whole."""

import os
import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection
from django.urls import reverse
from django.utils import timezone

from cases import escalation, services
from cases.models import (
    Card,
    Case,
    Conference,
    ContactEntry,
    Deferral,
    FollowUp,
    Instruction,
    Party,
    Rating,
    Request,
    Restricting,
    Round,
    Transfer,
)
from cases.services import concrete_rows
from cases.states import (
    Answer,
    CardLevel,
    CardState,
    ConferenceState,
    DeferralKind,
    DeferralState,
    HandlingState,
    RequestKind,
    RestrictingState,
    Route,
    Urgency,
)
from dispatch.models import OrderHandling
from governance_center import work
from intake.models import Material, Settlement
from intake.services import receive_material
from intake.states import MaterialKind, MaterialState, SettlementState
from kernel import attachments
from kernel.anchors import verify
from kernel.models import Attachment, Clock, HistoryEntry, Notification
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.veil import Veiled
from mediation.models import Agreement, CourtReferral
from mediation.services import record_session
from people.models import Organisation, Person, Unit
from people.roles import Restriction, Role
from petitions.models import Forwarding, Inquiry, Letter, PetitionHandling, Registration, Review
from petitions.services import accept_petition
from tests.factories import CaseFactory, UserFactory
from tests.mediation.factories import accepted, in_force
from tests.raw import tables_with

WORD = "绛雪轩"
"""It stands in every text of the file."""
WHY, PLAIN = "她说丈夫昨夜又动手", f"{WORD}的借条".encode()
OPEN_TO_READ = {"kernel_historyentry"}
"""Lines from before are chained: they stay, for those who may read the file."""


@pytest.fixture
def centre():
    return Unit.objects.get(code="centre")


@pytest.fixture
def committee():
    return Unit.objects.get(code="committee")


@pytest.fixture
def clerk(centre):
    return UserFactory(post=(Role.CLERK, centre))


@pytest.fixture
def director(centre):
    return UserFactory(post=(Role.DIRECTOR, centre))


@pytest.fixture
def mediator(committee):
    return UserFactory(post=(Role.MEDIATOR, committee))


@pytest.fixture
def leader(centre):
    """Sees the whole county, and no restricted matter."""
    return UserFactory(post=(Role.LEADER, centre))


@pytest.fixture
def case(centre, committee):
    """A matter that waits for the mediators."""
    case = CaseFactory(unit=committee, title=f"{WORD}的争执", seen_by=[centre.pk, committee.pk])
    services.attach(
        case,
        by=UserFactory(post=(Role.MEDIATOR, committee)),
        file=SimpleUploadedFile(f"{WORD}.txt", PLAIN),
    )
    return case


def hidden(case, clerk, director, kind=Restriction.VIOLENCE):
    asked = services.ask_restriction(case, by=clerk, kind=kind, reason=WHY)
    services.grant_restricting(asked, by=director)
    case.refresh_from_db()
    return case


def shown_again(case, clerk, director):
    asked = services.ask_lifting(case, by=clerk, reason="核实后不属实")
    services.grant_restricting(asked, by=director)
    case.refresh_from_db()
    return case


# --- Asking -----------------------------------------------------------------------------------------------------------


def test_asking_hides_nothing_yet_and_tells_only_those_who_decide(
    client, case, clerk, director, leader, mediator
):
    services.ask_restriction(case, by=clerk, kind=Restriction.VIOLENCE, reason=WHY)
    case.refresh_from_db()
    assert case.restriction == ""
    assert [row.to for row in Notification.objects.all()] == [director]
    assert not HistoryEntry.objects.filter(dossier=case.dossier_id, verb="ask_restriction").exists()
    assert tables_with(WHY) == []
    address = reverse("cases:detail", args=[case.pk])
    for who, knows in ((clerk, True), (director, True), (leader, False)):
        client.force_login(who)
        page = client.get(address).content.decode()
        assert (WHY in page) == knows
        assert ('id="restrictings"' in page) == knows
    assert work.to_decide(director).exists()
    assert not work.to_decide(clerk).exists()


def test_nobody_decides_their_own_request(case, director):
    other = UserFactory(post=(Role.DIRECTOR, case.unit))
    asked = services.ask_restriction(case, by=director, kind=Restriction.VIOLENCE, reason=WHY)
    with pytest.raises(MoveRefused):
        services.grant_restricting(asked, by=director)
    assert not work.to_decide(director).exists()
    services.grant_restricting(asked, by=other)
    case.refresh_from_db()
    assert case.restriction == Restriction.VIOLENCE


def test_who_asks_where_nobody_else_could_decide_is_told_so(case, director):
    others = UserFactory._meta.model.objects.filter(posts__role=Role.DIRECTOR).exclude(pk=director.pk)
    others.update(is_active=False)
    with pytest.raises(MoveRefused, match="请由他人提出申请"):
        services.ask_restriction(case, by=director, kind=Restriction.VIOLENCE, reason=WHY)


def test_a_desk_that_could_not_open_it_afterwards_sends_it_on_first(client, case, clerk):
    UserFactory(post=(Role.DISCIPLINE, Unit.objects.get(code="discipline")))
    client.force_login(clerk)
    answer = client.post(
        reverse("cases:ask_restriction", args=[case.pk]), {"kind": Restriction.ACCUSATION, "reason": WHY}
    )
    assert answer.status_code == 409
    assert "请先由承办单位把本件转到：区纪委区监委" in answer.content.decode()
    assert WHY in answer.content.decode()
    assert not Restricting.objects.exists()


def test_an_accusation_at_the_discipline_desk_is_decided_there(clerk, centre):
    discipline = Unit.objects.get(code="discipline")
    officer = UserFactory(post=(Role.DISCIPLINE, discipline))
    case = CaseFactory(unit=discipline, route=Route.PETITIONS, seen_by=[centre.pk, discipline.pk])
    asked = services.ask_restriction(case, by=clerk, kind=Restriction.ACCUSATION, reason=WHY)
    assert officer in asked.deciders()
    services.grant_restricting(asked, by=officer)
    assert Case.objects.visible_to(officer).contains(case)
    assert not Case.objects.visible_to(clerk).contains(case)


def test_one_request_at_a_time(case, clerk, director, mediator):
    services.ask_restriction(case, by=clerk, kind=Restriction.VIOLENCE, reason=WHY)
    with pytest.raises(MoveRefused, match="已有一份申请待审批"):
        services.ask_restriction(case, by=mediator, kind=Restriction.MINOR, reason=WHY)


def test_a_refused_or_withdrawn_request_changes_nothing(case, clerk, director):
    asked = services.ask_restriction(case, by=clerk, kind=Restriction.VIOLENCE, reason=WHY)
    services.refuse_restricting(asked, by=director, note="只是争吵")
    again = services.ask_restriction(case, by=clerk, kind=Restriction.VIOLENCE, reason=WHY)
    services.withdraw_restricting(again, by=clerk)
    case.refresh_from_db()
    assert case.restriction == ""
    assert [one.state for one in case.restrictings.all()] == [
        RestrictingState.REFUSED,
        RestrictingState.WITHDRAWN,
    ]
    assert Restricting.objects.get(pk=asked.pk).answer == "只是争吵"
    assert tables_with("只是争吵") == []
    assert Notification.objects.filter(to=clerk).count() == 1


# --- The whole file ---------------------------------------------------------------------------------------------------


@pytest.fixture
def full(mediator, committee, centre, clerk):
    """A matter with a row of every kind at every desk, an agreement in force among them."""
    keeper = UserFactory(post=(Role.STAMP_KEEPER, committee))
    mediation = accepted(mediator, title=f"{WORD}的争执", story=f"在{WORD}", place=f"{WORD}东", amount=5)
    case, round = mediation.case, mediation.round
    services.grant_sight(case, centre, "opened")
    record_session(
        mediation,
        by=mediator,
        held_at=timezone.now(),
        attended=list(case.parties.all()[:1]),
        place=f"{WORD}西",
        others=WORD,
        record=f"在{WORD}谈妥",
    )
    services.log_contact(case, by=mediator, whom=f"{WORD}邻居", said=f"{WORD}夜里吵")
    services.attach(case, by=mediator, file=SimpleUploadedFile(f"{WORD}.txt", PLAIN))
    asked = {"case": case, "round": round}
    request = services.ask(
        round, by=mediator, kind=RequestKind.HELP, from_unit=committee, to_unit=centre, text=f"请查{WORD}"
    )
    services.accept_request(request, by=clerk)
    services.answer_request(request, by=clerk, answer=f"{WORD}已查")
    services.verify_request(request, by=mediator)
    Transfer.objects.create(
        round=round,
        from_route=Route.INTAKE,
        from_unit=centre,
        to_route=Route.MEDIATION,
        to_unit=committee,
        reason=f"{WORD}要调解",
    )
    done = {"unit": centre, "handler": clerk, "ended_at": timezone.now()} | asked
    Settlement.objects.create(state=SettlementState.SETTLED, said=f"{WORD}当场说", **done)
    for model in (CourtReferral, PetitionHandling, OrderHandling):
        model.objects.create(state=HandlingState.ANSWERED, reply=f"{WORD}的答复", **done)
    petition(asked, clerk, centre)
    Material.objects.create(
        case=case, name=f"{WORD}照片", kind=MaterialKind.COPY, by=clerk, state=MaterialState.KEPT
    )
    refused = {"state": DeferralState.REFUSED, "reason": f"{WORD}待鉴定", "answer": f"{WORD}已鉴定"}
    clock = Clock.objects.filter(dossier=case.dossier).first()
    Deferral.objects.create(
        case=case, clock=clock, unit=case.unit, kind=DeferralKind.EXTEND, amount=1, asked_by=clerk, **refused
    )
    pressed = {"unit": case.unit, "level": CardLevel.RED, "state": CardState.CLOSED} | asked
    said = {name: f"{WORD}{name}" for name in Card.VEILED}
    Card.objects.create(**pressed, **said)
    told = {name: f"{WORD}{name}" for name in Conference.VEILED}
    held = {"begins_at": timezone.now(), "state": ConferenceState.HELD, "called_by": clerk, "unit": centre}
    Conference.objects.create(case=case, **held, **told)
    scan = Attachment.objects.filter(dossier=case.dossier).first()
    wrote = {"author": f"{WORD}领导", "words": f"{WORD}请查", "written_on": timezone.localdate()}
    Instruction.objects.create(case=case, scan=scan, by=clerk, **wrote)
    Party.objects.filter(case=case).update(name=f"{WORD}的人")
    services.refresh_words(case)
    agreement = in_force(mediation, keeper)
    assert agreement.digest() == agreement.content_hash
    other = UserFactory(post=(Role.DIRECTOR, centre))
    services.follow_up(
        case.latest_round(), by=other, way=FollowUp.Way.PHONE, said=f"{WORD}好了", promise_kept=True
    )
    services.rate(case.latest_round(), answer=Answer.SATISFIED, comment=f"谢谢{WORD}")
    case.refresh_from_db()
    return case


def petition(of, clerk, centre):
    """A row of each kind that a petition has, with the word in every text."""

    def texts(model):
        return {name: f"{WORD}{name}" for name in model.VEILED}

    today, handling = timezone.localdate(), PetitionHandling.objects.get()
    common = {"case": of["case"], "handling": handling}
    came = {"form": "visit", "came_on": today, "purpose": "appeal", "registered_by": clerk}
    Registration.objects.create(**common, **came, **texts(Registration))
    sent = {"round": of["round"], "unit": centre, "state": "withdrawn"}
    forwarding = Forwarding.objects.create(**common, **sent, **texts(Forwarding))
    heard = {"kind": "inquiry", "held_on": today, "by": clerk}
    Inquiry.objects.create(case=of["case"], forwarding=forwarding, **heard, **texts(Inquiry))
    drafted = {
        "round": of["round"],
        "unit": centre,
        "kind": "opinion",
        "state": "drafted",
        "drafted_by": clerk,
    }
    letter = Letter.objects.create(**common, **drafted, **texts(Letter))
    asked = {"against": letter, "unit": centre, "level": "review", "asked_on": today, "registered_by": clerk}
    Review.objects.create(case=of["case"], **asked, **texts(Review))


def rows_of(case) -> dict:
    """Every row with texts of the file, as its columns stand in the database, without what changes by itself."""
    found = {}
    for model in concrete_rows(Veiled):
        if model.IN_FILE or model is Case:
            path = model.IN_FILE or "pk"
            keys = model._base_manager.filter(**{path: case.pk}).values_list("pk", flat=True)
            found |= {(model._meta.label, pk): columns(model, pk) for pk in keys}
    return found


def columns(model, pk) -> dict:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{model._meta.db_table}" WHERE id = %s', [pk])
        names = [column.name for column in cursor.description]
        return dict(
            zip(names, (bytes(v) if isinstance(v, memoryview) else v for v in cursor.fetchone()), strict=True)
        )


def test_every_row_with_texts_says_how_it_belongs_to_its_file():
    for model in concrete_rows(Veiled):
        if model not in (Case, Attachment, Restricting, Person, Organisation):
            assert model.IN_FILE, model
            model._base_manager.filter(**{model.IN_FILE: Case(pk=0)})  # the path ends at a case


def test_once_granted_no_column_holds_a_word_of_it_and_those_who_may_read_all(
    full, clerk, director, mediator
):
    before = {key: dict.fromkeys(row) for key, row in rows_of(full).items()}
    assert len(before) > 15
    hidden(full, clerk, director)
    assert [table for table in tables_with(WORD) if table not in OPEN_TO_READ] == []
    for (label, _pk), row in rows_of(full).items():
        assert row["veiled"] or label == "mediation.Signature", label
        assert row.get("restriction", "violence") == "violence", label
    read = Case.objects.visible_to(mediator).get(pk=full.pk)
    assert (read.title, read.story) == (f"{WORD}的争执", f"在{WORD}")
    assert ContactEntry.objects.get(case=full).said == f"{WORD}夜里吵"
    assert Request.objects.get(case=full).answer == f"{WORD}已查"
    assert Rating.objects.get(round__case=full).comment == f"谢谢{WORD}"
    assert Material.objects.get(case=full).name == f"{WORD}照片"
    assert CourtReferral.objects.get(case=full).reply == f"{WORD}的答复"
    assert verify().broken == ""


def test_who_is_named_in_it_alone_goes_with_it_and_comes_back(full, clerk, director):
    named = {party.person_id for party in full.parties.exclude(person=None)}
    known = full.parties.exclude(person=None).last().person
    CaseFactory(applicant=known)
    shown = {pk: columns(Person, pk) for pk in named}
    hidden(full, clerk, director)
    kept = Person.objects.filter(in_secret=True)
    assert {person.pk for person in kept} == named - {known.pk}
    for person in kept:
        row = columns(Person, person.pk)
        assert (row["name"], row["initials"], row["phone_hash"], row["id_hash"]) == ("", "", "", "")
        assert person.name == shown[person.pk]["name"]
    shown_again(full, director, UserFactory(post=(Role.DIRECTOR, Unit.objects.get(code="centre"))))
    ciphers = dict.fromkeys(["id_number", "phone", "address"])
    assert {pk: columns(Person, pk) | ciphers for pk in named} == {
        pk: row | ciphers for pk, row in shown.items()
    }


def test_an_agreement_in_force_keeps_its_content(full, clerk, director):
    hidden(full, clerk, director)
    agreement = Agreement.objects.get()
    assert agreement.digest() == agreement.content_hash


def test_lifted_it_is_byte_for_byte_what_it_was(full, clerk, director):
    before = rows_of(full)
    words = Case.objects.values("searchable", "terms", "names").get(pk=full.pk)
    file = Attachment.objects.get(dossier=full.dossier_id)
    hidden(full, clerk, director)
    shown_again(full, director, UserFactory(post=(Role.DIRECTOR, Unit.objects.get(code="centre"))))
    assert rows_of(full) == before
    assert Case.objects.values("searchable", "terms", "names").get(pk=full.pk) == words
    again = Attachment.objects.get(pk=file.pk)
    assert (again.name, again.sha256, again.file_key) == (file.name, file.sha256, "")
    with attachments.content(again) as content:
        assert content.read() == PLAIN
    assert verify().broken == ""


def test_its_files_are_cipher_open_to_those_who_may_and_lose_their_old_bytes(
    client, case, clerk, director, leader, mediator
):
    old = Attachment.objects.get()
    hidden(case, clerk, director)
    file = Attachment.objects.get()
    assert file.sha256 != old.sha256
    assert PLAIN not in attachments.stored_path(file.sha256).read_bytes()
    address = reverse("kernel:attachment", args=[file.pk])
    for who, status in ((mediator, 200), (director, 200), (leader, 404), (clerk, 404)):
        client.force_login(who)
        answer = client.get(address)
        assert answer.status_code == status
        if status == 200:
            assert b"".join(answer.streaming_content) == PLAIN
    assert attachments.drop_unnamed() == 0  # a backup may have begun while they had a name
    long_ago = time.time() - attachments.KEPT_UNNAMED.total_seconds() - 60
    for path in (old, file):
        os.utime(attachments.stored_path(path.sha256), (long_ago, long_ago))
    assert attachments.drop_unnamed() == 1
    assert not attachments.stored_path(old.sha256).exists()
    assert verify().broken == ""


def test_a_swap_back_to_the_old_bytes_is_found(case, clerk, director):
    old = Attachment.objects.get()
    hidden(case, clerk, director)
    Attachment.objects.update(sha256=old.sha256)
    assert "is not the one that was attached" in verify().broken


def test_a_file_that_the_store_lost_does_not_keep_the_matter_open(case, clerk, director):
    attachments.stored_path(Attachment.objects.get().sha256).unlink()
    hidden(case, clerk, director)
    assert Attachment.objects.get().name == f"{WORD}.txt"
    assert [table for table in tables_with(WORD) if table not in OPEN_TO_READ] == []


@pytest.mark.django_db(transaction=True)
def test_it_works_on_the_connections_that_serve_pages(full, clerk, director, monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "server_side_binding", True)
    connection.close()
    try:
        hidden(full, clerk, director)
        assert Agreement.objects.get().content_hash
        with pytest.raises(ProgrammingError, match="Cannot update"):
            Agreement.objects.update(facts="")
    finally:
        connection.close()


# --- For everybody else it is gone ------------------------------------------------------------------------------------


def test_nobody_else_finds_it_counts_it_or_is_reminded_of_it(client, case, clerk, director, leader, mediator):
    notify([leader, mediator], case.latest_round(), f"{case.number} {WORD}", url="/cases/1/")
    services.refresh_words(case)
    client.force_login(leader)
    assert case.number in client.get(reverse("cases:list"), {"q": WORD}).content.decode()
    hidden(case, clerk, director)
    for who in (leader, clerk):
        client.force_login(who)
        assert client.get(reverse("cases:detail", args=[case.pk])).status_code == 404
        assert case.number not in client.get(reverse("cases:list"), {"q": WORD}).content.decode()
        assert client.post(reverse("search"), {"q": case.number}).status_code == 200
        assert not Case.objects.visible_to(who).exists()
        assert not Round.objects.visible_to(who).exists()
        assert not Restricting.objects.visible_to(who).exists()
    lost, kept = Notification.objects.get(to=leader), Notification.objects.get(to=mediator)
    assert (lost.text, lost.url) == ("按规定限制查看", "")
    assert WORD in kept.text


def test_its_screens_hear_of_it_under_the_old_name_once_and_then_under_an_opaque_one(case, clerk, director):
    before = case.latest_round().topics()
    hidden(case, clerk, director)
    after = case.latest_round().topics()
    assert not {*before} & {*after}
    assert case.number[:5].rstrip("-").isdigit()


def test_its_number_stays_what_the_citizen_was_told(case, clerk, director):
    number = case.number
    assert hidden(case, clerk, director).number == number


def test_what_a_citizen_reads_becomes_neutral(client, case, clerk, director):
    hidden(case, clerk, director)
    tail = case.parties.get().person.phone.plain[-4:]
    page = client.post(reverse("public:query"), {"code": case.query_code, "tail": tail}).content.decode()
    assert "您的事项正在按规定办理" in page
    assert case.number not in page


def test_the_history_tells_both_persons_and_the_kind_to_those_who_may_read(
    client, case, clerk, director, mediator
):
    hidden(case, clerk, director)
    entry = HistoryEntry.objects.get(dossier=case.dossier_id, verb="restrict")
    assert (entry.by, entry.shown_note) == (director, "家庭暴力")
    assert "家庭暴力" not in entry.note
    asked = Restricting.objects.get()
    assert [one.verb for one in asked.history.order_by("seq")] == ["ask_restriction", "grant_restricting"]
    client.force_login(mediator)
    page = client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    assert WHY in page
    assert "隔离件（家庭暴力）" in page


def test_who_read_it_before_writes_no_plain_word_into_it_afterwards(case, clerk, director, mediator, centre):
    stale = Case.objects.get(pk=case.pk)
    round = stale.latest_round()
    assert round.case.restriction == ""
    hidden(case, clerk, director)
    given = {"name": WORD, "kind": MaterialKind.COPY, "pages": 1, "copies": 1}
    writes = [
        lambda: services.log_contact(stale, by=clerk, whom="邻居", said=WORD),
        lambda: services.reopen(stale, by=clerk, unit=centre, reason=WORD),
        lambda: services.ask(
            round, by=mediator, kind=RequestKind.HELP, from_unit=case.unit, to_unit=centre, text=WORD
        ),
        lambda: receive_material(stale, by=clerk, **given),
    ]
    for write in writes:
        with pytest.raises(MoveRefused, match="查看范围刚刚有变"):
            write()
    assert [table for table in tables_with(WORD) if table not in OPEN_TO_READ] == []


def test_a_desk_that_takes_it_in_the_same_moment_takes_a_hidden_one(clerk, director, centre, mediator):
    officer = UserFactory(post=(Role.PETITION_OFFICER, mediator.posts.get().unit))
    case = CaseFactory(unit=mediator.posts.get().unit, route=Route.PETITIONS)
    services.grant_sight(case, centre, "opened")
    round = case.latest_round()
    assert round.case.restriction == ""
    hidden(case, director=director, clerk=clerk)
    accept_petition(round, by=officer)
    assert PetitionHandling.objects.get().restriction == Restriction.VIOLENCE
    assert not PetitionHandling.objects.visible_to(officer).exists()


def test_it_cannot_be_shown_again_with_a_number_that_another_matter_has_by_now(case, clerk, director):
    Case.objects.filter(pk=case.pk).update(outside_number="HZ-1", channel="hotline")
    hidden(case, clerk, director)
    CaseFactory(channel="hotline", outside_number="HZ-1")
    other = UserFactory(
        post=(Role.DIRECTOR, case.opened_by.unit if case.opened_by else Unit.objects.get(code="centre"))
    )
    asked = services.ask_lifting(case, by=director, reason="核实")
    with pytest.raises(MoveRefused, match="请先更正编号"):
        services.grant_restricting(asked, by=other)
    case.refresh_from_db()
    assert case.restriction == Restriction.VIOLENCE


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_wins(case, clerk, director, centre):
    other = UserFactory(post=(Role.DIRECTOR, centre))
    asked = services.ask_restriction(case, by=clerk, kind=Restriction.VIOLENCE, reason=WHY)
    refused = []

    def decide(who, verb):
        try:
            getattr(services, verb)(Restricting.objects.get(pk=asked.pk), by=who, note="同意")
        except MoveRefused as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(director, "grant_restricting")),
        threading.Thread(target=decide, args=(other, "refuse_restricting")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    case.refresh_from_db()
    asked.refresh_from_db()
    assert len(refused) == 1
    assert (asked.state == RestrictingState.GRANTED) == bool(case.restriction)
    with suppress(MoveRefused):
        services.withdraw_restricting(asked, by=clerk)
    assert asked.state != RestrictingState.WITHDRAWN


# --- The pages --------------------------------------------------------------------------------------------------------


def test_asked_and_granted_on_the_pages(client, case, clerk, director, mediator):
    client.force_login(clerk)
    page = client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    address = reverse("cases:ask_restriction", args=[case.pk])
    assert address in page
    assert "保密件" not in client.get(address).content.decode()  # nobody could open it
    assert client.post(address, {"kind": "violence"}).status_code == 422
    assert client.post(address, {"kind": "violence", "reason": WHY}).status_code == 302
    asked = Restricting.objects.get()
    grant = reverse("cases:grant_restricting", args=[asked.pk])
    assert client.get(grant).status_code == 409  # their own
    client.force_login(mediator)
    assert client.get(grant).status_code == 409  # may open such matters, and does not decide
    client.force_login(director)
    assert reverse("pile", args=["to-decide"]) in client.get(reverse("home")).content.decode()
    assert case.number in client.get(reverse("pile", args=["to-decide"])).content.decode()
    assert WHY in client.get(grant).content.decode()
    assert client.post(reverse("cases:refuse_restricting", args=[asked.pk]), {}).status_code == 422
    assert client.post(grant, {"note": "同意"}).status_code == 302
    page = client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    assert reverse("cases:ask_lifting", args=[case.pk]) in page
    assert client.post(grant, {"note": ""}).status_code == 409


@pytest.mark.parametrize("role", [Role.LEADER, Role.ANALYST, Role.STAMP_KEEPER])
def test_those_whom_it_does_not_concern_cannot_ask(client, case, centre, role):
    client.force_login(UserFactory(post=(role, case.unit if role == Role.STAMP_KEEPER else centre)))
    address = reverse("cases:ask_restriction", args=[case.pk])
    assert address not in client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    assert client.post(address, {"kind": "violence", "reason": WHY}).status_code == 403


def test_that_somebody_asked_is_told_late_to_those_who_may_know_and_to_nobody_on_call(
    case, committee, mediator, director, clerk
):
    """Also of an urgent matter, and the sweep goes on."""
    on_call = UserFactory(post=(Role.UNIT_HEAD, committee))
    Case.objects.update(urgency=Urgency.URGENT)
    case.refresh_from_db()
    asked = services.ask_restriction(case, by=mediator, kind=Restriction.VIOLENCE, reason=WHY)
    Notification.objects.all().delete()
    assert escalation.sweep(timezone.now() + timedelta(days=9)) == 1
    told = {row.to for row in Notification.objects.filter(subject_id=asked.pk)}
    assert director in told
    assert not told & {on_call, clerk, mediator}


def test_its_kind_is_changed_in_the_same_way(client, case, clerk, director, mediator):
    hidden(case, clerk, director)
    client.force_login(mediator)
    page = client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    assert "变更限制类别" in page
    with pytest.raises(MoveRefused, match="已经按“家庭暴力”限制查看"):
        services.ask_restriction(case, by=mediator, kind=Restriction.VIOLENCE, reason="再问一次")
    answer = client.post(
        reverse("cases:ask_restriction", args=[case.pk]),
        {"kind": Restriction.MINOR, "reason": "受害的是她的女儿"},
    )
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.restriction == Restriction.VIOLENCE
    services.grant_restricting(Restricting.objects.waiting().get(), by=director)
    case.refresh_from_db()
    assert case.restriction == Restriction.MINOR
    assert case.history.order_by("seq").last().verb == "restrict"
    assert set(tables_with(WORD)) <= OPEN_TO_READ


def test_a_kind_that_nobody_of_the_old_one_may_open_is_not_changed_to(case, clerk, director, mediator):
    hidden(case, clerk, director)
    with pytest.raises(MoveRefused, match="没有可以查看"):
        services.ask_restriction(case, by=mediator, kind=Restriction.ACCUSATION, reason="说的是所长")
