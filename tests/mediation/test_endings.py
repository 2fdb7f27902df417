"""Each ground of an end has its notice: the article it stands on, and the channels that stay open."""

import pytest
from django.urls import reverse

from cases.states import Route
from mediation import services
from mediation.endings import ENDINGS
from mediation.states import Ground

SAYS = {
    Ground.REFUSED: ("第十七条", "不得调解"),
    Ground.NO_AGREEMENT: ("第二十六条", "调解不成"),
    Ground.EXPIRED: ("第二十六条", "期限已经届满"),
    Ground.FILED: ("第三条", "已经起诉或者申请仲裁"),
    Ground.NOT_MEDIABLE: ("第二条", "专门机关管辖"),
    Ground.CRIME: ("第二十五条", "公安机关"),
    Ground.SHAM: ("第一百一十五条", "恶意串通"),
    Ground.WITHDRAWN: ("第二十三条", "要求终止调解"),
}


def test_every_ground_has_its_text():
    assert set(ENDINGS) == set(Ground) == set(SAYS)


@pytest.mark.parametrize("ground", Ground)
def test_the_notice_cites_the_article_of_its_ground_and_the_open_channels(client, mediation, court, ground):
    sent_on = {} if ground == Ground.WITHDRAWN else {"route": Route.COURT, "unit": court}
    services.give_up(mediation, by=mediation.mediator, ground=ground, note="…", **sent_on)
    client.force_login(mediation.mediator)
    for kind in ("html", "docx"):
        assert (
            client.get(reverse("mediation:print_paper", args=[mediation.pk, "end", kind])).status_code == 200
        )
    page = client.get(reverse("mediation:print_paper", args=[mediation.pk, "end", "html"])).content.decode()
    for words in (*SAYS[ground], "第二十六条", "仲裁机构", "人民法院", "有权机关"):
        assert words in page


def test_the_notice_of_a_possible_crime_names_the_police_and_their_number(client, mediation, court):
    services.give_up(
        mediation, by=mediation.mediator, ground=Ground.CRIME, note="…", route=Route.COURT, unit=court
    )
    client.force_login(mediation.mediator)
    page = client.get(reverse("mediation:print_paper", args=[mediation.pk, "end", "html"])).content.decode()
    assert "110" in page
    assert "已经报告公安机关" in page


def test_the_next_desk_reads_that_the_police_know(mediation, court):
    services.give_up(
        mediation, by=mediation.mediator, ground=Ground.CRIME, note="持刀威胁", route=Route.COURT, unit=court
    )
    assert "已报告公安机关。持刀威胁" in mediation.round.transfers.get().reason
