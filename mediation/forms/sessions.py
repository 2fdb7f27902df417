"""Forms of sessions: agreed on, moved, adjourned, held, and signed."""

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.fields import MomentField, ScanField, VerbForm
from mediation.forms.fields import long_text
from mediation.forms.talks import SessionForm
from mediation.models import Room
from mediation.selectors import helping_units, keepers_of_records
from mediation.states import Attendance, Manner, RecordWay
from people.models import Unit
from people.roles import Restriction

BRING = _("本人身份证件、与纠纷有关的证据材料；委托他人的带授权委托书")


def side_by_side(*fields):
    width = 12 // len(fields)
    return Div(*(Div(field, css_class=f"col-md-{width}") for field in fields), css_class="row")


class WhenAndWhere(VerbForm):
    """When, how long, and in which room or at what other place. A session to come is in the future."""

    begins_at = MomentField(label=_("时间"))
    minutes = forms.IntegerField(label=_("预计时长（分钟）"), min_value=15, max_value=600, initial=90)
    room = forms.ModelChoiceField(
        Room.objects.none(), label=_("调解室"), required=False, empty_label=_("不用调解室")
    )
    place = forms.CharField(
        label=_("其他地点"),
        max_length=120,
        required=False,
        help_text=_("不用调解室时填写，如村委会、现场。"),
    )

    def __init__(self, *args, mediation, user, **kwargs):
        super().__init__(*args, **kwargs)
        hosts = Unit.objects.visible_to(user).filter(Q(kind=Unit.Kind.CENTRE) | Q(pk=mediation.unit_id))
        rooms = Room.objects.visible_to(user).filter(unit__in=hosts).select_related("unit")
        self.fields["room"].queryset = rooms

    def clean_begins_at(self):
        begins_at = self.cleaned_data["begins_at"]
        if begins_at <= timezone.now():
            raise forms.ValidationError(_("约定的时间要在现在以后。"))
        return begins_at

    def clean(self):
        given = super().clean()
        if bool(given.get("room")) == bool(given.get("place")) and "room" not in self.errors:
            self.add_error("place", _("请选择调解室，或者写明其他地点，二者选一。"))
        return given


