"""An icon that is not in the sprite would show as an empty square of nothing."""

import re
from pathlib import Path

from governance_center.shell import WAYS

ROOT = Path(__file__).resolve().parents[2]
USED = re.compile(r"""(?:{% icon |\bicon=)["']([a-z0-9-]+)["']""")


def test_every_icon_that_is_used_is_in_the_sprite():
    sprite = set((ROOT / "static" / "icons.txt").read_text().split())
    pages = (ROOT / "templates").rglob("*.html")
    used = {name for page in pages for name in USED.findall(page.read_text())} | {way.icon for way in WAYS}
    assert used - sprite == set()


def test_the_list_of_icons_is_sorted_and_without_doubles():
    names = (ROOT / "static" / "icons.txt").read_text().split()
    assert names == sorted(set(names))
