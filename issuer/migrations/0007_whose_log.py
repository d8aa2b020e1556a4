from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def name_the_authority(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Readings of before belong to the authority of their registry."""
    log, registry = apps.get_model("issuer", "AccessLog"), apps.get_model("issuer", "Registry")
    keeper = registry.objects.filter(pk=models.OuterRef("registry_id")).values("authority_id")[:1]
    log.objects.filter(authority=None).update(authority_id=models.Subquery(keeper))


class Migration(migrations.Migration):
    dependencies = [("issuer", "0006_consents")]

    operations = [migrations.RunPython(name_the_authority, migrations.RunPython.noop)]
