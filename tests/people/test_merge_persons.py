"""Two records of one person become one, and two again, and nothing of either is lost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.apps import apps
from django.db import connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.models import Dossier, HistoryEntry
from kernel.moves import MoveRefused
from people.likeness import likely_same
from people.models import Guardian, Merge, Person, Unit, User
from people.persons import add_phone, merge_persons, unmerge_persons
from people.roles import Role
from people.services import known_person, register_person
from tests.factories import CaseFactory, PersonFactory, UserFactory
from tests.people.factories import id_number


@pytest.fixture
def clerk():
    return UserFactory(post=(Role.CLERK, Unit.objects.centre()))


def all_rows():
    """Every row of every table but histories and merges, as they stand in the database."""
    left_out = {Dossier, HistoryEntry, Merge}
    return {
        model: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model not in left_out and not model._meta.proxy
    }


def merged(kept, gone, clerk):
    merge = merge_persons(kept, gone, by=clerk, reason="同一人")
    for person in (kept, gone):
        person.refresh_from_db()
    return merge


def test_merging_and_taking_it_back_gives_both_back_whole(clerk):
    kept = PersonFactory(name="王冬梅", phone="13800000001", id_number=id_number(), address="樟潭街道 1 号")
    gone = PersonFactory(name="王冬梅", phone="13800000002")
    add_phone(gone, by=clerk, number="0570-3012345")
    cases = [CaseFactory(applicant=kept), CaseFactory(applicant=gone)]
    before = all_rows()
    old = {person: list(person.dossier.entries.values_list("hash", flat=True)) for person in (kept, gone)}

    merge = merged(kept, gone, clerk)
    assert gone.standing == kept
    assert [case.parties.get().person for case in cases] == [kept, gone]
    unmerge_persons(merge, by=clerk, reason="是姐妹俩")

    assert all_rows() == before
    for person in (kept, gone):
        entries = list(person.dossier.entries.order_by("seq"))
        assert [entry.hash for entry in entries][:-2] == old[person]
        assert [entry.verb for entry in entries][-2:] == ["merge_persons", "unmerge_persons"]
        assert entries[-1].note == "是姐妹俩"


def test_papers_of_either_lead_to_the_one_that_is_kept(clerk):
    kept, gone = PersonFactory(id_number=id_number(12)), PersonFactory(id_number=id_number(14))
    merge = merged(kept, gone, clerk)
    assert known_person(id_number(12)) == known_person(id_number(14)) == kept
    assert set(Person.objects.filter(pk=gone.pk).with_their_doubles()) == {kept, gone}
    unmerge_persons(merge, by=clerk, reason="不是")
    assert known_person(id_number(14)) == gone


def test_what_was_registered_in_between_stays_with_the_one_that_was_kept(clerk):
    kept, gone = PersonFactory(id_number=id_number(12)), PersonFactory(id_number=id_number(14))
    merge = merged(kept, gone, clerk)
    came = register_person(by=clerk, name="王", id_number=id_number(14), phone="13911112222")
    assert came == kept
    unmerge_persons(merge, by=clerk, reason="不是")
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert kept.phone.plain == "13911112222"
    assert gone.phone.plain != "13911112222"


def test_a_merge_is_undone_once_and_nobody_is_merged_twice_or_with_themselves(clerk):
    one, two, three = PersonFactory.create_batch(3)
    merge = merged(one, two, clerk)
    for kept, gone in ((one, two), (three, two), (two, three), (one, one)):
        with pytest.raises(MoveRefused):
            merge_persons(kept, gone, by=clerk, reason="再来")
    unmerge_persons(merge, by=clerk, reason="不是")
    with pytest.raises(MoveRefused, match="已经撤销"):
        unmerge_persons(merge, by=clerk, reason="不是")


def test_an_inner_merge_can_be_taken_back_while_the_outer_one_stands(clerk):
    one, two, three = PersonFactory.create_batch(3)
    inner = merged(two, three, clerk)
    outer = merged(one, two, clerk)
    standing = dict(Person.objects.values_list("pk", "merged_into"))
    assert (standing[two.pk], standing[three.pk]) == (one.pk, one.pk)
    unmerge_persons(inner, by=clerk, reason="不是")
    unmerge_persons(outer, by=clerk, reason="不是")
    assert not Person.objects.exclude(merged_into=None).exists()


def test_only_a_clerk_or_the_director_merges():
    mediator = UserFactory(post=(Role.MEDIATOR, Unit.objects.centre()))
    with pytest.raises(MoveRefused, match="岗位"):
        merge_persons(*PersonFactory.create_batch(2), by=mediator, reason="同一人")


steps = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8)


@given(steps=steps, undone=st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_merges_taken_back_in_any_order_leave_no_row_changed(steps, undone):
    """And at every step each record stands for exactly the root of its tree of merges."""
    with transaction.atomic():
        clerk = UserFactory(post=(Role.CLERK, Unit.objects.centre()))
        persons = PersonFactory.create_batch(5)
        before, done = all_rows(), []
        for kept, gone in steps:
            try:
                done.append(merged(persons[kept], persons[gone], clerk))
            except MoveRefused:
                continue
            assert_forest()
        undone.shuffle(done)
        for merge in done:
            unmerge_persons(merge, by=clerk, reason="撤销")
            assert_forest()
        assert all_rows() == before
        transaction.set_rollback(True)


def assert_forest():
    into = dict(Merge.objects.standing().values_list("gone", "kept"))
    for pk, merged_into in Person.objects.values_list("pk", "merged_into"):
        root = pk
        while root in into:
            root = into[root]
        assert merged_into == (None if root == pk else root)


@pytest.mark.django_db(transaction=True)
def test_two_who_merge_the_same_two_crosswise_do_not_block_each_other():
    one, two = PersonFactory.create_batch(2)
    clerk = UserFactory(post=(Role.CLERK, Unit.objects.centre()))

    def merge(pair):
        try:
            kept, gone = (Person.objects.get(pk=person.pk) for person in pair)
            merge_persons(kept, gone, by=User.objects.get(pk=clerk.pk), reason="同一人")
            return "merged"
        except MoveRefused:
            return "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(merge, [(one, two), (two, one)])) == ["merged", "refused"]


# --- Likely the same ---------------------------------------------------------------------------------------------


def why(person):
    return {each.person: each.reasons for each in likely_same(person)}


def test_likely_doubles_are_shown_with_what_they_have_in_common(clerk):
    born = {"birth_on": "1985-01-01"}
    person = PersonFactory(name="王冬梅", phone="13800000001", id_number="330803198501010126", **born)
    same_day = PersonFactory(name="王冬梅", phone="13800000002", **born)
    family = PersonFactory(name="王大山", phone="13800000001")
    other_phone = PersonFactory(name="王冬梅", phone="13800000003")
    add_phone(other_phone, by=clerk, number="13800000001")
    typed_wrong = PersonFactory(name="王冬梅", id_number="330803198501010127")
    exchanged = PersonFactory(name="王冬梅", id_number="330803198510010126")
    PersonFactory(name="王冬梅", id_number="110101199912120011", birth_on="1999-12-12")
    person.refresh_from_db()

    found = why(person)
    assert set(found) == {same_day, family, other_phone, typed_wrong, exchanged}
    assert found[same_day] == ["姓名、出生日期相同"]
    assert found[other_phone] == ["姓名、电话相同"]
    assert found[typed_wrong] == found[exchanged] == ["证件号码只差一位"]
    assert "家人" in found[family][0]


def test_a_telephone_alone_does_not_make_one_of_a_child_and_its_mother(clerk):
    mother = PersonFactory(name="王冬梅", phone="13800000001")
    child = PersonFactory(
        name="王小禾", phone="13800000001", birth_on=timezone.localdate().replace(month=1, day=1)
    )
    grown = PersonFactory(name="王大禾", phone="13800000001")
    Guardian.objects.create(minor=grown, guardian=mother, kinship="母亲")
    assert why(child) == {}
    assert why(mother) == {}


def test_a_telephone_alone_does_not_make_one_of_two_with_papers_of_their_own():
    agent = PersonFactory(name="王冬梅", phone="13800000001", id_number=id_number())
    PersonFactory(name="周国良", phone="13800000001", id_number=id_number(serial=33, day="19600202"))
    assert why(agent) == {}


def test_the_same_paper_registered_twice_at_once_is_found():
    one, two = PersonFactory.create_batch(2, id_number=id_number())
    assert why(one)[two] == ["证件号码相同"]


def test_whoever_was_merged_is_likely_no_more(clerk):
    one, two = PersonFactory.create_batch(2, name="王冬梅", phone="13800000001")
    assert two in why(one)
    merged(one, two, clerk)
    assert why(one) == {}
