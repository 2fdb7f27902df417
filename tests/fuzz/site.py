"""What there is to ask: the routes of the resolver, who may come, and the addresses and forms that pages show them."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from itertools import islice
from urllib.parse import urljoin, urlsplit
from zlib import crc32

from bs4 import BeautifulSoup, SoupStrainer
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from cases.models import Round
from cases.states import Side
from intake.public import COOKIE
from intake.states import ScreenKind
from kernel.web import buttons
from people.models import Post, Seat, User
from people.roles import Role
from tests.guards.test_house_rules import MOVING, url_patterns
from tests.intake.factories import paired, token_of

NOBODY = ""
"""Who has not logged in."""
BOARD, KIOSK = "(board)", "(kiosk)"
"""The screens of the hall, who have not either, but hold a token."""
CONTROLS = SoupStrainer(["form", "input", "select", "option", "textarea", "button"])
LINKS = re.compile(r'(?:href|hx-get)="([^"#]+)')
KNOWN_VALUES = 60


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form, and what it holds or offers."""

    name: str
    kind: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    method: str
    action: str
    fields: tuple[Field, ...]


def routes() -> dict[str, list[str]]:
    """Every route by name, with the kinds of the keys in its address."""
    return {name: kinds_of(entry.pattern) for name, entry, _route in url_patterns()}


def kinds_of(pattern) -> list[str]:
    kinds = {key: type(pattern.converters[key]).__name__ for key in pattern.converters}
    return [kinds.get(key, "StringConverter") for key in pattern.regex.groupindex]


@dataclass(repr=False)
class Site:
    """What was seen on a walk: the same each time, because the demo centre is."""

    people: list[str] = field(default_factory=list)
    cookies: dict[str, dict] = field(default_factory=dict)
    addresses: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # by route
    forms: dict[str, dict[str, list[Form]]] = field(
        default_factory=lambda: defaultdict(dict)
    )  # by route, person
    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # by name of a field
    tokens: list[str] = field(default_factory=list)  # of sessions and screens
    pages: int = 0

    def note_address(self, address: str) -> bool:
        """Keep an address of ours for the route to which it belongs."""
        route = route_of(address)
        if route and address not in self.addresses[route]:
            self.addresses[route].append(address)
        return bool(route)

    def note_form(self, who: str, form: Form) -> None:
        if not self.note_address(form.action):
            return
        known = self.forms[route_of(form.action)].setdefault(who, [])
        if form not in known:
            known.append(form)
        for control in form.fields:
            values = self.values[control.name]
            values.extend(value for value in control.values if value not in values)
            del values[KNOWN_VALUES:]


