from django.core.management.base import BaseCommand

from kernel import rotation


class Command(BaseCommand):
    help = "Encrypt every protected value under the newest key, and hash it under the newest look-up key."

    def handle(self, **options):
        for model in rotation.protected_models():
            count = rotation.rotate(model)
            self.stdout.write(f"{model._meta.verbose_name}: {count} rows")
