"""Each rule is shown to fail on code that breaks it."""

from types import SimpleNamespace

import pytest
from django.db import models
from django.forms import modelform_factory

from kernel.models import ClockRule
from kernel.moves import NEW, Move, Moves
from tests.guards import rules


@pytest.fixture
def house(tmp_path):
    """A house of two apps, `desk` and `cases`, that keeps every rule."""
    for app in ("desk", "cases"):
        (tmp_path / app).mkdir()
    (tmp_path / "templates").mkdir()
    return tmp_path


def write(house, name, text):
    (house / name).write_text(text)


APPS = ["desk", "cases"]


def test_a_foreign_web_layer_is_found(house):
    write(house, "desk/services.py", "from cases.views import case_detail\n")
    assert rules.foreign_web_layers(house, APPS) == ["desk/services.py imports cases.views.case_detail"]


def test_an_unscoped_read_is_found(house):
    write(house, "desk/views.py", "def page(request):\n    return Case.objects.filter(pk=1)\n")
    assert rules.unscoped_reads(house, APPS) == ["desk/views.py:2 .objects.filter"]


def test_a_writing_view_is_found(house):
    write(house, "desk/views.py", "def page(request, case):\n    case.save()\n")
    assert rules.writing_views(house, APPS) == ["desk/views.py:2 .save()"]


def test_a_state_set_by_hand_is_found(house):
    write(house, "desk/services.py", "def jump(case):\n    case.state = 'closed'\n")
    assert rules.assigned_states(house, APPS) == ["desk/services.py:2"]


def test_a_clock_that_a_move_or_a_service_starts_is_found(house):
    opens = SimpleNamespace(MOVES=Moves(Move(verb="open", label="", sources={NEW}, starts=("desk.handle",))))
    write(
        house,
        "desk/services.py",
        "clocks.turn(row, stops=['desk.take'], starts=['desk.ring'] if x else [])\n",
    )
    write(house, "cases/services.py", "clocks.give(row, 'case.reply_by', last_day=day)\n")
    assert rules.started_clocks([opens], house, APPS) == {"desk.handle", "desk.ring", "case.reply_by"}


def test_a_dict_is_no_row(house):
    write(house, "desk/views.py", "def page(context):\n    context.update(a=1)\n")
    assert rules.writing_views(house, APPS) == []


def test_an_unscoped_choice_is_found(house):
    write(house, "desk/forms.py", "unit = forms.ModelChoiceField(Unit.objects.all())\n")
    assert rules.unscoped_choices(house, APPS, {"Unit"}) == []
    assert rules.unscoped_choices(house, APPS) == ["desk/forms.py:1"]
    write(house, "desk/forms.py", "unit = forms.ModelChoiceField(None)\n")
    assert rules.unscoped_choices(house, APPS) == []


def test_a_date_of_any_year_is_found(house):
    write(house, "desk/forms.py", "day = forms.DateField()\nat = MomentField()\n")
    assert rules.plain_dates(house, APPS) == ["desk/forms.py:1"]
    rule = modelform_factory(ClockRule, fields=["since", "name"])
    assert rules.loosely_dated([rule]) == ["ClockRuleForm.since"]


def test_an_unused_template_is_found(house):
    write(house, "templates/lost.html", "nobody names me")
    write(house, "templates/found.html", "I am named")
    write(house, "desk/views.py", 'render(request, "found.html#rows")\n')
    assert rules.unused_templates(house, APPS, set()) == ["lost.html"]


class Shape(models.TextChoices):
    OPEN = "open", "open"
    LOST = "lost", "lost"


class Model:
    MOVES = Moves(
        Move(verb="start", label="", sources={NEW}, target=Shape.OPEN, starts=("no.such.clock",)),
        Move(verb="go_on", label="", sources={Shape.OPEN}, target=Shape.OPEN, who={"clerk": "nobody"}),
    )
    _meta = SimpleNamespace(app_label="desk", get_field=lambda name: SimpleNamespace(choices=Shape.choices))


def test_a_move_without_a_service_is_found():
    assert rules.moves_without_service(Model, SimpleNamespace(start=1)) == ["go_on"]


def test_a_button_without_a_view_is_found():
    assert rules.moves_without_view(Model, {"desk:start"}) == ["go_on"]


def test_a_relation_that_the_row_does_not_know_is_found():
    assert rules.relations_nobody_answers(Model) == ["nobody"]


def test_a_state_that_nothing_reaches_is_found():
    assert rules.unreachable_states(Model) == {"lost"}


def test_a_clock_without_a_rule_is_found():
    assert rules.unknown_clocks(Model, {"case.take"}) == {"no.such.clock"}
