"""The settings of the default set-up for programs that a test starts: beat asks for a sweep every second."""

from datetime import timedelta

from governance_center.settings import *  # noqa: F403
from governance_center.settings import CELERY_BEAT_SCHEDULE

CELERY_BEAT_SCHEDULE["sweep-clocks"] |= {"schedule": timedelta(seconds=1)}
