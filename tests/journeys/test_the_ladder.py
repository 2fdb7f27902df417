"""Story P3: a petition from registration to the last word, and its return. Times are Asia/Shanghai."""

from contextlib import contextmanager
from datetime import date, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cases import services as cases
from cases.models import Case, Deferral
from cases.states import DeferralKind, DeferralState, Outcome, Route, Side, State
from kernel.explanations import of_clock
from kernel.models import Clock
from kernel.moves import MoveRefused
from kernel.pdf import pdf
from people.models import Area, Unit
from people.roles import Role
from petitions import services
from petitions.papers import letter_paper
from petitions.selectors import earlier_petitions, is_final
from petitions.states import (
    Form,
    ForwardingState,
    InPlace,
    LetterKind,
    LetterState,
    Purpose,
    Result,
    ReviewState,
    Verdict,
)
from tests.cases.fixtures import opened
from tests.factories import PersonFactory, UserFactory
from tests.pdfs import pdf_text

SHANGHAI = timezone.get_default_timezone()


@contextmanager
def at(month, day, hour=9, minute=0):
    with time_machine.travel(datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI), tick=False):
        yield


def unit(code):
    return Unit.objects.get(code=code)


def clock_of(row, code) -> Clock:
    return row.clocks.get(code=code)


@pytest.fixture
def people(db):
    """The desk with two officers and its head; the bureau; the township with two hands and its head; the centre."""
    office, bureau, town = unit("petitions"), unit("agriculture"), unit("town-330803103")
    centre = unit("centre")
    return {
        "officer": UserFactory(name="柴建平", post=(Role.PETITION_OFFICER, office)),
        "officer2": UserFactory(name="汪雅琴", post=(Role.PETITION_OFFICER, office)),
        "head": UserFactory(name="蓝天明", post=(Role.UNIT_HEAD, office)),
        "bureau": UserFactory(name="祝丽君", post=(Role.HANDLER, bureau)),
        "handler": UserFactory(name="叶春华", post=(Role.TOWNSHIP_OFFICER, town)),
        "colleague": UserFactory(name="姜水生", post=(Role.TOWNSHIP_OFFICER, town)),
        "mayor": UserFactory(name="童立新", post=(Role.TOWNSHIP_HEAD, town)),
        "clerk": UserFactory(name="徐晓岚", post=(Role.CLERK, centre)),
        "director": UserFactory(name="余主任", post=(Role.DIRECTOR, centre)),
    }


@pytest.fixture
def handling(people):
    """1: registered on Thursday 5 March, forwarded to the bureau on the 9th."""
    with at(3, 5, 9, 30):
        case = opened(
            by=people["clerk"],
            unit=unit("centre"),
            to_unit=unit("petitions"),
            applicant=PersonFactory(name="吴长根", phone="13800005678"),
            route=Route.PETITIONS,
            title="2019年承诺的补贴未发放",
            story="2019年承诺的补贴 6800 元至今没有发放，要求发放。",
            area=Area.objects.get(code="330803103"),
            amount=6800,
        )
        handling = services.accept_petition(case.latest_round(), by=people["officer"])
        services.register_petition(
            handling,
            by=people["officer"],
            form=Form.VISIT,
            came_on=date(2026, 3, 5),
            purpose=Purpose.APPEAL,
            people_count=1,
            is_oral=True,
            problem_unit="莲花镇人民政府",
        )
    assert clock_of(handling.round, "petition.transfer").last_day == date(2026, 3, 20)
    with at(3, 9):
        services.forward(handling, by=people["officer"], unit=unit("agriculture"))
    assert not handling.round.clocks.running().filter(code="petition.transfer").exists()
    return handling


@pytest.fixture
def sent(handling, people):
    """2: the bureau objects, the sender agrees on the 16th; the township receives it on the 17th."""
    [first] = handling.forwardings.all()
    with at(3, 10):
        services.sign_for(first, by=people["bureau"], received_on=date(2026, 3, 10))
    assert clock_of(first, "petition.object").last_day == date(2026, 3, 17)
    with at(3, 13):
        services.object_to_petition(first, by=people["bureau"], reason="该补贴由莲花镇人民政府承诺并核发。")
        with pytest.raises(MoveRefused):
            services.forward(handling, by=people["officer"], unit=unit("town-330803103"))
    first.refresh_from_db()
    assert first.state == ForwardingState.OBJECTED
    with at(3, 16):
        services.grant_objection(first, by=people["officer"], verdict="同意。")
        handling.refresh_from_db()
        again = handling.round.clocks.running().get(code="petition.transfer")
        assert again.last_day == date(2026, 3, 20)
        services.forward(handling, by=people["officer"], unit=unit("town-330803103"))
    second = handling.forwardings.standing().get()
    with at(3, 17):
        services.sign_for(second, by=people["handler"], received_on=date(2026, 3, 17))
    assert clock_of(second, "petition.inform_transferred").last_day == date(2026, 4, 1)
    return second


