"""One request as it is thrown at the site, and the hostile, nearly valid and valid values it is made of."""

import json
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBadRequest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, ClientHandler, encode_multipart
from django.urls import NoReverseMatch, reverse
from hypothesis import strategies as st

from governance_center.security import is_readable
from tests.fuzz.site import NOBODY, Field, Form, Site, routes


class Shortened(str):
    """A long value that is not shown in full."""

    def __repr__(self):
        return super().__repr__() if len(self) < 120 else f"{self[0]!r} * {len(self)}"


NUMBERS = [
    "0",
    "-1",
    "1",
    "2",
    "7",
    "33",
    "²",
    "١٢",
    "１２",
    "1e9",
    "NaN",
    "Infinity",
    "0x1F",
    "1,000",
    "1.5",
    " 3 ",
]
HUGE = ["2147483648", "9223372036854775807", "9223372036854775808", "9" * 400, "-" + "9" * 30, "1e999999"]
DAYS = [
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "99999-01-01",
    "2026-02-30",
    "2026-09-16",
    "2026-W38",
    "16/09/2026",
]
TIMES = [
    "24:00",
    "09:30",
    "25:61",
    "9999-12-31T23:59",
    "0001-01-01T00:00",
    "2026-09-16T09:30",
    "2026-09-16 09:30:00+99",
]
TEXTS = [
    *("", " ", "\u3000", "\0", "a\0b", "\ud800", "\\ud800", "\u202e", "\ufeff", "\r\n", "𠮷", "é" * 40),
    *(
        "%",
        "%s",
        "'",
        "\"'--",
        "<script>",
        "{{ 1 }}",
        "{% x %}",
        "../../etc/passwd",
        "null",
        "true",
        "[]",
        "{}",
    ),
    *('{"a": {"b": [1]}}', "a:b:c", ":1:x", "on", "1:2026", "x" * 300, "长" * 5_000, "x" * 100_000),
]
HOSTILE = st.sampled_from([*NUMBERS, *HUGE, *DAYS, *TIMES, *TEXTS]) | st.text(max_size=40)
TYPED = {
    "date": ["2026-09-16", "2026-09-15", "2026-09-17"],
    "datetime-local": ["2026-09-16T09:30", "2026-09-15T16:00"],
    "time": ["09:30", "16:00"],
    "number": ["1", "2", "37"],
    "tel": ["13857000024"],
    "checkbox": ["on", ""],
    "email": ["a@example.org"],
}
WRITTEN = [
    "王冬梅",
    "拖欠一天半工资，双方当面说清，本周五前付清。",
    "330803195803084527",
    "13857000024",
    "91330803MA2DFAKE0X",
]
"""What people type where a field does not say what it wants."""
QUERIES = [
    "q",
    "sort",
    "after",
    "before",
    "last",
    "export",
    "next",
    "tab",
    "state",
    "day",
    "week",
    "token",
    "a[]",
]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
FILES = [
    *(("photo.png", PNG), ("photo.pdf", PNG), ("cut.png", PNG[:40]), ("paper.pdf", b"%PDF-1.4\n%%EOF")),
    *(("note.txt", "说明".encode()), ("empty.txt", b""), ("nul.txt", b"a\0b"), ("x" * 300 + ".txt", b"text")),
    *(("book.xlsx", b"PK\x03\x04" + bytes(40)), ("run.exe", b"MZ" + bytes(64)), ("../../a\0.png", PNG)),
]
HEADERS = [
    {},
    {},
    {"HX-Request": "true"},
    {"HX-Request": "true", "HX-Target": "\0", "HX-Current-URL": "http://[", "HX-Boosted": "maybe"},
    {"X-Background": "1"},
    {"Accept-Language": Shortened("x" * 300), "Accept": "\xff/\xff", "Referer": "http://["},
    {"If-None-Match": '"', "If-Modified-Since": "Thu, 99 Foo 99999", "Range": "bytes=9-1,-,a"},
    {"X-Forwarded-For": "\0, ::::", "User-Agent": Shortened("\ud7ff" * 300)},
]
SESSIONS = [
    {"sessionid": "x"},
    {"sessionid": "\0" * 32},
    {"sessionid": "9" * 5_000, "messages": "[["},
    {"django_language": "\0", "screen": "a:b:c", "csrftoken": "²"},
]
BODIES = [
    ("application/json", "{"),
    ("application/json", json.dumps({"csrfmiddlewaretoken": [1]})),
    ("multipart/form-data", "x"),
    (MULTIPART_CONTENT, f"--{BOUNDARY}\r\nContent-Disposition: form-data; name\r\n\r\n"),
    ("application/x-www-form-urlencoded", "%ff=%00&&==&a=%u1234&" + "&".join(f"f{n}=" for n in range(1_100))),
    ("application/x-www-form-urlencoded; charset=utf-16", "a=b"),
    ("\xff", "a=b"),
]


