import json

from django.core.management.base import BaseCommand, CommandError

from governance_center.bench import clocks, hall, live, pages

NAMES = {
    "clocks": (clocks.run, ("open_clocks", "due", "workers")),
    "hall": (hall.run, ("clerks", "seconds", "cases", "profile")),
    "live": (live.run, ("clients", "clerks", "seconds", "cases")),
    "pages": (pages.run, ("cases", "requests", "only", "compare", "profile")),
}
DEFAULT_CASES = {"hall": hall.CASES, "live": hall.CASES, "pages": pages.CASES}


class Command(BaseCommand):
    help = "Measure how fast the centre is here. Progress goes to standard error, one JSON object to the last line."

    def add_arguments(self, parser):
        parser.add_argument("name", metavar="NAME", help=" or ".join(NAMES))
        parser.add_argument("--clerks", type=int, default=20, metavar="N")
        parser.add_argument("--clients", type=int, metavar="N", help="how many screens are connected")
        parser.add_argument("--open", type=int, dest="open_clocks", metavar="N", help="how many clocks run")
        parser.add_argument("--due", type=int, metavar="M", help="how many of them are due")
        parser.add_argument("--workers", type=int, metavar="W", help="how many processes sweep them together")
        parser.add_argument("--seconds", type=float, default=20, metavar="S", help="of each phase")
        parser.add_argument("--cases", type=int, metavar="N", help="how many cases stand in the database")
        parser.add_argument("--requests", type=int, default=50, metavar="N", help="of each page")
        parser.add_argument("--only", default="", metavar="TEXT", help="pages whose name holds this")
        parser.add_argument(
            "--compare", type=int, metavar="N", help="name the pages that ask more or less at N cases"
        )
        parser.add_argument(
            "--profile", action="store_true", help="say where the time of the slowest three goes"
        )
        parser.add_argument("--json", action="store_true", help="the result as one line, the last")

    def handle(self, *, name, **options):
        if name not in NAMES:
            raise CommandError(f"There is no bench {name}. Known are: {', '.join(NAMES)}.")
        run, wanted = NAMES[name]
        options["cases"] = options["cases"] or DEFAULT_CASES.get(name)
        result = run(**{option: options[option] for option in wanted})
        self.stdout.write(json.dumps(result, ensure_ascii=False, indent=None if options["json"] else 2))
