"""`bench pages`: every page of the centre at so many cases, for those who see few of them, many, and most.

A page is measured over HTTP with the fragments that it loads, one request after another: what one person waits while
the server has nothing else to do. Its statements are counted and sent again in this process.
"""

import asyncio
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core import signing
from django.utils import timezone

from cases.models import Case, Party
from dispatch.models import OrderHandling
from governance_center.bench import floor, ground, inside
from governance_center.bench.browser import Browser, Unexpected
from governance_center.bench.ground import median, milliseconds, percentile, say
from governance_center.bench.visits import log_in
from governance_center.embedded.__main__ import DEMO_ACCOUNTS
from governance_center.work import PILES
from intake import services as intake
from intake.models import Ticket
from intake.public import COOKIE, SALT
from mediation.models import Mediation
from people.models import User, Window
from petitions.models import PetitionHandling
from stats.measures import MEASURES

CASES = 100_000
WARM_UP = 14
"""PostgreSQL plans a statement anew the first five times, on each of the two connections of a process."""
TARGET = 150
CODES = 80
EMPTY = 'class="empty-note"'
LOADED = re.compile(r'hx-get="([^"]+)"[^>]*hx-trigger="[^"]*load')
SORTS = re.compile(r"[?&;]sort=(-?\w+)")


@dataclass(frozen=True, slots=True)
class Page:
    """One page as one reader asks for it; `reader` is nobody for citizens. `data` of a POST are taken in turn.

    `token` is what the browser of a paired screen keeps.
    """

    name: str
    path: str
    reader: str = ""
    data: tuple[dict, ...] = ()
    token: str = ""

    def sent(self, turn: int) -> dict | None:
        return self.data[turn % len(self.data)] if self.data else None


@dataclass
class Measured:
    page: Page
    took: list[float] = field(default_factory=list)
    queries: int = 0
    sql_ms: float = 0.0
    is_empty: bool = False

    def row(self) -> dict:
        p50 = milliseconds(median(self.took))
        return {
            "name": self.page.name,
            "p50_ms": p50,
            "p95_ms": milliseconds(percentile(self.took, 0.95)),
            "queries": self.queries,
            "sql_ms": self.sql_ms,
            "ratio": round(p50 / max(self.sql_ms, 0.01), 2),
        }


def run(*, cases: int, requests: int, only: str, compare: int | None, profile: bool) -> dict:
    with ground.database("pages", cases, of_today=True) as name:
        pages = [page for page in catalogue() if only in page.name]
        say(f"{len(pages)} pages; counting their statements ...")
        measured = [counted(page, name) for page in pages]
        with ground.web_server(name) as (host, port):
            asyncio.run(measure(measured, host, port, requests))
        rows = [one.row() for one in measured]
        worst = max(rows, key=lambda row: row["p95_ms"])
        result = {
            "bench": "pages",
            "size": {"cases": cases, "requests": requests},
            "machine": ground.machine(),
            "pages": rows,
            "worst_p95_ms": worst["p95_ms"],
        }
        if profile:
            say_where_it_goes(sorted(measured, key=lambda one: one.row()["p95_ms"], reverse=True)[:3])
    if compare:
        result["differing"] = differing(compare, only, measured)
    say(summary(result))
    return result


# --- Which pages, for whom --------------------------------------------------------------------------------------------


def catalogue() -> list[Page]:
    """Every page with each of its readers: of those who may open it, whoever sees least, the median, and most."""
    readers = by_sight()
    return [*public_pages(), *(page for family in families() for page in of_readers(family, readers))]


def by_sight() -> list[tuple[str, inside.Inside]]:
    """The demo accounts, those who see fewer cases first."""
    users = User.objects.filter(username__in=DEMO_ACCOUNTS.split())
    seen = sorted((Case.objects.visible_to(user).count(), user.username) for user in users)
    return [(username, inside.Inside(username)) for _count, username in seen]


@dataclass(frozen=True, slots=True)
class Family:
    """A page and the ways to ask for it. `path` finds where a user's page is; None where they have nothing to see."""

    name: str
    path: Callable[[User], str | None]
    variants: Callable[[str, str, User], Iterator[tuple[str, str]]] | None = None
    data: Callable[[User], dict[str, tuple[dict, ...]]] | None = None


