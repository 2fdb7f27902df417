"""What is known of a person, kept right: telephones, guardians, corrections, and the joining of double records.

Joining moves nothing. The record that goes keeps its rows, its papers and its history, and from then on stands for
the one that is kept; whoever is found by either is shown as one. So undoing it gives both back whole.
"""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel import history
from kernel.editing import Conflict, editing, fingerprint, stale_fields
from kernel.moves import MoveRefused
from kernel.transitions import reread_locked
from people.identity import check_id_number, initials
from people.models import Apart, Guardian, Merge, Person, Phone
from people.roles import CORRECTS_PERSONS, MERGES_PERSONS
from people.selectors import known_in_secret
from people.services import lock_paper, register_person, replace_phone


def allow(by, roles) -> None:
    if not by.roles & roles:
        raise MoveRefused(_("您现在的岗位不能修改人员信息，请联系综合受理员。"))


@transaction.atomic
def correct_person(person, *, by, seen, note="", **changes) -> None:
    """Put right what was registered. Sex and birth follow from a citizen's number, initials from the name.

    `note` is the reason, where one was asked for.
    """
    allow(by, CORRECTS_PERSONS)
    if (number := changes.get("id_number")) and not person.in_secret:
        refuse_known(person, number)
    changes |= consequences(person, changes)
    with editing(person, "correct_person", by=by, seen=seen, note=note, **changes):
        refuse_joined(person)


@transaction.atomic
def correct_in_secret(person, *, by, seen, **changes) -> Person:
    """The same for a restricted matter, which says itself who may; return the record that is right then.

    A record that others see stays as it is: the matter gets one of its own, with telephones and guardians.
    """
    follows = consequences(person, changes)
    if person.in_secret:
        with editing(person, "correct_person", by=by, seen=seen, **(changes | follows)):
            return person
    reread_locked(person)
    if stale := stale_fields(person, "correct_person", seen, changes):
        raise Conflict(stale)
    own = Person(in_secret=True, **(columns_of(person) | changes | follows))
    if all(fingerprint(getattr(own, name)) == fingerprint(getattr(person, name)) for name in changes):
        return person
    own.save()
    for phone in person.phones.all():
        Phone.objects.create(person=own, number=phone.number.plain, note=phone.note)
    for link in person.guardians.filter(ended_at=None):
        Guardian.objects.create(minor=own, guardian_id=link.guardian_id, kinship=link.kinship)
    history.record(own, "register_person", by=by)
    return own


def columns_of(person) -> dict:
    """What a record says of somebody, to be said by another."""
    plain = {name: getattr(person, name) for name in ("id_type", *Person.VEILED)}
    return plain | {name: getattr(person, name).plain for name in ("id_number", "phone", "address")}


def consequences(person, changes) -> dict:
    found = {"initials": initials(changes["name"])} if changes.get("name") else {}
    number = changes.get("id_number")
    if number and changes.get("id_type", person.id_type) == Person.IdType.RESIDENT:
        checked = check_id_number(number)
        found |= {"sex": checked.sex, "birth_on": checked.birth_on}
    return found


def refuse_known(person, number) -> None:
    lock_paper(number)
    others = Person.objects.with_paper(number).exclude(pk=person.pk)
    if not all(known_in_secret(other) for other in others):
        raise MoveRefused(_("这个证件号码已登记在另一份人员记录上：请核对，确是同一人的请合并。"))


def refuse_joined(person) -> None:
    if person.merged_into_id:
        raise MoveRefused(_("这份记录已合并到另一份，请在合并后的记录上办理。"))


@transaction.atomic
def reveal_person(person, *, by, file=None, reason="") -> None:
    """Show somebody's papers and telephones in full, and keep who looked and why.

    `file` is an open matter of one's own unit: then it is the reason; otherwise one is typed (practice.md, House and
    hall 6). The look stands in the person's history, and in that of the file. Persons before matters.
    """
    if file is None and not reason:
        raise MoveRefused(_("请填写查看事由。"))
    why = reason or _("在办事项")
    for subject in filter(None, [person, file]):
        history.record(subject, "reveal", by=by, note=why, details={"person": person.pk})


