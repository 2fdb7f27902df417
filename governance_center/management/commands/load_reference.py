from django.core.management.base import BaseCommand

from governance_center import reference


class Command(BaseCommand):
    help = "Put areas, units, categories, outlets, clock rules, the calendar and windows in place; safe to repeat."

    def handle(self, *, verbosity, **options):
        reference.load()
        for model in reference.LOADED if verbosity else ():
            self.stdout.write(f"{model._meta.verbose_name}: {model.objects.count()} rows")