@pytest.fixture
def accepted(sent, people):
    """2, 3: accepted with its notice on 24 March; the sixty days and their one extension."""
    with at(3, 24):
        services.accept_matter(sent, by=people["handler"], accepted_on=date(2026, 3, 24))
    clock = clock_of(sent, "petition.handle")
    assert clock.last_day == date(2026, 5, 23)
    assert clock.last_day.weekday() == 5
    return sent


def extend(forwarding, by, amount=30):
    return cases.ask_deferral(
        clock_of(forwarding, "petition.handle"),
        case=forwarding.case,
        unit=forwarding.unit,
        by=by,
        kind=DeferralKind.EXTEND,
        reason="2019年的发放名册须向原经办人核对，情况复杂。",
        amount=amount,
    )


@pytest.fixture
def extended(accepted, people):
    with at(5, 18):
        asked = extend(accepted, people["handler"])
        with pytest.raises(MoveRefused):
            cases.grant_deferral(asked, by=people["handler"])
        cases.grant_deferral(asked, by=people["mayor"])
        services.tell_extension(accepted, by=people["handler"])
    assert clock_of(accepted, "petition.handle").last_day == date(2026, 6, 22)
    return accepted


@pytest.fixture
def opinion(extended, people):
    """4: the opinion, issued on 15 June and delivered on the 17th."""
    with at(6, 10):
        letter = services.draft_opinion(
            extended,
            by=people["handler"],
            result=Result.EXPLAINED,
            demand="要求发放2019年承诺的补贴 6800 元。",
            facts="经核对发放名册，该户不在补贴范围。",
            decision="该请求缺乏政策依据，现予解释说明。",
            basis="《衢江区农业产业扶持办法》第六条。",
            remedy_to="衢江区人民政府",
        )
        with pytest.raises(MoveRefused, match="另一人"):
            services.check_letter(letter, by=people["handler"])
    assert letter.number == ""
    with at(6, 12):
        services.check_letter(letter, by=people["colleague"])
    with at(6, 15):
        services.sign_letter(letter, by=people["mayor"])
    with at(6, 17):
        services.deliver_letter(
            letter, by=people["handler"], delivered_on=date(2026, 6, 17), way="hand", received_by="吴长根"
        )
    return letter


@pytest.fixture
def reviewed(opinion, people):
    """4: asked for on 10 July, upheld, delivered on 6 August."""
    with at(7, 10):
        review = services.ask_review(
            opinion,
            by=people["officer"],
            asked_on=date(2026, 7, 10),
            grounds="名册漏登。",
            body="衢江区人民政府",
        )
    assert clock_of(review, "petition.review").last_day == date(2026, 8, 9)
    with at(8, 3):
        letter = services.draft_decision(review, by=people["officer"], **parts("衢州市人民政府"))
        services.check_letter(letter, by=people["officer2"])
    with at(8, 5):
        services.sign_letter(letter, by=people["head"])
    with at(8, 6):
        services.deliver_letter(
            letter, by=people["officer"], delivered_on=date(2026, 8, 6), way="hand", received_by="吴长根"
        )
    return letter


def parts(remedy_to=""):
    return {
        "result": Verdict.UPHELD,
        "demand": "请求撤销处理意见。",
        "facts": "经审查，原处理意见认定事实清楚。",
        "decision": "维持莲花镇人民政府的处理意见。",
        "basis": "《信访工作条例》第三十五条、第三十六条。",
        "remedy_to": remedy_to,
    }