@cache
def route_of(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("", "http") or parts.netloc not in ("", "testserver"):
        return ""
    try:
        return resolve(parts.path).view_name or ""
    except Resolver404:
        return ""


def everybody() -> list[str]:
    """Nobody, the screens, a superuser without a post, and of each role the first who holds it."""
    User.objects.create_superuser(username="superuser", name="超级用户")
    holders = Post.objects.filter(user__is_active=True).order_by("-pk")
    first = dict(holders.values_list("role", "user__username"))
    return [NOBODY, BOARD, KIOSK, "superuser", *dict.fromkeys(first[role] for role in Role if role in first)]


def walk(people: list[str], *, each: int) -> Site:
    """Let everybody press what they may and follow the links of their pages, to `each` addresses of a route."""
    site = Site(people)
    for who in people:
        client = come_in(who)
        site.cookies[who] = {key: morsel.value for key, morsel in client.cookies.items()}
        site.tokens.extend(site.cookies[who].values())
        if who == NOBODY:
            ask_for_progress(client, site)
        walk_as(who, client, site, each)
    return site


def come_in(who: str) -> Client:
    client = Client()
    if who in {BOARD, KIOSK}:
        clerk = Seat.objects.today().filter(role=Role.CLERK).first().user
        screen = paired(clerk, ScreenKind.BOARD if who == BOARD else ScreenKind.KIOSK)
        client.cookies[COOKIE] = token_of(screen)
    elif who:
        client.force_login(User.objects.get(username=who))
    return client


def ask_for_progress(client: Client, site: Site) -> None:
    """What a citizen sees with the code and the last four of the telephone."""
    address = reverse("public:query")
    for round in some_of_each_state(Round):
        applicant = round.case.parties.filter(side=Side.APPLICANT).first()
        tail = applicant.person.phone.plain[-4:] if applicant and applicant.person else "0000"
        answer = client.post(address, {"code": round.case.query_code, "tail": tail})
        note_forms(NOBODY, BeautifulSoup(answer.content, "html.parser"), address, site)


def walk_as(who: str, client: Client, site: Site, each: int) -> None:
    waiting = [*without_keys(), *moves_of(who, each)]
    known, asked, keys = set(waiting), Counter(), routes()
    for address in waiting:  # which grows on the way
        route = route_of(address)
        asked[route] += 1
        if asked[route] > (each if keys[route] else 1) or route == "people:logout":
            continue
        site.pages += 1
        # Not the first rows of each list only: a shuffle, and always the same one.
        new = sorted(look_at(who, client, address, site) - known, key=lambda link: crc32(link.encode()))
        known.update(new)
        waiting.extend(new)


def without_keys() -> list[str]:
    return [reverse(name) for name, kinds in routes().items() if not kinds]


def moves_of(who: str, each: int) -> list[str]:
    """The addresses of the moves that somebody may make now, of some rows in every state."""
    user = User.objects.filter(username=who).first()
    found = defaultdict(list)
    for model in MOVING if user else []:
        for row in some_of_each_state(model):
            for address in addresses_of(row, user):
                found[route_of(address)].append(address)
    return [address for addresses in found.values() for address in addresses[:each]]


@cache
def some_of_each_state(model) -> list:
    states = model._base_manager.values_list("state", flat=True).distinct().order_by("state")
    return [row for state in states for row in model._base_manager.filter(state=state).order_by("pk")[:8]]


def addresses_of(row, user) -> list[str]:
    try:
        return [button.url for button in buttons(row, user)]
    except NoReverseMatch:
        return []


def look_at(who: str, client: Client, address: str, site: Site) -> set[str]:
    """Note the forms of a page, and give the addresses to which it leads."""
    answer = client.get(address)
    page = content_of(answer)
    if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
        return set()
    soup = BeautifulSoup(page, "html.parser", parse_only=CONTROLS)
    note_forms(who, soup, address, site)
    links = dict.fromkeys(urljoin(address, unescape(link)) for link in LINKS.findall(page.decode()))
    return {link for link in links if site.note_address(link)}


def note_forms(who: str, soup, address: str, site: Site) -> None:
    for element in soup.select("form:not([method=dialog]), [hx-post]"):
        site.note_form(who, form_of(soup, element, address))


def content_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def form_of(soup, element, address: str) -> Form:
    inside = element.select("input[name], select[name], textarea[name], button[name]")
    outside = soup.select(f'[name][form="{element["id"]}"]') if element.get("id") else []
    groups = defaultdict(list)
    for control in [*inside, *outside]:
        groups[control["name"]].append(control)
    groups.pop("csrfmiddlewaretoken", None)
    return Form(
        method="POST" if element.get("hx-post") else element.get("method", "get").upper(),
        action=urljoin(address, element.get("action") or element.get("hx-post") or ""),
        fields=tuple(field_of(name, controls) for name, controls in groups.items()),
    )


def field_of(name: str, controls: list) -> Field:
    first = controls[0]
    if first.name == "select":
        values = [option.get("value", option.text) for option in first.select("option")]
    elif first.name == "textarea":
        values = [first.text]
    else:
        values = [control.get("value", "") for control in controls]
    kind = first.get("type", "text") if first.name == "input" else first.name
    return Field(name, kind, tuple(islice(dict.fromkeys(values), KNOWN_VALUES)))
