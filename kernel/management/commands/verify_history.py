from django.core.management.base import BaseCommand, CommandError

from kernel import anchors


class Command(BaseCommand):
    help = "Check that no entry of the history, no anchor and no attachment was changed, removed or added."

    def handle(self, **options):
        verdict = anchors.verify()
        if verdict.broken:
            raise CommandError(verdict.broken)
        self.stdout.write(f"{verdict.entries} entries, chain intact")
