"""The people and firms of the demo: each registered once, in a dossier of their own, some of them coming again."""

from collections import deque
from datetime import datetime
from random import Random

from governance_center.demo import names
from governance_center.demo.files import File, Ledger
from governance_center.demo.tables import Row
from kernel.encryption import encrypt, lookup_hash
from people.identity import initials
from people.models import Organisation, Person

AGAIN = 0.12
WITHOUT_PAPERS = 0.08
"""So many of those who come again have no papers with them, and are registered a second time."""
REMEMBERED = 4_000
"""So many of those who came last may come again."""


class Citizens:
    def __init__(self, ledger: Ledger, seed: int):
        self.ledger, self.seed = ledger, seed
        self.count = 0
        self.known: deque[Row] = deque(maxlen=REMEMBERED)
        self.firms: dict[str, Row] = {}

    def visitor(self, random: Random, *, by: int, at: datetime) -> Row:
        """Somebody who comes with papers: often for the first time, sometimes again."""
        if self.known and random.random() < AGAIN:
            known = random.choice(self.known)
            return known if random.random() > WITHOUT_PAPERS else self.double(known, by=by, at=at)
        self.count += 1
        somebody = names.person(self.count, self.seed)
        person = self.register(
            by=by,
            at=at,
            name=somebody.name,
            id_type=Person.IdType.RESIDENT,
            id_number=somebody.id_number,
            phone=somebody.phone,
            sex=somebody.sex,
            birth_on=somebody.birth_on,
            origin=somebody.origin,
            address=somebody.address,
        )
        self.known.append(person)
        return person

    def double(self, known: Row, *, by: int, at: datetime) -> Row:
        """Somebody who says their name and telephone, and is not found by papers."""
        phone = known.plain["phone"]
        return self.register(by=by, at=at, name=known["name"], id_type=Person.IdType.NONE, phone=phone)

    def other_side(self, random: Random, *, by: int, at: datetime) -> Row:
        """Somebody known by name, and perhaps by telephone."""
        self.count += 1
        somebody = names.person(self.count, self.seed)
        phone = somebody.phone if random.random() < 0.7 else ""
        return self.register(by=by, at=at, name=somebody.name, id_type=Person.IdType.NONE, phone=phone)

    def caller(self, *, by: int, at: datetime) -> Row:
        """Somebody who says their name and telephone from afar."""
        self.count += 1
        somebody = names.person(self.count, self.seed)
        return self.register(
            by=by, at=at, name=somebody.name, id_type=Person.IdType.NONE, phone=somebody.phone
        )

    def register(self, *, by: int, at: datetime, name: str, **columns) -> Row:
        """As people.services.register_person."""
        file = File(self.ledger)
        plain = {kind: columns.pop(kind, "") for kind in ("id_number", "phone", "address")}
        person = file.add_tracked(Person, name=name, initials=initials(name), **columns)
        for column, value in plain.items():
            if value:
                person[column] = encrypt(value, f"{person.table.label}.{column}:{person['id']}")
        person["id_hash"] = lookup_hash("id_number", plain["id_number"])
        person["phone_hash"] = lookup_hash("phone", plain["phone"])
        file.record(person, "register_person", by=by, at=at)
        file.seal()
        person.plain = plain
        return person

    def firm(self, name: str) -> Row:
        """As people.services.register_organisation, of a firm of which only the name is known."""
        if name not in self.firms:
            self.firms[name] = self.ledger.tables.make(Organisation, name=name)
            self.ledger.tables.put([self.firms[name]])
        return self.firms[name]
