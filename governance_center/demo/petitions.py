"""What units do with petitions, lived through the services at the end of a load: one scene a petition in hand."""

from itertools import cycle

from django.utils import timezone

from people.models import Unit, User
from people.roles import Role
from petitions import services
from petitions.models import PetitionHandling
from petitions.states import Delivery, HandlingState, InquiryKind, Result

USUAL = "human_resources"
"""The unit for a petition whose category has no department of its own."""
OPINION = {
    "result": Result.EXPLAINED,
    "demand": "要求按原承诺解决。",
    "facts": "经查阅档案、走访核实，信访人反映的情况部分属实；所提标准与现行规定不一致。",
    "decision": "对符合规定的部分，由本单位在一个月内落实；其余请求缺乏依据，予以解释说明。",
    "basis": "《信访工作条例》第三十一条、第三十二条。",
    "remedy_to": "衢江区人民政府",
}


def live() -> None:
    in_hand = PetitionHandling.objects.filter(state=HandlingState.IN_HAND, case__restriction="")
    in_hand = in_hand.filter(registrations__isnull=False).select_related("case__category", "round", "unit")
    for scene, handling in zip(cycle(SCENES), in_hand.order_by("-pk")[: 2 * len(SCENES)], strict=False):
        scene(handling, unit_of(handling))


def unit_of(handling) -> Unit:
    lead = handling.case.category.lead_unit
    return lead if lead and lead.kind == Unit.Kind.DEPARTMENT else Unit.objects.coded(USUAL)


def of(unit, role) -> User:
    return User.objects.in_unit(unit, role).order_by("pk").first()


def sent(handling, unit):
    services.forward(handling, by=handling.handler, unit=unit, words="请核实并依法答复信访人。")
    return handling.forwardings.get()


def signed(handling, unit):
    forwarding = sent(handling, unit)
    services.sign_for(forwarding, by=of(unit, Role.HANDLER), received_on=timezone.localdate())
    return forwarding


def objected(handling, unit):
    reason = "该事项由属地乡镇（街道）承诺并实施，不属于本单位职权范围。"
    services.object_to_petition(signed(handling, unit), by=of(unit, Role.HANDLER), reason=reason)


def accepted(handling, unit):
    forwarding, by = signed(handling, unit), of(unit, Role.HANDLER)
    services.accept_matter(forwarding, by=by, accepted_on=timezone.localdate())
    services.record_inquiry(
        forwarding,
        by=by,
        kind=InquiryKind.STATEMENT,
        held_on=timezone.localdate(),
        present="信访人",
        record="信访人当面陈述了事实和理由，提交了有关材料复印件。",
    )
    return forwarding


def drafted(handling, unit):
    return services.draft_opinion(accepted(handling, unit), by=of(unit, Role.HANDLER), **OPINION)


def answered(handling, unit):
    """Signed and delivered: the petitioner may ask for a review."""
    letter, head = drafted(handling, unit), of(unit, Role.UNIT_HEAD)
    services.check_letter(letter, by=head)
    services.sign_letter(letter, by=head)
    day = timezone.localdate()
    services.deliver_letter(letter, by=of(unit, Role.HANDLER), delivered_on=day, way=Delivery.HAND)
    return letter


def reviewed(handling, unit):
    services.ask_review(
        answered(handling, unit),
        by=handling.handler,
        asked_on=timezone.localdate(),
        grounds="认为查明的事实不全面，请求复查。",
        body=OPINION["remedy_to"],
    )


SCENES = (sent, signed, objected, accepted, drafted, answered, reviewed)
