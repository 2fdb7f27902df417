import datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0018_call_backs'),
        ('kernel', '0011_months'),
        ('people', '0008_duty_officer'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='deferral',
            name='resume_by',
            field=models.DateTimeField(default=datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), verbose_name='预计恢复计算'),
        ),
        migrations.AddIndex(
            model_name='deferral',
            index=models.Index(condition=models.Q(('kind', 'pause'), ('state', 'granted')), fields=['resume_by', 'id'], name='deferral_paused'),
        ),
    ]
