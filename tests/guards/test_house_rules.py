"""The house as it stands keeps its rules."""

from fnmatch import fnmatch
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.forms import BaseForm
from django.urls import URLPattern, get_resolver

from kernel.models import ClockRule, Tracked
from kernel.scoping import Reference
from mediation.states import TERMS
from tests.guards import rules

OURS = [*settings.OUR_APPS, "governance_center"]
ROOT = settings.BASE_DIR
MOVING = [
    model
    for model in apps.get_models()
    if issubclass(model, Tracked) and getattr(model, "MOVES", None) is not None
]
each_life_cycle = pytest.mark.parametrize("model", MOVING, ids=lambda model: model._meta.label)

REFERENCE = {
    model.__name__ for model in apps.get_models() if isinstance(model._default_manager.all(), Reference)
}
OPEN_TO_ALL = {
    "people:login": "the log-in itself",
    "people:second_factor": "its second step",
    "people:resume": "the log-in in the overlay of the time-out; a signed token names the person",
    "people:presence": "tells a page whether its own person is still logged in, and nothing else",
    "favicon": "an icon, asked for by browsers on their own",
    "healthz": "asked by the machine that runs us",
    "readyz": "asked by the machine that runs us",
    "metrics": "open to loopback, or with a token",
    "kernel:live_versions": "a signed token names the topics",
    "intake:screen": "a screen of the hall has no keyboard; somebody pairs it, and its browser holds a token",
    "intake:offer_screen": "the same screen, asking for a code to be paired by",
    "intake:heard": "the same screen, saying that it spoke",
    "intake:kiosk": "a screen that gives numbers, paired the same way",
    "intake:kiosk_ticket": "the number that this kiosk just gave, for three minutes",
    "public:home": "for citizens",
    "public:query": "for citizens, with query code and tail",
    "public:enquire_progress": "for citizens, after a query",
    "public:rate": "for citizens, after a query",
    "public:withdraw": "for citizens, after a query",
}
"""URLs that need no log-in, and why. A name that is not needed any more fails as loudly as one that is missing."""


NOT_STARTED = {
    "petition.inform": "a unit to which somebody petitions directly; registering there is still to come",
    "petition.*.simple": "the simple procedure is still to come",
    "mediation.committee_term": "a day on the page of the committees, by which nobody is pressed",
    "mediation.mediate.traffic": "days of the traffic police, who mediate damage themselves; no kind of a committee's",
    "court.docket": "the court's own days, shown to those who are guided there; filing comes with its issue",
    "court.payment_order": "as court.docket",
    "court.protect*": "as court.docket",
    "court.try*": "as court.docket",
    "aid.*": "days of a body outside, which the page of rules and `due` tell; no desk of ours",
    "injury.*": "as aid",
    "labour.*": "as aid",
    "land.*": "as aid",
    "market.*": "as aid",
    "review.*": "as aid",
    "wages.*": "as aid",
    "event.*": "events come with the dispatch desk's issue",
    "online.route": "entry from outside comes with the issue of the online entry",
}
"""Rules of clocks that nothing in the code starts yet, and why. What is started meanwhile fails here as loudly."""


def url_patterns(patterns=None, namespace="", before=""):
    """The name, the pattern and the whole route of every address."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry, route
        else:
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from url_patterns(entry.url_patterns, inner, route)


def test_no_app_imports_anothers_web_layer():
    assert rules.foreign_web_layers(ROOT, settings.OUR_APPS) == []


def test_views_and_forms_read_through_visible_to_only():
    assert rules.unscoped_reads(ROOT, OURS, REFERENCE) == []


def test_views_and_forms_do_not_write():
    assert rules.writing_views(ROOT, OURS) == []


def test_only_the_kernel_sets_a_state():
    assert rules.assigned_states(ROOT, OURS[1:]) == []


@each_life_cycle
def test_every_move_has_a_service_of_the_same_name(model):
    assert rules.moves_without_service(model, import_module(f"{model._meta.app_label}.services")) == []


@each_life_cycle
def test_every_button_has_a_view_of_the_same_name(model):
    assert rules.moves_without_view(model, {name for name, _entry, _route in url_patterns()}) == []


@each_life_cycle
def test_every_relation_of_a_move_is_known_to_its_row(model):
    assert rules.relations_nobody_answers(model) == []


@each_life_cycle
def test_every_state_can_be_reached(model):
    assert rules.unreachable_states(model) == set()


@each_life_cycle
def test_every_clock_of_a_move_has_a_rule(model):
    assert rules.unknown_clocks(model, set(ClockRule.objects.values_list("code", flat=True))) == set()


def test_every_clock_rule_is_started_by_something_or_is_listed():
    of_kinds = {terms.clock for terms in TERMS.values()}
    started = rules.started_clocks(MOVING, ROOT, settings.OUR_APPS) | of_kinds
    others = set(ClockRule.objects.values_list("code", flat=True)) - started
    listed = {pattern: {code for code in others if fnmatch(code, pattern)} for pattern in NOT_STARTED}
    assert others - set().union(*listed.values()) == set()
    assert [pattern for pattern, codes in listed.items() if not codes] == []
    assert [code for code in started if any(fnmatch(code, pattern) for pattern in NOT_STARTED)] == []


def test_every_url_needs_a_log_in_unless_it_is_listed():
    open_to_all = {
        name for name, entry, _route in url_patterns() if not getattr(entry.callback, "login_required", True)
    }
    assert open_to_all == set(OPEN_TO_ALL)


def test_every_template_is_used():
    own = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
    assert rules.unused_templates(ROOT, OURS, own) == []


def test_forms_offer_rows_through_visible_to_only():
    assert rules.unscoped_choices(ROOT, OURS, REFERENCE) == []


def forms_below(form):
    for one in form.__subclasses__():
        yield from (one, *forms_below(one))


def test_typed_dates_lie_in_our_years():
    assert rules.plain_dates(ROOT, OURS) == []
    assert get_resolver().url_patterns, "all forms are read"
    ours = [form for form in forms_below(BaseForm) if form.__module__.split(".")[0] in OURS]
    assert len(ours) > 50
    assert rules.loosely_dated([form for form in ours if hasattr(form, "base_fields")]) == []


def test_migrations_are_complete():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
