"""The real stream of changes, heard with all grants of all pages of a role, tells nothing of a hidden matter."""

import re

import pytest

from kernel import live
from people.models import Unit
from people.roles import Role
from tests.cases.test_restriction import OTHERS, accused, content_of, logged_in, pages
from tests.factories import CaseFactory, UnitFactory, UserFactory
from tests.streams import latest

pytestmark = pytest.mark.django_db(transaction=True)
GRANT = re.compile(r'data-live-grant="([^"]+)"')
LAST = "last"


def grants(user) -> list[str]:
    """The tokens on the pages of a person: one of each set of topics."""
    client = logged_in(user)
    tokens = {
        token
        for page in pages()
        for token in GRANT.findall(content_of(client.get(page)).decode(errors="replace"))
    }
    by_topics = {frozenset(live.granted([token])[0]): token for token in tokens}
    assert len(by_topics) < live.MAX_TOKENS
    return [*by_topics.values(), live.token([LAST])]


def heard(listener) -> set[str]:
    """All topics until the last."""
    topics = set()
    while LAST not in topics:
        kind, news = listener.next()
        assert kind == "changed"
        topics |= news
    return topics - {LAST}


def test_nobody_but_who_may_open_it_hears_that_something_changed(server, listen):
    office, centre = UnitFactory(kind=Unit.Kind.PETITIONS), Unit.objects.get(code="centre")
    officer = UserFactory(post=(Role.DISCIPLINE, office))
    people = {role: UserFactory(post=(role, centre)) for role in OTHERS}
    people["same office"] = UserFactory(post=(Role.PETITION_OFFICER, office))
    CaseFactory(unit=centre)
    CaseFactory(unit=office)
    tokens = {user: grants(user) for user in [*people.values(), officer]}
    live.publisher.publish([LAST])
    now = latest(server)
    listeners = {who: listen(tokens=tokens[user], since=now) for who, user in people.items()}
    own = listen(tokens=tokens[officer], since=now)
    case = accused(office, officer)
    live.publisher.publish([LAST])
    assert {who: heard(listener) for who, listener in listeners.items()} == dict.fromkeys(people, set())
    assert heard(own) & set(case.latest_round().topics())
