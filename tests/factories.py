"""One factory a model of the lower storeys, in the smallest valid form. Situations are traits, not subclasses."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from cases.models import Case, Category, Outlet, Party, Round
from cases.services import refresh_words
from cases.states import Outcome, Route, Side, State
from people.models import Area, Person, Post, Seat, Unit, User, Window


class AreaFactory(DjangoModelFactory):
    class Meta:
        model = Area

    code = factory.Sequence("3308039{:02}".format)
    name = factory.Sequence("第{}乡".format)
    level = Area.Level.TOWNSHIP
    path = factory.LazyAttribute(lambda area: f"330803/{area.code}/")


class CountyFactory(AreaFactory):
    class Meta:
        django_get_or_create = ("code",)

    code = "330803"
    name = "衢江区"
    level = Area.Level.COUNTY
    path = "330803/"


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit
        django_get_or_create = ("code",)

    code = factory.Sequence("unit-{}".format)
    name = factory.Sequence("第{}局".format)
    kind = Unit.Kind.DEPARTMENT
    area = factory.SubFactory(CountyFactory)

    class Params:
        centre = factory.Trait(code="centre")


class UserFactory(DjangoModelFactory):
    """A user; `post=(role, unit)` gives them a post."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence("user{}".format)
    name = factory.Sequence("员工{}".format)

    @factory.post_generation
    def post(self, create, post, **kwargs):
        if post:
            role, unit = post
            Post.objects.create(user=self, role=role, unit=unit)


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person

    name = factory.Sequence("来访人{}".format)
    phone = factory.Sequence("1990000{:04}".format)


class WindowFactory(DjangoModelFactory):
    class Meta:
        model = Window

    number = factory.Sequence(lambda n: n + 901)
    name = factory.LazyAttribute(lambda window: f"{window.number}号窗口")
    unit = factory.SubFactory(UnitFactory)


class SeatFactory(DjangoModelFactory):
    class Meta:
        model = Seat

    window = factory.SubFactory(WindowFactory)
    day = factory.LazyFunction(timezone.localdate)
    user = factory.SubFactory(UserFactory)
    role = "clerk"


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("code",)

    code = "C06"
    name = "物业服务"


class OutletFactory(DjangoModelFactory):
    class Meta:
        model = Outlet
        django_get_or_create = ("code",)

    code = factory.LazyAttribute(
        lambda outlet: {Route.INTAKE: "O01", Route.MEDIATION: "O02"}.get(outlet.route, "O09")
    )
    name = "人民调解"
    route = Route.MEDIATION


class CaseFactory(DjangoModelFactory):
    """A case with its first round, waiting at its desk; `state=State.IN_HAND` and the like puts it further."""

    class Meta:
        model = Case
        skip_postgeneration_save = True

    number = factory.Sequence("2026-9{:05}".format)
    query_code = factory.Sequence("CODE{:06}".format)
    title = "楼上漏水"
    story = "楼上卫生间漏水，天花板发霉，协商多次没有结果。"
    category = factory.SubFactory(CategoryFactory)
    outlet = factory.SubFactory(OutletFactory, route=factory.SelfAttribute("..route"))
    area = factory.SubFactory(AreaFactory)
    area_path = factory.SelfAttribute("area.path")
    unit = factory.SubFactory(UnitFactory)
    route = Route.MEDIATION
    state = State.ROUTED
    seen_by = factory.LazyAttribute(lambda case: [case.unit.pk])

    @factory.post_generation
    def applicant(self, create, applicant, **kwargs):
        person = applicant or PersonFactory()
        Party.objects.create(case=self, side=Side.APPLICANT, person=person, name=person.name)
        refresh_words(self)

    @factory.post_generation
    def round(self, create, given, **kwargs):
        RoundFactory(case=self, unit=self.unit, route=self.route, state=self.state, **kwargs)


class RoundFactory(DjangoModelFactory):
    class Meta:
        model = Round

    case = factory.SubFactory(CaseFactory)
    route = Route.MEDIATION
    unit = factory.SubFactory(UnitFactory)
    outcome = factory.LazyAttribute(
        lambda round: Outcome.AGREEMENT if round.state in {State.RESOLVED, State.CLOSED} else Outcome.NONE
    )
    closed_at = factory.LazyAttribute(lambda round: timezone.now() if round.state == State.CLOSED else None)