def of_readers(family: Family, readers: list[tuple[str, inside.Inside]]) -> Iterator[Page]:
    may = [found for username, person in readers if (found := opened(family, username, person))]
    chosen = {found[0]: found for found in (may[:1] + may[len(may) // 2 : len(may) // 2 + 1] + may[-1:])}
    for width, (username, path, text) in zip(
        ("narrowest", "median", "widest"), chosen.values(), strict=False
    ):
        user = User.objects.get(username=username)
        page = Page(f"{family.name} ({width}: {username})", path, username)
        if family.data:
            for what, data in family.data(user).items():
                yield replace(page, name=page.name.replace(" (", f" {what} (", 1), data=data)
            continue
        yield page
        for what, variant in family.variants(path, text, user) if family.variants else ():
            yield replace(page, name=page.name.replace(" (", f" {what} (", 1), path=variant)


def opened(family: Family, username: str, person: inside.Inside) -> tuple[str, str, str] | None:
    """Who opens the page, where, and what stands on it; None for those who may not."""
    path = family.path(User.objects.get(username=username))
    if path is None:
        return None
    try:
        return username, path, person.ask(path).text
    except Unexpected:
        return None


def at(path: str) -> Callable[[User], str]:
    return lambda user: path


def newest(queryset: Callable, address: str) -> Callable[[User], str | None]:
    """The page of the newest row in sight, an isolated one apart: that look would be traced."""

    def path(user):
        found = queryset(user).filter(restriction="").order_by("-pk").first()
        return found and address.format(found.pk)

    return path


def families() -> list[Family]:
    day = timezone.localdate()
    return [
        Family("home", at("/")),
        *(Family(f"work {slug}", at(f"/work/{slug}/"), ends) for slug in PILES),
        Family("cases:list", at("/cases/"), case_list),
        Family("cases:detail", newest(long_file, "/cases/{}/")),
        Family("cases:clocks", newest(long_file, "/cases/{}/clocks/")),
        Family("cases:card_list", at("/cases/cards/"), listing(many="level=yellow", few="state=appealed")),
        Family("cases:deferral_list", at("/cases/deferrals/"), ends),
        Family("deadlines", at("/deadlines/")),
        Family("roster:week", at("/roster/")),
        Family("cases:request_list", at("/cases/requests/"), listing(many="side=by_us", few="overdue=on")),
        Family("mediation:list", at("/mediation/"), listing(few="due=overdue")),
        Family("mediation:mine", at("/mediation/mine/"), listing(few="due=overdue")),
        Family("mediation:all", at("/mediation/all/"), listing(many="state=agreed", few="state=signing")),
        Family("mediation:detail", newest(Mediation.objects.visible_to, "/mediation/{}/")),
        Family("mediation:similar", newest(Mediation.objects.visible_to, "/mediation/{}/similar/")),
        Family("mediation:me", own_page("/mediation/me/")),
        Family("mediation:mediator_step", own_page("/mediation/mediators/{}/steps/archive/"), ends),
        *own_rows(day.year),
        Family("mediation:archive_list", at("/mediation/archives/"), listing(few="state=returned")),
        Family("mediation:sheet_list", at("/mediation/allowances/sheets/"), ends),
        Family("mediation:court_list", at("/mediation/court/"), ends),
        Family("mediation:court_all", at("/mediation/court/all/"), ends),
        *desk("petitions", PetitionHandling),
        *desk("dispatch", OrderHandling),
        Family("intake:register", at("/hall/register/")),
        Family("intake:guide", at("/hall/guide/")),
        Family("intake:day", at("/hall/day/")),
        Family("intake:window", at("/hall/window/")),
        Family("intake:list", at("/hall/"), listing(many=f"day={day}", few="state=serving")),
        Family("intake:returned", at("/hall/returned/"), ends),
        Family("intake:detail", newest_ticket),
        Family("stats:today", at("/stats/today/")),
        *drills(),
        Family("search", at("/"), data=lambda user: {what: ({"q": q},) for what, q in words().items()}),
    ]


def own_page(address: str) -> Callable[[User], str | None]:
    """A page of a mediator's own, for those who have mediated."""

    def path(user):
        return address.format(user.pk) if Mediation.objects.visible_to(user).of(user).exists() else None

    return path


def own_rows(year: int) -> Iterator[Family]:
    """The rows behind the figures of the year."""
    for slug in ("taken", "success", "on-time", "satisfied", "first-time"):
        path = own_page(f"/mediation/mediators/{{}}/{year}/{slug}/rows/")
        yield Family(f"mediation:mediator_rows {slug}", path, ends)


def long_file(user):
    """Files that went to a mediator: the longest that the page shows."""
    agreed = Mediation.objects.filter(state="agreed")
    return Case.objects.visible_to(user).filter(pk__in=agreed.values("case"))


def newest_ticket(user) -> str | None:
    found = Ticket.objects.visible_to(user).order_by("-pk").first()
    return found and f"/hall/tickets/{found.pk}/"


def desk(app: str, model) -> Iterator[Family]:
    for tab in ("waiting", "in_hand", "done"):
        yield Family(f"{app}:list {tab}", at(f"/{app}/?tab={tab}"), listing(few="urgency=4"))
    yield Family(f"{app}:detail", newest(model.objects.visible_to, f"/{app}/{{}}/"))


def drills() -> Iterator[Family]:
    for slug, measure in MEASURES.items():
        for part in ("rows", "base") if measure.base else ("rows",):
            yield Family(f"stats:rows {slug} {part}", at(f"/stats/today/{slug}/{part}/"), ends)


def joined(path: str, **query) -> str:
    return f"{path}{'&' if '?' in path else '?'}{urlencode(query)}"


def ends(path: str, text: str, user: User) -> Iterator[tuple[str, str]]:
    """The last page, and each sort in both directions as the headings offer them."""
    yield "last", joined(path, last="1")
    for sort in sorted({found.removeprefix("-") for found in SORTS.findall(unescape(text))}):
        yield f"sort={sort}", joined(path, sort=sort)
        yield f"sort=-{sort}", joined(path, sort=f"-{sort}")


def listing(**filters) -> Callable:
    """A list with filters (as query strings) and words to search for, besides its ends."""

    def variants(path, text, user):
        yield from ends(path, text, user)
        for what, query in filters.items():
            yield f"filter {what}", f"{path}{'&' if '?' in path else '?'}{query}"
        for what, q in words().items():
            yield f"search {what}", joined(path, q=q)

    return variants


def case_list(path: str, text: str, user: User) -> Iterator[tuple[str, str]]:
    """The longest list of all: also a page from its middle."""
    filters = {"many": "state=closed", "few": "state=routed&urgency=3", "none": "since=2090-01-01"}
    filters |= {"overdue": "overdue=on", "township": "township=330803103"}
    yield from listing(**filters)(path, text, user)
    rows = Case.objects.visible_to(user).order_by("-opened_at", "-pk")
    if middle := rows[rows.count() // 2 : rows.count() // 2 + 1].first():
        yield "deep", f"{path}?after={quote(f'{middle.pk}:{middle.opened_at.isoformat()}')}"


def words() -> dict[str, str]:
    """Words found in many files, in few, in none."""
    person = Party.objects.filter(person__isnull=False, case__restriction="").order_by("-pk").first()
    return {"many": "工资", "few": person.name if person else "陈", "none": "鑫鑫鱼翅"}


def public_pages() -> list[Page]:
    clerk = User.objects.get(username="clerk")
    code = intake.offer_screen().code
    board = intake.pair_screen(by=clerk, unit=Window.objects.first().unit, code=code)
    return [
        Page("public:home", "/public/"),
        Page("public:query", "/public/query/"),
        Page("public:query found", "/public/query/", data=tuple(codes())),
        Page("public:query not found", "/public/query/", data=tuple(wrong_codes())),
        Page("intake:screen", "/hall/screen/", token=signing.dumps([board.pk, board.secret], salt=SALT)),
    ]


def codes() -> Iterator[dict]:
    """Codes with the digits that prove them; many, because a code may be tried ten times only.

    No desk passed their matters on: such a matter asks for one statement more, in a large database as in a small one.
    """
    parties = Party.objects.filter(
        side="applicant", person__phone_hash__gt="", case__restriction="", case__rounds__transfers=None
    )
    found = list(parties.select_related("case", "person").order_by("-pk")[: CODES * 20])
    for party in random.sample(found, min(CODES, len(found))):
        yield {"code": party.case.query_code, "tail": party.person.phone.plain[-4:]}


def wrong_codes() -> Iterator[dict]:
    for _n in range(CODES):
        yield {"code": "".join(random.choices("ACDEFHJKLMNPQRTUVWXY34679", k=10)), "tail": "0000"}


# --- In this process --------------------------------------------------------------------------------------------------


def counted(page: Page, name: str) -> Measured:
    """How many statements a page and its fragments take, and what they cost through psycopg alone."""
    person = inside.Inside(page.reader)
    person.client.cookies[COOKIE] = page.token
    measured, asked = Measured(page), [(search_path(page), page.sent(0), False)]
    answer = person.ask(*asked[0][:2], refusals=True)
    asked += [(unescape(path), None, True) for path in LOADED.findall(answer.text)]
    measured.is_empty = EMPTY in answer.text
    for path, data, htmx in asked:
        recorded = inside.recorded(person, path, data, htmx)
        measured.queries += recorded.queries
        measured.sql_ms = round(measured.sql_ms + floor.read_again(name, recorded), 2)
    return measured


def search_path(page: Page) -> str:
    """The search box stands on every page and posts to a page of its own."""
    return "/search/" if page.name.startswith("search") else page.path


def say_where_it_goes(slowest: list[Measured]) -> None:
    for one in slowest:
        person = inside.Inside(one.page.reader)
        profiler = inside.profiled(person, search_path(one.page), one.page.sent(1))
        say(f"\n{one.page.name}: {inside.shares(profiler)}\n" + "\n".join(inside.dearest(profiler)))


# --- Over HTTP --------------------------------------------------------------------------------------------------------


async def measure(measured: list[Measured], host: str, port: int, requests: int) -> None:
    browsers: dict[str, Browser] = {}
    for n, one in enumerate(measured, 1):
        reader = one.page.reader
        if reader not in browsers:
            browsers[reader] = await logged_in(host, port, reader)
        await timed(one, browsers[reader], requests)
        row = one.row()
        say(f"{n:4}/{len(measured)} {row['p95_ms']:8.1f} ms p95 {row['queries']:4} queries  {row['name']}")
    for browser in browsers.values():
        browser.close()


async def logged_in(host: str, port: int, reader: str) -> Browser:
    browser = Browser(host, port, "10.4.0.1")
    if reader:
        part, answer = log_in(reader, settings.DEMO_PASSWORD), None
        for _step in range(2):
            ask = part.send(answer)
            answer = await browser.ask(ask.path, ask.data)
    await browser.ask("/" if reader else "/public/query/")
    return browser


async def timed(one: Measured, browser: Browser, requests: int) -> None:
    page = one.page
    browser.cookies[COOKIE] = page.token
    for turn in range(requests + WARM_UP):
        if not page.reader:  # citizens come from many addresses
            browser.address = f"10.{5 + turn % 200}.{random.randrange(250)}.{random.randrange(250)}"
        answer = await browser.ask(search_path(page), page.sent(turn), refusals=True)
        seconds = answer.seconds
        for path in LOADED.findall(answer.text):
            seconds += (await browser.ask(unescape(path), htmx=True)).seconds
        if turn >= WARM_UP:
            one.took.append(seconds)


# --- The result -------------------------------------------------------------------------------------------------------


def differing(cases: int, only: str, measured: list[Measured]) -> list[dict]:
    """Pages that take another number of statements with another number of cases.

    A list that is empty at one of the two sizes reads no companions of its rows: it is no comparison.
    """
    with ground.database("pages", cases, of_today=True) as name:
        others = {page.name: counted(page, name) for page in catalogue() if only in page.name}
    return [
        {"name": one.page.name, "queries": one.queries, f"queries_at_{cases}": other.queries}
        for one in measured
        if (other := others.get(one.page.name))
        and one.is_empty == other.is_empty
        and one.queries != other.queries
    ]


def summary(result: dict) -> str:
    slow = [row for row in result["pages"] if row["p95_ms"] > TARGET]
    lines = [f"  over {TARGET} ms: {row['name']} {row['p95_ms']} ms, sql {row['sql_ms']} ms" for row in slow]
    lines += [f"  differs: {row}" for row in result.get("differing", [])]
    return "\n".join([*lines, f"worst p95 {result['worst_p95_ms']} ms over {len(result['pages'])} pages"])