@pytest.fixture
def final(reviewed, people):
    """5: asked for on 28 August; a hearing of ten days is not counted; decided on 29 September by the city."""
    with at(8, 28):
        rereview = services.ask_rereview(
            reviewed,
            by=people["officer"],
            asked_on=date(2026, 8, 28),
            grounds="仍要求发放。",
            body="衢州市人民政府",
        )
    clock = clock_of(rereview, "petition.rereview")
    assert clock.last_day == date(2026, 9, 27)
    with at(9, 1):
        pause = cases.ask_deferral(
            clock,
            case=rereview.case,
            unit=rereview.unit,
            by=people["officer"],
            kind=DeferralKind.PAUSE,
            reason="举行听证。",
            first_day=date(2026, 9, 1),
            until=date(2026, 9, 10),
        )
        cases.grant_deferral(pause, by=people["head"])
    with at(9, 11):
        cases.resume_clock(pause, by=people["officer"], last_day=date(2026, 9, 10))
    assert clock_of(rereview, "petition.rereview").last_day == date(2026, 10, 7)
    with at(9, 29, 16):
        services.enter_outcome(
            rereview,
            by=people["officer"],
            number="衢信复核〔2026〕18号",
            issued_on=date(2026, 9, 29),
            scan=SimpleUploadedFile("复核意见书.png", PNG, "image/png"),
            **parts(),
        )
    return rereview


PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
)


def test_nothing_moves_until_the_sender_agrees_and_the_township_has_its_own_days(sent, handling):
    first, second = handling.forwardings.order_by("pk")
    assert first.state == ForwardingState.RETURNED
    assert (second.unit.name, second.state) == ("莲花镇人民政府", ForwardingState.SIGNED)


def test_the_sixty_days_end_on_a_saturday_and_are_extended_once(extended, people):
    assert Deferral.objects.filter(state=DeferralState.GRANTED).count() == 1
    with at(6, 1), pytest.raises(MoveRefused, match="不能再延"):
        extend(extended, people["handler"], 1)
    [letter] = extended.letters.filter(kind=LetterKind.EXTENSION)
    assert "2026年6月22日" in letter.body
    assert "情况复杂" in letter.body
    with at(6, 1), pytest.raises(MoveRefused, match="已经告知"):
        services.tell_extension(extended, by=people["handler"])


def test_an_extension_asked_for_after_expiry_is_refused(accepted, people):
    with at(5, 24), pytest.raises(MoveRefused, match="已经到期"):
        extend(accepted, people["handler"])


def test_the_right_to_review_runs_from_delivery_to_17_july(opinion, extended):
    assert clock_of(opinion, "petition.ask_review").last_day == date(2026, 7, 17)
    handled = clock_of(extended, "petition.handle")
    assert handled.stopped_at < handled.due_at
    assert handled.late_at is None
    extended.refresh_from_db()
    assert extended.answered_on == date(2026, 6, 15)


def test_a_review_asked_for_a_day_late_is_refused(opinion, people):
    asked = {"by": people["officer"], "grounds": "…", "body": "衢江区人民政府"}
    with at(7, 18), pytest.raises(MoveRefused, match="第三十五条.*2026"):
        services.ask_review(opinion, asked_on=date(2026, 7, 18), **asked)


def test_a_rereview_may_be_asked_for_to_5_september(reviewed):
    assert clock_of(reviewed, "petition.ask_rereview").last_day == date(2026, 9, 5)
    review = reviewed.decides
    assert (review.state, review.verdict, review.decided_on) == (
        ReviewState.DECIDED,
        Verdict.UPHELD,
        date(2026, 8, 5),
    )


def test_the_last_word_is_spoken_in_time(final):
    clock = clock_of(final, "petition.rereview")
    assert clock.stopped_at < clock.due_at
    assert is_final(final.case)
    assert final.decision.number == "衢信复核〔2026〕18号"


@pytest.fixture
def closed(opinion, handling, people):
    """Concluded by the desk with the four 到位, followed up by the centre: before anybody asks for a review."""
    handling.refresh_from_db()
    done = dict.fromkeys(InPlace, "done")
    with at(6, 18):
        services.conclude_petition(handling, by=people["officer"], in_place=done)
        cases.follow_up(
            Case.objects.get(pk=handling.case_id).latest_round(),
            by=people["director"],
            way="phone",
            said="已收到意见书。",
            promise_kept=True,
        )
    return handling


def test_it_is_answered_and_closed_while_the_ladder_goes_on(closed):
    round = closed.case.latest_round()
    assert (round.state, round.outcome) == (State.CLOSED, Outcome.REPLIED)


