from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render

from kernel import notifications
from kernel.attachments import SHOWN_INLINE, content
from kernel.models import Attachment, Notification
from kernel.web import action, page, trace


@page
def attachment(request, pk):
    """A file, for whoever sees its subject; each look leaves a trace."""
    file = Attachment.objects.visible_to(request.user, pk=pk)
    if file is None:
        raise Http404
    try:
        opened = content(file)
    except FileNotFoundError:
        return render(request, "kernel/file_missing.html", {"file": file}, status=410)
    trace(request, file.subject, "open_file", note=file.name, details={"attachment": file.pk})
    inline = file.content_type in SHOWN_INLINE
    response = FileResponse(
        opened, content_type=file.content_type, as_attachment=not inline, filename=file.name
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return response


@page
def tray(request):
    """The latest notifications of the one who asks."""
    mine = Notification.objects.visible_to(request.user).order_by("-created_at")
    return render(request, "kernel/_tray.html", {"notifications": mine[:20], "live": True})


@action
def read_notifications(request):
    if request.method == "POST":
        notifications.mark_read(by=request.user)
    return redirect("kernel:tray")


@action
def read_notification(request, pk):
    """One message was seen."""
    found = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        notifications.mark_one_read(found, by=request.user)
    return redirect("kernel:tray")
