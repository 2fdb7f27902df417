"""Persons and organisations, registered once and found by their papers; and the roster of the hall."""

from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel import history
from kernel.encryption import lookup_hash, lookup_hashes
from kernel.models import MessageKind
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.transitions import moving, opening, reread_locked
from people.accounts import ask_change as ask_change  # moves are looked for here, whatever module keeps them
from people.accounts import confirm_change as confirm_change
from people.accounts import refuse_change as refuse_change
from people.identity import check_id_number, initials, tidy_name
from people.models import (
    Handover,
    HandoverItem,
    Leave,
    Organisation,
    Person,
    Phone,
    RosterDay,
    Seat,
    SeatSwap,
    Unit,
    User,
    Window,
)
from people.roles import Role
from people.selectors import (
    KEEPING,
    CopyPlan,
    able,
    copy_plan,
    duty_day,
    free,
    gaps_on,
    keepers_of,
    known_in_secret,
    partners,
    working_days,
)
from people.states import HandoverState

tell_of_roster = partial(notify, kind=MessageKind.ROSTER)


@transaction.atomic
def register_person(
    *,
    by,
    name,
    id_type=Person.IdType.RESIDENT,
    id_number="",
    phone="",
    in_secret=False,
    **details,
) -> Person:
    """The person with these papers, or a new one. A known person keeps their name; a new telephone comes first.

    `details` are origin, address, sex and birth_on; sex and birth come from the ID number where there is one. Of two
    who register one paper at once, the second gets the record of the first. A restricted matter (`in_secret`) changes
    no record that others see: whom they do not know, or with another telephone, it keeps for itself as cipher.
    """
    known = known_person(id_number) or known_once_alone(id_number)
    news = known is not None and phone and known.phone.plain != phone
    if known is None or (news and in_secret):
        papers = {"name": name, "id_type": id_type, "id_number": id_number, "phone": phone}
        return _new_person(by=by, in_secret=in_secret, **papers, **details)
    if news:
        reread_locked(known)
        replace_phone(known, by=by, number=phone)
    return known


def known_once_alone(id_number: str) -> Person | None:
    """As known_person(), asked again when nobody else registers this paper, which stays so until the commit."""
    if not id_number:
        return None
    lock_paper(id_number)
    return known_person(id_number)


def lock_paper(id_number: str) -> None:
    """Whoever gives this number to a record does so alone. Before any dossier is locked."""
    key = lookup_hash("id_number", id_number, min(settings.LOOKUP_KEYS))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def replace_phone(person, *, by, number) -> None:
    """Make `number` the one to ring. The former stays as another number. The caller holds the person's lock."""
    for phone in person.phones.all():
        if phone.number.plain == number:
            phone.delete()
    if person.phone and person.phone.plain != number:
        Phone.objects.create(person=person, number=person.phone.plain)
    person.phone = number
    person.save(update_fields=["phone", "phone_hash"])
    history.record(person, "change_phone", by=by)


def known_person(id_number: str) -> Person | None:
    """The record that stands for whoever has these papers, as far as a counter may know.

    Whoever is known from restricted matters alone is as new as anybody: it would betray that there are such.
    """
    if not lookup_hashes("id_number", id_number):
        return None
    found = Person.objects.with_paper(id_number).select_related("merged_into").order_by("pk")
    return next((person.standing for person in found if not known_in_secret(person)), None)


def _new_person(*, by, name, id_type, id_number, **details) -> Person:
    if id_type == Person.IdType.RESIDENT and id_number:
        checked = check_id_number(id_number)
        details |= {"sex": checked.sex, "birth_on": checked.birth_on}
        id_number = checked.normalised
    name = tidy_name(name)
    person = Person(name=name, initials=initials(name), id_type=id_type, id_number=id_number, **details)
    person.save()
    history.record(person, "register_person", by=by)
    return person


def register_organisation(*, name, uscc="", in_secret=False) -> Organisation:
    """The organisation of this code or, without a code, of this name; a new one where there is none.

    A restricted matter (`in_secret`) keeps a new one for itself.
    """
    key = {"uscc": uscc} if uscc else {"name": name, "uscc": ""}
    known = Organisation.objects.filter(in_secret=False, **key)
    if in_secret:
        return known.first() or Organisation.objects.create(name=name, uscc=uscc, in_secret=True)
    return known.get_or_create(**key, defaults={"name": name})[0]


def show_organisation(organisation) -> Organisation:
    """Let a firm that a restricted matter kept for itself be known: as it is, or as the one that is known already."""
    with suppress(IntegrityError), transaction.atomic():
        organisation.in_secret = False
        organisation.save()
        return organisation
    return register_organisation(name=organisation.name, uscc=organisation.uscc)


