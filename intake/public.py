"""The screens in the hall, without a log-in: the board, and the kiosk that gives numbers.

A screen shows a code until somebody of the hall types it; from then on its browser holds a signed token. The token is
written anew day after day while the screen is in use, and is worth nothing once the screen is unpaired.
"""

import segno
from axes.helpers import get_client_ip_address
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from intake import forms, selectors, services
from intake.states import ScreenKind, ScreenState
from kernel.limits import within_limit
from kernel.moves import MoveRefused
from kernel.web import action, page, posted, render_form, submit

COOKIE, SALT = "screen", "intake.screen"
TICKET_SALT = "intake.kiosk_ticket"
KEPT, RENEWED = 90 * 24 * 60 * 60, 24 * 60 * 60
JUST_NOW = 3 * 60


def screen_at(request, kind=""):
    """The screen that asks, by the token of its browser; of one kind and paired where a kind is named."""
    try:
        pk, secret = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    screen = selectors.screen_of(pk, secret)
    if screen and kind and (screen.kind != kind or screen.state != ScreenState.PAIRED):
        return None
    return screen


def keep(response, screen):
    """Hand the screen its token."""
    token = signing.dumps([screen.pk, screen.secret], salt=SALT)
    response.set_cookie(COOKIE, token, max_age=KEPT, httponly=True, samesite="Strict")
    return response


def renewed(request, response, screen):
    """A token of yesterday is written anew; nobody has to come for it."""
    try:
        signing.loads(request.COOKIES[COOKIE], salt=SALT, max_age=RENEWED)
    except signing.SignatureExpired:
        keep(response, screen)
    return response


@login_not_required
@never_cache
@page
def screen(request):
    """What this screen has to show: nothing yet, its code, the board, or the way to the kiosk."""
    found = screen_at(request)
    if found and found.state == ScreenState.PAIRED:
        return paired(request, found)
    if request.htmx:  # the code is asked for again and again until somebody typed it
        return HttpResponse(status=204)
    return render(request, "intake/screen.html", {"screen": found, "kinds": ScreenKind.choices})


def paired(request, found):
    if found.kind == ScreenKind.KIOSK:
        response = redirect("intake:kiosk")
    elif request.headers.get("HX-Target") == "screen":
        response = render(request, "intake/board.html#screen", {"screen": selectors.board_page(found)})
    else:
        response = render(request, "intake/board.html", {"screen": selectors.board_page(found)})
    if request.headers.get("HX-Target") == "code":
        response = HttpResponse(headers={"HX-Refresh": "true"})
    return renewed(request, response, found)


@login_not_required
@require_POST
@action
def offer_screen(request):
    """Somebody pressed “pair this screen” on the screen itself."""
    if not within_limit("screen", get_client_ip_address(request) or "", most=20, seconds=600):
        raise MoveRefused(_("申请太频繁，请十分钟后再试。"))
    kind = request.POST.get("kind")
    offered = services.offer_screen(kind=kind if kind in ScreenKind else ScreenKind.BOARD)
    return keep(redirect("intake:screen"), offered)


@login_not_required
@require_POST
@action
def heard(request, pk):
    """The screen says that it spoke a call. Bound to the hall of the screen."""
    board = screen_at(request, ScreenKind.BOARD)
    announcement = board and selectors.announcement_of(board, pk)
    if announcement is None:
        raise Http404
    services.heard(announcement)
    return HttpResponse(status=204)


@login_not_required
@never_cache
@action
def kiosk(request):
    """The guide's page, full screen and without a menu: a number for whoever comes, nobody of ours needed."""
    found = screen_at(request, ScreenKind.KIOSK)
    if found is None:
        return redirect("intake:screen")
    form = forms.DoorForm(posted(request))
    if submit(form, services.give_number, by=None, unit=found.unit, screen=found):
        token = signing.dumps(form.result.pk, salt=TICKET_SALT)
        return redirect(f"{reverse('intake:kiosk_ticket', args=[token])}?print=1")
    context = {"form": form, "kiosk": found, "day": selectors.day_of(found.unit)}
    if request.headers.get("HX-Target") == "waiting":
        return render(request, "intake/guide.html#waiting", context)
    return renewed(request, render_form(request, "intake/guide.html", context), found)


@login_not_required
@never_cache
@page
def kiosk_ticket(request, token):
    """The number that this kiosk just gave; after a few minutes the address shows nothing."""
    board = screen_at(request, ScreenKind.KIOSK)
    try:
        pk = signing.loads(token, salt=TICKET_SALT, max_age=JUST_NOW)
    except signing.BadSignature:
        return redirect("intake:kiosk")
    found = board and selectors.ticket_of(board, pk)
    if found is None:
        return redirect("intake:screen")
    return render(request, "intake/ticket.html", on_ticket(request, found) | {"kiosk": board})


def on_ticket(request, found) -> dict:
    """What stands on a ticket, with the address at which its code is asked for."""
    address = request.build_absolute_uri(f"{reverse('public:query')}?code={found.query_code}")
    qr = segno.make(address, error="m").svg_data_uri(border=2)
    return {"ticket": found, "place": selectors.place_of(found), "qr": qr}
