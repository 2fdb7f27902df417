"""Similar earlier matters: what a mediator may look at beside a new one, of those that are over and in sight."""

from django.db.models import Prefetch

from cases.models import Case
from cases.states import Route
from cases.states import State as RoundState
from kernel.words import pairs
from mediation.figures import with_days
from mediation.models import Agreement, Mediation
from mediation.states import AgreementState, State

AMONG = 120
"""So many of the newest that share a word are weighed."""
SHOWN = 5


def words_of(case) -> set[str]:
    """The pairs of characters by which files are compared: a single character says too little."""
    return {pair for pair in pairs(f"{case.title} {case.story}") if len(pair) > 1}


def similar_to(case, reader) -> list[Mediation]:
    """Closed matters of the same category that were mediated and that `reader` sees, the most alike first.

    Hidden ones neither ask nor answer: their words are nobody's to compare.
    """
    words = words_of(case)
    if case.restriction or not words:
        return []
    closed = Case.objects.visible_to(reader).filter(
        category=case.category_id,
        state=RoundState.CLOSED,
        route=Route.MEDIATION,
        restriction="",
        terms__overlap=sorted(words),
    )
    newest = closed.exclude(pk=case.pk).order_by("-opened_at", "-pk").values_list("pk", "terms")[:AMONG]
    alike = {pk: len(words.intersection(terms)) / len(words.union(terms)) for pk, terms in newest}
    best = sorted(alike, key=lambda pk: (-alike[pk], -pk))[:SHOWN]
    return latest_of(best, reader)


def latest_of(keys, reader) -> list[Mediation]:
    """The last mediation of each of these files, in their order, with its `days` and what is `in_force`."""
    in_force = Agreement.objects.filter(state=AgreementState.IN_FORCE)
    rows = Mediation.objects.visible_to(reader).filter(case__in=keys, state__in=[State.AGREED, State.FAILED])
    rows = with_days(rows).select_related("case").order_by("pk")
    rows = rows.prefetch_related("case__parties", Prefetch("agreements", in_force, to_attr="in_force"))
    latest = {row.case_id: row for row in rows}
    return [latest[key] for key in keys if key in latest]
