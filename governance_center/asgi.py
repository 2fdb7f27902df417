"""Everything in one process, the default set-up: the streams of /live, and Django for the rest.

The streams are answered before Django: thousands of them cost next to nothing there, and none keeps a
database connection.
"""

import os

from django.core.asgi import get_asgi_application

from kernel import live

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance_center.settings")
os.environ.setdefault("SERVES_PAGES", "1")
pages = get_asgi_application()


async def application(scope, receive, send):
    if scope["type"] == "http":
        answer = live.application if scope["path"] == "/live" else pages
        await answer(scope, receive, send)
