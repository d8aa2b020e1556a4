"""Orders that were booked before get their codes as they stand."""

from typing import Any

from django.db import migrations, models


def bind_orders(apps: Any, schema_editor: Any) -> None:
    from verifier.payments.instructions.binding import bind

    rows = apps.get_model("verifier", "PaymentInstruction").objects.select_related("programme", "gateway")
    for row in rows.iterator():
        row.bound = bind(row)
        row.save(update_fields=["bound"])


class Migration(migrations.Migration):
    dependencies = [("verifier", "0008_who_read")]

    operations = [
        migrations.AddField(
            "paymentinstruction",
            "bound",
            models.CharField(default="", help_text="Codes over what was signed (binding.py).", max_length=100),
        ),
        migrations.RunPython(bind_orders, migrations.RunPython.noop),
    ]
