"""Whether an agreement is kept: paid in parts, late, broken."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases import escalation
from cases import services as cases
from cases.models import Category, ContactEntry, FollowUp
from cases.states import State as RoundState
from kernel.models import Notification
from kernel.moments import NEVER
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Payment, Performance
from mediation.remedies import remedies
from mediation.states import CheckItem, PayWay, PerformanceState
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import TEXTS, drafted_in_parts, in_force, mediator_of, sign_all

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def agreement(mediation, keeper):
    today = timezone.localdate()
    days = [today, today + timedelta(days=20), today + timedelta(days=50)]
    parts = list(zip(("4806.05", "4000", "4000"), days, strict=True))
    drafted = drafted_in_parts(mediation, parts)
    services.submit_agreement(drafted, by=mediation.mediator, checked=CheckItem.values)
    sign_all(drafted)
    services.set_stamp(drafted, by=keeper, stamped_on=today)
    drafted.refresh_from_db()
    mediation.refresh_from_db()
    return drafted


@pytest.fixture
def whole(mediation, keeper):
    """What is to be done at once, by one day."""
    return in_force(mediation, keeper).performances.get()


def pay(performance, amount, by, on=None):
    return services.record_payment(
        performance,
        by=by,
        amount=amount and Decimal(amount),
        paid_on=on or timezone.localdate(),
        way=PayWay.CASH,
    )


def test_each_instalment_is_a_promise_with_a_clock_of_its_own(agreement):
    promised = list(agreement.performances.all())
    assert [one.amount for one in promised] == [Decimal("4806.05"), Decimal(4000), Decimal(4000)]
    assert [one.clocks.get().last_day for one in promised] == [one.due_on for one in promised]
    assert {one.clocks.get().code for one in promised} == {"mediation.instalment"}
    assert agreement.mediation.round.clocks.running().get().code == "case.follow_up"


def test_without_instalments_the_whole_of_it_is_one_promise(whole):
    assert (whole.amount, whole.due_on) == (TEXTS["amount"], TEXTS["perform_by"])
    assert whole.name_of_clocks == "履行协议"


def test_an_agreement_without_a_day_or_money_has_no_clock_and_is_fulfilled_on_its_page(client, mediation):
    texts = TEXTS | {"perform_by": None, "amount": None}
    agreement = services.record_oral_agreement(
        mediation, by=mediation.mediator, agreed_on=timezone.localdate(), **texts
    )
    promised = agreement.performances.get()
    assert promised.due_at == NEVER
    client.force_login(mediation.mediator)
    url = reverse("mediation:record_payment", args=[promised.pk])
    assert "实际支付" not in client.get(url).content.decode()
    assert client.post(url, {"paid_on": timezone.localdate(), "way": "goods"}).status_code == 302
    promised.refresh_from_db()
    assert promised.state == PerformanceState.KEPT


def test_nobody_is_late_before_the_agreement_binds(mediation, keeper):
    today = timezone.localdate()
    type(mediation).objects.update(opened_at=timezone.now() - timedelta(days=9))
    yesterday = [("12806.05", today - timedelta(days=1))]
    agreement = drafted_in_parts(mediation, yesterday)
    services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)
    sign_all(agreement)
    services.set_stamp(agreement, by=keeper, stamped_on=today)
    assert agreement.performances.get().clocks.get().last_day == today


def test_a_part_is_noted_and_the_last_of_it_fulfils_the_promise(agreement, colleague):
    first = agreement.performances.first()
    pay(first, "1000", colleague)
    assert (first.state, first.rest, first.shown_state) == (
        PerformanceState.PROMISED,
        Decimal("3806.05"),
        "部分履行",
    )
    assert first.clocks.running().exists()
    pay(first, "3806.05", colleague)
    first.refresh_from_db()
    assert (first.state, first.kept_on) == (PerformanceState.KEPT, timezone.localdate())
    assert not first.clocks.running().exists()
    verbs = [entry.verb for entry in first.history.order_by("seq")]
    assert verbs == ["promise", "record_payment", "record_payment", "keep_promise"]
    assert first.history.filter(verb="record_payment").first().details["amount"] == "1000"


def test_more_than_is_owed_nothing_and_impossible_days_are_refused(agreement, mediation):
    first = agreement.performances.first()
    with pytest.raises(MoveRefused, match=r"还应付 4,806\.05 元"):
        pay(first, "5000", mediation.mediator)
    with pytest.raises(MoveRefused, match="实际支付"):
        pay(first, None, mediation.mediator)
    with pytest.raises(MoveRefused, match="不能晚于今天"):
        pay(first, "1", mediation.mediator, on=timezone.localdate() + timedelta(days=1))
    assert not Payment.objects.exists()


def test_what_is_fulfilled_takes_no_payment_and_strangers_note_none(whole, mediation, stranger):
    with pytest.raises(MoveRefused, match="没有权限"):
        pay(whole, "1", stranger)
    pay(whole, "12806.05", mediation.mediator)
    with pytest.raises(MoveRefused, match="履行完毕"):
        pay(whole, "1", mediation.mediator)


def test_a_failure_half_way_leaves_nothing(whole, mediation, monkeypatch):
    monkeypatch.setattr("mediation.services.performance.keep_promise", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        pay(whole, "12806.05", mediation.mediator)
    assert not Payment.objects.exists()
    assert not whole.history.filter(verb="record_payment").exists()


def test_a_payment_of_nothing_is_refused_by_the_database(whole, mediation):
    payment = pay(whole, "1", mediation.mediator)
    with pytest.raises(IntegrityError, match="payment_is_some_money_or_none"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(amount=0)
    with pytest.raises(IntegrityError, match="performance_kept_has_a_day"), transaction.atomic():
        Performance.objects.filter(pk=whole.pk).update(state="kept")


def test_who_is_late_is_told_of_once_as_a_party_and_no_officer_is_late(agreement, mediation):
    second = agreement.performances.get(number=2)
    before = Notification.objects.count()
    with time_machine.travel(timezone.now() + timedelta(days=22)):
        pay_nobody = escalation.sweep(timezone.now())
        told = Notification.objects.filter(to=mediation.mediator, subject_id=second.pk)
        assert pay_nobody
        assert told.get().text == f"{second}：当事人逾期未履行，请电话督促"
        assert told.get().kind == "news"
        assert second.shown_state == "逾期"
        escalation.sweep(timezone.now())
        assert told.count() == 1
    assert Notification.objects.count() > before


def test_the_round_closes_while_promises_are_outstanding(agreement, mediation, centre):
    clerk = UserFactory(post=(Role.CLERK, centre))
    cases.grant_sight(mediation.case, centre, "holds")
    round = mediation.round
    cases.follow_up(round, by=clerk, way=FollowUp.Way.PHONE, said="按约履行中", promise_kept=True)
    assert round.state == RoundState.CLOSED
    ended = mediation.ended_at
    pay(agreement.performances.last(), "4000", mediation.mediator)
    mediation.refresh_from_db()
    assert mediation.ended_at == ended


def test_the_mediator_rings_whoever_is_to_pay(agreement, mediation, stranger):
    second = agreement.performances.get(number=2)
    payer = second.instalment.payer
    with pytest.raises(MoveRefused):
        services.remind_party(second, by=stranger, whom=payer, said="…")
    services.remind_party(second, by=mediation.mediator, whom=payer, said="答应周五前转账")
    contact = ContactEntry.objects.get(case=mediation.case)
    assert (contact.whom, contact.said) == (payer.name, "答应周五前转账")
    assert second.history.get(verb="remind_party").note == payer.masked


def test_a_broken_promise_stops_the_reminders_and_offers_what_the_law_allows(whole, mediation, stranger):
    with pytest.raises(MoveRefused):
        services.note_breach(whole, by=stranger, note="…")
    services.note_breach(whole, by=mediation.mediator, note="拒绝支付")
    whole.refresh_from_db()
    assert (whole.state, whole.breach) == (PerformanceState.BROKEN, "拒绝支付")
    assert not whole.clocks.running().exists()
    assert [way.slug for way in remedies(whole)] == ["again", "court"]
    assert [way.slug for way in remedies(whole, confirmed=True)] == ["again", "enforcement"]
    whole.case.category = Category.objects.get(code="C01")
    assert [way.slug for way in remedies(whole)] == ["again", "payment_order", "court"]
    with pytest.raises(MoveRefused, match="未按约履行"):
        services.note_breach(whole, by=mediation.mediator, note="再来")
    pay(whole, "12806.05", mediation.mediator)
    whole.refresh_from_db()
    assert whole.state == PerformanceState.KEPT


@pytest.mark.parametrize("verb", ["note_breach", "remind_party"])
def test_a_note_that_fails_half_way_leaves_nothing(whole, mediation, monkeypatch, verb):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    given = {
        "note_breach": {"note": "…"},
        "remind_party": {"whom": mediation.case.parties.first(), "said": "…"},
    }
    with pytest.raises(ZeroDivisionError):
        getattr(services, verb)(whole, by=mediation.mediator, **given[verb])
    whole.refresh_from_db()
    assert (whole.state, whole.breach) == (PerformanceState.PROMISED, "")
    assert not ContactEntry.objects.exists()


def test_the_pages_pay_remind_and_break(client, agreement, mediation):
    client.force_login(mediation.mediator)
    first, second, third = agreement.performances.all()
    detail = reverse("mediation:detail", args=[mediation.pk])
    assert "第 3 期履行" in client.get(detail).content.decode()
    url = reverse("mediation:record_payment", args=[first.pk])
    assert 'value="4806.05"' in client.get(url).content.decode()
    scan = SimpleUploadedFile("收据.png", PNG, "image/png")
    given = {"amount": "4,806.05", "paid_on": timezone.localdate(), "way": "cash", "receipt": scan}
    assert client.post(url, given).status_code == 302
    assert first.payments.get().receipt.name == "收据.png"
    url = reverse("mediation:remind_party", args=[second.pk])
    page = client.get(url).content.decode()
    assert "联系电话" in page
    assert 'name="whom"' in page
    whom = second.instalment.payer_id
    assert client.post(url, {"whom": whom, "said": "月底付"}).status_code == 302
    url = reverse("mediation:note_breach", args=[third.pk])
    assert client.post(url, {"note": "明确表示不付"}).status_code == 302
    page = client.get(detail).content.decode()
    assert "《人民调解法》第三十二条" in page
    assert "履行凭证" in page
    assert client.get(reverse("mediation:record_payment", args=[first.pk])).status_code == 409


def test_the_list_shows_what_is_due_and_late_to_the_committee_alone(client, agreement, mediation, stranger):
    url = reverse("mediation:performance_list")
    client.force_login(mediation.mediator)
    assert client.get(url).content.decode().count(mediation.case.number) >= 3
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        client.force_login(mediation.mediator)
        page = client.get(url, {"stage": "late"}).content.decode()
    assert page.count("逾期") >= 2
    client.force_login(stranger)
    assert mediation.case.number not in client.get(url).content.decode()


def test_when_the_mediator_left_the_committee_is_told(agreement, mediation, committee):
    other = mediator_of(committee)
    first = agreement.performances.first()
    assert first.keepers() == [mediation.mediator]
    mediation.mediator.posts.all().delete()
    first = Performance.objects.get(pk=first.pk)
    assert other in first.keepers()
    assert mediation.mediator not in first.keepers()


def test_dates_of_the_law_stay_in_the_rules():
    assert Performance(due_on=date(2026, 10, 30), kept_on=date(2026, 11, 3)).late_from == date(2026, 10, 31)
    assert Performance(due_on=date(2026, 10, 30), kept_on=date(2026, 10, 30)).late_from is None
