"""The days become the first version of the calendar, and rules learn what the law says of their extensions."""

from django.db import migrations
from django.db.models import Q

TERMS = {  # code: (extension_max, extension_approver, pausable)
    "petition.handle": (30, "unit_head", ""),
    "petition.rereview": (0, "", "听证所需时间"),
    "mediation.mediate": (30, "both_parties", "鉴定、专家咨询所需时间"),
    "mediation.mediate.medical": (30, "both_parties", "鉴定所需时间"),
    "mediation.mediate.referred_before": (30, "both_parties", ""),
    "mediation.mediate.referred_after": (15, "both_parties", ""),
    "court.review_confirmation": (10, "court", ""),
    "labour.award": (15, "arbitration_head", ""),
    "wages.finish": (30, "unit_head", ""),
    "review.decide": (30, "unit_head", "行政复议中止"),
    "request.answer": (3, "unit_head", ""),
    "order.finish": (2, "dispatcher", ""),
    "event.finish.2.一般": (1, "dispatcher", ""),
    "event.finish.2.紧急": (1, "dispatcher", ""),
    "event.finish.3.一般": (2, "dispatcher", ""),
    "event.finish.3.紧急": (12, "dispatcher", ""),
    "event.finish.4.一般": (5, "dispatcher", ""),
    "event.finish.4.紧急": (24, "dispatcher", ""),
}


def keep_days(apps, schema_editor):
    days = {
        str(day.day): {"worked": day.worked, "name": day.name}
        for day in apps.get_model("kernel", "CalendarDay").objects.all()
    }
    if not days:
        return
    version = apps.get_model("kernel", "CalendarVersion").objects.create(
        days=days, reason="国务院办公厅放假通知"
    )
    asking = Q(rule__rolls=True) | Q(rule__unit__in=["working_day", "working_hour"])
    apps.get_model("kernel", "Clock").objects.filter(asking).update(calendar=version)


def fill_terms(apps, schema_editor):
    rules = apps.get_model("kernel", "ClockRule").objects
    for code, (longest, approver, pausable) in TERMS.items():
        rules.filter(code=code).update(
            extension_max=longest, extension_approver=approver, pausable=pausable
        )


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_clock_terms")]

    operations = [
        migrations.RunPython(keep_days, migrations.RunPython.noop),
        migrations.RunPython(fill_terms, migrations.RunPython.noop),
        migrations.DeleteModel(name="CalendarDay"),
    ]