# --- Telephones -------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_phone(person, *, by, number, note="", is_primary=False) -> None:
    """Another number by which this person is reached and found."""
    allow(by, CORRECTS_PERSONS)
    reread_locked(person)
    refuse_joined(person)
    if number in numbers_of(person):
        raise MoveRefused(_("这个号码已经登记过了。"))
    if person.phone and not is_primary:
        Phone.objects.create(person=person, number=number, note=note)
        history.record(person, "add_phone", by=by)
    else:
        replace_phone(person, by=by, number=number)


def numbers_of(person) -> list[str]:
    own = [person.phone.plain] if person.phone else []
    return own + [phone.number.plain for phone in person.phones.all()]


@transaction.atomic
def make_primary(phone, *, by) -> None:
    """Ring this number first from now on."""
    allow(by, CORRECTS_PERSONS)
    person = phone.person
    reread_locked(person)
    refuse_joined(person)
    still = person.phones.filter(pk=phone.pk).first()
    if still is None:
        raise MoveRefused(_("这个号码刚刚被他人改动，请刷新后再试。"))
    replace_phone(person, by=by, number=still.number.plain)


@transaction.atomic
def remove_phone(phone, *, by) -> None:
    """Not a number of this person (any more)."""
    allow(by, CORRECTS_PERSONS)
    reread_locked(phone.person)
    removed, _rows = phone.person.phones.filter(pk=phone.pk).delete()
    if removed:
        history.record(phone.person, "remove_phone", by=by, details={"phone": phone.number_hash})


# --- Guardians --------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_guardian(minor, *, by, kinship, **person) -> Guardian:
    """Register who answers for a minor (民法典 27). `person` are the columns of the guardian."""
    allow(by, CORRECTS_PERSONS)
    guardian = register_person(by=by, in_secret=minor.in_secret, **person)
    return name_guardian(minor, guardian, by=by, kinship=kinship)


@transaction.atomic
def name_guardian(minor, guardian, *, by, kinship) -> Guardian:
    """Note that `guardian` answers for `minor`. Once; a minor can guard nobody."""
    history.lock(minor.dossier_id)
    if not minor.is_minor:
        raise MoveRefused(_("%(name)s不是未成年人，不需要登记法定代理人。") % {"name": minor.masked})
    if guardian.pk == minor.pk or guardian.is_minor:
        raise MoveRefused(_("法定代理人须是成年人，且不能是本人。"))
    standing = minor.guardians.filter(guardian=guardian, ended_at=None).first()
    if standing is None:
        standing = Guardian.objects.create(minor=minor, guardian=guardian, kinship=kinship)
        details = {"guardian": guardian.pk}
        history.record(minor, "add_guardian", by=by, details=details)
    return standing


@transaction.atomic
def end_guardian(guardian, *, by, note) -> None:
    """The guardianship is over, or was noted by mistake."""
    allow(by, CORRECTS_PERSONS)
    history.lock(guardian.minor.dossier_id)
    if Guardian.objects.filter(pk=guardian.pk, ended_at=None).update(ended_at=timezone.now()):
        details = {"guardian": guardian.guardian_id}
        history.record(guardian.minor, "end_guardian", by=by, note=note, details=details)


# --- Double records ---------------------------------------------------------------------------------------------------


@transaction.atomic
def merge_persons(kept, gone, *, by, reason) -> Merge:
    """Say that two records are of one person. `gone` stands for `kept` from now on, with all that it stood for."""
    allow(by, MERGES_PERSONS)
    lock_both(kept, gone)
    refuse_in_secret(kept, gone)
    if kept.pk == gone.pk:
        raise MoveRefused(_("不能与自己合并。"))
    if kept.merged_into_id or gone.merged_into_id:
        raise MoveRefused(_("其中一份记录刚刚被他人合并，请刷新后再核对。"))
    merge = Merge.objects.create(kept=kept, gone=gone, by=by, reason=reason)
    Person.objects.filter(Q(pk=gone.pk) | Q(merged_into=gone)).update(merged_into=kept)
    record_on_both(merge, "merge_persons", by=by, note=reason)
    return merge


