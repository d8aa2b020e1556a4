from django.db import migrations

from common.adapters.storage.rowids import without_rowid


def forget(apps, editor):
    """Sessions of before stand under their own keys: they end here."""
    apps.get_model("sessions", "Session").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("adapters", "0002_partners"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.RunPython(without_rowid("django_session"), migrations.RunPython.noop),
    ]