def test_he_comes_back_with_the_same_facts_and_no_clock_starts(closed, final, people):
    running = Clock.objects.filter(dossier_id=final.case.dossier_id, stopped_at=None).count()
    cases_before = Case.objects.count()
    with at(11, 2, 9):
        again = services.register_return(
            closed, by=people["officer"], form=Form.VISIT, came_on=date(2026, 11, 2), words="还是要求发放。"
        )
        with pytest.raises(MoveRefused, match="另一人"):
            services.refuse_return(again, by=people["officer"], whom="衢州市人民政府", aftercare="…")
        with pytest.raises(MoveRefused, match="第三十七条"):
            services.refuse_return(again, by=people["officer2"], whom="衢州市人民政府")
        services.refuse_return(
            again, by=people["officer2"], whom="衢州市人民政府", aftercare="联系民政，核对低保条件。"
        )
    letter = closed.letters.get(kind=LetterKind.NO_LONGER)
    assert "第三十六条第三款" in letter.body
    assert (again.aftercare, Case.objects.count()) == ("联系民政，核对低保条件。", cases_before)
    assert Clock.objects.filter(dossier_id=final.case.dossier_id, stopped_at=None).count() == running


def test_a_new_matter_of_his_shows_the_whole_history_at_once(closed, final, people):
    with at(11, 2, 9):
        case = opened(
            by=people["clerk"],
            unit=unit("centre"),
            to_unit=unit("petitions"),
            applicant=closed.case.parties.get(side=Side.APPLICANT).person,
            route=Route.PETITIONS,
            title="2019年承诺的补贴未发放",
            story="2019年承诺的补贴 6800 元至今没有发放，要求发放。",
        )
        handling = services.accept_petition(case.latest_round(), by=people["officer"])
        [found] = earlier_petitions(handling, people["officer"])
    assert found.handling == closed
    assert found.is_alike


SEVEN = {
    LetterKind.FORWARD: ("衢江信转〔2026〕1号", "区农业农村局："),
    LetterKind.ACCEPTED: ("莲政信受〔2026〕1号", "吴长根："),
    LetterKind.EXTENSION: ("莲政信延〔2026〕1号", "吴长根："),
    LetterKind.OPINION: ("莲政信处〔2026〕1号", "吴长根："),
    LetterKind.REVIEW: ("衢江信复查〔2026〕1号", "吴长根："),
    LetterKind.REREVIEW: ("衢信复核〔2026〕18号", "吴长根："),
    LetterKind.NO_LONGER: ("衢江信不再受〔2026〕1号", "吴长根："),
}


def test_seven_documents_in_official_layout_with_numbers_given_at_issue(closed, final, people):
    with at(11, 2, 9):
        again = services.register_return(
            closed, by=people["officer"], form=Form.VISIT, came_on=date(2026, 11, 2), words="还是要求发放。"
        )
        services.refuse_return(again, by=people["officer2"], whom="衢州市人民政府", aftercare="…")
    for kind, (number, addressee) in SEVEN.items():
        letter = closed.letters.filter(kind=kind).first()
        assert letter.number == number
        text = pdf_text(pdf(letter_paper(letter))).replace("\n", "")
        issued = f"{letter.issued_on.year}年{letter.issued_on.month}月{letter.issued_on.day}日"
        place = 0
        for part in (number, letter.get_kind_display(), addressee, letter.issuer, issued):
            place = text.index(part, place) + len(part)
    assert closed.letters.filter(kind=LetterKind.FORWARD).last().number == "衢江信转〔2026〕2号"
    assert closed.letters.filter(state=LetterState.DRAFTED).count() == 0


def test_each_date_explains_itself_by_its_article(closed, extended, reviewed, final):
    told = {
        "petition.handle": (extended, ["第三十四条", "延长30日", "2026年6月22日"]),
        "petition.inform_transferred": (extended, ["第二十三条第三款", "2026年4月1日"]),
        "petition.ask_rereview": (reviewed, ["第三十六条第一款", "2026年9月5日"]),
        "petition.rereview": (final, ["第三十六条第二款", "2026年9月1日不计入", "2026年10月7日"]),
    }
    for code, (row, words) in told.items():
        text = "".join(of_clock(clock_of(row, code)))
        for word in words:
            assert word in text, (code, text)
