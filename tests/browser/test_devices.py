"""Devices of a window's computer, through a real bridge that speaks HTTP on the loopback address."""

import json
import threading
from contextlib import contextmanager
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from intake.models import Ticket
from kernel.models import Attachment
from people.models import Window
from tests.browser.road import press
from tests.factories import CaseFactory, PersonFactory

pytestmark = pytest.mark.browser

ID_NUMBER = "330803197511204031"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000"
    "000049454e44ae426082"
)


class Bridge(BaseHTTPRequestHandler):
    """What docs/devices.md asks of a bridge."""

    def do_OPTIONS(self):
        self.answer(204, b"", "text/plain")

    def do_GET(self):
        self.answer_json(200, {"devices": self.server.devices})

    def do_POST(self):
        told = self.server.answers[self.path]
        if isinstance(told, bytes):
            self.answer(200, told, "image/png")
        else:
            self.answer_json(400 if "error" in told else 200, told)

    def answer_json(self, status, told):
        self.answer(status, json.dumps(told).encode(), "application/json")

    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
        self.send_header("Access-Control-Allow-Methods", "GET, POST")
        self.send_header("Access-Control-Allow-Private-Network", "true")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


@contextmanager
def attached(settings, **answers):
    """A bridge with these devices; `answers` maps "card" to what a reading of it gives."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bridge)
    server.devices, server.answers = list(answers), {f"/{name}": told for name, told in answers.items()}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.DEVICE_BRIDGE = f"http://127.0.0.1:{server.server_port}"
    policy = deepcopy(settings.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["connect-src"].append(settings.DEVICE_BRIDGE)
    settings.CONTENT_SECURITY_POLICY = policy
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_card_fills_in_the_visitor(browsers, clerk, settings):
    with attached(settings, card={"error": "请把身份证放在读卡器上。"}) as bridge:
        page = browsers.log_in(clerk, "/hall/register/")
        with browsers.refusing(400):
            page.get_by_role("button", name="读身份证").click()
            expect(page.locator(".device")).to_contain_text("请把身份证放在读卡器上。")
        bridge.answers["/card"] = {"id_number": ID_NUMBER, "name": "钟离望", "sex": "male"}
        page.get_by_role("button", name="读身份证").click()
        expect(page.locator(".device")).to_contain_text("已读入")
        expect(page.get_by_label("姓名", exact=True)).to_have_value("钟离望")
        press(page, "登记并取号")
        expect(page.locator("h1")).not_to_have_text("来访登记")
    visitor = Ticket.objects.get().visitor
    assert (visitor.name, visitor.id_number.plain) == ("钟离望", ID_NUMBER)


def test_a_signature_goes_into_the_file(browsers, clerk, settings):
    case = CaseFactory(unit=Window.objects.first().unit, applicant=PersonFactory(name="陈素芬"))
    with attached(settings, camera=PNG, signature=PNG):
        page = browsers.log_in(clerk, f"/hall/cases/{case.pk}/read-back/")
        page.get_by_role("button", name="在签名板上签名").click()
        expect(page.locator(".device", has_text="在签名板上签名")).to_contain_text("已读入")
        press(page, "登记宣读情况")
        expect(page.get_by_role("link", name="签名图样")).to_be_visible()
    kept = Attachment.objects.get()
    assert kept.name.startswith("手写签名")
    assert case.history.get(verb="read_back").details["attachment"] == kept.pk


def test_without_a_bridge_people_type(browsers, clerk, settings):
    with attached(settings) as bridge:
        page = browsers.log_in(clerk, "/hall/register/")
        expect(page.get_by_label("证件号码")).to_be_visible()
        assert bridge.devices == []
        expect(page.get_by_role("button", name="读身份证")).to_have_count(0)
