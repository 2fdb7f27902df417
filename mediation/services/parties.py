"""Who has to sign, and how papers name them and whoever stands in for them."""

import json

from django.utils.translation import gettext as _

from cases.models import Agent, Case, Party
from kernel.moves import MoveRefused
from people.models import Guardian


def signatories(case: Case) -> list[Party]:
    """Who has to sign: all parties; of a side that chose representatives, only these (at least two people agree)."""
    parties = list(case.parties.select_related("person", "organisation"))
    if len(parties) < 2:
        raise MoveRefused(_("协议至少要有双方当事人：请先在事项中补充对方当事人。"))
    return speaking(parties)


def speaking(parties: list[Party]) -> list[Party]:
    """Who speaks for each side: its representatives where it chose some, otherwise everybody."""
    represented = {party.side for party in parties if party.is_representative}
    return [party for party in parties if party.is_representative or party.side not in represented]


def refuse_unagreed(case: Case, agreed) -> None:
    """Nobody joins a mediation unless each party said so before (人民调解法 20)."""
    if missing := {*speaking(list(case.parties.all()))} - {*agreed}:
        raise MoveRefused(
            _("邀请他人参与调解须征得当事人同意（人民调解法第二十条），还没有同意的有 %(n)d 位。")
            % {"n": len(missing)}
        )


def particulars(party: Party) -> dict[str, str]:
    """A party as papers name it (人民调解法 29: 当事人的基本情况), in full."""
    if party.person:
        return of_person(party.person)
    return {"uscc": party.organisation.uscc} if party.organisation else {}


def of_person(person) -> dict[str, str]:
    return {
        "sex": person.get_sex_display() if person.sex else "",
        "birth_on": str(person.birth_on or ""),
        "id_type": person.get_id_type_display(),
        "id_number": person.id_number.plain,
        "address": person.address.plain,
        "phone": person.phone.plain,
    }


def details_of(parties: list[Party]) -> list[str]:
    """What the paper says of each party, and of whoever stands in for them, as JSON."""
    acting = {pk: {"stand_ins": some} for pk, some in stand_ins(parties).items() if some}
    return [json.dumps(particulars(party) | acting.get(party.pk, {})) for party in parties]


def stand_ins(parties: list[Party]) -> dict[int, list[dict[str, str]]]:
    """Agents and guardians as the paper names them, by the key of the party for whom they act."""
    found: dict[int, list[dict[str, str]]] = {party.pk: [] for party in parties}
    for agent in Agent.objects.standing().filter(party__in=found).select_related("person"):
        role = _("委托代理人（%(authority)s）") % {"authority": agent.get_authority_display()}
        found[agent.party_id].append(stand_in(role, agent.person))
    wards = {party.person_id: party.pk for party in parties if party.person and party.person.is_minor}
    for link in Guardian.objects.filter(minor__in=wards, ended_at=None).select_related("guardian"):
        role = _("法定代理人（%(kinship)s）") % {"kinship": link.kinship}
        found[wards[link.minor_id]].append(stand_in(role, link.guardian))
    return found


def stand_in(role: str, person) -> dict[str, str]:
    return {"as": role, "name": person.name} | of_person(person)
