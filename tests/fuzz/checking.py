"""What must hold after every answer: no fault, nothing half written, and what was done stands in the history."""

from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.test import TestCase

from cases.models import Case
from cases.rules import Kept
from intake.models import Ticket
from kernel.history import digest
from kernel.models import Dossier, HistoryEntry, NumberSeries, Tracked
from mediation.models import Agreement
from people.models import Session
from tests.fuzz.asking import Ask
from tests.fuzz.site import Site, content_of, route_of

WRITTEN_ANYWAY = {Session}
"""Whatever is answered. Counted log-ins, too, and those are of another's app."""
NOTES = {HistoryEntry._meta.db_table, Dossier._meta.db_table}
REFUSALS_NOTED = {"fail_log_in", "view"}
"""The refusals that stand in the history themselves, and the look at a restricted file that a refusal shows."""
SAYS_UNREADY = "readyz"
"""With 503, where no worker runs."""
SERIES = {
    "case": lambda period: Case.objects.filter(number__regex=rf"^{period}-\d+$"),
    "case.restricted": lambda period: Case.objects.filter(number__regex=rf"^{period}-G"),
    "ticket": lambda period, unit, queue: Ticket.objects.filter(day=period, unit=unit, queue__prefix=queue),
    "agreement": lambda period, series: Agreement.objects.filter(number__startswith=f"（{period}）{series}"),
}


class Fault(AssertionError):
    """The site did what it must never do."""


@contextmanager
def visit():
    """Whatever is done in it, the next visit finds the centre as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    Kept.version = None


def answered(ask: Ask, site: Site):
    """Send it, and give the answer if all is as it must be."""
    before, last = (
        fingerprints(),
        HistoryEntry.objects.order_by("pk").values_list("pk", flat=True).last() or 0,
    )
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = ask.send(site)
        content_of(answer)
    if answer.status_code >= 500 and route_of(ask.address) != SAYS_UNREADY:
        raise Fault(f"answered with {answer.status_code}")
    now = fingerprints()
    changed = {table for table in now if now[table] != before[table]}
    if changed and (answer.status_code >= 400 or ask.method in {"GET", "HEAD"}):
        check_nothing_but_notes(answer, changed, last)
    if changed:
        check_history()
        check_numbers()
    return answer


def check_nothing_but_notes(answer, changed: set[str], last: int) -> None:
    if half_written := changed - NOTES:
        raise Fault(f"answered with {answer.status_code} and wrote to {sorted(half_written)}")
    verbs = set(HistoryEntry.objects.filter(pk__gt=last).values_list("verb", flat=True))
    if answer.status_code >= 400 and verbs - REFUSALS_NOTED:
        raise Fault(f"answered with {answer.status_code} and noted {sorted(verbs)}")


def fingerprints() -> dict[str, tuple[int, int]]:
    """Of every table of ours, how many rows of which versions it has now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        (has_written,) = cursor.fetchone()
    return taken() if has_written else untouched()


@cache
def untouched() -> dict[str, tuple[int, int]]:
    """Those of the centre as it was loaded, to which every visit goes back."""
    return taken()


def taken() -> dict[str, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(map(FINGERPRINT.format, tables())))
        return {table: (count, versions) for table, count, versions in cursor.fetchall()}


FINGERPRINT = "SELECT '{0}', count(*), bit_xor(hashtext(ctid::text || xmin::text)) FROM {0}"


@cache
def tables() -> list[str]:
    models = [model for app in settings.OUR_APPS for model in apps.get_app_config(app).get_models()]
    return [model._meta.db_table for model in models if model not in WRITTEN_ANYWAY]


WRITTEN_HERE = "{}.xmin::text::bigint >= mod(pg_current_xact_id()::text::bigint, 4294967296)"


def written(model):
    """The rows that this visit wrote."""
    return model._base_manager.extra(where=[WRITTEN_HERE.format(model._meta.db_table)])  # noqa: S610


def check_history() -> None:
    """Every file with a changed row has a new entry, and the chains that grew are whole."""
    entries = list(written(HistoryEntry).order_by("dossier", "seq"))
    told = {entry.dossier_id for entry in entries}
    for row in (row for model in tracked() for row in written(model)):
        if row.dossier_id not in told:
            raise Fault(f"changed {row._meta.label} {row.pk} without an entry in its history")
    for entry in entries:
        if (entry.hash, entry.previous) != (digest(entry), hash_before(entry)):
            raise Fault(f"broke the chain of dossier {entry.dossier_id} at entry {entry.seq}")
    ends = Dossier.objects.filter(entries__seq=F("length"), entries__hash=F("head"))
    if lost := told - set(ends.values_list("pk", flat=True)):
        raise Fault(f"broke the ends of the chains {lost}")


def tracked() -> list[type[Tracked]]:
    return [model for model in apps.get_models() if issubclass(model, Tracked)]


def hash_before(entry: HistoryEntry) -> str:
    before = HistoryEntry.objects.filter(dossier=entry.dossier_id, seq=entry.seq - 1)
    return before.get().hash if entry.seq > 1 else ""


def check_numbers() -> None:
    """The series that moved count exactly the rows that bear their numbers."""
    for series in written(NumberSeries):
        kind, *parts = series.series.split(".")
        if series.series in SERIES:
            kind, parts = series.series, []
        if kind in SERIES and SERIES[kind](series.period, *parts).count() != series.last:
            raise Fault(f"left a gap in the series {series.series} of {series.period}")
