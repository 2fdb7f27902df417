"""立卷归档: put away after the follow-up, bound, and looked through by a second person."""

import pytest
from django.urls import reverse

from governance_center.work import PILES
from kernel.models import Notification
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Archive
from mediation.papers import cover, file_of
from mediation.states import ArchiveState, Ground
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import accepted, closed, filing, in_force, put_away


@pytest.fixture
def done(mediator, keeper, clerk):
    return closed(accepted(mediator), keeper, clerk)


@pytest.fixture
def archive(done):
    return put_away(done)


def test_a_closed_mediation_is_put_away_and_leaves_its_trace(done, mediator, head):
    row = put_away(done, "疑难")
    assert (row.state, row.difficulty.name, row.pages) == (ArchiveState.ARCHIVED, "疑难", 12)
    entry = row.history.get(verb="archive")
    assert (entry.by, entry.note, entry.details) == (mediator, "疑难，长期", {"pages": 12})
    assert Notification.objects.filter(to=head, text__contains="请评查卷宗").count() == 1


def test_it_waits_for_the_end_the_follow_up_and_the_closing(mediation, keeper):
    with pytest.raises(MoveRefused, match="还没有结束"):
        put_away(mediation)
    in_force(mediation, keeper)
    with pytest.raises(MoveRefused, match="还没有回访办结"):
        put_away(mediation)


def test_what_was_never_mediated_has_no_file_of_its_own(mediation):
    services.give_up(
        mediation,
        by=mediation.mediator,
        ground=Ground.REFUSED,
        note="不愿意",
        route="court",
        unit=mediation.unit,
    )
    with pytest.raises(MoveRefused, match="没有进行调解"):
        put_away(mediation)


def test_it_is_put_away_once_and_by_the_committee(done, stranger):
    with pytest.raises(MoveRefused):
        put_away(done, by=stranger)
    put_away(done)
    with pytest.raises(MoveRefused, match="已经立卷"):
        put_away(done)


def test_a_failure_half_way_leaves_nothing(done, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        put_away(done)
    assert not Archive.objects.exists()


def test_a_second_person_finds_it_in_order(archive, head):
    services.pass_check(archive, by=head, finding="材料齐全")
    archive.refresh_from_db()
    assert (archive.state, archive.checked_by, archive.finding) == (ArchiveState.PASSED, head, "材料齐全")
    with pytest.raises(MoveRefused):
        services.fail_check(archive, by=head, finding="太晚了")


def test_nobody_checks_their_own_file(archive, mediator, colleague, committee):
    for user in (mediator, colleague):
        with pytest.raises(MoveRefused):
            services.pass_check(archive, by=user)
    own = UserFactory(post=(Role.UNIT_HEAD, committee))
    own.posts.create(role=Role.MEDIATOR, unit=committee)
    archive.mediation.mediator = own
    archive.mediation.save()
    with pytest.raises(MoveRefused):
        services.pass_check(Archive.objects.get(), by=own)


def test_whoever_put_it_away_does_not_check_it(done, committee):
    both = UserFactory(post=(Role.UNIT_HEAD, committee))
    both.posts.create(role=Role.MEDIATOR, unit=committee)
    row = put_away(done, by=both)
    with pytest.raises(MoveRefused, match="另一人"):
        services.pass_check(row, by=both)


def test_what_is_missing_is_said_mended_and_checked_again(archive, head, mediator):
    services.fail_check(archive, by=head, finding="缺送达回证")
    archive.refresh_from_db()
    assert (archive.state, archive.finding) == (ArchiveState.RETURNED, "缺送达回证")
    assert Notification.objects.filter(to=mediator, text__contains="评查不合格").count() == 1
    services.archive_again(
        archive,
        by=mediator,
        difficulty=filing("difficulty", "简单"),
        retention=filing("retention", "短期"),
        pages=13,
    )
    archive.refresh_from_db()
    assert (archive.state, archive.difficulty.name, archive.pages) == (ArchiveState.ARCHIVED, "简单", 13)
    services.pass_check(archive, by=head)


def test_a_check_that_fails_half_way_leaves_nothing(archive, head, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.pass_check(archive, by=head)
    archive.refresh_from_db()
    assert archive.state == ArchiveState.ARCHIVED


def test_the_cover_says_who_put_it_away_and_for_how_long(archive):
    rows = dict(cover(file_of(archive.mediation)).blocks[0].rows)
    assert (rows["立卷人"], rows["保管期限"]) == ("连翠英", "长期")


def test_the_pages_of_all_four(client, done, mediator, centre):
    director = UserFactory(post=(Role.DIRECTOR, centre))
    detail = reverse("mediation:detail", args=[done.pk])
    client.force_login(mediator)
    url = reverse("mediation:archive", args=[done.pk])
    assert url in client.get(detail).content.decode()
    assert client.post(url, {}).status_code == 422
    given = {"difficulty": filing("difficulty", "一般").pk, "retention": filing("retention", "永久").pk}
    assert client.post(url, given).status_code == 302
    row = Archive.objects.get()
    assert row.pages > 5
    assert client.get(url).status_code == 409
    assert "待评查" in client.get(detail).content.decode()

    client.force_login(director)
    assert reverse("mediation:pass_check", args=[row.pk]) in client.get(detail).content.decode()
    url = reverse("mediation:fail_check", args=[row.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"finding": ""}).status_code == 422
    assert client.post(url, {"finding": "缺目录"}).status_code == 302

    client.force_login(mediator)
    url = reverse("mediation:archive_again", args=[row.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, given).status_code == 302
    client.force_login(director)
    url = reverse("mediation:pass_check", args=[row.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {}).status_code == 302
    page = client.get(reverse("mediation:archive_list"), {"state": "passed"}).content.decode()
    assert row.case.number in page


def test_others_find_no_file(client, archive, stranger):
    client.force_login(stranger)
    assert client.get(reverse("mediation:pass_check", args=[archive.pk])).status_code == 404
    assert archive.case.number not in client.get(reverse("mediation:archive_list")).content.decode()


def test_the_list_costs_the_same_with_more_rows(
    client, archive, mediator, keeper, clerk, django_assert_num_queries, django_assert_max_num_queries
):
    client.force_login(mediator)
    url = reverse("mediation:archive_list")
    client.get(url)
    with django_assert_max_num_queries(25) as few:
        client.get(url)
    put_away(closed(accepted(mediator), keeper, clerk))
    with django_assert_num_queries(len(few)):
        client.get(url)


def test_files_to_check_lie_with_the_head_and_not_with_who_put_them_away(archive, head, stranger, client):
    pile = PILES["archives"]
    assert list(pile.rows(head)) == [archive]
    assert not pile.rows(archive.archived_by)
    assert not pile.rows(stranger)
    client.force_login(head)
    page = client.get(reverse("pile", args=["archives"])).content.decode()
    assert reverse("mediation:detail", args=[archive.mediation_id]) in page
    services.pass_check(archive, by=head)
    assert not pile.rows(head)
