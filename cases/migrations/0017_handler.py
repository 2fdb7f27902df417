import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FILL = """
UPDATE cases_round SET handler_id = (
    SELECT CASE entry.verb WHEN 'take' THEN entry.by_id ELSE (entry.details ->> 'to')::bigint END
    FROM kernel_historyentry entry
    WHERE entry.dossier_id = cases_round.dossier_id AND entry.verb IN ('take', 'hand_over', 'pass_on')
    ORDER BY entry.seq DESC LIMIT 1
)
WHERE state = 'in_hand' AND route <> 'court'
"""
"""Of each open file the latest who took it, or was given it, has it now."""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0016_wordings"),
        ("kernel", "0010_alarms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="round",
            name="handler",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="承办人",
            ),
        ),
        migrations.AddIndex(
            model_name="round",
            index=models.Index(
                condition=models.Q(("state", "resolved")), fields=["due_at"], name="round_to_follow_up"
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
