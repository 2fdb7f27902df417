"""Whoever lacks the right cannot sign (practice.md, House and hall 9)."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from docx import Document

from cases.models import Agent
from cases.services import add_agent, end_agent
from kernel.moves import MoveRefused
from kernel.papers import docx
from mediation import services
from mediation.papers import agreement_paper
from mediation.states import CheckItem, Way
from people.models import Person
from people.persons import name_guardian
from tests.factories import PersonFactory
from tests.mediation.factories import submitted
from tests.people.factories import id_number

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def agreement(mediation):
    return submitted(mediation)


@pytest.fixture
def place(agreement):
    return agreement.signatures.filter(party__person__isnull=False).first()


def letter():
    return SimpleUploadedFile("授权委托书.png", PNG, content_type="image/png")


def entrusted(place, authority):
    return add_agent(
        place.party.case,
        by=place.agreement.mediation.mediator,
        party=place.party,
        authority=authority,
        letter=letter(),
        name="李代理",
        id_type="resident",
        id_number=id_number(),
    )


def sign(place, signer=None):
    services.sign_agreement(
        place.agreement,
        by=place.agreement.mediation.mediator,
        signature=place,
        way=Way.HAND,
        signed_on=timezone.localdate(),
        signer=signer,
    )
    place.refresh_from_db()


def made_a_minor(place):
    Person.objects.filter(pk=place.party.person_id).update(birth_on="2015-01-01")
    place.party.person.refresh_from_db()


def test_an_agent_with_special_authority_signs_and_the_paper_keeps_who(place):
    agent = entrusted(place, Agent.Authority.SPECIAL)
    sign(place, agent.person)
    assert place.signer == agent.person
    assert agent.letter.name == "授权委托书.png"


def test_an_agent_with_general_authority_does_not(place):
    agent = entrusted(place, Agent.Authority.GENERAL)
    with pytest.raises(MoveRefused, match="一般授权"):
        sign(place, agent.person)


def test_a_stranger_and_a_former_agent_do_not(place):
    with pytest.raises(MoveRefused, match="没有委托"):
        sign(place, PersonFactory())
    agent = entrusted(place, Agent.Authority.SPECIAL)
    end_agent(agent, by=place.agreement.mediation.mediator, note="撤回委托")
    with pytest.raises(MoveRefused, match="没有委托"):
        sign(place, agent.person)


def test_nobody_signs_for_the_mediator(agreement, place):
    agent = entrusted(place, Agent.Authority.SPECIAL)
    with pytest.raises(MoveRefused):
        sign(agreement.signatures.get(party=None), agent.person)


def test_a_minor_signs_through_a_guardian_alone(place, mediator):
    made_a_minor(place)
    with pytest.raises(MoveRefused, match="登记法定代理人"):
        sign(place)
    guardian = PersonFactory(name="周大山")
    name_guardian(place.party.person, guardian, by=mediator, kinship="父亲")
    for signer in (None, PersonFactory()):
        with pytest.raises(MoveRefused, match="须由其法定代理人"):
            sign(place, signer)
    sign(place, guardian)
    assert place.signer == guardian


def test_a_new_letter_replaces_the_former(place):
    entrusted(place, Agent.Authority.GENERAL)
    entrusted(place, Agent.Authority.SPECIAL)
    assert [agent.authority for agent in place.party.agents.standing()] == ["special"]


def test_the_pages_register_an_agent_with_the_letter_and_offer_them_for_signing(client, place, mediator):
    client.force_login(mediator)
    case = place.party.case
    data = {
        "party": place.party_id,
        "name": "李代理",
        "id_type": "resident",
        "id_number": id_number(),
        "authority": "special",
    }
    url = reverse("cases:add_agent", args=[case.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, data).status_code == 422
    assert client.post(url, data | {"letter": letter()}).status_code == 302
    assert "特别授权" in client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    agent = case.agents.get()
    sign_url = reverse("mediation:sign_agreement", args=[place.agreement_id])
    assert "李代理" in client.get(sign_url).content.decode()
    today = f"{timezone.localdate()}"
    answer = client.post(
        sign_url, {"signature": place.pk, "signer": agent.person_id, "way": "hand", "signed_on": today}
    )
    assert answer.status_code == 302
    end = reverse("cases:end_agent", args=[agent.pk])
    assert client.post(end, {"note": "撤回"}).status_code == 302


def test_a_minor_is_named_on_no_list(client, place, mediator):
    made_a_minor(place)
    client.force_login(mediator)
    for name in ("cases:list", "mediation:mine", "home"):
        page = client.get(reverse(name)).content.decode()
        assert place.party.name[0] + "*" not in page, name
    assert "未成年人" in client.get(reverse("cases:list")).content.decode()


def texts_of(agreement):
    """What stands on the paper, as a Word file."""
    agreement.refresh_from_db()
    document = Document(BytesIO(docx(agreement_paper(agreement))))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_paper_names_the_agent_and_that_they_signed(place):
    agent = entrusted(place, Agent.Authority.SPECIAL)
    sign(place, agent.person)
    text = texts_of(place.agreement)
    assert f"委托代理人（特别授权）：李代理，{agent.person.get_sex_display()}，" in text
    assert agent.person.id_number.plain in text
    assert f"{place.name}（由李代理代签）" in text


def test_the_paper_names_the_guardian_of_a_minor(place, mediator):
    made_a_minor(place)
    guardian = PersonFactory(name="周大山")
    name_guardian(place.party.person, guardian, by=mediator, kinship="父亲")
    sign(place, guardian)
    text = texts_of(place.agreement)
    assert "法定代理人（父亲）：周大山" in text
    assert f"{place.name}（由周大山代签）" in text


def test_an_agent_known_when_the_paper_is_handed_out_stands_on_it_whoever_signs(place):
    agent = entrusted(place, Agent.Authority.GENERAL)
    drafted_anew = services.revise_agreement(
        place.agreement, by=place.agreement.mediation.mediator, note="改期"
    )
    assert "委托代理人（一般授权）：李代理" in texts_of(drafted_anew)
    services.submit_agreement(drafted_anew, by=drafted_anew.mediation.mediator, checked=CheckItem.values)
    end_agent(agent, by=drafted_anew.mediation.mediator, note="撤回委托")
    text = texts_of(drafted_anew)
    assert "委托代理人（一般授权）：李代理" in text
    assert "代签" not in text
