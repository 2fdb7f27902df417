"""What has to happen next with a mediation, as a column to count and to list by."""

from django.db.models import Case, CharField, Exists, OuterRef, Q, Subquery, TextChoices, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Party
from cases.states import State as RoundState
from mediation.models import Agreement, Archive, Consent, SessionPlan
from mediation.states import OPEN, UNTRIED, AgreementState, ArchiveState, PlanState, State, Willing


class Step(TextChoices):
    """In the order of a mediation's life."""

    CONSENT = "consent", _("征询调解意愿")
    PLAN = "plan", _("约定调解")
    HOLD = "hold", _("等待调解会")
    RECORD = "record", _("补记调解记录")
    SUBMIT = "submit", _("核对草稿、提交签署")
    SIGN = "sign", _("等待签名")
    STAMP = "stamp", _("等待盖章")
    FOLLOW_UP = "follow_up", _("等待中心回访")
    ARCHIVE = "archive", _("立卷归档")
    MEND = "mend", _("评查不合格，补正")


def before_the_end(mediations):
    """The open ones, each with its `step`."""
    agreements = Agreement.objects.filter(mediation=OuterRef("pk"))
    unsigned = agreements.filter(state=AgreementState.SIGNING, signatures__signed_on=None)
    plans = SessionPlan.objects.filter(mediation=OuterRef("pk"), state=PlanState.PLANNED)
    latest = Consent.objects.filter(party=OuterRef("pk"), mediation=OuterRef(OuterRef("pk"))).order_by("-pk")
    speakers = Party.objects.filter(case=OuterRef("case"), side=OuterRef("side"), is_representative=True)
    unasked = (
        Party.objects.filter(Q(is_representative=True) | ~Exists(speakers), case=OuterRef("case_id"))
        .annotate(answer=Coalesce(Subquery(latest.values("answer")[:1]), Value("")))
        .exclude(answer=Willing.AGREED)
    )
    step = Case(
        When(Q(state=State.SIGNING) & Exists(unsigned), then=Value(Step.SIGN)),
        When(state=State.SIGNING, then=Value(Step.STAMP)),
        When(Exists(agreements.filter(state=AgreementState.DRAFTED)), then=Value(Step.SUBMIT)),
        When(Exists(plans.filter(begins_at__lte=timezone.now())), then=Value(Step.RECORD)),
        When(Exists(plans), then=Value(Step.HOLD)),
        When(Exists(unasked), then=Value(Step.CONSENT)),
        default=Value(Step.PLAN),
        output_field=CharField(),
    )
    return mediations.filter(state__in=OPEN).annotate(step=step)


def after_the_end(mediations):
    """Those that ended, each with its `step`; empty where nothing is left to do."""
    whens = [When(condition, then=Value(step)) for step, condition in afterwards().items()]
    step = Case(*whens, default=Value(""), output_field=CharField())
    return mediations.exclude(state__in=OPEN).annotate(step=step)


def afterwards() -> dict[Step, Q]:
    """What is left to do after the end, and of which mediations; of each at most one is true."""
    archives = Archive.objects.filter(mediation=OuterRef("pk"))
    closed = Q(round__state=RoundState.CLOSED)
    return {
        Step.FOLLOW_UP: Q(state=State.AGREED, round__state=RoundState.RESOLVED),
        Step.MEND: closed & Exists(archives.filter(state=ArchiveState.RETURNED)),
        Step.ARCHIVE: closed & ~Q(ground__in=sorted(UNTRIED)) & ~Exists(archives),
    }


AFTERWARDS = frozenset({Step.FOLLOW_UP, Step.ARCHIVE, Step.MEND})


def in_step(mediations, step):
    """Those that wait for this. Of the many that ended the condition itself is asked, which needs no look at each."""
    if step in AFTERWARDS:
        return mediations.exclude(state__in=OPEN).filter(afterwards()[step])
    return before_the_end(mediations).filter(step=step)
