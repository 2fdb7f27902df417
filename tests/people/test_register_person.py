"""One paper, one record, whoever registers it at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from people import services
from people.models import Person, Unit
from people.roles import Role
from tests.factories import UserFactory
from tests.people.factories import id_number


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_register_one_new_paper_at_once_get_one_record(monkeypatch):
    clerk = UserFactory(post=(Role.CLERK, Unit.objects.centre()))
    both_looked, mine, look = threading.Barrier(2, timeout=10), threading.local(), services.known_person

    def known_to_neither(number):
        """Both have looked, and found nobody, before either goes on."""
        found = look(number)
        if not getattr(mine, "looked", False):
            mine.looked = True
            both_looked.wait()
        return found

    monkeypatch.setattr(services, "known_person", known_to_neither)

    def register(name):
        try:
            return services.register_person(by=clerk, name=name, id_number=id_number())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as windows:
        one, other = windows.map(register, ["王冬梅", "王冬妹"])
    assert one == other
    assert Person.objects.count() == 1
