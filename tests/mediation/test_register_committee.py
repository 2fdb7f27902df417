"""Who makes up a committee is registered: three to nine, a woman among them, for three years; the court is told."""

from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Composition, Member
from people.models import Unit
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import CommitteeFactory

ELECTED = date(2026, 5, 20)
NAMES = ("卢主任", "连翠英", "郑和田", "周国良", "余金发", "单秀珍", "解学龙", "曾广田", "祝春莲", "仇长富")


@pytest.fixture(autouse=True)
def _summer():
    with time_machine.travel(date(2026, 8, 3), tick=False):
        yield


def people(count, *, women=1, heads=1):
    """The first are heads, the last are women."""
    return [
        {
            "name": NAMES[n],
            "sex": "f" if n >= count - women else "m",
            "office": "head" if n < heads else "member",
        }
        for n in range(count)
    ]


def register(committee, by, members=None, elected_on=ELECTED):
    members = people(5) if members is None else members
    return services.register_committee(committee, by=by, elected_on=elected_on, members=members)


def test_it_stands_with_its_members_and_the_end_of_its_term(committee, head):
    composition = register(committee, head)
    assert composition.ends_on == date(2029, 5, 20)
    assert [str(one) for one in composition.members.all()][:2] == ["卢主任 男 主任", "连翠英 男 委员"]
    entry = composition.history.get()
    assert (entry.verb, entry.by) == ("register_committee", head)
    assert "主任 卢主任" in entry.note


@pytest.mark.parametrize("count", [3, 9])
def test_three_and_nine_are_enough(committee, head, count):
    assert register(committee, head, people(count)).members.count() == count


@pytest.mark.parametrize(
    ("members", "because"),
    [
        (people(2), "三至九人组成，现在是 2 人"),
        (people(10), "三至九人组成，现在是 10 人"),
        (people(5, women=0), "应当有妇女成员"),
        (people(5, heads=0), "设主任一人，现在是 0 人"),
        (people(5, heads=2), "设主任一人，现在是 2 人"),
    ],
)
def test_what_the_law_does_not_allow_is_refused_with_its_article(committee, head, members, because):
    with pytest.raises(MoveRefused, match=f"{because}.*人民调解法第八条"):
        register(committee, head, members)
    assert not Composition.objects.exists()


def test_a_term_of_three_years_that_is_over_is_not_registered(committee, head):
    with pytest.raises(MoveRefused, match="三年（人民调解法第九条）：这一届已于 2026-08-02 届满"):
        register(committee, head, elected_on=date(2023, 8, 2))
    assert register(committee, head, elected_on=date(2023, 8, 3)).ends_on == timezone.localdate()
    with pytest.raises(MoveRefused, match="不能晚于今天"):
        register(committee, head, elected_on=date(2026, 8, 4))


def test_the_court_is_told_of_every_change(committee, head):
    liaison = UserFactory(post=(Role.COURT, Unit.objects.get(code="court")))
    register(committee, head)
    register(committee, head, people(6))
    told = [message.text for message in liaison.notifications.all()]
    assert told == [f"人民调解委员会组成已登记或者调整：{committee}"] * 2


def test_the_last_one_counts_and_the_former_stays(committee, head):
    register(committee, head)
    latest = register(committee, head, people(6))
    assert Composition.objects.latest().get(unit=committee) == latest
    assert Composition.objects.filter(unit=committee).count() == 2


def test_the_director_registers_any_and_no_mediator_nor_another_head(committee, centre, mediator):
    director = UserFactory(post=(Role.DIRECTOR, centre))
    stranger = UserFactory(post=(Role.UNIT_HEAD, CommitteeFactory()))
    for user in (mediator, stranger):
        with pytest.raises(MoveRefused):
            register(committee, user)
    assert register(committee, director)


def test_the_database_keeps_a_term_and_names_once(committee, head):
    composition = register(committee, head)
    with pytest.raises(IntegrityError, match="composition_ends_after_it_begins"), transaction.atomic():
        Composition.objects.update(ends_on=ELECTED)
    with pytest.raises(IntegrityError, match="member_once"), transaction.atomic():
        Member.objects.create(composition=composition, name="卢主任", sex="m", office="member")


def test_a_failure_half_way_leaves_nothing(committee, head, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        register(committee, head)
    assert not Composition.objects.exists()
    assert not Member.objects.exists()


def test_the_pages_register_and_show_it(client, committee, head):
    client.force_login(head)
    pages = reverse("mediation:committees")
    url = reverse("mediation:register_committee", args=[committee.pk])
    assert url in client.get(pages).content.decode()
    given = {"elected_on": "2026-05-20", "members": "卢主任 男 主任\n连翠英 女 委员"}
    refused = client.post(url, given)
    assert refused.status_code == 409
    assert "第八条" in refused.content.decode()
    assert "连翠英 女 委员" in refused.content.decode()
    for line in ("郑和田 委员", "连翠英 女 委员", "郑" * 61 + " 男 委员"):
        assert client.post(url, given | {"members": f"{given['members']}\n{line}"}).status_code == 422
    given["members"] += "\n\n 郑和田  男 委员 "
    page = client.post(url, given, follow=True).content.decode()
    for words in ("郑和田 男 委员", "2026-05-20", "2029-05-20", "调整、改选", "委员 3 人"):
        assert words in page
    assert "卢主任 男 主任" in client.get(url).content.decode()


def test_a_term_that_has_ended_is_marked(client, committee, head):
    register(committee, head)
    with time_machine.travel(date(2029, 5, 21), tick=False):
        client.force_login(head)
        assert "已届满，应当改选" in client.get(reverse("mediation:committees")).content.decode()


def test_who_may_not_register_reads_the_list_and_finds_no_form(client, committee, head, mediator, court):
    register(committee, head)
    liaison = UserFactory(post=(Role.COURT, court))
    url = reverse("mediation:register_committee", args=[committee.pk])
    for user in (mediator, liaison):
        client.force_login(user)
        page = client.get(reverse("mediation:committees")).content.decode()
        assert "卢主任 男 主任" in page
        assert url not in page
        assert client.get(url).status_code == 403
    client.force_login(head)
    bureau = Unit.objects.get(code="housing")
    assert client.get(reverse("mediation:register_committee", args=[bureau.pk])).status_code == 404


def test_the_list_asks_the_same_however_many_there_are(
    client, committee, head, django_assert_max_num_queries
):
    register(committee, head)
    for _n in range(3):
        other = CommitteeFactory()
        register(other, UserFactory(post=(Role.UNIT_HEAD, other)))
    client.force_login(head)
    client.get(reverse("mediation:committees"))
    with django_assert_max_num_queries(12):
        client.get(reverse("mediation:committees"))
