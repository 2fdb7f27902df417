"""Django's commands. On a developer's machine they find the embedded servers, or start them for as long as they run."""

import os
import sys

from django.core.management import execute_from_command_line

from governance_center.embedded import services

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance_center.settings")
    services.join()
    execute_from_command_line(sys.argv)
