import re
import time
from collections import Counter
from datetime import date
from random import Random

import pytest

from cases import reference
from cases.suggestion import amount, numeral, suggest
from governance_center.demo import names, texts
from people.identity import check_credit_code, check_id_number, normalise_phone

CATEGORIES = [row.code for row in reference.categories()]
TODAY = date(2026, 11, 23)


def test_people_have_right_numbers_of_nobody_alive():
    for index in range(3_000):
        person = names.person(index)
        checked = check_id_number(person.id_number, TODAY)
        assert 1901 <= checked.birth_on.year <= 1906
        assert (checked.sex, checked.birth_on) == (person.sex, person.birth_on)
        assert person.phone.startswith("1990")
        assert normalise_phone(person.phone) == person.phone


def test_no_two_people_share_a_number():
    assert len({names.id_number(index) for index in range(200_000)}) == 200_000
    assert len({names.phone(index) for index in range(200_000)}) == 200_000
    assert not names.RESERVED & {names.id_number(index, "430421") for index in range(200_000)}


def test_most_people_are_local_and_some_come_from_hunan():
    regions = Counter(names.person(index).id_number[:6] for index in range(3_000))
    assert regions["330803"] > 2_000
    assert regions["430421"] > 0


def test_the_same_seed_gives_the_same_people_firms_and_stories():
    assert names.person(77, seed=5) == names.person(77, seed=5) != names.person(77, seed=6)
    assert names.firm(3, "C06") == names.firm(3, "C06")
    assert texts.story(Random(9), "C01") == texts.story(Random(9), "C01")


def test_firms_have_right_codes():
    for index in range(500):
        assert not check_credit_code(names.firm(index, "C01").uscc).warning


def test_twenty_thousand_people_a_second():
    start = time.perf_counter()
    for index in range(4_000):
        names.person(index)
    assert time.perf_counter() - start < 1  # twenty thousand on a quiet machine, with room for a busy one


def test_there_are_many_templates_in_every_category():
    assert len(texts.templates()) >= 150
    counts = Counter(template.category for template in texts.templates())
    assert set(counts) == set(CATEGORIES)
    assert min(counts.values()) >= 5
    outlets = {row.code for row in reference.outlets()}
    for template in texts.templates():
        assert template.outlet in outlets
        assert template.urgency in {"一般", "较急", "紧急", "特急"}


@pytest.mark.parametrize("category", CATEGORIES)
def test_stories_are_filled_and_say_their_amount(category):
    rng = Random(1)
    for _ in range(60):
        story = texts.story(rng, category, township="330803103")
        assert not re.search(r"[\[\]{}|]", story.text), story.text
        assert len(story.title) <= 20
        assert story.people_count >= 1
        if story.amount:
            assert amount(story.text) == story.amount, story.text


def test_the_suggestion_agrees_with_most_stories():
    rng = Random(4)
    told = [texts.story(rng, category) for category in CATEGORIES for _ in range(20)]
    rows = {
        "categories": reference.categories(),
        "outlets": reference.outlets(),
        "urgencies": reference.urgencies(),
    }
    right = sum(story.category in suggest(story.text, **rows).categories for story in told)
    assert right / len(told) > 0.9


@pytest.mark.parametrize(
    "number", [0, 7, 10, 12, 20, 37, 100, 105, 110, 1050, 12806, 612300, 60600, 100000, 200010]
)
def test_numbers_in_words_are_read_back(number):
    assert numeral(texts.chinese(number)) == number


@pytest.mark.parametrize(
    "kinds", [texts.SESSIONS, texts.FOLLOW_UPS, texts.FOLLOW_UPS_BROKEN, texts.GIVE_UPS, texts.ANSWERS]
)
def test_sentences_are_filled(kinds):
    rng = Random(2)
    for _ in range(50):
        assert not re.search(r"[\[\]{}|]", texts.sentence(rng, kinds, applicant="王某", respondent="李某"))


def test_terms_name_both_sides_and_the_sum():
    rng = Random(3)
    for category in CATEGORIES:
        terms = texts.terms(rng, category, texts.money(rng, category), applicant="王某", respondent="李某")
        assert "元" in terms.duties
        assert "王某" in terms.duties
        assert terms.way
        assert "元" not in texts.terms(rng, category, None, applicant="王某", respondent="李某").duties
    whom, said = texts.contact(rng, respondent="李某", applicant="王某", department="区人力社保局")
    assert whom
    assert not re.search(r"[\[\]{}|]", said)
