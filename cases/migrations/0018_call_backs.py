import datetime
import django.db.models.deletion
import django.utils.timezone
import kernel.encryption
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0017_handler'),
        ('kernel', '0011_months'),
        ('people', '0008_duty_officer'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CallBack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('veiled', kernel.encryption.ProtectedField(blank=True, default=bytes, editable=True, hash_field='', kind='text')),
                ('way', models.CharField(choices=[('phone', '电话'), ('visit', '上门'), ('hall', '当面')], max_length=10, verbose_name='核实方式')),
                ('said', models.CharField(max_length=500, verbose_name='核实情况')),
                ('reopens', models.BooleanField(verbose_name='重新办理')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='round',
            index=models.Index(condition=models.Q(('due_at__lt', datetime.datetime(9999, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), ('state', 'closed')), fields=['due_at'], name='round_to_call_back'),
        ),
        migrations.AddField(
            model_name='callback',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='callback',
            name='round',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='called_back', to='cases.round'),
        ),
    ]
