import json
import sys
from contextlib import nullcontext
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from cases.rules import Rules, rules


class Command(BaseCommand):
    help = 'Read JSON lines with "text", write JSON lines with categories, outlets, urgency and cue words.'

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path, help="standard input where it is left out")

    def handle(self, *, file, **options):
        try:
            lines = file.open(encoding="utf-8", errors="replace") if file else nullcontext(sys.stdin)
        except OSError as error:
            raise CommandError(error) from error
        book = rules()
        with lines as found:
            for number, line in enumerate(found, 1):
                if line.strip():
                    self.stdout.write(json.dumps(answer(book, text_of(line, number)), ensure_ascii=False))


def text_of(line: str, number: int) -> str:
    try:
        text = json.loads(line)["text"]
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(f'Line {number} is no JSON object with "text".') from error
    if not isinstance(text, str):
        raise CommandError(f'Line {number}: "text" is no text.')
    return text


def answer(book: Rules, text: str) -> dict:
    found = book.answer(text)
    return {
        "categories": found.categories,
        "outlets": found.outlets,
        "urgency": found.urgency,
        "cues": found.cues,
    }