def keep_in_secret(person, in_secret) -> None:
    """Let a record be cipher that nothing finds, or one that everybody finds as any other."""
    person.in_secret = in_secret
    for row in [person, *person.phones.all()]:
        row.seal_again()
        row.save()


# --- The roster -------------------------------------------------------------------------------------------------------


def open_day(unit, day, *, by) -> RosterDay:
    """The day of a hall's roster, begun where nobody has planned it yet."""
    known = RosterDay.objects.filter(unit=unit, day=day).first()
    if known:
        return known
    roster = RosterDay(unit=unit, day=day)
    try:
        with opening(roster, "open_day", by=by):
            pass
    except IntegrityError:  # somebody else began it at this moment
        return RosterDay.objects.get(unit=unit, day=day)
    return roster


@contextmanager
def changing(unit, day, verb, *, by, note="", details=None, first=None):
    """Change something about a day of the roster, which is locked meanwhile. A day that is over stays as it was.

    `first` is the earliest day that is not over yet: today, unless the night still belongs to yesterday.
    """
    if day < (first or timezone.localdate()):
        raise MoveRefused(_("%(day)s 已经过去，排班不能再改。") % {"day": day})
    with transaction.atomic():
        roster = open_day(unit, day, by=by)
        with moving(roster, verb, by=by, note=note, details=details):
            yield roster


@transaction.atomic
def set_seat(window, *, by, day, role, user, note=""):
    """Put somebody on a chair; whoever had it before is told."""
    details: dict = {"window": window.number, "role": str(role), "to": user.pk}
    text = note or f"{window} {Role(role).label}：{user}"
    with changing(window.unit, day, "set_seat", by=by, note=text, details=details):
        refuse_unfit(window.unit, role, day, user, but=window)
        seat = Seat.objects.filter(window=window, day=day, role=role).select_related("user").first()
        details["from"] = seat and seat.user_id
        if seat:
            tell_moved(seat, _("%(day)s %(window)s的坐席已改由%(user)s值班。"), user)
        Seat.objects.update_or_create(
            window=window, day=day, role=role, defaults={"user": user, "stands_for": None}
        )


def refuse_unfit(unit, role, day, user, but=None) -> None:
    """Nobody sits where they have no post, on a day of leave, or on two chairs."""
    if not able(unit, role).filter(pk=user.pk).exists():
        raise MoveRefused(_("%(user)s不是%(role)s。") % {"user": user, "role": Role(role).label})
    if Leave.objects.covering(day).filter(user=user).exists():
        raise MoveRefused(_("%(user)s %(day)s 请假，请另选他人。") % {"user": user, "day": day})
    other = Seat.objects.on(day).filter(user=user).exclude(window=but, role=role).first()
    if other:
        raise MoveRefused(
            _("%(user)s当天已在%(window)s，请先撤销或换班。") % {"user": user, "window": other.window}
        )


def tell_moved(seat, text, user) -> None:
    words = {"day": seat.day, "window": seat.window, "user": user}
    if seat.user_id != user.pk:
        tell_of_roster([seat.user], seat.user, text % words, url=week_url(seat.day))


def tell_all_moved(plan) -> None:
    """Tell each of those whose chairs a copied week gives to others, once."""
    days: dict[User, list] = {}
    for change in plan.overwritten:
        days.setdefault(change.before, []).append(change.day)
    for user, lost in days.items():
        named = "、".join(f"{day:%m-%d}" for day in sorted(set(lost)))
        text = _("复制排班后，您原来的坐席有变动：%(days)s。") % {"days": named}
        tell_of_roster([user], user, text, url=week_url(min(lost)))


def week_url(day) -> str:
    return f"{reverse('roster:week')}?day={day}"


@transaction.atomic
def clear_seat(window, *, by, day, role):
    """Leave a chair empty: the gap shows, and nobody can be called to it."""
    seat = Seat.objects.filter(window=window, day=day, role=role).select_related("user", "window").first()
    note = f"{window} {Role(role).label}：{seat.user if seat else ''}"
    details = {"window": window.number, "role": str(role), "from": seat and seat.user_id}
    with changing(window.unit, day, "clear_seat", by=by, note=note, details=details):
        if seat is None:
            raise MoveRefused(_("这个坐席本来就空着。"))
        Seat.objects.filter(window=window, day=day, role=role).delete()
        tell_of_roster(
            [seat.user],
            seat.user,
            _("%(day)s %(window)s的坐席已撤销。") % {"day": day, "window": window},
            url=week_url(day),
        )


