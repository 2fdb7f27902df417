from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from governance_center import backups


class Command(BaseCommand):
    help = "Save database, attachments and history anchors into DIR, which must be new or empty."

    def add_arguments(self, parser):
        parser.add_argument("dir", type=Path, metavar="DIR")

    def handle(self, *, dir, **options):
        try:
            manifest = backups.backup(dir)
        except backups.Refused as refusal:
            raise CommandError(refusal) from refusal
        self.stdout.write(backups.told(manifest, f"written to {dir}"))
