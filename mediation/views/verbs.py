"""The page on which a mediator lives, and one page a verb."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case, Round
from cases.states import Route
from cases.states import State as RoundState
from kernel.editing import seen_token
from kernel.fields import MoneyField
from kernel.web import (
    Button,
    action,
    buttons,
    looked,
    page,
    refuse_others,
    render_form,
    render_part,
    submit,
    wants_part,
)
from mediation import interests, selectors, services
from mediation.capitals import LARGEST, in_capitals
from mediation.forms import (
    AgreementForm,
    EditAgreementForm,
    GiveUpForm,
    HandOverForm,
    NoteForm,
    OralAgreementForm,
    ReviseForm,
    SessionForm,
    SignAgreementForm,
    StampForm,
    SubmitAgreementForm,
    sent,
)
from mediation.models import (
    Agreement,
    ArbitrationReview,
    Archive,
    Assignment,
    Entrustment,
    JudicialConfirmation,
    Mediation,
    MediatorChange,
    PrivateNote,
)
from mediation.states import LIVE, OPEN, UNTRIED, AgreementState, PlanState
from mediation.views.promises import promises_of


def one_mediation(request, pk, *, in_part=False) -> Mediation:
    return looked(request, selectors.ONE_MEDIATION.one_or_404(request.user, pk=pk), in_part=in_part)


def one_agreement(request, pk) -> Agreement:
    return looked(request, selectors.ONE_AGREEMENT.one_or_404(request.user, pk=pk))


def one_change(request, pk) -> MediatorChange:
    changes = MediatorChange.objects.visible_to(request.user).select_related("case", "mediator", "party")
    return looked(request, get_object_or_404(changes, pk=pk))


def parties_of(mediation) -> list:
    return selectors.PARTIES.rows(case=mediation.case_id)


def fits_kind(mediation, button) -> bool:
    return button.verb != "record_oral_agreement" or mediation.terms.oral


def next_moves(mediation, agreement, user) -> list[Button]:
    """The buttons of the page: the agreement's first, then the mediation's."""
    moves = buttons(agreement, user) if agreement else []
    others = [one for one in buttons(mediation, user) if fits_kind(mediation, one)]
    moves += [
        button
        for button in others
        if not (agreement and button.verb in ("draft_agreement", "record_session"))
    ]
    if agreement and agreement.state == AgreementState.DRAFTED and agreement.is_holder(user):
        edit = reverse("mediation:edit_agreement", args=[agreement.pk])
        record = [button for button in others if button.verb == "record_session"]
        return [Button("edit_agreement", _("修改草稿"), edit), *record, *moves]
    return moves


def first_move(sessions, unasked) -> str:
    """The verb that leads on while nothing is drafted: its button stands first."""
    if unasked:
        return "record_consent"
    return "draft_agreement" if sessions else "plan_session"


def moves_ahead(mediation, agreement, archive, plan, first, user) -> list[Button]:
    """All buttons of the page, the one that comes next in front."""
    moves = next_moves(mediation, agreement, user)
    if agreement is None:
        moves.sort(key=lambda one: one.verb != first)
        if plan and moves:
            moves = [*of_plan(mediation, plan, user), *moves]
    if archive and archive[0] is None:
        put_away = reverse("mediation:archive", args=[mediation.pk])
        moves.insert(0, Button("archive", _("立卷归档"), put_away))
    return moves


def of_plan(mediation, plan, user) -> list[Button]:
    """Of the session that was agreed on: its record once its hour has come, its 调解通知书 before."""
    if plan.has_begun:
        return [one for one in buttons(plan, user) if one.verb == "hold_session"]
    notice = reverse("mediation:print_paper", args=[mediation.pk, plan.slug, "html"])
    return [Button("print_paper", _("调解通知书"), notice)]


def plan_moves(plan, user) -> list[Button]:
    """A session that has not begun is moved or cancelled; one that has is recorded or adjourned."""
    too_early = {"hold_session", "adjourn_session"}
    return [one for one in buttons(plan, user) if plan.has_begun or one.verb not in too_early]


@page
def detail(request, pk):
    mediation = one_mediation(request, pk, in_part=wants_part(request))
    agreements = selectors.agreements_with_places(mediation)
    agreement = next((one for one in agreements if one.state in LIVE), None)
    sessions = selectors.sessions_with_parties(mediation)
    parties = selectors.PARTIES.rows(case=mediation.case_id)
    answers = services.latest_answers(mediation)
    plans = selectors.plans_with_guests(mediation)
    plan = next((one for one in plans if one.state == PlanState.PLANNED), None)
    unasked = len(services.not_consenting(mediation))
    archive = archive_of(mediation, request.user)
    context = {
        "mediation": mediation,
        "case": mediation.case,
        "agreement": agreement,
        "agreements": agreements,
        "confirmation": confirmation_of(mediation, request.user, JudicialConfirmation),
        "arbitration": confirmation_of(mediation, request.user, ArbitrationReview),
        "archive": archive,
        "next_step": selectors.next_step(
            mediation, agreement, sessions, unasked, plan, to_archive=bool(archive) and archive[0] is None
        ),
        "buttons": moves_ahead(
            mediation, agreement, archive, plan, first_move(sessions, unasked), request.user
        ),
        "parties": parties,
        "consents": [(party, answers.get(party.pk)) for party in parties],
        "promises": promises_of(mediation, request.user),
        "sessions": sessions,
        "plans": [(one, plan_moves(one, request.user)) for one in plans],
        "police_reports": mediation.police_reports.select_related("reported_by"),
        "entrustment": Entrustment.objects.visible_to(request.user).filter(mediation=mediation).first(),
        "company": selectors.company_of(mediation, request.user),
        "changes": interests.change_page(mediation, request.user),
        "notes": PrivateNote.objects.visible_to(request.user).filter(mediation=mediation),
        "may_note": mediation.is_holder(request.user),
        "takes_part": mediation.is_taking_part(request.user),
        "asks_reason": not mediation.case.is_in_hand_of(request.user),
        "entries": selectors.ENTRIES.rows(dossier=mediation.dossier_id),
    }
    part = "history" if request.htmx.target == "history" else "state"
    return render_part(request, "mediation/detail.html", part, context)


def confirmation_of(mediation, user, model):
    """The row of the agreement before the court, or before the commission, if there is one."""
    return model.objects.visible_to(user).filter(mediation=mediation).prefetch_related("clocks").first()


def archive_of(mediation, user) -> tuple[Archive | None, list[Button]] | None:
    """The file that was put away, and what may be done with it; None where it is too early for that."""
    mine = Archive.objects.visible_to(user).filter(mediation=mediation)
    row = mine.select_related("archived_by", "checked_by", "difficulty", "retention").first()
    if row:
        row.mediation = mediation
        return row, buttons(row, user)
    ripe = (
        mediation.state not in OPEN
        and mediation.round.state == RoundState.CLOSED
        and mediation.ground not in UNTRIED
    )
    return (None, []) if ripe and mediation.is_holder(user) else None


@page
def panel(request, pk):
    """The piece of the case page on which a case shows its mediation."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    looked(request, case, in_part=wants_part(request))
    mediations = (
        Mediation.objects.visible_to(request.user).filter(case=case).select_related("mediator", "unit")
    )
    waiting = Round.objects.visible_to(request.user).waiting_for(Route.MEDIATION).filter(case=case)
    round = waiting.select_related("unit").first()
    assignment = round.assignments.waiting().select_related("mediator").first() if round else None
    new = Assignment(case=case, round=round, unit=round.unit) if round else None
    context = {
        "round": round,
        "assignment": assignment,
        "may_assign": bool(new) and Assignment.MOVES.named("assign").allows(new, request.user),
        "may_accept": bool(round)
        and Mediation.MOVES.named("accept").allows(Mediation(unit=round.unit), request.user),
        "mediations": mediations.order_by("-opened_at").prefetch_related("agreements"),
    }
    return render(request, "mediation/panel.html", context)


