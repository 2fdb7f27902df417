"""会商 on a matter, and what a leader wrote about it on paper."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cases import services
from cases.models import Case, Conference, Instruction
from cases.services import take
from cases.states import ConferenceState, Outcome
from kernel.moves import MoveRefused
from tests.pdfs import pdf_text

SHANGHAI = timezone.get_default_timezone()
TUESDAY = datetime(2026, 3, 3, 10, tzinfo=SHANGHAI)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
WORDS = "请人社局一周内核实，确保工资发到本人手中。"


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("批示.pdf", PDF)


@pytest.fixture
def round(case, handler):
    take(case.latest_round(), by=handler)
    return case.latest_round()


def instructed(case, by, **changes) -> Instruction:
    given = {"author": "徐副区长", "written_on": date(2026, 3, 2), "words": WORDS, "scan": paper()}
    return services.enter_instruction(case, by=by, **given | changes)


def test_what_a_leader_wrote_stands_on_the_page_with_its_scan_and_tells_the_handlers(
    client, case, round, handler
):
    client.force_login(handler)
    url = reverse("cases:enter_instruction", args=[case.pk])
    typed = {"author": "徐副区长", "written_on": str(timezone.localdate()), "words": WORDS, "last_day": ""}
    assert client.post(url, typed).status_code == 422
    assert client.post(url, typed | {"scan": paper()}).status_code == 302
    section = BeautifulSoup(client.get(reverse("cases:detail", args=[case.pk])).content, "html.parser")
    section = section.select_one("#instructions")
    assert WORDS in section.text
    assert "毛承办 代录于" in section.text
    assert section.select_one(
        f"a[href='{reverse('kernel:attachment', args=[Instruction.objects.get().scan_id])}']"
    )
    assert handler.notifications.filter(text__contains="领导批示").exists()


@pytest.mark.parametrize(
    "days",
    [{"written_on": "0001-01-01"}, {"last_day": "9999-12-31"}],
    ids=lambda days: next(iter(days)),
)
def test_a_mistyped_year_is_told_and_what_was_typed_stays(client, case, round, handler, days):
    client.force_login(handler)
    typed = {"author": "徐副区长", "written_on": str(timezone.localdate()), "words": WORDS, "last_day": ""}
    answer = client.post(reverse("cases:enter_instruction", args=[case.pk]), typed | days | {"scan": paper()})
    assert answer.status_code == 422
    assert "年份应在 2000 到 2100 之间" in answer.content.decode()
    assert WORDS in answer.content.decode()


def test_a_day_on_the_paper_is_a_clock_that_a_later_paper_replaces_and_the_end_stops(case, round, handler):
    with time_machine.travel(TUESDAY, tick=False):
        instructed(case, handler, last_day=date(2026, 3, 9))
        instructed(case, handler, last_day=date(2026, 3, 6), written_on=date(2026, 3, 3))
        (clock,) = round.clocks.running().filter(code="case.instruction")
        assert (clock.last_day, clock.source) == (date(2026, 3, 6), "2026-03-03的领导批示")
        case.refresh_from_db()
        services.resolve(round, by=handler, outcome=Outcome.REPLIED)
    assert not round.clocks.running().filter(code="case.instruction").exists()


@pytest.mark.parametrize(
    "changes",
    [{"written_on": date(2026, 3, 4)}, {"last_day": date(2026, 3, 1)}],
    ids=["tomorrow", "backwards"],
)
def test_days_that_cannot_be_are_refused_and_nothing_is_kept(case, round, handler, changes):
    with time_machine.travel(TUESDAY, tick=False), pytest.raises(MoveRefused):
        instructed(case, handler, **changes)
    assert not Instruction.objects.exists()


def test_what_was_mistyped_is_put_right_and_the_history_keeps_it(client, case, round, handler, stranger):
    instruction = instructed(case, handler)
    url = reverse("cases:correct_instruction", args=[instruction.pk])
    client.force_login(stranger)
    assert client.get(url).status_code == 404
    client.force_login(handler)
    seen = client.get(url).context["form"]["seen"].value()
    typed = {"author": "徐副区长", "words": "请两周内核实。", "reason": "看错一字。", "seen": seen}
    assert client.post(url, typed).status_code == 302
    overtaken = client.post(url, typed | {"words": "另一人同时改的。"})
    assert overtaken.status_code == 409
    assert "另一人同时改的。" in overtaken.content.decode()
    instruction.refresh_from_db()
    assert instruction.words == "请两周内核实。"
    assert WORDS in case.history.get(verb="correct_instruction").note


# --- 会商 -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def typed(bureau, other_bureau):
    soon = timezone.localtime() + timedelta(hours=2)
    return {
        "unit": bureau.pk,
        "topic": "工资从哪里出",
        "begins_at": f"{soon:%Y-%m-%dT%H:%M}",
        "place": "三楼会议室",
        "agenda": "通报情况\n各单位意见",
        "units": [other_bureau.pk],
        "others": "",
    }


@pytest.fixture
def conference(client, case, round, handler, stranger, typed):
    client.force_login(handler)
    answer = client.post(reverse("cases:call_conference", args=[case.pk]), typed)
    assert answer.status_code == 302
    return Conference.objects.get()


def test_units_that_are_invited_see_the_matter_are_told_and_find_it_among_their_work(
    client, conference, stranger
):
    assert Case.objects.visible_to(stranger).filter(pk=conference.case_id).exists()
    assert stranger.notifications.filter(text__contains="会商通知").exists()
    client.force_login(stranger)
    assert conference.case.number in client.get(reverse("pile", args=["conferences"])).content.decode()
    assert client.get(reverse("cases:hold_conference", args=[conference.pk])).status_code == 409


def test_its_result_is_entered_once_it_was_held_and_prints(client, conference, handler, other_bureau):
    url = reverse("cases:hold_conference", args=[conference.pk])
    result = {"came": [], "present": "毛承办", "decision": "住建局三日内拨付。", "minutes": "各方同意。"}
    early = client.post(url, result)
    assert early.status_code == 409
    assert "住建局三日内拨付。" in early.content.decode()
    Conference.objects.update(begins_at=timezone.now() - timedelta(hours=1))
    assert client.post(url, result).status_code == 302
    conference.refresh_from_db()
    assert (conference.state, [one.unit for one in conference.absent]) == (
        ConferenceState.HELD,
        [other_bureau],
    )
    page = client.get(reverse("cases:print_conference", args=[conference.pk, "html"])).content.decode()
    assert "会商纪要" in page
    assert "住建局三日内拨付。" in page
    word = client.get(reverse("cases:print_conference", args=[conference.pk, "docx"]))
    assert word.content.startswith(b"PK")
    archived = client.get(reverse("cases:print_conference", args=[conference.pk, "pdf"]))
    assert "住建局三日内拨付。" in pdf_text(archived.content)
    assert client.get(reverse("cases:print_conference", args=[conference.pk, "odt"])).status_code == 404
    assert conference.history.filter(verb="print_conference").count() == 3


def test_an_empty_agenda_and_a_day_long_gone_are_refused_and_nothing_is_lost(
    client, case, round, handler, typed
):
    client.force_login(handler)
    url = reverse("cases:call_conference", args=[case.pk])
    answer = client.post(url, typed | {"agenda": "", "begins_at": "2020-01-01T10:00"})
    assert answer.status_code == 422
    assert "工资从哪里出" in answer.content.decode()
    assert not Conference.objects.exists()


def test_it_is_cancelled_with_a_reason_and_a_matter_does_not_close_before(
    client, conference, handler, clerk, stranger
):
    round = conference.case.latest_round()
    services.resolve(round, by=handler, outcome=Outcome.REPLIED)
    said = {"way": "phone", "said": "已收到工资。", "promise_kept": True}
    with pytest.raises(MoveRefused, match="会商"):
        services.follow_up(round, by=clerk, **said)
    url = reverse("cases:cancel_conference", args=[conference.pk])
    assert client.post(url, {"note": ""}).status_code == 422
    assert client.post(url, {"note": "工资已付清。"}).status_code == 302
    assert stranger.notifications.filter(text__contains="会商已取消").exists()
    services.follow_up(round, by=clerk, **said)


def test_strangers_call_none_and_find_none(client, case, round, stranger, typed):
    client.force_login(stranger)
    assert client.post(reverse("cases:call_conference", args=[case.pk]), typed).status_code == 404


# --- 接访简报 ---------------------------------------------------------------------------------------------------------


def test_the_brief_for_a_leader_fits_on_a_page_and_says_what_is_owed(client, case, round, handler, clerk):
    case.story = "工地干了三个月，老板一直拖。" * 60
    case.save()
    services.log_contact(case, by=handler, whom="包工头", said="答应下周付。" * 30)
    client.force_login(handler)
    page = client.get(reverse("intake:print_paper", args=[case.pk, "reception-brief", "html"]))
    text = BeautifulSoup(page.content, "html.parser").main.get_text()
    assert "领导接访简报" in text
    assert "包工头：答应下周付。" in text
    assert "没有登记过" in text
    assert len(text) < 1200
