"""Persons as the tests of this app need them."""

from people.identity import id_check_digit


def id_number(serial=12, day="19850101", region="330803") -> str:
    """A citizen's number that keeps GB 11643: `serial` is odd for men."""
    first = f"{region}{day}{serial:03}"
    return first + id_check_digit(first)
