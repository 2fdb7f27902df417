"""A session as a calendar file (RFC 5545): number, hour and place; names and the matter stay inside."""

from datetime import UTC

from django.utils import timezone
from django.utils.translation import gettext as _

from mediation.states import PlanState

CONTENT_TYPE = "text/calendar; charset=utf-8"
LONGEST = 75
"""Octets of a line; longer ones go on in the next, after a blank."""


def calendar(plan, url: str = "") -> bytes:
    number = plan.mediation.number_outside
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Governance Center//Mediation//ZH",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:session-plan-{plan.pk}@governance-center",
        f"SEQUENCE:{plan.history.count()}",
        f"DTSTAMP:{moment(timezone.now())}",
        f"DTSTART:{moment(plan.begins_at)}",
        f"DTEND:{moment(plan.ends_at)}",
        f"SUMMARY:{escaped(_('调解') + (f' {number}' if number else ''))}",
        f"LOCATION:{escaped(plan.where if number is not None else '')}",
        f"STATUS:{'CANCELLED' if plan.state == PlanState.CANCELLED else 'CONFIRMED'}",
        *([f"URL:{url}"] if url else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) for line in lines)


def moment(at) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    for character in "\\;,":
        text = text.replace(character, "\\" + character)
    return "\\n".join(text.splitlines())


def folded(line: str) -> bytes:
    """Lines end with CRLF, and no character is cut in two."""
    parts, part = [], b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > LONGEST:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"
