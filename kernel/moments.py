"""Moments with a meaning."""

from datetime import UTC, datetime

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The due of what has no running clock: sorts last, and columns stay sortable without nulls."""
