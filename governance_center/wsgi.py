"""The pages alone, for granian in docker-compose.yml; /live is uvicorn's there."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance_center.settings")
os.environ.setdefault("SERVES_PAGES", "1")
application = get_wsgi_application()
