"""A prepared read finds what its queryset finds, for any values."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils import timezone

from cases.models import Case
from kernel.prepared import PreparedFor
from people.models import POSTS_WITH_SEAT, Seat, User, posts_with_seat
from people.roles import Role
from tests.factories import CaseFactory, UnitFactory, UserFactory
from tests.intake.factories import hall, next_window, seated

pytestmark = pytest.mark.django_db


def found(posts):
    return [(post.pk, post.role, post.unit.area.path, getattr(post, "seat_that_day", None)) for post in posts]


def test_it_finds_what_its_queryset_finds_for_each_person_and_day(django_assert_num_queries):
    sits, elsewhere = seated(next_window(hall())), UserFactory(post=(Role.MEDIATOR, hall()))
    today = timezone.localdate()
    for user in (sits, elsewhere):
        for day in (today, today + timedelta(days=1)):
            with django_assert_num_queries(1):
                prepared = found(POSTS_WITH_SEAT.rows(user=user.pk, day=day))
            assert prepared == found(posts_with_seat(user.pk, day))
    assert found(POSTS_WITH_SEAT.rows(user=sits.pk, day=today))[0][-1] == Seat.objects.get(user=sits)


def test_a_statement_whose_examples_are_missing_is_refused():
    with pytest.raises(KeyError, match="day"):
        POSTS_WITH_SEAT.rows(user=1)


def test_a_read_for_each_sight_finds_what_its_queryset_finds_and_follows_a_changed_sight():
    case = CaseFactory()
    read = PreparedFor(lambda reader, pk: Case.objects.visible_to(reader).filter(pk=pk), {"pk": -1})
    holder = UserFactory(post=(Role.MEDIATOR, case.rounds.get().unit))
    stranger = UserFactory(post=(Role.MEDIATOR, UnitFactory()))
    for user in (holder, stranger, holder, AnonymousUser()):
        assert read.rows(user, pk=case.pk) == list(Case.objects.visible_to(user).filter(pk=case.pk))
    holder.posts.all().delete()
    assert read.rows(User.objects.get(pk=holder.pk), pk=case.pk) == []
    with pytest.raises(Http404):
        read.one_or_404(stranger, pk=case.pk)