def set_leader(unit, *, by, day, leader):
    """Who leads the hall that day (带班领导)."""
    with changing(unit, day, "set_leader", by=by, note=str(leader), details={"to": leader.pk}) as roster:
        roster.leader = leader
        tell_of_roster([leader], leader, _("%(day)s 由您带班。") % {"day": day}, url=week_url(day))


def set_duty(unit, *, by, day, leader, officer):
    """Who leads a unit that day and night, and who answers its telephone (带班领导, 值班员)."""
    note = _("%(unit)s 带班领导 %(leader)s，值班员 %(officer)s") % {
        "unit": unit,
        "leader": leader,
        "officer": officer,
    }
    details = {"leader": leader.pk, "officer": officer.pk}
    with changing(unit, day, "set_duty", by=by, note=note, details=details, first=duty_day()) as roster:
        told = {leader, officer} - {roster.leader, roster.officer, by}
        roster.leader, roster.officer = leader, officer
        url = f"{reverse('roster:duty')}?day={day}"
        for person in told:
            words = {"day": day, "at": f"{settings.DUTY_CHANGEOVER:%H:%M}"}
            tell_of_roster([person], person, _("%(day)s %(at)s起 24 小时由您值班。") % words, url=url)


@transaction.atomic
def copy_week(unit, *, by, source, target, seen) -> CopyPlan:
    """Fill a week as another one was, overwriting what the preview showed; people on leave are left out.

    `seen` is the mark of the preview: where the roster has changed since, nothing is done.
    """
    days = [day for day in working_days(target) if day >= timezone.localdate()]
    with ExitStack() as stack:
        rosters = {
            day: stack.enter_context(
                changing(unit, day, "copy_week", by=by, note=_("来自 %(day)s 当周") % {"day": source})
            )
            for day in days
        }
        plan = copy_plan(unit, source, target)
        if not days or plan.seen != seen:
            raise MoveRefused(_("排班刚刚有变动，请核对新的预览后再复制。"))
        done = [*plan.filled, *plan.overwritten]
        tell_all_moved(plan)
        for change in done:
            Seat.objects.filter(window=change.window, day=change.day, role=change.role).delete()
        Seat.objects.bulk_create(
            Seat(window=change.window, day=change.day, role=change.role, user=change.user) for change in done
        )
        for day, leader, _before in plan.leaders:
            rosters[day].leader = leader
    return plan


def stand_in(seat, *, by, user, note=""):
    """Somebody takes the place of a colleague who did not come, at once: rights follow the seat."""
    details = {"window": seat.window.number, "role": seat.role, "from": seat.user_id, "to": user.pk}
    text = note or f"{seat.window} {seat.get_role_display()}：{user}顶{seat.user}"
    with changing(seat.window.unit, seat.day, "stand_in", by=by, note=text, details=details):
        now = Seat.objects.filter(pk=seat.pk).select_related("user", "window__unit").first()
        if seat.day != timezone.localdate():
            raise MoveRefused(_("临时顶岗只用于当天；以后的日子请排班或换班。"))
        if now is None or now.user_id != seat.user_id:
            raise MoveRefused(_("这个坐席刚刚已有变动，请刷新后再看。"))
        refuse_unfit(now.window.unit, now.role, now.day, user)
        now.stands_for, now.user = now.stands_for or now.user, user
        now.save()
        window = now.window
        tell_of_roster(
            [seat.user], seat.user, _("今天%(window)s由%(user)s顶岗。") % {"window": window, "user": user}
        )
        tell_of_roster(
            [user],
            user,
            _("请到%(window)s顶岗（%(other)s）。") % {"window": window, "other": seat.user},
            url=reverse("home"),
        )


@transaction.atomic
def fill_seat(window, *, by, role, user):
    """Somebody takes a chair that is empty today, at once."""
    day = timezone.localdate()
    note = f"{window} {Role(role).label}：{user}"
    details = {"window": window.number, "role": str(role), "to": user.pk}
    with changing(window.unit, day, "fill_seat", by=by, note=note, details=details):
        if Seat.objects.filter(window=window, day=day, role=role).exists():
            raise MoveRefused(_("这个坐席刚刚已有变动，请刷新后再看。"))
        refuse_unfit(window.unit, role, day, user)
        Seat.objects.create(window=window, day=day, role=role, user=user)
        text = _("请到%(window)s值班（%(role)s）。") % {"window": window, "role": Role(role).label}
        tell_of_roster([user], user, text, url=reverse("home"))


