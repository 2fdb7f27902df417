import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from governance_center import reference
from governance_center.demo import load


def tidy() -> None:
    """Let the database look at what was poured in; its first pages would otherwise be planned blindly."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


class Command(BaseCommand):
    help = (
        "Fill an empty centre with invented data: the demo accounts, a hall in full swing, and so many cases."
    )

    def add_arguments(self, parser):
        parser.add_argument("--cases", type=int, default=3_000, metavar="N")
        parser.add_argument(
            "--years", type=int, default=1, metavar="Y", help="over which the cases are spread"
        )
        parser.add_argument("--records", type=int, default=0, metavar="N", help="rows from other systems")
        parser.add_argument(
            "--seed", type=int, default=1, metavar="S", help="the same seed gives the same data"
        )

    def handle(self, *, cases, years, records, seed, **options):
        if not settings.DEMO_MODE:
            raise CommandError(
                "Demo accounts have a password that everybody knows: set DEMO_MODE=1 to load them."
            )
        if cases < 1 or years < 1:
            raise CommandError("--cases and --years must be 1 or more.")
        try:
            before = load.loaded_before()
        except load.Refused as error:
            raise CommandError(str(error)) from error
        if before:
            self.stdout.write(
                f"Nothing was added: {before:,} demo cases are there already. `make reset` forgets them."
            )
            return
        began = time.monotonic()
        reference.load()
        loaded = load.load(cases=cases, years=years, seed=seed, say=self.stdout.write)
        tidy()
        seconds = time.monotonic() - began
        if records:
            self.stdout.write("Rows from other systems come with a later issue; none were loaded.")
        self.stdout.write(
            f"{loaded.cases:,} cases, {loaded.rows:,} rows in {seconds:.0f} s ({loaded.rows / seconds:,.0f} rows/s)"
        )
