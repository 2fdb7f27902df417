"""Forms of a mediation."""

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.selectors import desk_of, next_desks
from kernel.fields import MomentField, VerbForm
from mediation.forms.fields import long_text
from mediation.selectors import assignable, users_of
from mediation.states import NEXT_DESKS, Ground
from people.models import User


class SessionForm(VerbForm):
    held_at = MomentField(label=_("时间"))
    place = forms.CharField(label=_("地点"), max_length=120)
    attended = forms.ModelMultipleChoiceField(
        queryset=None, label=_("到场当事人"), widget=forms.CheckboxSelectMultiple
    )
    others = forms.CharField(
        label=_("其他参加人"),
        max_length=200,
        required=False,
        help_text=_("受邀参加调解的亲属、邻里、专家、部门人员（须经当事人同意）。"),
    )
    record = long_text(
        _("调解记录"), 12, help_text=_("写明各方陈述、争议焦点、调解过程和结果。个人备忘请不要写在这里。")
    )
    layout = Layout(
        Div(Div("held_at", css_class="col-md-5"), Div("place", css_class="col-md-7"), css_class="row"),
        "attended",
        "others",
        "record",
    )

    def __init__(self, *args, mediation, **kwargs):
        initial = {"held_at": timezone.localtime(), "place": mediation.unit.name}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["attended"].queryset = mediation.case.parties.all()
        self.fields["attended"].label_from_instance = lambda party: f"{party.get_side_display()} {party.name}"

    def clean_held_at(self):
        held_at = self.cleaned_data["held_at"]
        if held_at > timezone.now():
            raise forms.ValidationError(_("调解时间不能晚于现在。"))
        return held_at


class NoteForm(VerbForm):
    text = long_text(_("个人备忘（不入卷）"), 3, max_length=2000)


class ColleagueField(forms.ModelChoiceField):
    """A mediator of the same committee, with the load and the seat of today."""

    def label_from_instance(self, person):
        return str(self.known[person.pk])


class HandOverForm(VerbForm):
    to = ColleagueField(
        queryset=User.objects.none(), label=_("转交给"), widget=forms.RadioSelect, empty_label=None
    )
    note = long_text(_("交接说明"), 3, max_length=300, required=False)

    def __init__(self, *args, mediation, user, **kwargs):
        super().__init__(*args, **kwargs)
        others = [
            colleague
            for colleague in assignable(user, mediation.unit)
            if colleague.user.pk != mediation.mediator_id
        ]
        self.fields["to"].known = {colleague.user.pk: colleague for colleague in others}
        self.fields["to"].queryset = users_of(others)


class GiveUpForm(VerbForm):
    ground = forms.ChoiceField(label=_("终止原因"), choices=Ground, widget=forms.RadioSelect)
    note = long_text(_("情况说明"), 4, max_length=300, help_text=_("下一个窗口会看到这里的内容。"))
    desk = forms.ChoiceField(
        label=_("事项转到"), required=False, help_text=_("当事人撤回申请的，不用转，由中心回访核实。")
    )

    def __init__(self, *args, mediation, **kwargs):
        super().__init__(*args, **kwargs)
        desks = next_desks(NEXT_DESKS, mediation.restriction)
        self.fields["desk"].choices = [("", _("请选择")), *desks]

    def clean(self):
        cleaned = super().clean()
        desk = cleaned.pop("desk", "")
        if cleaned.get("ground") == Ground.WITHDRAWN:
            return cleaned
        if desk:
            cleaned["route"], cleaned["unit"] = desk_of(desk)
        elif "desk" not in self.errors:
            self.add_error("desk", _("请选择由哪个窗口接着办。"))
        return cleaned


class ReasonForm(VerbForm):
    reason = forms.CharField(label=_("查看事由"), max_length=200)
