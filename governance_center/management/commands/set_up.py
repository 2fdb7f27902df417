import csv
import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from governance_center import set_up


class Command(BaseCommand):
    help = (
        "Put the units and people of a real centre in place, from a sheet for Excel. First passwords go to a file "
        "that only you can read; each must be changed at the first log-in. Everything is done, or nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("sheet", type=Path, metavar="SHEET.xlsx")
        parser.add_argument("--template", action="store_true", help="write an empty sheet there instead")
        parser.add_argument("--passwords", type=Path, metavar="FILE.csv", help="where first passwords go")

    def handle(self, *, sheet, template, passwords, **options):
        if template:
            set_up.write_template(sheet)
            self.stdout.write(f"An empty sheet stands in {sheet}.")
            return
        if passwords is None or passwords.exists():
            raise CommandError("Name a new file for the first passwords: --passwords FILE.csv")
        with os.fdopen(os.open(passwords, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            try:
                made = set_up.load(sheet)
            except set_up.Faults as faults:
                passwords.unlink()
                raise CommandError(f"Nothing was changed.\n{faults}") from faults
            csv.writer(file).writerows([("用户名", "姓名", "初始密码"), *made])
        self.stdout.write(f"{len(made)} accounts made, first passwords in {passwords}.")
