"""What a centre starts with is put beside what its people made of it, on every start."""

from django.core.management import call_command

from intake.models import TurnRule
from intake.states import USUAL_MINUTES, Turn


def test_an_old_installation_gets_the_rule_that_it_has_not_and_keeps_what_somebody_changed():
    call_command("load_reference", verbosity=0)
    TurnRule.objects.filter(kind=Turn.LAPSED).delete()
    TurnRule.objects.filter(kind=Turn.PREGNANT).update(minutes=90)
    before = TurnRule.objects.get(kind=Turn.PREGNANT).pk
    call_command("load_reference", verbosity=0)
    kept = dict(TurnRule.objects.values_list("kind", "minutes"))
    assert kept == USUAL_MINUTES | {Turn.PREGNANT: 90}
    assert TurnRule.objects.get(kind=Turn.PREGNANT).pk == before


def test_it_changes_nothing_when_it_runs_again():
    call_command("load_reference", verbosity=0)
    TurnRule.objects.filter(kind=Turn.LAPSED).update(minutes=30)
    before = list(TurnRule.objects.values())
    call_command("load_reference", verbosity=0)
    assert list(TurnRule.objects.values()) == before
