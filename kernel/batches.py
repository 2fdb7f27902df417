"""Work in batches of which one bad row holds up no other."""

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError

log = structlog.get_logger(__name__)


def what_can(batch: Sequence[Any], work: Callable[[Sequence[Any]], int], *, fault: str) -> int:
    """`work` on a batch of rows or keys, on each half by itself where it fails; return how much was done.

    A row that fails alone is logged as `fault` and left as it is.
    """
    try:
        return work(batch)
    except (OperationalError, InterfaceError):
        raise  # no row's fault: the database is away, or locks crossed
    except Exception:
        if len(batch) == 1:
            log.exception(fault, row=batch[0])
            return 0
        half = len(batch) // 2
        return sum(what_can(part, work, fault=fault) for part in (batch[:half], batch[half:]))
