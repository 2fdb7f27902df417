"""Forms of review and re-review, and of the same matter come again (信访工作条例 35 to 37)."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.fields import ScanField, VerbForm
from petitions.forms.fields import PastDayField, long_text
from petitions.forms.forwarding import OpinionForm
from petitions.states import Form, Level, Verdict


class AskReviewForm(forms.Form):
    asked_on = PastDayField(label=_("收到申请日期"), initial=timezone.localdate)
    body = forms.CharField(
        label=_("复查、复核机关"), max_length=60, help_text=_("作出原意见的机关的上一级机关。")
    )
    grounds = long_text(_("申请理由"), 4, max_length=2000)


class DecisionLetterForm(OpinionForm):
    """The same parts, of a review; after a re-review nobody is left to ask."""

    result = forms.ChoiceField(label=_("结论"), choices=Verdict, widget=forms.RadioSelect)

    def __init__(self, *args, level, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["demand"].label = _("申请人的请求和理由")
        self.fields["facts"].label = _("审查查明的事实和理由")
        self.fields["remedy_to"].label = _("复核机关")
        if level == Level.REREVIEW:
            del self.fields["remedy_to"]


class EditDecisionForm(DecisionLetterForm):
    seen = forms.CharField(widget=forms.HiddenInput)


class OutcomeForm(DecisionLetterForm):
    number = forms.CharField(label=_("文号"), max_length=60, help_text=_("照录上级机关的文号。"))
    issued_on = PastDayField(label=_("成文日期"))
    scan = ScanField(label=_("意见书扫描件"))
    field_order = ["number", "issued_on", "scan", "result"]


class NoteForm(forms.Form):
    note = long_text(_("说明"), 3, max_length=500)


class ReturnForm(VerbForm):
    form = forms.ChoiceField(label=_("信访形式"), choices=Form, widget=forms.RadioSelect)
    came_on = PastDayField(label=_("收到日期"), initial=timezone.localdate)
    people_count = forms.IntegerField(label=_("信访人数"), min_value=1, max_value=100_000, initial=1)
    words = long_text(_("本次反映内容"), 4, max_length=2000)


class AnswerReturnForm(forms.Form):
    answer = long_text(_("告知内容"), 4, max_length=2000)


class RefuseReturnForm(forms.Form):
    whom = forms.CharField(
        label=_("已受理或者已作出复核意见的机关"), max_length=60, help_text=_("印在告知书上。")
    )
    note = long_text(_("补充说明"), 3, max_length=1000, required=False)
    aftercare = long_text(_("疏导帮扶（信访工作条例第三十七条）"), 3, max_length=1000, required=False)
