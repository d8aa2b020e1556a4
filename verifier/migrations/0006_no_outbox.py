"""The outbox is the instructions themselves now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("verifier", "0005_outbox_to_instructions")]
    operations = [migrations.DeleteModel(name="OutboxMessage")]
