"""A petition goes to the unit whose matter it is; the unit signs, informs, objects, accepts (信访工作条例 22 to 24)."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.models import Sight
from cases.states import RequestKind
from kernel import clocks
from kernel.models import MessageKind
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.transitions import moving, opening
from people.models import User
from people.roles import Role
from petitions import wording
from petitions.models import Forwarding
from petitions.services.letters import issue_letter, tell
from petitions.services.registering import registered
from petitions.states import LetterKind, Purpose


def forward(handling, *, by, unit, helping=(), words="") -> None:
    """转送: the unit answers for the rest. Others help by a request of the file."""
    with moving(handling, "forward", by=by, note=words, details={"unit": unit.pk}):
        body = wording.forwarded(registered(handling), words=words, helping=helping)
        send(handling, by=by, unit=unit, helping=helping, words=words, kind=LetterKind.FORWARD, body=body)


def assign_with_report(handling, *, by, unit, report_by, helping=(), words="") -> None:
    """交办: as 转送, with a day for the result and a report (22(1))."""
    with moving(handling, "assign_with_report", by=by, note=words, details={"unit": unit.pk}):
        if report_by <= timezone.localdate():
            raise MoveRefused(_("反馈期限须在今天以后。"))
        registration = registered(handling)
        body = wording.assigned(registration, words=words, helping=helping, report_by=report_by)
        given = {"unit": unit, "helping": helping, "words": words, "report_by": report_by}
        forwarding = send(handling, by=by, kind=LetterKind.ASSIGN, body=body, **given)
        letter = handling.letters.filter(kind=LetterKind.ASSIGN).last()
        clocks.give(forwarding, "case.reply_by", last_day=report_by, at=timezone.now(), source=letter.number)


def send(handling, *, by, unit, kind, body, helping=(), words="", report_by=None) -> Forwarding:
    """The letter, the row with its clock, sight of the file for all, and a request to each that helps."""
    if unit in helping:
        raise MoveRefused(_("牵头单位不能同时是协办单位。"))
    cases.refuse_blind(handling.case, [unit, *helping])
    forwarding = send_to_unit(handling, by=by, unit=unit, words=words, report_by=report_by)
    issue_letter(handling, by=by, kind=kind, body=body, addressee=unit.name)
    for one in helping:
        text = _("协助%(unit)s办理信访事项。%(words)s") % {"unit": unit, "words": words}
        cases.ask(
            handling.round,
            by=by,
            kind=RequestKind.HELP,
            from_unit=handling.unit,
            to_unit=one,
            text=text,
        )
    return forwarding


def send_to_unit(handling, *, by, unit, words="", report_by=None) -> Forwarding:
    forwarding = Forwarding(
        case=handling.case,
        round=handling.round,
        handling=handling,
        unit=unit,
        words=words,
        report_by=report_by,
    )
    with opening(forwarding, "send_to_unit", by=by, details={"unit": unit.pk}):
        cases.grant_sight(handling.case, unit, Sight.Why.ASKED)
    tell_unit(forwarding, _("待签收信访事项：%(number)s"), by=by)
    return forwarding


def tell_unit(forwarding, text, *, by) -> None:
    tell_people(forwarding, forwarding.keepers(), text, by=by)


def tell_sender(forwarding, text, *, by) -> None:
    handling = forwarding.handling
    people = handling.at_work(handling.handler, handling.unit, User.objects)
    tell_people(forwarding, people, text, by=by)


def tell_people(forwarding, people, text, *, by) -> None:
    others = [user for user in people if user != by]
    url = reverse("petitions:forwarding_detail", args=[forwarding.pk])
    text = text % {"number": forwarding.case.number}
    notify(others, forwarding, text, url=url, kind=MessageKind.ASSIGNED)


def sign_for(forwarding, *, by, received_on):
    """签收: the fifteen days and the five working days run from the day received (23(3))."""
    with moving(forwarding, "sign_for", by=by, details={"received_on": str(received_on)}):
        sent_on = timezone.localdate(forwarding.sent_at)
        if not sent_on <= received_on <= timezone.localdate():
            raise MoveRefused(_("收到日期不能早于转出的日期，也不能晚于今天。"))
        forwarding.received_on, forwarding.handler = received_on, by


def inform_petitioner(forwarding, *, by, note):
    """The petitioner is told in writing that it came, and how it will go (23(3))."""
    with moving(forwarding, "inform_petitioner", by=by, note=note):
        if not forwarding.clocks.running().filter(code="petition.inform_transferred").exists():
            raise MoveRefused(_("已经书面告知过信访人。"))
        registration = registered(forwarding.handling)
        body = wording.received(registration, forwarding, note)
        tell_of(forwarding, registration, by=by, kind=LetterKind.RECEIVED, body=body)


def tell_of(forwarding, registration, **letter):
    return tell(forwarding.handling, registration, forwarding=forwarding, **letter)


def object_to_petition(forwarding, *, by, reason):
    """Not this unit's, and why: within five working days. It stays here until the sender agrees (23(3))."""
    with moving(forwarding, "object_to_petition", by=by, note=reason):
        clock = forwarding.clocks.running().filter(code="petition.object").first()
        if clock is None:
            raise MoveRefused(
                _("异议已经审核过。仍有争议的，请“提请确定责任单位”（信访工作条例第二十四条）。")
            )
        if clock.due_at <= timezone.now():
            raise MoveRefused(
                _(
                    "自收到之日起%(length)s内可以提出异议（信访工作条例第二十三条第三款），最后一日是 %(day)s。"
                )
                % {"length": clock.rule.shown_length, "day": clock.last_day}
            )
        forwarding.objection = reason
    tell_sender(forwarding, _("转送交办的信访事项被提出异议：%(number)s"), by=by)


