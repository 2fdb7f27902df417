"""Search by words of one and two characters: pairs of characters in an indexed array, checked against the text.

Two characters make no trigram, so LIKE '%纠纷%' would read the whole table; a pair in an array has an index in any
locale.
"""

import re

from django.db.models import Q

SPLIT = re.compile(r"[\s,，。；;、:：!！?？()（）《》“”\"'’‘\-]+")


def first_sentence(text: str) -> str:
    """The first sentence of a text, whole."""
    return re.split(r"[。！？；\n]", text.strip())[0]


def pairs(text: str) -> list[str]:
    """The characters and pairs of neighbours of each run of text: 讨薪 → 讨, 薪, 讨薪. Sorted, each once."""
    found: set[str] = set()
    for run in SPLIT.split(text.lower()):
        found.update(run)
        found.update(run[i : i + 2] for i in range(len(run) - 1))
    return sorted(found)


def searched(*texts: str) -> dict:
    """The columns of a Searchable row, for the given texts."""
    text = " ".join(text for text in texts if text)
    return {"searchable": text.lower(), "terms": pairs(text)}


def matching(query: str, prefix: str = "") -> Q:
    """Rows whose text holds every word of `query`. `prefix` is the path to the Searchable row, e.g. "case__"."""
    condition = Q()
    for word in SPLIT.split(query.lower().strip()):
        if word:
            grams = [word] if len(word) == 1 else [word[i : i + 2] for i in range(len(word) - 1)]
            condition &= Q(**{f"{prefix}terms__contains": grams, f"{prefix}searchable__contains": word})
    return condition
