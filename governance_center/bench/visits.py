"""A visit from the door to the follow-up, as requests. Who sends them, and how, is somebody else's business.

Each part is a generator: it yields what a person does next, and is sent the page that came. So one text of the visit
serves a crowd over HTTP, one visitor alone, and the test client inside this process.
"""

import re
import secrets
from collections.abc import Generator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from django.utils import timezone

from cases.models import Category, Outlet
from governance_center.bench.browser import Answer, Unexpected
from governance_center.demo import names, texts
from mediation.states import CheckItem
from people.models import Area, Unit

NEW_PEOPLE = 1_000_000
"""Demo data begins with person 0 and does not come this far."""
Part = Generator["Ask", Answer, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """One press or one page. `step` is its name in the results."""

    step: str
    path: str
    data: dict | None = None
    htmx: bool = False


@dataclass(frozen=True, slots=True)
class Hall:
    """Keys of the rows that forms offer, and visitors who never came before."""

    category: int
    outlet: int
    area: int
    committee: int
    newcomers: count
    stories: list

    @classmethod
    def of_database(cls) -> "Hall":
        rng = Random(1)
        return cls(
            category=Category.objects.get(code="C06").pk,
            outlet=Outlet.objects.get(code="O02").pk,
            area=Area.objects.get(code="330803103").pk,
            committee=Unit.objects.coded("committee").pk,
            newcomers=count(NEW_PEOPLE + secrets.randbelow(900_000)),
            stories=[texts.story(rng, "C06", township="330803103", firm="和田物业") for _n in range(20)],
        )


def log_in(username: str, password: str) -> Part:
    yield Ask("log-in page", "/accounts/log-in/")
    page = yield Ask("log in", "/accounts/log-in/", {"username": username, "password": password})
    if "/log-in" in page.path:
        raise Unexpected(f"{username} could not log in")


def door(hall: Hall) -> Part:
    """Register, print, call, receive, triage and finish, all at one window. Returns the key of the case.

    Whoever is called need not be whoever was registered: others press too.
    """
    index = next(hall.newcomers)
    person = names.person(index)
    paper = {"id_type": "resident", "id_number": person.id_number}
    yield Ask("register: form", "/hall/register/")
    yield Ask("register: known?", "/hall/look-up/", paper, htmx=True)
    visitor = paper | {
        "name": person.name,
        "phone": person.phone,
        "head_count": 1,
        "care": "",
        "language": "",
    }
    page = yield Ask("register", "/hall/register/", visitor)
    ticket = key(r"/hall/tickets/(\d+)/ticket/", page.path, page)
    yield Ask("print", f"/hall/tickets/{ticket}/print-ticket/", {"way": "printed"})
    page = yield Ask("window", "/hall/window/")
    window = key(r"/hall/window/(\d+)/call-next/", page.text, page)
    page = yield Ask("call", f"/hall/window/{window}/call-next/", {})
    ticket = key(r"/hall/tickets/(\d+)/receive/", page.text, page)
    yield Ask("receive", f"/hall/tickets/{ticket}/receive/", {})
    case = yield from triage(hall, ticket, hall.stories[index % len(hall.stories)])
    yield Ask("finish", f"/hall/tickets/{ticket}/finish/", {"note": ""})
    return case


def triage(hall: Hall, ticket: str, story) -> Part:
    yield Ask("triage: form", f"/hall/tickets/{ticket}/triage/")
    yield Ask("triage: suggestion", "/hall/suggest/", {"story": story.text}, htmx=True)
    chosen = {"category": hall.category, "outlet": hall.outlet, "area": hall.area}
    yield Ask("triage: desks", "/hall/desk/", chosen, htmx=True)
    matter = {
        **chosen,
        **{"story": story.text, "title": story.title, "urgency": 1, "to_unit": hall.committee},
        **{"place": "", "respondent_kind": "organisation", "respondent_name": "和田物业"},
        **{"people_count": 1, "amount": "", "restriction": "", "outcome": "", "said": ""},
        **{f"{name}_{n}": "" for name in ("whom", "said", "at") for n in (1, 2)},
    }
    page = yield Ask("triage", f"/hall/tickets/{ticket}/triage/", matter)
    return key(r'"/cases/(\d+)/"', page.text, page)


def mediate(case: str) -> Part:
    """Accept, hold one session, draft an agreement and have it signed. Returns the keys of agreement and round."""
    yield Ask("case page", f"/cases/{case}/")
    page = yield Ask("case page: mediation", f"/mediation/cases/{case}/panel/", htmx=True)
    round = key(r"/mediation/rounds/(\d+)/accept/", page.text, page)
    yield Ask("accept: form", f"/mediation/rounds/{round}/accept/")
    page = yield Ask("accept", f"/mediation/rounds/{round}/accept/", {})
    mediation = key(r"/mediation/(\d+)/", page.path, page)
    page = yield Ask("session: form", f"/mediation/{mediation}/record-session/")
    held = timezone.localtime() - timedelta(minutes=1)
    record = {
        **{"held_at": f"{held:%Y-%m-%dT%H:%M}", "place": "调解室", "attended": values(page, "attended")},
        **{"others": "", "record": "双方到场。物业同意检修，业主同意补交物业费，当场谈妥。"},
    }
    yield Ask("session", f"/mediation/{mediation}/record-session/", record)
    yield Ask("draft: form", f"/mediation/{mediation}/draft-agreement/")
    agreed = {
        **{"facts": "楼道灯不亮，业主拒交物业费。", "duties": "", "terms": "一周内修好。\n补交物业费。"},
        **{"amount": "612.50", "performance": "当面支付。", "perform_by": ""},
    }
    page = yield Ask("draft", f"/mediation/{mediation}/draft-agreement/", agreed)
    agreement = key(r"/mediation/agreements/(\d+)/submit-agreement/", page.text, page)
    yield from sign(agreement)
    return agreement, round


def sign(agreement: str) -> Part:
    yield Ask("submit: form", f"/mediation/agreements/{agreement}/submit-agreement/")
    page = yield Ask(
        "submit", f"/mediation/agreements/{agreement}/submit-agreement/", {"checked": CheckItem.values}
    )
    today = f"{timezone.localdate()}"
    for place in values(page, "signature"):
        signature = {"signature": place, "way": "hand", "signed_on": today}
        yield Ask("sign", f"/mediation/agreements/{agreement}/sign-agreement/", signature)


def stamp(agreement: str) -> Part:
    yield Ask("stamp: form", f"/mediation/agreements/{agreement}/set-stamp/")
    today = f"{timezone.localdate()}"
    yield Ask("stamp", f"/mediation/agreements/{agreement}/set-stamp/", {"stamped_on": today})


def follow_up(round: str) -> Part:
    yield Ask("follow up: form", f"/cases/rounds/{round}/follow-up/")
    told = {"way": "phone", "said": "都修好了，没有意见。", "promise_kept": "yes"}
    yield Ask("follow up", f"/cases/rounds/{round}/follow-up/", told)


def clear_window() -> Part:
    """After a failure: whoever stands at the window leaves, so that the next can be called."""
    page = yield Ask("clear", "/hall/window/")
    if found := re.search(r"/hall/tickets/(\d+)/leave/", page.text):
        yield Ask("clear", f"/hall/tickets/{found[1]}/leave/", {"note": "bench"})


def key(pattern: str, text: str, page: Answer) -> str:
    """What the page leads to next. A page without it is not the one we meant to see."""
    if found := re.search(pattern, text):
        return found[1]
    raise Unexpected(f"No {pattern} at {page.path}")


def values(page: Answer, name: str) -> list[str]:
    """The values of all choices of that name in a form."""
    inputs = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page.text)
    return [re.search(r'value="([^"]*)"', tag)[1] for tag in inputs]