@transaction.atomic
def unmerge_persons(merge, *, by, reason) -> Merge:
    """Take a merge back: the record that went stands for itself again, with all that had been joined to it before.

    What was registered in between was registered of the one that is kept, and stays there.
    """
    allow(by, MERGES_PERSONS)
    lock_both(merge.kept, merge.gone)
    merge.refresh_from_db()
    if merge.undone_at:
        raise MoveRefused(_("这次合并已经撤销。"))
    merge.undone_at, merge.undone_by = timezone.now(), by
    merge.save(update_fields=["undone_at", "undone_by"])
    joined = joined_to(merge.gone_id)
    Person.objects.filter(pk__in=joined - {merge.gone_id}).update(merged_into=merge.gone_id)
    Person.objects.filter(pk=merge.gone_id).update(merged_into=None)
    record_on_both(merge, "unmerge_persons", by=by, note=reason)
    return merge


@transaction.atomic
def tell_apart(person, other, *, by, reason) -> Apart:
    """Say that two records that look alike are of two people: nobody is asked about the pair again."""
    allow(by, MERGES_PERSONS)
    lock_both(person, other)
    refuse_in_secret(person, other)
    if person.pk == other.pk or other.standing.pk == person.standing.pk:
        raise MoveRefused(_("这两份记录已合并为同一人：请先撤销合并。"))
    one, two = sorted([person, other], key=lambda each: each.pk)
    if Apart.objects.standing().filter(one=one, other=two).exists():
        raise MoveRefused(_("已确认过不是同一人。"))
    apart = Apart.objects.create(one=one, other=two, by=by, reason=reason)
    record_of_pair(apart, "tell_apart", by=by, note=reason)
    return apart


@transaction.atomic
def doubt_again(apart, *, by, reason) -> None:
    """They may be one person after all: the pair is shown as likely the same again."""
    allow(by, MERGES_PERSONS)
    lock_both(apart.one, apart.other)
    if not Apart.objects.standing().filter(pk=apart.pk).update(undone_at=timezone.now(), undone_by=by):
        raise MoveRefused(_("这项确认已经撤销。"))
    record_of_pair(apart, "doubt_again", by=by, note=reason)


def refuse_in_secret(*persons) -> None:
    """What is said of two records stands in the histories of both."""
    if any(person.in_secret for person in persons):
        raise MoveRefused(_("其中一份记录只属于一件限制查看的事项，解除限制前不能处理。"))


def record_of_pair(apart, verb, *, by, note) -> None:
    details = {"apart": apart.pk, "one": apart.one_id, "other": apart.other_id}
    for person in sorted([apart.one, apart.other], key=lambda person: person.dossier_id):
        history.record(person, verb, by=by, note=note, details=details)


def joined_to(pk: int) -> set[int]:
    """A record with all that were joined to it, near and far."""
    joined, found = {pk}, {pk}
    while found:
        found = set(Merge.objects.standing().filter(kept__in=found).values_list("gone", flat=True))
        joined |= found
    return joined


def lock_both(*persons) -> None:
    """Lock the dossiers by number, so that two merges of the same people wait and never block each other."""
    for dossier in sorted({person.dossier_id for person in persons}):
        history.lock(dossier)
    for person in persons:
        person.refresh_from_db(fields=["merged_into"])


def record_on_both(merge, verb, *, by, note) -> None:
    details = {"merge": merge.pk, "kept": merge.kept_id, "gone": merge.gone_id}
    for person in sorted([merge.kept, merge.gone], key=lambda person: person.dossier_id):
        history.record(person, verb, by=by, note=note, details=details)