def grant_objection(forwarding, *, by, verdict=""):
    """The sender agrees: the petition is back with the desk, whose fifteen days were never longer for it."""
    with moving(forwarding, "grant_objection", by=by, note=verdict):
        forwarding.verdict = verdict
        take_back(forwarding.handling, by=by)
        stop_report(forwarding)
    tell_unit(forwarding, _("异议已同意，信访事项已退回：%(number)s"), by=by)


def take_back(handling, *, by):
    """Whoever decided that the unit has it no more gives it back to the desk: the system moves it."""
    with moving(handling, "take_back", by=None):
        pass


def stop_report(forwarding) -> None:
    clocks.turn(forwarding, stops=["case.reply_by"])


def deny_objection(forwarding, *, by, verdict):
    with moving(forwarding, "deny_objection", by=by, note=verdict):
        forwarding.verdict = verdict
    tell_unit(forwarding, _("异议未获同意，请办理：%(number)s"), by=by)


def dispute_duty(forwarding, *, by, reason):
    """After an objection in vain: the centre says whose duty it is (24)."""
    with moving(forwarding, "dispute_duty", by=by, note=reason):
        if not forwarding.objection:
            raise MoveRefused(_("请先提出异议，由转送单位审核。"))
    directors = forwarding.readers(User.objects.bearing(Role.DIRECTOR))
    tell_people(forwarding, directors, _("请确定信访事项的责任单位：%(number)s"), by=by)


def keep_duty(forwarding, *, by, verdict):
    with moving(forwarding, "keep_duty", by=by, note=verdict):
        forwarding.verdict = verdict
    tell_unit(forwarding, _("已确定由你单位办理：%(number)s"), by=by)


