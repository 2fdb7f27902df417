"""The committees: who is elected or appointed to them, for how long, and who is told (人民调解法 8 to 10)."""

from collections import Counter

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel import calendar, clocks
from kernel.calendar import Term
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.transitions import opening
from mediation.models import Composition, Member
from mediation.states import Office
from people.models import Person, User
from people.roles import Role

LEAST, MOST = 3, 9
"""人民调解法 8."""


def register_committee(unit, *, by, elected_on, members) -> Composition:
    """Register who makes up a committee from now on; the court of the place is told of it (人民调解法 10).

    `members` are dicts of name, sex and office. The term is the law's, from `elected_on` (人民调解法 9).
    """
    rule = clocks.rule_in_force("mediation.committee_term", timezone.localdate())
    ends_on = Term(rule, calendar.current()).last_day(elected_on)
    composition = Composition(unit=unit, elected_on=elected_on, ends_on=ends_on)
    note = "；".join(f"{Office(one['office']).label} {one['name']}" for one in members)
    with opening(composition, "register_committee", by=by, note=note):
        refuse_day(elected_on, ends_on)
        refuse_members(members)
        Member.objects.bulk_create(Member(composition=composition, **one) for one in members)
    text = _("人民调解委员会组成已登记或者调整：%(unit)s") % {"unit": unit}
    notify(User.objects.bearing(Role.COURT), composition, text, url=reverse("mediation:committees"))
    return composition


def refuse_day(elected_on, ends_on):
    if elected_on > timezone.localdate():
        raise MoveRefused(_("推选（聘任）日期不能晚于今天。"))
    if ends_on < timezone.localdate():
        raise MoveRefused(
            _("调解委员会委员每届任期三年（人民调解法第九条）：这一届已于 %(day)s 届满，请改选后登记。")
            % {"day": ends_on}
        )


def refuse_members(members):
    """What the law asks of a committee (人民调解法 8), all of it in one answer."""
    offices = Counter(one["office"] for one in members)
    amiss = []
    if not LEAST <= len(members) <= MOST:
        amiss.append(_("由委员三至九人组成，现在是 %(n)d 人") % {"n": len(members)})
    if offices[Office.HEAD] != 1:
        amiss.append(_("设主任一人，现在是 %(n)d 人") % {"n": offices[Office.HEAD]})
    if all(one["sex"] != Person.Sex.FEMALE for one in members):
        amiss.append(_("应当有妇女成员"))
    if amiss:
        raise MoveRefused(_("人民调解委员会%(amiss)s（人民调解法第八条）。") % {"amiss": "；".join(amiss)})
