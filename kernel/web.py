"""Pages that only read, actions that make one move, and what a refused form looks like."""

from dataclasses import dataclass, field
from functools import wraps

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kernel import history
from kernel.editing import Conflict
from kernel.moves import NEW, MoveRefused

REFUSED, INVALID = 409, 422


def page(view=None, *, post=False):
    """A view that only reads. The database itself refuses a write made by mistake.

    With `post=True` it also answers POST (look-ups by a full number, exports): still read-only. What it noted with
    `trace()` is written after it has read and before the answer leaves: no trace, no page.
    """
    if view is None:
        return lambda view: page(view, post=post)

    @require_http_methods(["GET", "HEAD", "POST"] if post else ["GET", "HEAD"])
    @wraps(view)
    def reading(request, *args, **kwargs):
        request.traces, request.looks = [], {}
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            response = view(request, *args, **kwargs)
        write_traces(request)
        return response

    return reading


def trace(request, subject, verb, **details):
    """Note that this page looks at `subject` in full, exports it, or the like. `details` are those of record()."""
    request.traces.append((subject, verb, details))


def looked(request, row, *, in_part=False):
    """Note that a page shows `row`: each look at a restricted file leaves one trace. Returns the row.

    What is fetched as a part of a page that was looked at already (`in_part`) leaves none of its own.
    """
    if row.restriction and not in_part:
        request.looks[row.dossier_id] = row
    return row


def write_traces(request):
    """The traces of a page, and its looks at files that none of them is about."""
    traced = {subject.dossier_id for subject, _verb, _details in request.traces}
    looks = [(row, "view", {}) for dossier, row in request.looks.items() if dossier not in traced]
    if not (request.traces or looks):
        return
    with transaction.atomic():
        for subject, verb, details in [*request.traces, *looks]:
            history.record(subject, verb, by=request.user, **details)


def action(view):
    """A view that makes one move: GET asks, POST does. A refusal outside a form is answered with 409 and says why.

    What it shows of a restricted file leaves a trace, as on a page; a move is one itself.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def acting(request, *args, **kwargs):
        request.traces, request.looks = [], {}
        try:
            response = view(request, *args, **kwargs)
        except MoveRefused as refusal:
            return render(request, "409.html", {"refusal": refusal}, status=REFUSED)
        if not isinstance(response, HttpResponseRedirectBase):
            write_traces(request)
        return response

    return acting


def require(user, subject, verb):
    """Answer with 403 those who may not make the opening move `verb`; `subject` is a new, unsaved row."""
    subject.state = NEW
    if refusal := subject.MOVES.named(verb).why_not(subject, user):
        raise PermissionDenied(refusal)


def posted(request):
    """What the browser sent, for a form; None while the page is only asked for."""
    return request.POST if request.method == "POST" else None


@dataclass
class Refusal:
    """Why a valid form was not carried out: shown on top of the form, which stays filled."""

    text: str
    differences: list = field(default_factory=list)


def submit(form, service, *args, **kwargs):
    """Call `service` with what a valid form holds; say whether it was done.

    `cleaned_data` has exactly the keyword arguments of the service. A refused move or a stale form is kept on the
    form as `form.refusal`. What the service returned is `form.result`.
    """
    form.refusal = None
    if not form.is_valid():
        return False
    try:
        form.result = service(*args, **kwargs, **form.cleaned_data)
    except MoveRefused as refusal:
        form.refusal = Refusal(str(refusal))
    except Conflict as conflict:
        form.refusal = Refusal(str(conflict), conflict.differences)
    except signing.BadSignature:
        form.refusal = Refusal(_("页面已过期，请核对后重新提交。您填写的内容仍在表单中。"))
    return form.refusal is None


def render_form(request, template, context) -> HttpResponse:
    """Render the page of `context["form"]`: 200 when asked for, 422 with errors, 409 when it was refused."""
    form = context["form"]
    status = 200
    if form.is_bound:
        status = REFUSED if getattr(form, "refusal", None) else INVALID
    return render(request, template, context, status=status)


def render_move(request, subject, verb, form, *, back) -> HttpResponse:
    """The page of one move: what it is called, what it is about, its form. Who cannot make it now is told why."""
    refuse_move(request, subject, verb, form)
    return render_verb(request, form, subject.MOVES.named(verb).label, subject=subject, back=back)


def refuse_move(request, subject, verb, form):
    """Who cannot make a move now is told so before the form is shown."""
    if not form.is_bound and (refusal := subject.MOVES.named(verb).why_not(subject, request.user)):
        raise MoveRefused(refusal)


def refuse_others(request, subject, verb):
    """Whoever never makes a move of this subject is shown its form by no answer: it has what they would see masked."""
    move = subject.MOVES.named(verb)
    if not move.allows(subject, request.user):
        raise MoveRefused(move.why_not(subject, request.user))


def render_verb(request, form, label, *, subject, back) -> HttpResponse:
    """The page of one verb that is more or less than a move: `label` is the button, `subject` the way back."""
    context = {"form": form, "label": label, "subject": subject, "back": back}
    return render_form(request, "kernel/move.html", context)


def render_part(request, template, part, context):
    """Render the page, or only its fragment `part` when htmx asks for that."""
    response = render(request, f"{template}#{part}" if wants_part(request) else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def wants_part(request) -> bool:
    """Whether htmx asks for a fragment. A boosted link, and a page come back to, are whole pages."""
    return bool(request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request)


@dataclass(frozen=True, slots=True)
class Button:
    verb: str
    label: str
    url: str


def buttons(subject, user, app="") -> list[Button]:
    """The moves `user` can make now. The address of each is named after its verb."""
    app = app or subject._meta.app_label
    return [
        Button(move.verb, move.label, reverse(f"{app}:{move.verb}", args=[subject.pk]))
        for move in subject.MOVES.open_to(user, subject)
    ]
