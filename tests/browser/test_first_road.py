"""The first road in real browsers: from the door to a signed agreement, the follow-up, the answer and the figures."""

import io
import shutil
import subprocess
import time
from urllib.parse import urljoin

import docx
import pytest
from PIL import Image
from playwright.sync_api import expect

from cases.models import Case, Category
from intake.models import Announcement, Ticket
from kernel.encryption import mask_name
from people.models import Unit
from tests.browser.road import (
    BOARD,
    PHONE,
    VOICE,
    fact,
    opens_its_rows,
    press,
    press_key,
    shows_code_of,
)
from tests.cases.fixtures import opened
from tests.factories import PersonFactory

pytestmark = pytest.mark.browser

PAPER = "430421190603080024"
STORY = (
    "我家住浮石街道百汇路8号402室，楼上502室卫生间漏水，天花板发霉掉皮，找楼上邻居协商了三次没有结果，"
    "要求赔偿3600元。请调解员帮我们调一调。"
)
TERMS = "一、周启航于2026年12月31日前修复卫生间防水层。\n二、周启航一次性赔偿王冬梅损失3600元。"


def known_before(clerk, window):
    """She was here before, with a matter that a bureau has."""
    person = PersonFactory(name="王冬梅", id_number=PAPER, phone="13857000024")
    bureau = Unit.objects.get(code="human_resources")
    return opened(
        by=clerk, unit=window.unit, to_unit=bureau, applicant=person, title="保洁公司拖欠一天半工资"
    )


# --- The whole road ---------------------------------------------------------------------------------------------------


def test_a_visitor_walks_the_whole_road(browsers, window, clerk, clerk2, mediator, keeper, director):
    known_before(clerk, window)
    figures = browsers.log_in(director, "/stats/today/")
    desk = browsers.log_in(clerk, "/hall/pair-screen/")
    board = paired_board(browsers, desk)

    desk.goto("/hall/register/")
    ticket = registers_by_keyboard(desk, earlier="保洁公司拖欠一天半工资")
    looks_like_a_ticket(desk, ticket, browsers.site)
    calls(desk, board, ticket)
    receives_and_triages(desk)
    case = Case.objects.get(title="楼上漏水要求赔偿")

    table = browsers.log_in(mediator, "/mediation/")
    accepts_and_records(table, case)
    drafts_and_submits(table)
    all_sign(table, times=3)
    stamps(browsers.log_in(keeper), case)
    expect(table.locator("#state")).to_contain_text("已生效")  # without a reload
    papers_open(table)

    second = browsers.log_in(clerk2)
    follows_up(second, case)
    citizen_is_satisfied(browsers.open(f"/public/query/?code={case.query_code}", viewport=PHONE))
    shows_the_whole_timeline(second, case)
    shows_what_happened(figures)


def paired_board(browsers, desk):
    """The screen in the hall shows a code, and somebody of the hall types it."""
    board = browsers.open("/hall/screen/", viewport=BOARD)
    board.add_init_script(VOICE)
    board.get_by_role("button", name="叫号大屏").click()
    desk.keyboard.type(f"{board.locator('.pairing-code').inner_text()}\n")
    expect(board.locator("[data-started]")).to_be_visible()
    return board


def registers_by_keyboard(page, *, earlier) -> Ticket:
    """By keystrokes alone, in less than a minute at the pace of slow hands."""
    began = time.monotonic()
    expect(page.locator("#id_id_number")).to_be_focused()
    page.keyboard.type(f"{PAPER}\n", delay=50)
    expect(page.locator("#known")).to_contain_text(earlier)
    expect(page.locator("#known")).to_contain_text("王*")
    expect(page.locator("#id_phone")).to_be_focused()
    page.keyboard.type("\n\n\n\n\n", delay=50)
    expect(page.locator(".ticket-number")).to_have_text("A001")
    expect(page.get_by_role("button", name="打印，进入等候")).to_be_focused()
    press_key(page, "Enter")
    expect(page.locator("html")).to_have_attribute("data-printed", "")
    assert time.monotonic() - began < 60
    ticket = Ticket.objects.get()
    assert ticket.state == "waiting"
    return ticket


def looks_like_a_ticket(page, ticket, site):
    """80 mm of paper with number, code, and a QR code that is the address of the query."""
    expect(page.locator("body")).to_contain_text(ticket.query_code)
    address = f"{site}/public/query/?code={ticket.query_code}"
    assert shows_code_of(page.locator(".ticket-qr img").screenshot(), address)
    pdf = page.pdf(prefer_css_page_size=True)
    for picture in pictures_of(pdf):
        assert picture.width < picture.height  # a strip, not a sheet


def calls(desk, board, ticket):
    """The board shows the call and says it once, and the window learns that it was heard."""
    desk.goto("/hall/window/")
    press_key(desk, "n")
    expect(desk.locator(".present-number")).to_have_text("A001")
    expect(board.locator(".board-call")).to_contain_text("A001")
    expect(board.locator(".board-call")).to_contain_text("3号窗口")
    expect(desk.locator(".present")).to_contain_text("大屏已播报")
    [said] = board.evaluate("window.said")
    assert "A零零一号" in said
    assert "王" not in board.content()
    assert Announcement.objects.get().heard_at


