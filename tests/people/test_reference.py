from people import reference
from people.identity import normalise_phone
from people.roles import Role

AREAS = {area.code: area for area in reference.areas()}
UNITS = {unit.code: unit for unit in reference.units()}
STAFF = {person.username: person for person in reference.staff()}


def test_the_county_has_its_twenty_townships_each_with_villages_and_grids():
    levels = [area.level for area in AREAS.values()]
    assert (levels.count("county"), levels.count("township")) == (1, 20)
    assert AREAS["330803113"].name == "湖南镇"
    assert "西山下村" in {area.name for area in AREAS.values() if area.parent == "330803103"}
    children = [area.parent for area in AREAS.values()]
    for area in AREAS.values():
        fits = {"county": (20, 20), "township": (4, 8), "village": (2, 4), "grid": (0, 0)}[area.level]
        assert fits[0] <= children.count(area.code) <= fits[1], area


def test_codes_have_the_length_of_their_level_and_stand_after_their_parent():
    lengths = {"county": 6, "township": 9, "village": 12, "grid": 15}
    seen = {""}
    for area in AREAS.values():
        assert len(area.code) == lengths[area.level]
        assert area.parent in seen
        seen.add(area.code)
    assert AREAS["330803103001001"].path == "330803/330803103/330803103001/330803103001001/"


def test_units_are_named_once_and_stand_in_known_areas():
    assert len({unit.name for unit in UNITS.values()}) == len(UNITS)
    assert {unit.area for unit in UNITS.values()} <= AREAS.keys()
    for unit in UNITS.values():
        assert not unit.phone or normalise_phone(unit.phone) == unit.phone


def test_staff_have_known_posts_and_the_demo_accounts_are_there():
    assert set(reference.DEMO_ACCOUNTS) <= STAFF.keys()
    assert len(reference.DEMO_ACCOUNTS) == 28
    posts = {post for person in STAFF.values() for post in person.posts}
    assert {unit for unit, _role in posts} <= UNITS.keys()
    assert {role for _unit, role in posts} == set(Role.values)
    assert STAFF["department"].posts == (("human_resources", "handler"),)
    assert STAFF["unithead"].posts == (("human_resources", "unit_head"),)
    assert STAFF["grid"].posts[0][0].startswith("grid-330803103")


def test_every_window_has_its_three_and_nobody_sits_twice():
    seats = [name for window in reference.windows() for name in (window.clerk, window.mediator, window.court)]
    assert len(seats) == len(set(seats)) == 24
    for window in reference.windows():
        for role in ("clerk", "mediator", "court"):
            assert role in {post for _unit, post in STAFF[getattr(window, role)].posts}
    third = reference.windows()[2]
    assert [STAFF[name].name for name in (third.clerk, third.mediator, third.court)] == [
        "徐晓岚",
        "郑和田",
        "方立明",
    ]