class Door(ClientHandler):
    """The site with what stands before Django in every server."""

    def __call__(self, environ):
        if is_readable(environ):
            return super().__call__(environ)
        refusal = HttpResponseBadRequest()
        refusal.wsgi_request = None
        return refusal


@dataclass(frozen=True)
class Ask:
    """A request, short enough to be read and whole enough to be sent again."""

    who: str
    method: str
    address: str
    query: str = ""
    data: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str, bytes], ...] = ()
    body: tuple[str, str] = ()
    headers: dict = field(default_factory=dict)
    cookies: dict = field(default_factory=dict)
    csrf: bool = False
    ip: str = "10.0.0.1"

    def send(self, site: Site):
        client = Client(enforce_csrf_checks=self.csrf, REMOTE_ADDR=self.ip)
        client.handler = Door(client.handler.enforce_csrf_checks)
        client.cookies.load(site.cookies[self.who] | self.cookies)
        content_type, body = self.encoded()
        query = {"QUERY_STRING": self.query} if self.query else {}
        return client.generic(self.method, self.address, body, content_type, headers=self.headers, **query)

    def encoded(self) -> tuple[str, bytes | str]:
        if self.body:
            return self.body
        if not self.files:
            return "application/x-www-form-urlencoded", urlencode(self.data, errors="surrogatepass")
        data: dict[str, list] = {}
        for name, value in self.data:
            data.setdefault(name, []).append(value.encode("utf-8", "replace").decode())
        for name, title, content in self.files:
            data.setdefault(name, []).append(SimpleUploadedFile(title, content))
        return MULTIPART_CONTENT, encode_multipart(BOUNDARY, data)


@st.composite
def asks(draw, site: Site, route: str) -> Ask:
    """Mostly somebody who has the form of this route before them, and fills it; else anybody with anything."""
    by_person = site.forms.get(route, {})
    who = draw(
        st.sampled_from(sorted(by_person)) if by_person and draw(chance(5)) else st.sampled_from(site.people)
    )
    form = draw(st.sampled_from(by_person[who])) if who in by_person and draw(chance(9)) else None
    method = (
        form.method
        if form and draw(chance(9))
        else draw(st.sampled_from(["GET", "GET", "POST", "HEAD", "PUT"]))
    )
    address = form.action if form and draw(chance(9)) else draw(addresses(site, route))
    data, files = draw(filled(site, form)) if form else (draw(invented(site)), ())
    path, given_query = urlsplit(address).path, urlsplit(address).query
    odd = draw(st.sampled_from(["", "", "", "", "query", "cookies", "body", "csrf"]))
    return Ask(
        who=NOBODY if odd == "cookies" else who,
        method=method,
        address=path,
        query=draw(queries(site, data))
        if odd == "query" or method == "GET" and draw(chance(7))
        else given_query,
        data=data if method in {"POST", "PUT"} else (),
        files=files if method == "POST" else (),
        body=draw(st.sampled_from(BODIES)) if odd == "body" else (),
        headers=draw(st.sampled_from(HEADERS)),
        cookies=draw(st.sampled_from(SESSIONS)) if odd == "cookies" else {},
        csrf=odd == "csrf",
        ip=draw(
            st.integers(1, 2**24).map(
                lambda number: f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            )
        ),
    )