def receives_and_triages(page):
    press_key(page, "r")
    expect(page.locator(".present")).to_contain_text("接待中")
    press_key(page, "t")
    expect(page.locator("aside")).to_contain_text("保洁公司拖欠一天半工资")
    page.get_by_label("群众诉求").fill(STORY)
    page.get_by_label("事项名称").fill("楼上漏水要求赔偿")
    page.locator("#id_respondent_kind").select_option("person")
    page.get_by_label("被申请人名称或姓名").fill("周启航")
    suggestion = page.locator("#suggestion")
    for part, name in {"类别建议": "", "途径建议": "人民调解", "属地": "浮石街道"}.items():
        row = suggestion.locator(".suggestion-row", has_text=part)
        row.locator("[data-fills]:not([data-fills=urgency])", has_text=name).first.click()
    assert page.locator("#id_category").input_value() == str(Category.objects.get(code="C04").pk)
    expect(page.locator("#desk option:checked")).to_have_text("浮石街道人民调解委员会")  # of the place
    page.locator("#id_to_unit").select_option(label="衢江区社会治理中心驻点人民调解委员会")
    press(page, "登记并分流")
    expect(page.locator("main")).to_contain_text("已登记，编号")
    press(page, "接待结束")
    expect(page.get_by_role("button", name="叫下一位")).to_be_visible()


def accepts_and_records(page, case):
    page.get_by_role("link", name=case.number).click()
    press(page, "接办")
    expect(page.locator("#state")).to_contain_text("调解期限至")
    press(page, "记录调解")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("调解记录").fill("双方到场。确认漏水由楼上防水层老化引起，就修复和赔偿数额协商一致。")
    press(page, "保存记录")
    expect(page.locator("#state")).to_contain_text("第 1 次调解")


def drafts_and_submits(page):
    press(page, "起草协议")
    page.get_by_label("纠纷主要事实、争议事项").fill("楼上卫生间漏水，楼下天花板受损，双方对赔偿有争议。")
    page.get_by_label("达成的协议内容").fill(TERMS)
    page.get_by_label("协议金额（元）").fill("3600")
    expect(page.locator("#capitals")).to_contain_text("叁仟陆佰元整")
    page.get_by_label("履行方式").fill("银行转账，一次性付清。")
    press(page, "保存草稿")
    press(page, "提交签署")
    for item in page.locator("[name=checked]").all():
        item.check()
    press(page, "提交签署")


def all_sign(page, *, times):
    for _ in range(times):
        press(page, "登记签名")  # of the first who has not signed
    expect(page.locator("#state")).not_to_contain_text("未签")


def stamps(page, case):
    page.goto("/mediation/all/?state=to_stamp")
    page.get_by_role("link", name=case.number).click()
    press(page, "加盖印章")
    press(page, "确认已加盖印章")
    expect(page.locator("#state")).to_contain_text("已生效")


def papers_open(page):
    """The agreement as Word, read back, and as the page that is printed, drawn."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Word 文档").click()
    text = "\n".join(paragraph.text for paragraph in docx.Document(download.value.path()).paragraphs)
    assert "一次性赔偿王冬梅损失3600元" in text
    address = page.locator("a[href*=print-agreement][href$='html/']").get_attribute("href")
    sheet = page.context.new_page()
    sheet.goto(urljoin(page.url, address))
    expect(sheet.locator("h1")).to_have_text("人民调解协议书")
    for picture in pictures_of(sheet.pdf(prefer_css_page_size=True)):
        assert picture.convert("L").getextrema() == (0, 255)  # neither blank nor black
    sheet.close()


def pictures_of(pdf: bytes) -> list[Image.Image]:
    """The pages of a PDF, where poppler is installed."""
    if not shutil.which("pdftoppm"):
        return []
    drawn = subprocess.run(
        ["pdftoppm", "-r", "60", "-png", "-singlefile", "-"], input=pdf, capture_output=True, check=True
    )
    return [Image.open(io.BytesIO(drawn.stdout))]


def follows_up(page, case):
    page.goto(f"/cases/{case.pk}/")
    expect(fact(page, "下一步")).to_contain_text("回访")
    press(page, "回访")
    page.get_by_role("radio", name="电话").check()
    page.get_by_label("回访情况").fill("防水已修好，赔偿款已到账。")
    page.get_by_label("是", exact=True).check()
    page.get_by_role("button", name="回访").click()
    expect(page.locator("#cover")).to_contain_text("已办结")


def citizen_is_satisfied(page):
    """On a telephone, without an account, with what is printed on the ticket."""
    page.get_by_label("后四位").fill("0024")
    press(page, "查进度")
    expect(page.locator("main")).to_contain_text("邻里与相邻")
    assert "周启航" not in page.content()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    page.get_by_label("满意", exact=True).check()
    press(page, "提交评价")
    expect(page.locator("main")).to_contain_text("您的评价：满意")


def shows_the_whole_timeline(page, case):
    page.reload()
    history = page.locator("#timeline")
    for step in ("登记", "接办", "记录调解", "起草协议", "提交签署", "登记签名", "加盖印章", "回访", "评价"):
        expect(history).to_contain_text(step)
    expect(page.locator("#cover")).to_contain_text("已办结")
    expect(page.locator("#parties")).to_contain_text(mask_name("周启航"))


def shows_what_happened(page):
    """Today's page has followed by itself, and each number opens exactly its rows."""
    number = page.locator("a.number", has_text="接待完毕")
    expect(number.locator(".number-value")).to_have_text("1")
    expect(page.locator("tr", has_text="满意率").first).to_contain_text("100.0 %")
    for place in range(page.locator("a.number").count()):
        number = page.locator("a.number").nth(place)
        if "等候（时:分）" not in number.inner_text() and "人次" not in number.inner_text():
            opens_its_rows(page, number)
