"""Moments with a meaning."""

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The due of what has no running clock: sorts last, and columns stay sortable without nulls."""
BLINK = timedelta(microseconds=1)


def last_day_of(due_at: datetime) -> date:
    """The local day on which something runs out: what ends at midnight is due on the day that ends there."""
    return timezone.localdate(due_at - BLINK)
