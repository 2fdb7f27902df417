"""The one way to change a state."""

from contextlib import contextmanager
from functools import cache

from django.db import transaction

from kernel import clocks, history, live
from kernel.moves import NEW, MoveRefused
from kernel.prepared import Prepared


@contextmanager
def moving(subject, verb, *, by, note="", details=None):
    """Make one move: lock the dossier, then the row, check the table, run the block, set the clocks, save, record.

    Everything inside happens or nothing does. The row is read again under its lock, so changes that were made to
    `subject` before the block are lost, on purpose. `by=None` means the system itself. The screens on which the
    subject stands are told after the commit.
    """
    move = subject.MOVES.named(verb)
    with transaction.atomic():
        reread_locked(subject)
        if refusal := move.why_not(subject, by):
            raise MoveRefused(refusal)
        before = subject.state
        yield subject
        subject.state = move.target or before
        turn_clocks(subject, move)
        subject.save()
        history.record(subject, verb, by=by, before=before, after=subject.state, note=note, details=details)
        live.changed(*subject.topics())


@contextmanager
def opening(subject, verb, *, by, note="", details=None, at=None):
    """Make the first move of a life cycle: `subject` is new, and its table has a row for `verb` from NEW.

    The row is inserted before the block, so that the block can hang other rows on it. `at` is when it happened, and
    when its clocks begin, where that was before now.
    """
    move = subject.MOVES.named(verb)
    subject.state = NEW
    if refusal := move.why_not(subject, by):
        raise MoveRefused(refusal)
    with transaction.atomic():
        subject.state = move.target
        subject.save(force_insert=True)
        yield subject
        turn_clocks(subject, move, at)
        history.record(subject, verb, by=by, after=subject.state, note=note, details=details, at=at)
        live.changed(*subject.topics())


def turn_clocks(subject, move, at=None):
    if move.starts:
        at = at or subject.clocks_from
    if move.stops or move.starts:
        clocks.turn(subject.clock_subject, stops=move.stops, starts=move.starts, at=at)


def reread_locked(subject):
    """Lock the dossier, then the row itself, and read the row again, with the rows of its file that moves look at."""
    history.lock(subject.dossier_id)
    (row,) = locked_row(type(subject)).rows(pk=subject.pk)
    subject.__dict__.pop("_prefetched_objects_cache", None)
    subject.__dict__.update(row.__dict__)


@cache
def locked_row(model) -> Prepared:
    def rows(pk):
        locked = model._base_manager.select_for_update(of=("self",), no_key=True).filter(pk=pk)
        return locked.select_related(*model.READ_TOGETHER) if model.READ_TOGETHER else locked

    return Prepared(rows, {"pk": -1})
