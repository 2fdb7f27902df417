"""The screen in the hall. Whoever knows its code sees it, and it shows numbers and windows only."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from intake import selectors, services
from kernel.web import action, page


def one_board(code):
    if board := selectors.board_of(code):
        return board
    raise Http404


@login_not_required
@never_cache
@page
def board(request, code):
    """Who is called, where to, and how many wait. It speaks the calls, one after the other."""
    screen = selectors.screen_of(one_board(code))
    return render(
        request, "intake/board.html#screen" if request.htmx else "intake/board.html", {"screen": screen}
    )


@login_not_required
@require_POST
@action
def heard(request, code, pk):
    """The screen says that it spoke a call. Bound to the code of the screen's own hall."""
    announcement = selectors.announcement_of(one_board(code), pk)
    if announcement is None:
        raise Http404
    services.heard(announcement)
    return HttpResponse(status=204)
