"""One firm, one record, however many clerks name it."""

import threading
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from cases.models import Party
from cases.states import Side
from people.models import Organisation
from people.services import register_organisation
from tests.factories import CaseFactory

FIRM = "衢江区宏远物业服务有限公司"


@pytest.mark.django_db(transaction=True)
def test_a_firm_that_two_clerks_name_at_once_is_one_firm():
    together, found = threading.Barrier(2), []

    def name_it():
        together.wait()
        try:
            found.append(register_organisation(name=FIRM).pk)
        finally:
            connection.close()

    for _ in range(10):
        threads = [threading.Thread(target=name_it) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found.pop() == found.pop()
        Organisation.objects.all().delete()


@pytest.mark.django_db
def test_a_firm_with_a_code_is_another_than_the_nameless_one():
    code = "91330803MA28F4XC2L"
    assert register_organisation(name=FIRM, uscc=code) == register_organisation(name="又名", uscc=code)
    assert register_organisation(name=FIRM) != register_organisation(name=FIRM, uscc=code)


@pytest.mark.django_db
def test_doubles_from_before_become_the_first_of_them():
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX organisation_name_once_without_code")
    first, double = (Organisation.objects.create(name=FIRM) for _ in range(2))
    party = Party.objects.create(case=CaseFactory(), side=Side.RESPONDENT, organisation=double, name=FIRM)
    import_module("people.migrations.0007_organisations_once").join_doubles(apps, None)
    party.refresh_from_db()
    assert party.organisation == first
    assert list(Organisation.objects.all()) == [first]
