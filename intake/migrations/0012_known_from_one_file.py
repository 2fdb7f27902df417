import json

from django.core.serializers.json import DjangoJSONEncoder
from django.db import migrations
from django.db.models import Q

from kernel.encryption import encrypt

PERSON = {"name": "", "initials": "", "sex": "", "birth_on": None, "origin": ""}
ORGANISATION = {"name": "", "uscc": ""}


def keep_in_secret(apps, schema_editor):
    """Who is known from one restricted matter alone becomes cipher. The visits by which others are known are here."""
    Party, Phone = apps.get_model("cases", "Party"), apps.get_model("people", "Phone")
    restricted = Party.objects.filter(case__restriction__gt="")
    for pk in sorted(people_of(apps, restricted)):
        if of_one_file(apps, pk):
            hide(apps.get_model("people", "Person"), pk, PERSON, id_hash="", phone_hash="")
            Phone.objects.filter(person=pk).update(number_hash="")
    for pk in set(restricted.exclude(organisation=None).values_list("organisation", flat=True)):
        if Party.objects.filter(organisation=pk).values("case").distinct().count() == 1:
            hide(apps.get_model("people", "Organisation"), pk, ORGANISATION)


def people_of(apps, parties) -> set[int]:
    """Parties, whom they entrusted, and who answers for minors among them."""
    people = set(parties.exclude(person=None).values_list("person", flat=True))
    agents = apps.get_model("cases", "Agent").objects.filter(case__in=parties.values("case"))
    guardians = apps.get_model("people", "Guardian").objects.filter(minor__in=people)
    return people | set(agents.values_list("person", flat=True)) | set(guardians.values_list("guardian", flat=True))


def of_one_file(apps, pk) -> bool:
    """No visit, no second matter, and no other record that stands for the same person."""
    Party, Ticket = apps.get_model("cases", "Party"), apps.get_model("intake", "Ticket")
    minors = apps.get_model("people", "Guardian").objects.filter(guardian=pk).values("minor")
    told = Q(person=pk) | Q(person__in=minors)
    agencies = apps.get_model("cases", "Agent").objects.filter(person=pk)
    files = {*Party.objects.filter(told).values_list("case", flat=True), *agencies.values_list("case", flat=True)}
    joined = apps.get_model("people", "Person").objects.filter(Q(merged_into=pk) | Q(pk=pk, merged_into__isnull=False))
    visits = Ticket.objects.filter(Q(visitor=pk) | Q(visitor__in=minors))
    return len(files) == 1 and not joined.exists() and not visits.exists()


def hide(model, pk, empty, **hashes) -> None:
    texts = json.dumps(model.objects.values(*empty).get(pk=pk), ensure_ascii=False, cls=DjangoJSONEncoder)
    cipher = encrypt(texts, f"{model._meta.label_lower}.veiled:{pk}")
    model.objects.filter(pk=pk).update(in_secret=True, veiled=cipher, **empty, **hashes)


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0011_codes_of_joined_visits"),
        ("cases", "0022_barred_of_a_round"),
        ("people", "0009_known_from_one_file"),
    ]

    operations = [migrations.RunPython(keep_in_secret, migrations.RunPython.noop)]
