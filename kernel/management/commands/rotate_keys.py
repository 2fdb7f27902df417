from django.apps import apps
from django.core.management.base import BaseCommand

from kernel import rotation
from kernel.encryption import Protected


class Command(BaseCommand):
    help = "Encrypt every protected value under the newest key, and hash it under the newest look-up key."

    def handle(self, **options):
        for model in apps.get_models():
            if issubclass(model, Protected):
                count = rotation.rotate(model)
                self.stdout.write(f"{model._meta.verbose_name}: {count} rows")
