"""Services of accounts: log-in and devices, passwords, second factors, posts, and changes that take two persons."""

import re
import secrets

import pyotp
from axes.utils import reset as forget_failures
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel import history
from kernel.editing import editing
from kernel.moves import MoveRefused
from kernel.transitions import moving, opening, reread_locked
from people.models import AccountChange, Factor, PastPassword, Post, RolePolicy, Session, User
from people.roles import ACCOUNTS, WITHOUT_BUSINESS

FIRST = "first"
"""The key under which a session holds the URL name of a page that its person must have dealt with before any other."""
STEP = 30
FAILURES, LOCKED = 5, settings.AXES_COOLOFF_TIME
RECOVERY_CODES = 8
READABLE = "abcdefghjkmnpqrstuvwxyz"
NAME_TAKEN = gettext_lazy("这个用户名已有人使用，请换一个。")
NAMES_AT_ONCE = "SELECT pg_advisory_xact_lock(hashtext('people.create_user'))"
"""Two who give one name in one instant come one after the other; letters in another case are the same name."""
BROWSERS = (("MicroMessenger", "微信"), ("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))

# --- Log-in and devices -------------------------------------------------------------------------------------


def device_of(agent: str) -> str:
    """What kind of device a browser says it runs on. An iPad that pretends to be a Mac counts as a desk."""
    if re.search(r"iPad|Tablet|Android(?!.*Mobile)", agent):
        return Session.Device.PAD
    return Session.Device.PHONE if re.search(r"Mobile|iPhone|Android", agent) else Session.Device.DESK


def browser_of(agent: str) -> str:
    return next((name for mark, name in BROWSERS if mark in agent), agent[:60])


@transaction.atomic
def log_in(*, by, session, agent: str = "", address=None, verb="log_in") -> None:
    """Note where somebody logged in, and end what they had open on a device of the same kind."""
    history.record(by, verb, by=by)  # first, because its lock lets one log-in of a person through at a time
    session[FIRST] = first_duty(by)
    session.save()
    device, now = device_of(agent), timezone.now()
    mine = Session.objects.filter(session_key=session.session_key)
    mine.update(device=device, browser=browser_of(agent), address=address, began_at=now, seen_at=now)
    others = Session.objects.going().filter(user=by, device=device).exclude(session_key=session.session_key)
    others.update(ended=Session.End.REPLACED)


def first_duty(user) -> str:
    """The page that this person must have dealt with before any other; empty for most."""
    too_old = not settings.DEMO_MODE and timezone.now() - user.password_set_at > settings.PASSWORD_AGE
    if user.password_is_first or too_old:
        return "people:change_password"
    return "people:set_up_factor" if needs_factor(user) and not has_factor(user) else ""


def person_token(user) -> str:
    """What a page carries, to be continued by the same person only."""
    return signing.dumps(user.pk, salt="people.person")


def person_of(token: str) -> int | None:
    try:
        return signing.loads(token, salt="people.person")
    except signing.BadSignature:
        return None


@transaction.atomic
def log_out(*, by) -> None:
    history.record(by, "log_out", by=by)


@transaction.atomic
def fail_log_in(*, username: str) -> None:
    """Keep a failed log-in in the history of the account it was tried on. Unknown names are counted by axes alone."""
    user = User.objects.filter(username=username.replace("\0", "")).first()
    if user:
        history.record(user, "fail_log_in", by=None)


def note_presence(session: Session) -> None:
    """A sign of life, noted at most once a minute: not history, and it locks nothing but the row."""
    Session.objects.filter(pk=session.pk, ended="").update(seen_at=timezone.now())


@transaction.atomic
def end_device(session: Session, *, by) -> None:
    history.record(by, "end_device", by=by, note=session.get_device_display())
    Session.objects.filter(pk=session.pk).update(ended=Session.End.SENT_AWAY)


def end_all(user) -> None:
    Session.objects.going().filter(user=user).update(ended=Session.End.RESET)


def clear_sessions() -> None:
    """Forget sessions that have run out."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


# --- Passwords ----------------------------------------------------------------------------------------------


def used_before(user, password: str) -> bool:
    """Whether it is the present password of `user`, or one of the last few."""
    past = user.past_passwords.values_list("password", flat=True)[: settings.PASSWORD_HISTORY - 1]
    return any(check_password(password, used) for used in [user.password, *past])


def remember_password(user) -> None:
    """Keep the hash of a password that goes, as long as it may not be taken again. First ones are nobody's own."""
    if user.pk is None or user.password_is_first:
        return
    PastPassword.objects.create(user=user, password=user.password)
    kept = user.past_passwords.values_list("pk", flat=True)[: settings.PASSWORD_HISTORY - 1]
    user.past_passwords.exclude(pk__in=list(kept)).delete()


@transaction.atomic
def change_password(*, by, password: str) -> None:
    remember_password(by)
    by.set_password(password)
    by.password_set_at, by.password_is_first = timezone.now(), False
    by.save(update_fields=["password", "password_set_at", "password_is_first"])
    history.record(by, "change_password", by=by)


def first_password() -> str:
    """One that can be read out over the telephone, and is good until the first log-in: kmvtw-Hrpqd-48."""
    words = ["".join(secrets.choice(READABLE) for _letter in range(5)) for _word in range(2)]
    return f"{words[0]}-{words[1].capitalize()}-{secrets.randbelow(80) + 20}"


def give_first_password(user) -> str:
    password = first_password()
    remember_password(user)
    user.set_password(password)
    user.password_set_at, user.password_is_first = timezone.now(), True
    return password


# --- The second factor --------------------------------------------------------------------------------------


def needs_factor(user) -> bool:
    return RolePolicy.objects.filter(role__in=user.roles, second_factor=True).exists()


def has_factor(user) -> bool:
    return Factor.objects.filter(user=user).exclude(confirmed_at=None).exists()


@transaction.atomic
def begin_factor(*, by) -> None:
    """A new secret for somebody who has none in use. Beginning again makes another."""
    if has_factor(by):
        raise MoveRefused(_("您已启用动态口令。手机丢失或更换，请联系安全管理员重置。"))
    Factor.objects.filter(user=by).delete()
    Factor(user=by, secret=pyotp.random_base32()).save()


@transaction.atomic
def set_up_factor(*, by, code: str) -> list[str]:
    """The first right code proves that the app holds the secret. Returns the recovery codes, which are shown once."""
    factor = Factor.objects.select_for_update().filter(user=by, confirmed_at=None).first()
    step = step_of(factor, code) if factor else None
    if step is None:
        raise MoveRefused(_("口令不正确。请核对手机时间是否准确，再输入手机上显示的六位数字。"))
    codes = [recovery_code() for _code in range(RECOVERY_CODES)]
    factor.confirmed_at, factor.last_step = timezone.now(), step
    factor.recovery = [recovery_hash(code) for code in codes]
    factor.save()
    history.record(by, "set_up_factor", by=by)
    return codes


@transaction.atomic
def check_factor(user, code: str) -> bool:
    """Whether `code` is the app's present one or an unused recovery code. Five wrong ones lock for half an hour."""
    history.lock(user.dossier_id)
    factor = Factor.objects.select_for_update().get(user=user)
    if is_locked(factor):
        return False
    step = step_of(factor, code)
    used = recovery_hash(code) if step is None else ""
    if step is None and used not in factor.recovery:
        factor.failures, factor.failed_at = factor.failures + 1, timezone.now()
        factor.save()
        history.record(user, "fail_factor", by=None)
        return False
    factor.failures, factor.last_step = 0, step or factor.last_step
    factor.recovery = [one for one in factor.recovery if one != used]
    factor.save()
    if used:
        left = _("还剩 %(count)d 个备用码") % {"count": len(factor.recovery)}
        history.record(user, "use_recovery_code", by=user, note=left)
    return True


def is_locked(factor: Factor) -> bool:
    """Five failures in a row, the last one not long ago. After the pause the count begins anew."""
    if factor.failed_at is None or timezone.now() - factor.failed_at > LOCKED:
        factor.failures = 0
    return factor.failures >= FAILURES


def step_of(factor: Factor, code: str) -> int | None:
    """The half minute whose code this is: the present one or its neighbours, and none that was used."""
    present = int(timezone.now().timestamp()) // STEP
    totp = pyotp.TOTP(factor.secret.plain, interval=STEP)
    for step in (present, present - 1, present + 1):
        if step > factor.last_step and pyotp.utils.strings_equal(totp.generate_otp(step), digits(code)):
            return step
    return None


def digits(code: str) -> str:
    return re.sub(r"\s", "", code)


def setting_up_address(factor: Factor) -> str:
    """What the QR code says: the address that authenticator apps know."""
    issuer = settings.CENTRE_SHORT_NAME
    return pyotp.TOTP(factor.secret.plain).provisioning_uri(name=factor.user.username, issuer_name=issuer)


def recovery_code() -> str:
    code = pyotp.random_base32()[:10]
    return f"{code[:5]}-{code[5:]}"


def recovery_hash(code: str) -> str:
    text = re.sub(r"[^A-Z2-7]", "", code.upper())
    return salted_hmac("people.recovery", text, algorithm="sha256").hexdigest()


# --- What administrators do ---------------------------------------------------------------------------------


def require_right(by, verb: str) -> None:
    if not ACCOUNTS[verb] & by.roles:
        raise PermissionDenied(_("您现在的岗位不能进行这项账号操作。"))


@transaction.atomic
def create_user(*, by, **details) -> tuple[User, str]:
    """An account without any post: another administrator gives it rights. Returns it with its first password."""
    require_right(by, "create_user")
    user = User(**details)
    password = give_first_password(user)
    with connection.cursor() as cursor:
        cursor.execute(NAMES_AT_ONCE)
    if User.objects.filter(username__iexact=user.username).exists():
        raise MoveRefused(NAME_TAKEN)
    user.save()
    history.record(user, "create_user", by=by)
    return user, password


def enter_user(user, posts) -> str:
    """An account from the first set-up of a centre, with its posts, made by the system. Returns its first password."""
    password = give_first_password(user)
    user.save()
    history.record(user, "create_user", by=None)
    for unit, role in posts:
        check_post(user, unit, role)
        Post.objects.create(user=user, unit=unit, role=role)
        history.record(user, "add_post", by=None, note=named(unit, role))
        del user.all_posts, user.roles
    return password


@transaction.atomic
def edit_user(user, *, by, seen, **changes) -> None:
    require_right(by, "edit_user")
    with editing(user, "edit_user", by=by, seen=seen, **changes):
        pass


@transaction.atomic
def remove_post(post: Post, *, by, note="") -> None:
    require_right(by, "remove_post")
    not_oneself(post.user, by)
    details = {"unit": post.unit.code, "role": post.role}
    history.record(post.user, "remove_post", by=by, note=named(post.unit, post.role), details=details)
    post.delete()


@transaction.atomic
def deactivate(user, *, by, note) -> None:
    """Nobody logs in with it any more; what was done with it stays."""
    require_right(by, "deactivate")
    not_oneself(user, by)
    reread_locked(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_all(user)
    history.record(user, "deactivate", by=by, note=note)


@transaction.atomic
def set_policy(*, by, roles) -> None:
    """These roles must use a second factor from their next log-in, and no others."""
    require_right(by, "set_policy")
    for role, _label in Post.role.field.choices:
        RolePolicy.objects.update_or_create(role=role, defaults={"second_factor": role in roles})
    history.record(by, "set_policy", by=by, details={"roles": sorted(roles)})


def not_oneself(user, by) -> None:
    if user == by:
        raise MoveRefused(_("管理员不能变更自己的账号，请由另一位管理员办理。"))


def named(unit, role) -> str:
    return f"{unit} {dict(Post.role.field.choices)[role]}"


# --- Changes that may open the discipline desk: asked by one administrator, confirmed by another ------------


def add_post(user, *, by, unit, role):
    """Give a role in a unit. Administrators of the three kinds hold no other post (三权分立)."""
    check_post(user, unit, role)
    discipline = User(pk=user.pk)
    discipline.all_posts = [Post(user=user, unit=unit, role=role)]
    return change(user, "add_post", by=by, delicate=discipline.opens_discipline, unit=unit, role=role)


def check_post(user, unit, role) -> None:
    others = user.roles - {role}
    if role in WITHOUT_BUSINESS and others or others & WITHOUT_BUSINESS:
        raise MoveRefused(_("系统、安全、审计管理员相互独立，也不能兼任业务岗位。"))
    if user.posts.filter(unit=unit, role=role).exists():
        raise MoveRefused(_("此人已有这一岗位。"))


def reset_password(user, *, by):
    return change(user, "reset_password", by=by)


def reset_factor(user, *, by):
    return change(user, "reset_factor", by=by)


def reactivate(user, *, by):
    return change(user, "reactivate", by=by)


def change(user, kind, *, by, delicate=False, **details):
    """Make the change now, or ask for it where two persons must agree. Returns what carrying out returned, or the
    change that waits."""
    require_right(by, kind)
    not_oneself(user, by)
    if delicate or user.opens_discipline:
        return ask_change(user, by=by, kind=kind, **details)
    with transaction.atomic():
        return carry_out(AccountChange(user=user, kind=kind, **details), by=by)


def ask_change(user, *, by, kind, **details) -> AccountChange:
    if AccountChange.objects.waiting().filter(user=user, kind=kind).exists():
        raise MoveRefused(_("同样的申请已在等待另一位管理员核准。"))
    asked = AccountChange(user=user, kind=kind, asked_by=by, dossier=user.dossier, **details)
    with opening(asked, "ask_change", by=by, note=asked.get_kind_display()):
        pass
    return asked


def confirm_change(change, *, by):
    """The second person's yes. Returns what carrying out returned: a new first password, or nothing."""
    not_oneself(change.user, by)
    with moving(change, "confirm_change", by=by, note=change.get_kind_display()):
        return carry_out(change, by=by)


def refuse_change(change, *, by, note) -> None:
    with moving(change, "refuse_change", by=by, note=note):
        pass


def carry_out(change: AccountChange, *, by) -> str | None:
    user = change.user
    reread_locked(user)
    result = CARRIED_OUT[change.kind](user, change)
    note = named(change.unit, change.role) if change.unit else ""
    history.record(user, change.kind, by=by, note=note)
    return result


def _reset_password(user, change):
    password = give_first_password(user)
    user.save()
    end_all(user)
    forget_failures(username=user.username)
    return password


def _reset_factor(user, change):
    Factor.objects.filter(user=user).delete()
    end_all(user)


def _add_post(user, change):
    Post.objects.create(user=user, unit=change.unit, role=change.role)


def _reactivate(user, change):
    user.is_active = True
    user.save(update_fields=["is_active"])


CARRIED_OUT = {
    AccountChange.Kind.RESET_PASSWORD: _reset_password,
    AccountChange.Kind.RESET_FACTOR: _reset_factor,
    AccountChange.Kind.ADD_POST: _add_post,
    AccountChange.Kind.REACTIVATE: _reactivate,
}
