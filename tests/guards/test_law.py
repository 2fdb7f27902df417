"""docs/law.md is true: every test that it names is there, and that of a refusal asks for the words it quotes."""

import ast
import re
from functools import cache

import pytest
from django.conf import settings

from mediation import urls as of_mediation
from petitions import urls as of_petitions

ROWS = [
    line
    for line in (settings.BASE_DIR / "docs/law.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| Article")
]
ID = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
REFUSAL = re.compile(r"“([^”]+)” `(tests/[\w/]+\.py)::(test_\w+)`")
URL = re.compile(r"`((?:mediation|petitions):\w+)`")


@cache
def functions(path: str) -> dict[str, str]:
    """The source of each test of a file, with its decorators."""
    text = (settings.BASE_DIR / path).read_text()
    lines = text.splitlines()
    return {
        node.name: "\n".join(
            lines[min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1 : node.end_lineno]
        )
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef)
    }


def test_it_has_rows():
    assert len(ROWS) > 55


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_every_article_has_a_test_that_is_there(row):
    named = ID.findall(row)
    assert named
    assert [(path, name) for path, name in named if name not in functions(path)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_refusal_cites_its_article(row):
    for words, path, name in REFUSAL.findall(row):
        assert words in functions(path)[name]


def test_every_address_is_one():
    desks = (of_mediation, of_petitions)
    names = {f"{desk.app_name}:{pattern.name}" for desk in desks for pattern in desk.urlpatterns}
    assert {name for row in ROWS for name in URL.findall(row)} - names == set()
