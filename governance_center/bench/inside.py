"""Requests inside this process, through all of Django but the server: to count statements, to see where time goes."""

import cProfile
import pstats
import time
from dataclasses import dataclass, field

from django.conf import settings
from django.test import Client

from governance_center.bench.browser import REDIRECTS, REFUSED, Answer, Unexpected, plain
from governance_center.bench.floor import Recording, recording
from governance_center.bench.visits import Part
from people.models import User

SHOWN = 12
HERE = str(settings.BASE_DIR)
OURS_AND_THEIRS = {
    "SQL": ("psycopg",),
    "templates": ("/django/template/", "/template_partials/", "/crispy_forms/", "/templatetags/"),
    "our code": tuple(f"{HERE}/{app}/" for app in settings.OUR_APPS),
    "the ORM": ("/django/db/",),
    "forms": ("/django/forms/",),
    "middleware and sessions": ("/django/middleware/", "/django/contrib/", "/csp/", "/axes/", "structlog"),
}


@dataclass
class Inside:
    """A person whose requests go straight into Django."""

    username: str
    client: Client = field(default_factory=lambda: Client(SERVER_NAME="127.0.0.1", REMOTE_ADDR="127.0.0.1"))

    def __post_init__(self):
        if self.username:
            self.client.force_login(
                User.objects.get(username=self.username), settings.AUTHENTICATION_BACKENDS[1]
            )

    def ask(
        self, path: str, data: dict | None = None, *, htmx: bool = False, refusals: bool = False
    ) -> Answer:
        """As Browser.ask."""
        began = time.perf_counter()
        headers = {"HX-Request": "true"} if htmx else {}
        response = (
            self.client.get(path, headers=headers)
            if data is None
            else self.client.post(path, data, headers=headers)
        )
        while response.status_code in REDIRECTS:
            path = response["Location"]
            response = self.client.get(path)
        text = response.content.decode()
        if response.status_code != 200 and not (refusals and response.status_code == REFUSED):
            raise Unexpected(f"{response.status_code} at {path}: {plain(text)[:300]}")
        return Answer(response.status_code, path, text, (time.perf_counter() - began,))


def walk(person: Inside, part: Part, around=None):
    """Live a part of a visit here. `around(ask)` gives a context manager in which each request is made."""
    answer = None
    while True:
        try:
            ask = part.send(answer)
        except StopIteration as end:
            return end.value
        if around is None:
            answer = person.ask(ask.path, ask.data, htmx=ask.htmx)
            continue
        with around(ask):
            answer = person.ask(ask.path, ask.data, htmx=ask.htmx)


def recorded(person: Inside, path: str, data: dict | None, htmx: bool) -> Recording:
    """The statements of the second of two requests: the first fills caches that live as long as the process."""
    person.ask(path, data, htmx=htmx, refusals=True)
    with recording() as found:
        person.ask(path, data, htmx=htmx, refusals=True)
    return found


def profiled(person: Inside, path: str, data: dict | None) -> cProfile.Profile:
    """The profile of the second of two requests."""
    person.ask(path, data, refusals=True)
    profiler = cProfile.Profile()
    profiler.runcall(person.ask, path, data, refusals=True)
    return profiler


def shares(profile: cProfile.Profile) -> dict[str, float]:
    """Milliseconds by where they were spent. A profile makes calls look dearer than they are."""
    found = dict.fromkeys([*OURS_AND_THEIRS, "other"], 0.0)
    for (file, _line, _name), (_calls, _all, own, _cumulative, callers) in pstats.Stats(
        profile
    ).stats.items():
        found[kind_of(file, callers)] += own * 1000
    return {kind: round(spent, 1) for kind, spent in found.items()}


def kind_of(file: str, callers: dict) -> str:
    """Built-in functions count for the file that called them most."""
    if file == "~" and callers:
        file = max(callers, key=lambda caller: callers[caller][2])[0]
    return next(
        (kind for kind, marks in OURS_AND_THEIRS.items() if any(mark in file for mark in marks)), "other"
    )


def dearest(profile: cProfile.Profile) -> list[str]:
    """The functions in which, with what they call, most of the time went, without the frames around every request."""
    lines = []
    rows = sorted(pstats.Stats(profile).stats.items(), key=lambda row: row[1][3], reverse=True)
    for (file, line, name), (calls, _all, own, cumulative, _callers) in rows:
        if HERE in file and "/.venv/" not in file and "/bench/" not in file:
            short = file.removeprefix(f"{HERE}/")
            lines.append(
                f"{cumulative * 1000:8.1f} ms  {own * 1000:6.1f} own  {calls:6}x  {short}:{line} {name}"
            )
    return lines[:SHOWN]
