from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from governance_center import backups

WITHOUT_KEYS = 3
"""The exit code that says: all is there, and part of it cannot be read yet."""


class Command(BaseCommand):
    help = "Read a backup from DIR, check it, and count everything again. The target must be empty."

    def add_arguments(self, parser):
        parser.add_argument("dir", type=Path, metavar="DIR")
        parser.add_argument("--replace", action="store_true", help="overwrite what the target holds")

    def handle(self, *, dir, replace, **options):
        try:
            manifest = backups.restore(dir, replace=replace)
        except backups.Refused as refusal:
            raise CommandError(refusal) from refusal
        self.stdout.write(backups.told(manifest, f"read from {dir}, as written on {manifest['written_at']}"))
        if missing := backups.missing_keys(manifest):
            raise CommandError(
                "Everything was read, but ID numbers, telephones and all else that is protected stay unreadable "
                f"until FIELD_KEYS and LOOKUP_KEYS are set as they were ({', '.join(missing)}). "
                "Under `make run` they stand in STATE_DIR/secrets.env.",
                returncode=WITHOUT_KEYS,
            )
