"""The list of trusted issuers begins with the authorities of the site itself; staff may remove that line."""

from django.db import migrations


def add(apps, schema_editor):
    apps.get_model("verifier", "TrustedIssuer").objects.get_or_create(
        issuer="this house", type="*", defaults={"name": "Every authority of this site, for its own types"}
    )


class Migration(migrations.Migration):
    dependencies = [("verifier", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
