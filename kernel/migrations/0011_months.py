from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0010_alarms'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='clockrule',
            name='clockrule_pauses_in_days',
        ),
        migrations.AlterField(
            model_name='clockrule',
            name='unit',
            field=models.CharField(choices=[('calendar_day', '日'), ('working_day', '工作日'), ('month', '月'), ('hour', '小时'), ('working_hour', '工作小时')], max_length=20, verbose_name='单位'),
        ),
        migrations.AddConstraint(
            model_name='clockrule',
            constraint=models.CheckConstraint(condition=models.Q(('pausable', ''), ('unit__in', ['calendar_day', 'working_day', 'month']), _connector='OR'), name='clockrule_pauses_in_days'),
        ),
    ]
