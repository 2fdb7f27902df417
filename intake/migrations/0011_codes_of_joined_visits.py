"""The code of a visit that joined a matter before finds it from now on."""

from django.db import migrations

FILL = """
INSERT INTO cases_furthercode (case_id, code, tail_hash)
SELECT joining.case_id, ticket.query_code, ''
FROM intake_joining AS joining JOIN intake_ticket AS ticket ON ticket.id = joining.ticket_id
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0021_further_codes"),
        ("intake", "0010_requirements"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
