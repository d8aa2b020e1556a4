from django.db import migrations, models

from common.adapters.storage.rowids import without_rowid

SEALED = ("Card", "HistoryEntry", "Pending", "Waiting", "GivenConsent")
TABLES = [f"wallet_{name}" for name in ("account", "card", "historyentry", "pending", "waiting", "givenconsent", "failedsignins")]


def number(apps, editor):
    """Each account's rows in the order in which they came; what waits for an answer is asked again."""
    apps.get_model("wallet", "Pending").objects.all().delete()
    for name in SEALED:
        last = {}
        model = apps.get_model("wallet", name)
        for row in model.objects.order_by("created_at").only("id", "account_id"):
            last[row.account_id] = position = last.get(row.account_id, 0) + 1
            model.objects.filter(pk=row.pk).update(position=position)


class Migration(migrations.Migration):

    dependencies = [
        ("adapters", "0003_sessions"),
        ("wallet", "0005_announced_notices"),
    ]

    operations = [
        *(migrations.AlterModelOptions(name=name.lower(), options={"ordering": ["-position"]}) for name in SEALED),
        *(
            migrations.AddField(
                model_name=name.lower(),
                name="position",
                field=models.PositiveIntegerField(default=0, help_text="Among the rows of its account alone."),
                preserve_default=False,
            )
            for name in SEALED
        ),
        migrations.RunPython(number, migrations.RunPython.noop),
        *(migrations.RemoveField(model_name=name.lower(), name="created_at") for name in ("Account", *SEALED)),
        migrations.RemoveField(model_name="pending", name="expires_at"),
        migrations.AddField(
            model_name="pending",
            name="last_day",
            field=models.DateField(default="1970-01-01", help_text="After which it is swept; when it runs out lies in it."),
            preserve_default=False,
        ),
        migrations.RunPython(without_rowid(*TABLES), migrations.RunPython.noop),
    ]
