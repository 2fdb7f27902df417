"""Everything in one process, the default set-up: the streams of /live, and Django for the rest.

The streams are answered before Django: thousands of them cost next to nothing there, and none keeps a
database connection.
"""

import gc
import os

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance_center.settings")
os.environ.setdefault("SERVES_PAGES", "1")
django.setup(set_prefix=False)

from kernel import live  # noqa: E402 - after the settings are known


class Pages(ASGIHandler):
    """Django's own handler, but a page crosses to its thread once.

    Our middleware and views are all synchronous. The handler as it comes would carry each of a dozen middlewares
    over to the thread and back, which costs more than most pages (DECISIONS.md).
    """

    def __init__(self):
        super(ASGIHandler, self).__init__()
        self.load_middleware(is_async=False)

    async def get_response_async(self, request):
        return await sync_to_async(self.get_response)(request)


pages = Pages()

# What is loaded by now stays: leave it out of every collection, and collect what a page leaves behind less often.
gc.freeze()
gc.set_threshold(20_000, 20, 50)


async def application(scope, receive, send):
    if scope["type"] == "http":
        answer = live.application if scope["path"] == "/live" else pages
        await answer(scope, receive, send)
