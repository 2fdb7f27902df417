"""The woman from Hunan of the newspaper: 450 yuan for a day and a half, settled the same day, through the services.

Nothing here is loaded: each step is the verb that a colleague would press, at the moment at which it was pressed.
"""

from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from unittest import mock

from django.utils import timezone

from cases import services as cases
from cases.models import Category, FollowUp, Outlet, Rating
from cases.states import Answer, Outcome
from governance_center.demo import album
from governance_center.demo.days import Diary
from intake import services as intake
from intake.models import Settlement
from kernel.calendar import local
from people.models import Area, Unit, User, Window

WINDOW = 3
STORY = (
    "湖南来的务工人员，在樟潭街道一家保洁公司做了一天半，公司没有提前说明就叫她不要再来，工钱四百五十元没有给。"
    "她想拿回这一天半的工资。"
)
CONTACTS = (
    ("10:05", "区人力社保局", "电话说明情况，劳动监察员答复先由中心协调，需要时当天到场。"),
    ("10:40", "衢州市禾泽保洁有限公司", "公司回电，承认用工一天半，同意当天付清。"),
    ("11:20", "衢州市禾泽保洁有限公司", "已微信转账450元，王冬梅当面确认收到。"),
)


def day_for(diary: Diary) -> date:
    """The first working day of this week, but not today, whose hall is in full swing; else the last working day."""
    over = [day for day in diary.days if day < diary.today]
    this_week = [day for day in over if day.isocalendar()[:2] == diary.today.isocalendar()[:2]]
    return this_week[0] if this_week else over[-1]


@contextmanager
def clock_at(day: date, at: str):
    """The services look at the clock: here it shows another moment."""
    moment = local(day, at)

    class Shown(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    with mock.patch.object(timezone, "datetime", Shown):
        yield moment


def live(day: date) -> None:
    """Her visit, from the door to her answer."""
    clerk, director = (User.objects.get(username=name) for name in ("clerk", "director"))
    centre = Unit.objects.centre()
    with clock_at(day, "09:12"):
        ticket = intake.register(
            by=User.objects.get(username="guide"),
            unit=centre,
            name="王冬梅",
            id_number="430421190603080024",
            phone="19900004502",
            origin="湖南",
        )
        intake.print_ticket(ticket, by=User.objects.get(username="guide"))
    with clock_at(day, "09:31"):
        ticket = intake.call_next(Window.objects.get(number=WINDOW), by=clerk)
        intake.receive(ticket, by=clerk)
    with clock_at(day, "09:48"):
        case = intake.triage(
            ticket,
            by=clerk,
            outlet=Outlet.objects.get(code="O01"),
            to_unit=centre,
            respondent={"kind": "organisation", "name": "衢州市禾泽保洁有限公司"},
            title="一天半的工钱没有付",
            story=STORY,
            category=Category.objects.get(code="C01"),
            area=Area.objects.get(code="330803001"),
            amount=Decimal("450.00"),
        )
    for at, whom, said in CONTACTS:
        with clock_at(day, at):
            cases.log_contact(case, by=clerk, whom=whom, said=said)
    with clock_at(day, "11:22"):
        cases.attach(case, by=clerk, file=album.paper(album.RECEIPT))
    with clock_at(day, "11:25"):
        said = "公司当场付清一天半工资450元，双方没有其他争议。"
        settlement = Settlement.objects.get(case=case)
        intake.settle(settlement, by=clerk, outcome=Outcome.SETTLED, said=said)
        intake.finish(ticket, by=clerk)
    round = case.latest_round()
    with clock_at(day, "14:40"):
        said = "电话回访王冬梅，钱已收到，对处理结果满意。"
        cases.follow_up(round, by=director, way=FollowUp.Way.PHONE, said=said, promise_kept=True)
    with clock_at(day, "15:02"):
        cases.rate(round, answer=Answer.SATISFIED, comment="处理得很快，谢谢。", through=Rating.Through.CODE)