@transaction.atomic
def set_deputy(user, *, by, deputy):
    """Name who stands in for somebody first (A/B 岗); None for nobody."""
    if by.roles.isdisjoint(KEEPING):
        raise MoveRefused(_("A/B 岗由中心主任和排班管理员指定。"))
    if deputy and deputy.pk == user.pk:
        raise MoveRefused(_("A 岗和 B 岗不能是同一人。"))
    history.lock(user.dossier_id)
    details = {"from": user.deputy_id, "to": deputy and deputy.pk}
    user.deputy = deputy
    user.save(update_fields=["deputy"])
    history.record(user, "set_deputy", by=by, note=str(deputy or ""), details=details)


# --- Swapping ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_swap(mine, *, by, theirs, note="") -> SeatSwap:
    """Ask a colleague of the same role to change places. Nothing changes before they agree."""
    if mine.user_id != by.pk:
        raise MoveRefused(_("只能申请换自己的班。"))
    if SeatSwap.objects.open().filter(asker=by, asker_day=mine.day).exists():
        raise MoveRefused(_("这一天的班您已申请换班，请等对方答复或先撤回。"))
    if not partners(mine).filter(pk=theirs.pk).exists():
        raise MoveRefused(
            _("不能与%(user)s换班：对方的班次已变动，或有一方当天不能值班。") % {"user": theirs.user}
        )
    swap = SeatSwap(
        role=mine.role,
        asker=by,
        asker_window=mine.window,
        asker_day=mine.day,
        other=theirs.user,
        other_window=theirs.window,
        other_day=theirs.day,
        note=note,
    )
    with opening(swap, "ask_swap", by=by, note=note):
        pass
    tell_of_roster(
        [theirs.user], swap, _("%(user)s想与您换班，请答复。") % {"user": by}, url=reverse("roster:swaps")
    )
    return swap


def accept_swap(swap, *, by):
    """Both seats change, or neither: the days are locked in their order, and the seats must stand as asked."""
    with moving(swap, "accept_swap", by=by):
        note = f"{swap.asker} {swap.asker_day} ⇄ {swap.other} {swap.other_day}"
        with ExitStack() as stack:
            for day in sorted({swap.asker_day, swap.other_day}):
                stack.enter_context(
                    changing(
                        swap.asker_window.unit, day, "swap_seats", by=by, note=note, details={"swap": swap.pk}
                    )
                )
            swap_seats(swap)
        tell_of_roster(
            [swap.asker], swap, _("%(user)s同意了换班。") % {"user": swap.other}, url=week_url(swap.asker_day)
        )


def swap_seats(swap) -> None:
    seats = Seat.objects.filter(role=swap.role).select_related("window__unit", "user")
    mine = seats.filter(user=swap.asker, day=swap.asker_day, window=swap.asker_window).first()
    theirs = seats.filter(user=swap.other, day=swap.other_day, window=swap.other_window).first()
    if mine is None or theirs is None or not partners(mine).filter(pk=theirs.pk).exists():
        raise MoveRefused(_("申请之后班次已有变动，这次换班不能再办。"))
    Seat.objects.filter(pk__in=[mine.pk, theirs.pk]).delete()
    Seat.objects.bulk_create(
        Seat(window=seat.window, day=seat.day, role=swap.role, user=user)
        for seat, user in [(mine, swap.other), (theirs, swap.asker)]
    )


def refuse_swap(swap, *, by, note=""):
    with moving(swap, "refuse_swap", by=by, note=note):
        tell_of_roster(
            [swap.asker], swap, _("%(user)s未同意换班。") % {"user": swap.other}, url=reverse("roster:swaps")
        )


def withdraw_swap(swap, *, by):
    with moving(swap, "withdraw_swap", by=by):
        pass


# --- Leave and handover -----------------------------------------------------------------------------------------------


@transaction.atomic
def hand_over_work(giver, *, by, taker, first_on, last_on, note="", work=()) -> Handover:
    """Leave in one step: the seats of these days and all `work` go to the deputy.

    `work` are pairs of a row and the service of its desk that gives the row to somebody else. A seat that the
    deputy cannot take stays empty, and the roster says so.
    """
    refuse_leave(giver, taker, first_on, last_on)
    leave = Leave(user=giver, first_on=first_on, last_on=last_on)
    leave.save()
    handover = Handover(giver=giver, taker=taker, leave=leave, note=note)
    with opening(handover, "hand_over_work", by=by, note=note):
        for seat in Seat.objects.filter(user=giver, day__range=(first_on, last_on)).order_by("day"):
            cover_seat(seat, by=by, taker=taker)
        for row, give in work:
            give(row, by=by, to=taker, note=note)
            HandoverItem.objects.create(handover=handover, subject=row)
    history.record(giver, "go_on_leave", by=by, note=f"{first_on} — {last_on}")
    notify(
        [taker],
        handover,
        _("%(giver)s的工作已交给您。") % {"giver": giver},
        kind=MessageKind.ASSIGNED,
        url=reverse("handover:detail", args=[handover.pk]),
    )
    return handover


