"""What the pages of papers of all desks share."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cases.forms import KeepSignedForm
from kernel.moves import MoveRefused
from kernel.web import posted, render_verb, submit


def signed_copy(request, keep, label, printings, *, subject, back):
    """已签扫描件: the paper `label` was printed and came back signed. `keep` is the verb that keeps the scan."""
    if not printings:
        raise MoveRefused(_("“%(paper)s”还没有打印，请先打印、签名，再上传扫描件。") % {"paper": label})
    form = KeepSignedForm(posted(request), request.FILES or None, printings=printings)
    if submit(form, keep, by=request.user):
        messages.success(request, _("已上传“%(paper)s”的已签扫描件。") % {"paper": label})
        return redirect(back)
    button = _("上传已签扫描件：%(paper)s") % {"paper": label}
    return render_verb(request, form, button, subject=subject, back=back)
