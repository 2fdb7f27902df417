"""What stands around every page: the centre's name, and the ways a person's posts open to them."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from kernel.notifications import waiting_for
from people.accounts import person_token
from people.roles import HEADS, SUPERVISORS, WITHOUT_BUSINESS, Role

WINDOW = frozenset({Role.CLERK, Role.GUIDE, Role.MEDIATOR, Role.COURT})
MEDIATORS = frozenset({Role.MEDIATOR, Role.INDUSTRY_MEDIATOR, Role.STAMP_KEEPER})
OFFICES = frozenset(
    {
        Role.HANDLER,
        Role.UNIT_HEAD,
        Role.TOWNSHIP_OFFICER,
        Role.TOWNSHIP_HEAD,
        Role.DISPATCHER,
        Role.GRID_WORKER,
        Role.ENFORCEMENT,
    }
)
INBOX = frozenset({Role.HANDLER, Role.UNIT_HEAD, Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_HEAD})
"""A unit to which petitions are sent."""
FIGURES = frozenset({Role.DIRECTOR, Role.LEADER, Role.ANALYST, Role.COMMANDER})
BUSINESS = frozenset(Role) - WITHOUT_BUSINESS


@dataclass(frozen=True, slots=True)
class Way:
    """An entry of the main menu, for the roles whose work is there."""

    url_name: str
    label: str
    icon: str
    roles: frozenset[str]


WAYS = (
    Way("home", _("我的工作"), "home", frozenset(Role)),
    Way("stats:today", _("今日态势"), "dashboard", FIGURES),
    Way("intake:window", _("窗口接待"), "building-store", frozenset({Role.CLERK, Role.MEDIATOR, Role.COURT})),
    Way("intake:guide", _("引导台"), "ticket", frozenset({Role.GUIDE})),
    Way("intake:register", _("来访登记"), "user-plus", WINDOW),
    Way(
        "intake:register_arrival",
        _("登记来件"),
        "mail",
        frozenset({Role.CLERK, Role.DISPATCHER, Role.PETITION_OFFICER, Role.TOWNSHIP_OFFICER, Role.COURT}),
    ),
    Way("intake:list", _("今日来访"), "users", WINDOW | {Role.DIRECTOR}),
    Way("intake:day", _("大厅管理"), "building", frozenset({Role.CLERK, Role.GUIDE, Role.DIRECTOR})),
    Way("roster:week", _("值班排班"), "calendar", WINDOW | {Role.DIRECTOR, Role.LEADER, Role.ROSTER_KEEPER}),
    Way("mediation:list", _("调解"), "scale", MEDIATORS | {Role.DIRECTOR}),
    Way("mediation:court_list", _("法院驻点窗口"), "gavel", frozenset({Role.COURT})),
    Way("petitions:list", _("信访办理"), "mail", frozenset({Role.PETITION_OFFICER, Role.DISCIPLINE})),
    Way("petitions:inbox", _("转来的信访"), "mail", INBOX),
    Way("dispatch:list", _("事件与派单"), "send", OFFICES),
    Way("cases:rule_list", _("规则和文书"), "list-details", frozenset({Role.ANALYST, Role.DIRECTOR})),
    Way("cases:card_list", _("督办"), "alert-triangle", HEADS | SUPERVISORS),
    Way("cases:clock_watch", _("期限巡检"), "eye", frozenset({Role.DIRECTOR, Role.SYSADMIN})),
    Way("cases:clock_book", _("期限与日历"), "clock", frozenset({Role.DIRECTOR, Role.SYSADMIN})),
    Way("persons:looks", _("查看留痕"), "eye", frozenset({Role.AUDITOR})),
    Way("cases:list", _("全部事项"), "folders", BUSINESS),
    Way(
        "cases:request_list",
        _("协同请求"),
        "arrows-exchange",
        BUSINESS - {Role.LEADER, Role.DISCIPLINE, Role.GUIDE},
    ),
    Way("people:user_list", _("账号管理"), "users", WITHOUT_BUSINESS),
)


def shell(request) -> dict:
    """The context of every page. The menu comes from the roles of whoever is logged in."""
    user = getattr(request, "user", None)
    named = {"centre_name": settings.CENTRE_NAME, "centre_phone": settings.CENTRE_PHONE}
    if user is None or not user.is_authenticated:
        return named
    return named | {
        "nav": SimpleLazyObject(lambda: menu(user, request.path)),
        "waiting": SimpleLazyObject(lambda: waiting_for(user)),
        "person_token": person_token(user),
        "device_bridge": settings.DEVICE_BRIDGE,
        "idle_seconds": int(settings.SESSION_IDLE.total_seconds()),
    }


@cache
def address(url_name: str) -> str:
    """Worked out once a process: the menu stands on every page."""
    return reverse(url_name)


def menu(user, path: str) -> list[dict]:
    """The ways open to this person. The one nearest to the present page is marked: /cases/requests/ before /cases/."""
    ways = [way for way in WAYS if way.roles & user.roles or way.url_name == "home"]
    urls = {way.url_name: address(way.url_name) for way in ways}
    here = max(
        (url for url in urls.values() if url == path or url != "/" and path.startswith(url)),
        key=len,
        default="",
    )
    return [
        {
            "url": urls[way.url_name],
            "label": way.label,
            "icon": way.icon,
            "active": urls[way.url_name] == here,
        }
        for way in ways
    ]
