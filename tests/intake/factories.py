"""A hall with its people, and visits as far as a test needs them, made by the services themselves."""

from django.core import signing
from factory.django import DjangoModelFactory

from cases.models import Outlet
from cases.states import Route, Urgency
from intake import services
from intake.models import Queue, Screen
from intake.public import SALT
from intake.states import ScreenKind, Way
from people.models import Seat, Unit, Window
from people.roles import Role
from tests.factories import AreaFactory, CategoryFactory, SeatFactory, UnitFactory, UserFactory, WindowFactory


class QueueFactory(DjangoModelFactory):
    class Meta:
        model = Queue
        django_get_or_create = ("prefix",)

    prefix = "A"
    name = "综合受理"
    is_default = True


def paired(by, kind=ScreenKind.BOARD) -> Screen:
    """A screen of the hall of `by`."""
    offered = services.offer_screen(kind=kind)
    return services.pair_screen(by=by, unit=by.seat.window.unit, code=offered.code)


def token_of(screen) -> str:
    """What the browser of a screen keeps."""
    return signing.dumps([screen.pk, screen.secret], salt=SALT)


def hall() -> Unit:
    QueueFactory()
    return Unit.objects.filter(kind=Unit.Kind.CENTRE).first() or UnitFactory(centre=True)


def seated(window: Window, role=Role.CLERK, unit=None, **fields):
    """Somebody with a seat at a window today, from that unit or another."""
    user = UserFactory(post=(role, unit or window.unit), **fields)
    SeatFactory(window=window, user=user, role=role)
    return user


def next_window(unit) -> Window:
    return WindowFactory(unit=unit, number=Window.objects.count() + 1)


def person_at(window) -> "UserFactory":
    return Seat.objects.today().filter(window=window).first().user


def issued(by, unit=None, **visit):
    return services.register(by=by, unit=unit or by.seat.window.unit, **visit)


def waiting(by, unit=None, **visit):
    ticket = issued(by, unit, **visit)
    services.print_ticket(ticket, by=by, way=Way.PRINTED)
    return ticket


def called(by, **visit):
    waiting(by, **visit)
    return services.call_next(by.seat.window, by=by)


def serving(by, **visit):
    ticket = called(by, **({"name": "王冬梅", "phone": "13857000024"} | visit))
    services.receive(ticket, by=by)
    return ticket


def outlet(route=Route.INTAKE) -> Outlet:
    codes = {Route.INTAKE: "O01", Route.MEDIATION: "O02", Route.DISPATCH: "O05"}
    return Outlet.objects.filter(route=route).first() or Outlet.objects.create(
        code=codes.get(route, "O09"), name=f"途径{route}", route=route
    )


def matter(**changes) -> dict:
    """What triage asks of a matter."""
    return {
        "outlet": outlet(),
        "category": CategoryFactory(code="C01", name="欠薪与劳动报酬"),
        "title": "拖欠一天半工资",
        "story": "我是湖南人，在保洁公司做了一天半被辞退，工资 450 元没有给。",
        "area": AreaFactory(),
        "urgency": Urgency.ORDINARY,
    } | changes