@action
def hand_over(request, pk):
    mediation = one_mediation(request, pk)
    form = HandOverForm(sent(request), mediation=mediation, user=request.user)
    if submit(form, services.hand_over, mediation, by=request.user):
        messages.success(request, _("已转交给%(name)s。") % {"name": form.cleaned_data["to"]})
        return redirect("mediation:detail", pk=pk)
    return render_form(request, "mediation/hand_over.html", {"form": form, "mediation": mediation})


@action
def record_session(request, pk):
    mediation = one_mediation(request, pk)
    form = SessionForm(sent(request), mediation=mediation)
    refuse_others(request, mediation, "record_session")
    if submit(form, services.record_session, mediation, by=request.user):
        messages.success(request, _("%(session)s已记录。") % {"session": form.result})
        return redirect("mediation:detail", pk=pk)
    return render_form(request, "mediation/record_session.html", {"form": form, "mediation": mediation})


@action
def keep_note(request, pk):
    mediation = one_mediation(request, pk)
    form = NoteForm(sent(request))
    if submit(form, services.keep_note, mediation, by=request.user):
        return redirect("mediation:detail", pk=pk)
    return render_form(request, "mediation/keep_note.html", {"form": form, "mediation": mediation})


@action
def draft_agreement(request, pk):
    mediation = one_mediation(request, pk)
    templates, chosen = selectors.templates_for(mediation, request.user, request.GET.get("template", ""))
    initial = {"facts": mediation.case.story} | chosen
    form = AgreementForm(sent(request), parties=parties_of(mediation), initial=initial)
    refuse_others(request, mediation, "draft_agreement")
    if submit(form, services.draft_agreement, mediation, by=request.user):
        messages.success(request, _("草稿已保存。请各方核对后提交签署。"))
        return redirect("mediation:detail", pk=pk)
    context = {
        "form": form,
        "mediation": mediation,
        "capitals": capitals_of(form),
        "templates": templates,
        "template": request.GET.get("template"),
    }
    return render_form(request, "mediation/draft_agreement.html", context)


