"""A prepared read finds what its queryset finds, for any values."""

from datetime import timedelta

import pytest
from django.utils import timezone

from people.models import POSTS_WITH_SEAT, Seat, posts_with_seat
from people.roles import Role
from tests.factories import UserFactory
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