class PlanSessionForm(WhenAndWhere):
    manner = forms.ChoiceField(
        label=_("方式"), choices=Manner, initial=Manner.TOGETHER, widget=forms.RadioSelect
    )
    parties = forms.ModelMultipleChoiceField(None, label=_("约谁来"), widget=forms.CheckboxSelectMultiple)
    helpers = forms.ModelMultipleChoiceField(
        None,
        label=_("受邀协助人员"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("各方当事人同意后才能参加（人民调解法第二十条）：先在调解页面“邀请他人参与”。"),
    )
    units = forms.ModelMultipleChoiceField(None, label=_("联合调解单位"), required=False)
    request = long_text(
        _("请单位做什么"),
        2,
        required=False,
        max_length=500,
        help_text=_("随协同请求发给对方，对方在系统中答复。"),
    )
    bring = forms.CharField(label=_("请当事人携带"), max_length=200, required=False, initial=BRING)
    layout = Layout(
        Fieldset(
            _("时间、地点"), side_by_side("begins_at", "minutes"), side_by_side("room", "place"), "bring"
        ),
        Fieldset(_("当事人"), "manner", "parties"),
        Fieldset(_("还请谁参加"), "helpers", side_by_side("units", "request")),
    )

    def __init__(self, *args, mediation, user, **kwargs):
        super().__init__(*args, mediation=mediation, user=user, **kwargs)
        parties, violence = mediation.case.parties.all(), mediation.restriction == Restriction.VIOLENCE
        self.fields["parties"].queryset = parties
        self.fields["parties"].label_from_instance = lambda party: f"{party.get_side_display()} {party.name}"
        self.fields["helpers"].queryset = mediation.helpers.all()
        self.fields["helpers"].label_from_instance = lambda one: (
            f"{one.get_kind_display()} {one.name} {one.about}"
        )
        self.fields["units"].queryset = helping_units(user, mediation)
        self.fields["units"].widget.attrs["size"] = 5
        self.initial |= {
            "manner": Manner.APART if violence else Manner.TOGETHER,
            "parties": [] if violence else parties,
        }

    def clean(self):
        given = super().clean()
        if given.get("units") and not given.get("request"):
            self.add_error("request", _("请写明请单位做什么。"))
        return given


class MoveSessionForm(WhenAndWhere):
    note = forms.CharField(label=_("改期原因"), max_length=300)
    layout = Layout(side_by_side("begins_at", "minutes"), side_by_side("room", "place"), "note")

    def __init__(self, *args, plan, user, **kwargs):
        shown = {
            "begins_at": timezone.localtime(plan.begins_at),
            "minutes": plan.minutes,
            "room": plan.room_id,
            "place": plan.place,
        }
        super().__init__(*args, mediation=plan.mediation, user=user, initial=shown, **kwargs)


class AdjournSessionForm(MoveSessionForm):
    note = forms.CharField(label=_("休会原因"), max_length=300)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.pop("begins_at")
        self.fields["begins_at"].label = _("下次时间")


class CancelSessionForm(VerbForm):
    note = long_text(_("取消原因"), 3, max_length=300)


class HoldSessionForm(SessionForm):
    """A row for each guest: whether they came, and who came for them. `attendance` is what all rows say together."""

    recorded_by = forms.ModelChoiceField(
        None, label=_("记录人"), empty_label=None, help_text=_("口述、代为记录的，选择实际记录的人。")
    )
    others = forms.CharField(label=_("另有其他参加人"), max_length=200, required=False)

    def __init__(self, *args, plan, user, **kwargs):
        super().__init__(*args, mediation=plan.mediation, **kwargs)
        self.guests = list(plan.guests.select_related("party__person", "unit"))
        for guest in self.guests:
            guest.plan = plan
            self.fields |= fields_of(guest)
        del self.fields["attended"]
        self.fields["recorded_by"].queryset = keepers_of_records(plan.mediation.unit, user)
        self.initial |= {
            "held_at": timezone.localtime(plan.begins_at),
            "place": plan.where,
            "recorded_by": user.pk,
        }
        rows = [side_by_side(*fields_of(guest)) for guest in self.guests]
        self.helper.layout = Layout(
            side_by_side("held_at", "place"),
            Fieldset(_("到场情况"), *rows, "others"),
            Fieldset(_("记录"), "recorded_by", "record"),
        )

    def clean(self):
        given = super().clean()
        given["attendance"] = {
            guest: (given.pop(f"came_{guest.pk}", ""), given.pop(f"deputy_{guest.pk}", ""))
            for guest in self.guests
        }
        for guest, (came, deputy) in given["attendance"].items():
            if came == Attendance.DEPUTY and not deputy:
                self.add_error(f"deputy_{guest.pk}", _("委托他人到场的，请写明受托人。"))
        return given


def fields_of(guest) -> dict:
    who = _("受托人") if guest.party_id else _("到场人员")
    came = forms.ChoiceField(label=str(guest), choices=Attendance, initial=Attendance.CAME)
    return {
        f"came_{guest.pk}": came,
        f"deputy_{guest.pk}": forms.CharField(label=who, max_length=120, required=False),
    }


class CorrectRecordForm(VerbForm):
    """The record as it stands, until somebody signs it."""

    seen = forms.CharField(widget=forms.HiddenInput)
    place = forms.CharField(label=_("地点"), max_length=120)
    others = forms.CharField(label=_("其他参加人"), max_length=200, required=False)
    record = long_text(_("调解记录"), 12)


class AttemptForm(VerbForm):
    proposal = long_text(_("调解方案"), 4, max_length=2000, help_text=_("提了什么方案，谁提的。"))
    applicants = forms.CharField(label=_("申请人一方的答复"), max_length=300)
    respondents = forms.CharField(label=_("被申请人一方的答复"), max_length=300)


class SignRecordForm(VerbForm):
    """`signers` are those who were there and have not signed, with what they are called."""

    way = forms.ChoiceField(
        label=_("签名方式"), choices=RecordWay, initial=RecordWay.SCREEN, widget=forms.RadioSelect
    )
    image = ScanField(
        label=_("签名、扫描件"),
        required=False,
        help_text=_("在签名板上签名；签在纸上的，可以上传扫描件。"),
        widget=forms.FileInput(attrs={"data-signature": True}),
    )
    note = forms.CharField(
        label=_("说明"), max_length=200, required=False, help_text=_("拒绝签名的，写明原因和在场见证人。")
    )
    layout = Layout("signer", "way", "image", "note")

    def __init__(self, *args, signers, **kwargs):
        super().__init__(*args, **kwargs)
        by_key = {f"{row._meta.model_name}-{row.pk}": row for row in signers}
        self.fields["signer"] = forms.TypedChoiceField(
            label=_("签名的人"),
            coerce=by_key.__getitem__,
            choices=[(key, signers[row]) for key, row in by_key.items()],
            initial=next(iter(by_key), None),
            widget=forms.RadioSelect,
        )

    def clean(self):
        given = super().clean()
        if given.get("way") == RecordWay.SCREEN and not given.get("image") and "image" not in self.errors:
            self.add_error("image", _("请在签名板上签名，或者选择签名的图片。"))
        if given.get("way") == RecordWay.REFUSED and not given.get("note"):
            self.add_error("note", _("拒绝签名的，请写明原因和在场的见证人。"))
        return given


class AddendumForm(VerbForm):
    text = long_text(
        _("补正内容"), 5, max_length=2000, help_text=_("写明原记录哪里有误、应当是什么；原记录不改。")
    )