@action
def edit_agreement(request, pk):
    agreement = one_agreement(request, pk)
    initial = {"seen": seen_token(agreement, "edit_agreement", Agreement.SHOWN)}
    parties = parties_of(agreement.mediation)
    form = EditAgreementForm(sent(request), parties=parties, agreement=agreement, initial=initial)
    refuse_others(request, agreement.mediation, "draft_agreement")
    if submit(form, services.edit_agreement, agreement, by=request.user):
        messages.success(request, _("草稿已保存。"))
        return redirect("mediation:detail", pk=agreement.mediation_id)
    renew_token(form, agreement)
    context = {
        "form": form,
        "agreement": agreement,
        "mediation": agreement.mediation,
        "capitals": capitals_of(form),
    }
    return render_form(request, "mediation/edit_agreement.html", context)


def renew_token(form, agreement):
    """Who has seen both texts and saves again, means it: the form now holds what stands in the row."""
    refusal = getattr(form, "refusal", None)
    if refusal and refusal.differences:
        agreement.refresh_from_db()
        form.data = form.data.copy()
        form.data["seen"] = seen_token(agreement, "edit_agreement", Agreement.SHOWN)


@page
def capitals(request):
    """The amount that stands in the field, in capitals."""
    return HttpResponse(spelled(request.GET.get("amount", "")))


def spelled(text) -> str:
    try:
        amount = MoneyField(required=False, max_value=LARGEST).clean(str(text))
    except ValidationError as error:
        return " ".join(error.messages)
    return in_capitals(amount) if amount is not None else ""


def capitals_of(form) -> str:
    return spelled("" if form["amount"].value() is None else form["amount"].value())


@action
def submit_agreement(request, pk):
    agreement = one_agreement(request, pk)
    form = SubmitAgreementForm(sent(request))
    refuse_others(request, agreement, "sign_agreement")
    if submit(form, services.submit_agreement, agreement, by=request.user):
        messages.success(request, _("已提交签署。请打印协议，由各方签名、盖章或者按指印。"))
        return redirect("mediation:sign_agreement", pk=pk)
    context = {
        "form": form,
        "agreement": agreement,
        "mediation": agreement.mediation,
        "doubts": selectors.doubts_of(agreement, request.user),
    }
    return render_form(request, "mediation/submit_agreement.html", context)


