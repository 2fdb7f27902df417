"""Everything in one process, the default set-up: the streams of /live, and Django for the rest.

The streams are answered before Django: thousands of them cost next to nothing there, and none keeps a
database connection.
"""

import os

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

THREADS = 2
"""Pages at work in one process at the same time: more would only take Python's one lock from each other."""
BY_ITSELF = (b"x-background", b"1")
"""What a screen asks on its own, because something changed (static/js/app.js)."""

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance_center.settings")
os.environ.setdefault("SERVES_PAGES", "1")
pages_of_django = get_wsgi_application()

from governance_center.memory import keep_loaded  # noqa: E402 - after the settings are known
from governance_center.security import refuse_unreadable  # noqa: E402 - after the settings are known
from kernel import live  # noqa: E402

# Our middleware and views are all synchronous. Django's own ASGI handler would carry a page over to a new thread and
# back several times, which costs more than many a page (DECISIONS.md); here it crosses once, to a thread that lives on.
pages = WSGIMiddleware(refuse_unreadable(pages_of_django), workers=THREADS)
# Of many screens that ask again at once each waits for the one before, and nobody who works waits for them.
screens = WSGIMiddleware(refuse_unreadable(pages_of_django), workers=1)

keep_loaded()


async def application(scope, receive, send):
    if scope["type"] == "http":
        await answer_of(scope)(scope, receive, send)


def answer_of(scope):
    if scope["path"] == "/live":
        return live.application
    return screens if BY_ITSELF in scope["headers"] else pages
