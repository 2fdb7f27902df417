import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.states import Urgency
from tests.cases.fixtures import opened
from tests.factories import PersonFactory

URL = reverse("cases:list")


@pytest.fixture
def other(clerk, centre, other_bureau):
    person = PersonFactory(name="周启航", initials="zqh")
    return opened(
        by=clerk,
        unit=centre,
        to_unit=other_bureau,
        applicant=person,
        title="楼上漏水",
        story="天花板发霉。",
        urgency=Urgency.URGENT,
    )


def test_names_are_masked(client, case, clerk):
    client.force_login(clerk)
    page = client.get(URL).content.decode()
    assert "王**" in page
    assert "王冬梅" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=漏水", {"other"}),
        ("q=王冬梅", {"case"}),
        ("q=wdm", {"case"}),
        ("q=没有这个词", set()),
        ("urgency=3", {"other"}),
        ("state=routed", {"case", "other"}),
        ("state=closed", set()),
        ("route=dispatch", {"case", "other"}),
        ("route=petitions", set()),
        ("since=2000-01-01&until=2100-01-01", {"case", "other"}),
        ("until=2000-01-01", set()),
        ("overdue=on", set()),
        ("since=not-a-day", set()),
    ],
)
def test_filters_and_words_narrow_the_list(client, case, other, clerk, query, found):
    client.force_login(clerk)
    page = client.get(f"{URL}?{query}").content.decode()
    assert {name for name, row in {"case": case, "other": other}.items() if row.number in page} == found


def test_unit_category_and_township_narrow_the_list(client, case, other, clerk):
    client.force_login(clerk)
    for query in (f"unit={case.unit_id}", f"township={case.area.code}", f"q={case.number}"):
        page = client.get(f"{URL}?{query}").content.decode()
        assert case.number in page
        assert other.number not in page
    assert case.number in client.get(f"{URL}?category={case.category_id}").content.decode()


def test_the_same_queries_for_two_rows_and_for_twenty(client, case, other, clerk, centre, bureau):
    client.force_login(clerk)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(URL)
        return len(captured)

    queries()
    before = queries()
    for _n in range(18):
        opened(by=clerk, unit=centre, to_unit=bureau, applicant=PersonFactory())
    assert queries() == before


def test_the_fragment_is_what_a_reload_shows(client, case, clerk, fragment_matches_page):
    client.force_login(clerk)
    fragment_matches_page(f"{URL}?q=工资&sort=due_at", "#rows")


def test_an_empty_list_says_so(client, clerk):
    client.force_login(clerk)
    assert "没有符合条件的事项" in client.get(URL).content.decode()
