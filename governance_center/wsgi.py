"""The pages alone, for granian in docker-compose.yml; /live is uvicorn's there."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance_center.settings")
os.environ.setdefault("SERVES_PAGES", "1")
pages = get_wsgi_application()

from governance_center.security import refuse_unreadable  # noqa: E402 - after the settings are known

application = refuse_unreadable(pages)
