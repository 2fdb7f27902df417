from django.conf import settings
from django.core.management.base import BaseCommand

from kernel import rotation


class Command(BaseCommand):
    help = "Encrypt every protected value under the newest key, and hash it under the newest look-up key."

    def handle(self, **options):
        for model in rotation.protected_models():
            count = rotation.rotate(model)
            self.stdout.write(f"{model._meta.verbose_name}: {count} rows")
        self.say_what_is_needed()

    def say_what_is_needed(self):
        """Which of the older keys may go, and which notes of history would be lost with the others."""
        newest, notes = max(settings.FIELD_KEYS), rotation.notes_under_keys()
        for version in sorted({*settings.FIELD_KEYS, *notes} - {newest}):
            if count := notes.get(version):
                self.stderr.write(
                    f"Key {version} is still needed: keep it, {count} notes of history stand under it."
                )
            else:
                self.stdout.write(f"Key {version} is retired: nothing stands under it any more.")