@transaction.atomic
def move_duty(forwarding, *, by, unit, verdict):
    """Another unit has the duty: it is sent there at once, by the centre's word."""
    with moving(forwarding, "move_duty", by=by, note=verdict, details={"unit": unit.pk}):
        if unit == forwarding.unit:
            raise MoveRefused(_("请选择另一个单位。"))
        forwarding.verdict = verdict
        stop_report(forwarding)
    handling = forwarding.handling
    cases.refuse_blind(handling.case, [unit])
    send_to_unit(handling, by=by, unit=unit, words=verdict, report_by=None)
    registration = registered(handling)
    body = wording.forwarded(registration, words=verdict, helping=())
    issue_letter(handling, by=by, kind=LetterKind.FORWARD, body=body, addressee=unit.name)


def withdraw_petition(forwarding, *, by, note):
    with moving(forwarding, "withdraw_petition", by=by, note=note):
        forwarding.verdict = note
        take_back(forwarding.handling, by=by)
    tell_unit(forwarding, _("转送交办的信访事项已撤回：%(number)s"), by=by)


def recuse_handler(forwarding, *, by, user, reason):
    """回避 (28(3)): who has an interest handles it no more and sees it no more, until the next round."""
    with moving(forwarding, "recuse_handler", by=by, note=f"{user}：{reason}", details={"user": user.pk}):
        if user == by:
            raise MoveRefused(_("本人的回避，由他人决定。"))
        cases.bar(forwarding.round, user, reason=_("回避"))
        if forwarding.handler == user:
            forwarding.handler = None


def route_elsewhere(forwarding, *, by, route, whom, note=""):
    """The unit finds that the law has another way (31(1) to (5)): the petitioner is told which."""
    with moving(forwarding, "route_elsewhere", by=by, note=note, details={"route": route}):
        registration = registered(forwarding.handling)
        body = wording.other_way(registration, route=route, whom=whom, note=note)
        tell_of(forwarding, registration, by=by, kind=LetterKind.OTHER_ROUTE, body=body)
        forwarding.answered_on = timezone.localdate()
    tell_sender(forwarding, _("信访事项已导入法定途径：%(number)s"), by=by)


@transaction.atomic
def accept_matter(forwarding, *, by, accepted_on):
    """受理: the sixty days run from here, for what falls under 31(6) alone (34)."""
    with moving(forwarding, "accept_matter", by=by, details={"accepted_on": str(accepted_on)}):
        registration = registered(forwarding.handling)
        if registration.purpose != Purpose.APPEAL:
            raise MoveRefused(
                _("第三十四条的办理期限只适用于申诉求决（信访工作条例第三十一条第六项）。请“研究办理”。")
            )
        refuse_day(forwarding.received_on, accepted_on)
        forwarding.accepted_on = accepted_on
        if forwarding.handler is None:
            forwarding.handler = by
    clock = forwarding.clocks.running().get(code="petition.handle")
    body = wording.accepted(registration, forwarding, clock.last_day)
    tell_of(forwarding, registration, by=by, kind=LetterKind.ACCEPTED, body=body)


def refuse_day(earlier, day) -> None:
    if not earlier <= day <= timezone.localdate():
        raise MoveRefused(_("日期不能早于收到之日，也不能晚于今天。"))


def take_up_suggestion(forwarding, *, by):
    """建议意见 (29) and what else is no appeal: studied and answered, without the sixty days."""
    with moving(forwarding, "take_up_suggestion", by=by):
        if registered(forwarding.handling).purpose == Purpose.APPEAL:
            raise MoveRefused(_("本件是申诉求决，请“受理”。"))
        forwarding.accepted_on = timezone.localdate()


def file_report(forwarding, *, by, report):
    """办结报告 to whoever assigned it (22(1))."""
    with moving(forwarding, "file_report", by=by, note=report):
        if forwarding.report_by is None or forwarding.report:
            raise MoveRefused(_("本件没有要求办结报告，或者已经提交。"))
        forwarding.report = report
        handling = forwarding.handling
        body = wording.reported(registered(handling), report)
        given = {"kind": LetterKind.REPORT, "addressee": handling.unit.name, "forwarding": forwarding}
        issue_letter(handling, by=by, body=body, **given)
    tell_sender(forwarding, _("办结报告已提交：%(number)s"), by=by)