def refuse_leave(giver, taker, first_on, last_on) -> None:
    if giver.pk == taker.pk:
        raise MoveRefused(_("不能把工作交给本人。"))
    if first_on < timezone.localdate():
        raise MoveRefused(_("请假不能从过去的日子开始。"))
    if Leave.objects.covering(first_on, last_on).filter(user=taker).exists():
        raise MoveRefused(_("%(user)s在这几天也请假，请另选他人。") % {"user": taker})
    if Handover.objects.filter(giver=giver, state=HandoverState.HANDED_OVER).exists():
        raise MoveRefused(_("%(user)s已有一次交接没有收回。") % {"user": giver})


def cover_seat(seat, *, by, taker):
    """The deputy sits there while the other is on leave; where the deputy cannot, the chair stays empty."""
    unit = seat.window.unit
    can = free(unit, seat.role, seat.day).filter(pk=taker.pk).exists()
    note = f"{seat.window} {seat.get_role_display()}：{seat.user} → {taker if can else '—'}"
    details = {"from": seat.user_id, "to": taker.pk if can else None}
    with changing(unit, seat.day, "cover_seat", by=by, note=note, details=details):
        if can:
            seat.stands_for, seat.user = seat.user, taker
            seat.save()
        else:
            seat.delete()


def take_back_work(handover, *, by, work=()):
    """The one who gave takes back what the other still has in hand, with the seats to come, and the leave ends.

    `work` is as for hand_over_work: the pieces that are still open and still with the taker.
    """
    with moving(handover, "take_back_work", by=by):
        for row, give in work:
            give(row, by=by, to=handover.giver, note=str(handover))
        end_leave(handover, by=by)
        others = [person for person in (handover.giver, handover.taker) if person != by]
        notify(others, handover, _("%(giver)s已收回工作。") % {"giver": handover.giver})


def end_leave(handover, *, by):
    """They are back today. Seats that the other kept for them from now on are theirs again."""
    today, leave, giver = timezone.localdate(), handover.leave, handover.giver
    if leave is None or leave.last_on < today:
        return
    last_on = leave.last_on
    if leave.first_on < today:
        leave.last_on = today - timedelta(days=1)
        leave.save()
    else:
        handover.leave = None
        handover.save()
        leave.delete()
    kept = Seat.objects.filter(user=handover.taker, stands_for=giver, day__range=(today, last_on))
    for seat in kept.select_related("window__unit").order_by("day"):
        return_seat(seat, by=by, giver=giver)
    history.record(giver, "end_leave", by=by)


def return_seat(seat, *, by, giver):
    if not free(seat.window.unit, seat.role, seat.day).filter(pk=giver.pk).exists():
        return
    note = f"{seat.window} {seat.get_role_display()}：{seat.user} → {giver}"
    details = {"from": seat.user_id, "to": giver.pk}
    with changing(seat.window.unit, seat.day, "cover_seat", by=by, note=note, details=details):
        seat.user, seat.stands_for = giver, None
        seat.save()


# --- Gaps -------------------------------------------------------------------------------------------------------------


def alarm_gaps(day) -> int:
    """Tell who keeps the roster, and the day's leader, which chairs of `day` are empty; return how many."""
    units = Unit.objects.filter(Exists(Window.objects.filter(unit=OuterRef("pk"))))
    return sum(_alarm_gaps(unit, day) for unit in units)


def _alarm_gaps(unit, day) -> int:
    gaps = gaps_on(unit, day)
    if not gaps:
        return 0
    text = _("%(day)s 缺岗 %(count)d 个：%(gaps)s") % {
        "day": day,
        "count": len(gaps),
        "gaps": "、".join(str(gap) for gap in gaps),
    }
    with changing(unit, day, "alarm_gaps", by=None, note=text, details={"gaps": len(gaps)}) as roster:
        leader = User.objects.filter(pk=roster.leader_id)
        people = {person.pk: person for person in [*keepers_of(unit), *leader]}
        tell_of_roster(people.values(), roster, text, url=week_url(day))
    return len(gaps)
