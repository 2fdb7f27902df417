"""Who makes up a committee, a line each."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.fields import DayField, VerbForm
from mediation.forms.fields import long_text
from mediation.models import Member
from mediation.states import Office
from people.models import Person

LONGEST: int = Member._meta.get_field("name").max_length


class CommitteeForm(VerbForm):
    elected_on = DayField(
        label=gettext_lazy("推选（聘任）日期"),
        help_text=gettext_lazy("任期内增补、调整的，填本届推选（聘任）的日期。"),
    )
    members = long_text(
        gettext_lazy("组成人员"),
        9,
        help_text=gettext_lazy(
            "每行一人，写“姓名 性别 职务”，例如“毛卫平 男 主任”。职务为主任、副主任或者委员。"
        ),
    )

    def clean_members(self) -> list[dict]:
        lines = [line.split() for line in self.cleaned_data["members"].splitlines() if line.strip()]
        names = [words[0] for words in lines]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            raise forms.ValidationError(_("%(name)s写了两次。") % {"name": twice})
        return [member(words) for words in lines]


def member(words: list[str]) -> dict:
    sexes = {str(sex.label): sex for sex in (Person.Sex.MALE, Person.Sex.FEMALE)}
    offices = {str(office.label): office for office in Office}
    if len(words) != 3 or words[1] not in sexes or words[2] not in offices:
        raise forms.ValidationError(
            _("“%(line)s”看不清，请写成“姓名 性别 职务”，中间用空格分开。") % {"line": " ".join(words)}
        )
    if len(words[0]) > LONGEST:
        raise forms.ValidationError(_("“%(line)s”的姓名太长。") % {"line": " ".join(words)})
    return {"name": words[0], "sex": sexes[words[1]], "office": offices[words[2]]}