@action
def sign_agreement(request, pk):
    agreement = one_agreement(request, pk)
    places, signers = selectors.PLACES.rows(agreement=pk), selectors.signers(agreement.mediation.case_id)
    form = SignAgreementForm(sent(request), places=places, signers=signers, user=request.user)
    refuse_others(request, agreement, "sign_agreement")
    if submit(form, services.sign_agreement, agreement, by=request.user):
        return after_signing(request, agreement, _("签名已登记。"))
    context = {
        "form": form,
        "agreement": agreement,
        "mediation": agreement.mediation,
        "places": places,
    }
    return render_form(request, "mediation/sign_agreement.html", context)


@action
def set_stamp(request, pk):
    agreement = one_agreement(request, pk)
    form = StampForm(sent(request))
    refuse_others(request, agreement, "set_stamp")
    if submit(form, services.set_stamp, agreement, by=request.user):
        return after_signing(request, agreement, _("用印已登记。"))
    context = {
        "form": form,
        "agreement": agreement,
        "mediation": agreement.mediation,
        "places": selectors.PLACES.rows(agreement=pk),
    }
    return render_form(request, "mediation/set_stamp.html", context)


def after_signing(request, agreement, done):
    """Say what was done and what is still missing, and stay at the signing page until nothing is."""
    agreement.refresh_from_db()
    if agreement.state == AgreementState.IN_FORCE:
        text = _("协议已于 %(day)s 生效，编号%(number)s。") % {
            "day": agreement.in_force_on,
            "number": agreement.number,
        }
        messages.success(request, text)
        return redirect("mediation:detail", pk=agreement.mediation_id)
    messages.success(request, done + _("还缺：%(names)s。") % {"names": "、".join(agreement.missing())})
    left = agreement.signatures.filter(signed_on=None).exists()
    if left and "sign_agreement" in {button.verb for button in buttons(agreement, request.user)}:
        return redirect("mediation:sign_agreement", pk=agreement.pk)
    return redirect("mediation:detail", pk=agreement.mediation_id)


@action
def revise_agreement(request, pk):
    agreement = one_agreement(request, pk)
    form = ReviseForm(sent(request))
    if submit(form, services.revise_agreement, agreement, by=request.user):
        messages.success(request, _("已退回修改，原版本作废留存。"))
        return redirect("mediation:edit_agreement", pk=form.result.pk)
    context = {"form": form, "agreement": agreement, "mediation": agreement.mediation}
    return render_form(request, "mediation/revise_agreement.html", context)


@action
def record_oral_agreement(request, pk):
    mediation = one_mediation(request, pk)
    initial = {"facts": mediation.case.story}
    form = OralAgreementForm(sent(request), parties=parties_of(mediation), initial=initial)
    refuse_others(request, mediation, "draft_agreement")
    if submit(form, services.record_oral_agreement, mediation, by=request.user):
        day = form.cleaned_data["agreed_on"]
        messages.success(request, _("口头协议已登记，自 %(day)s 起生效。") % {"day": day})
        return redirect("mediation:detail", pk=pk)
    context = {"form": form, "mediation": mediation, "capitals": capitals_of(form)}
    return render_form(request, "mediation/record_oral_agreement.html", context)


@action
def give_up(request, pk):
    mediation = one_mediation(request, pk)
    initial = {"ground": request.GET.get("ground"), "desk": selectors.desk_after(mediation)}
    form = GiveUpForm(sent(request), mediation=mediation, initial=initial)
    if submit(form, services.give_up, mediation, by=request.user):
        done = _("调解已终止，事项已转%(unit)s。请打印通知书交当事人。")
        back = _("调解已终止，等待中心回访。请打印通知书交当事人。")
        unit = form.cleaned_data.get("unit")
        messages.success(request, done % {"unit": unit} if unit else back)
        return redirect("mediation:detail", pk=pk)
    return render_form(request, "mediation/give_up.html", {"form": form, "mediation": mediation})