def chance(tenths: int):
    return st.integers(1, 10).map(lambda drawn: drawn <= tenths)


@st.composite
def addresses(draw, site: Site, route: str) -> str:
    """One that a page shows somebody, or one with keys of other rows, of other types, of no row."""
    shown = site.addresses.get(route, [])
    if shown and draw(chance(6)):
        return draw(st.sampled_from(shown))
    others = ANY_KEY | st.sampled_from(site.tokens)
    keys = [draw(KEYS.get(kind, others)) for kind in routes()[route]]
    try:
        return reverse(route, args=keys)
    except (NoReverseMatch, ValueError):
        return draw(st.sampled_from(shown or ["/"])) + quote(draw(HOSTILE)[:200], errors="surrogatepass")


ANY_KEY = st.sampled_from(
    ["x", "0", "2026-09-16", "9999-12-31", "0001-01-01", "clerk", "docx", "pdf", "②", "a\0b", "x" * 500]
)
KEYS = {"IntConverter": st.integers(0, 60) | st.sampled_from([2**31, 2**63 - 1, 2**63, 10**30])}


@st.composite
def filled(draw, site: Site, form: Form):
    """The form as people fill it, but for a few fields that are hostile, foreign, left out or sent twice."""
    wrong = draw(st.sampled_from([0, 0, 1, 1, 1, 2, len(form.fields)]))
    names = [control.name for control in form.fields]
    bad = set(draw(st.permutations(names))[:wrong])
    data, files = [], []
    for control in form.fields:
        if control.kind == "file":
            files += [(control.name, *draw(st.sampled_from(FILES)))] * draw(st.sampled_from([1, 1, 1, 0, 2]))
        elif control.name in bad:
            data += [
                (control.name, value) for value in draw(st.lists(bad_values(site, control.name), max_size=2))
            ]
        else:
            data += [(control.name, value) for value in draw(good_values(control))]
    return tuple(data), tuple(files)


def good_values(control: Field):
    """What the field offers, what it holds, or what people would write there."""
    if control.kind == "button":
        return st.lists(st.sampled_from(control.values), max_size=1)
    choices = [value for value in control.values if value] if control.kind != "checkbox" else control.values
    if control.kind in {"hidden", "select", "radio"}:
        return st.sampled_from(choices or [""]).map(lambda value: [value])
    if control.kind == "checkbox":
        return st.lists(st.sampled_from(choices), max_size=3, unique=True)
    return st.sampled_from([*choices, *TYPED.get(control.kind, WRITTEN)]).map(lambda value: [value])


def bad_values(site: Site, name: str):
    """Hostile ones, and what the same field held on other pages: other rows, older tokens."""
    return (HOSTILE | st.sampled_from([*site.values.get(name, []), *site.tokens, *WRITTEN])).map(Shortened)


@st.composite
def invented(draw, site: Site):
    """Fields of whatever forms."""
    names = draw(st.lists(st.sampled_from(sorted(site.values)), max_size=5))
    return tuple((name, draw(bad_values(site, name))) for name in names)


@st.composite
def queries(draw, site: Site, data) -> str:
    if draw(chance(1)):
        return draw(
            st.sampled_from(
                ["?", "&&==&", "%ff=%00", "a=%u1234&;b", "q=%ed%a0%80", "&".join(["a=1"] * 1_500)]
            )
        )
    names = draw(st.lists(st.sampled_from([*QUERIES, *sorted(site.values)]), max_size=3))
    pairs = [(name, draw(bad_values(site, name))) for name in names]
    return urlencode([*data, *pairs], errors="surrogatepass")[:20_000]
