"""What lay in the outbox becomes instructions of programmes, with its money in the programmes' accounts.

Each service that paid gets a programme of its terms. Its budget is what it paid already: nothing more leaves
before somebody says how much there is.
"""

from django.db import migrations

EXPONENTS = {"UGX": 0, "XOF": 0}  # ISO 4217; everything else that was paid in has two decimals


def minor(amount, currency):
    whole, _, fraction = amount.partition(".")
    return int(whole + fraction.ljust(EXPONENTS.get(currency, 2), "0"))


def declare(apps, schema_editor):
    """A programme for each service that pays."""
    Service, Programme = apps.get_model("verifier", "Service"), apps.get_model("verifier", "Programme")
    GatewayAccount = apps.get_model("verifier", "GatewayAccount")
    for service in Service.objects.filter(action="payment"):
        terms = service.parameters.get("payment", {})
        if "amount" not in terms:
            continue
        gateway, _ = GatewayAccount.objects.get_or_create(
            name=terms["gateway"], defaults={"kind": terms["gateway"]}
        )
        names = [query["id"] for query in service.query["credentials"]]
        Programme.objects.get_or_create(
            slug=service.slug,
            defaults={
                "title": service.title,
                "currency": terms["currency"],
                "gateway": gateway,
                "rules": {
                    "who": [],
                    "how_much": {"fixed": terms["amount"]},
                    "how_often": "once",
                    "label": terms["period"],
                    "per": f"{names[0]}.{terms['per']}",
                },
            },
        )
        service.parameters["payment"] = {
            "programme": service.slug,
            "documents": dict.fromkeys(names[1:], names[0]),
            "purpose": terms["purpose"],
            "reference": terms["reference"],
            "payee": terms["payee"],
        }
        service.save(update_fields=["parameters"])


def instruct(apps, schema_editor):
    """Each message as an instruction, in the state in which it was."""
    OutboxMessage, Programme = (
        apps.get_model("verifier", "OutboxMessage"),
        apps.get_model("verifier", "Programme"),
    )
    PaymentInstruction = apps.get_model("verifier", "PaymentInstruction")
    GatewayAccount = apps.get_model("verifier", "GatewayAccount")
    for message in OutboxMessage.objects.select_related("entry").order_by("id"):
        said, entry = message.instruction, message.entry
        payable = entry.postings.select_related("account").get(amount__lt=0)
        gateway, _ = GatewayAccount.objects.get_or_create(
            name=message.gateway, defaults={"kind": message.gateway}
        )
        programme, _ = Programme.objects.get_or_create(
            slug=payable.account.code.removesuffix(":payable"),
            defaults={
                "title": entry.description[:200],
                "currency": said["currency"],
                "gateway": gateway,
                "status": "CLOSED",
                "rules": {
                    "who": [],
                    "how_much": {"fixed": said["amount"]},
                    "how_often": "once",
                    "label": said["period"],
                    "per": "person.number",
                },
            },
        )
        amount, delivered = minor(said["amount"], said["currency"]), message.status == "DELIVERED"
        PaymentInstruction.objects.create(
            number=said["id"],
            key=entry.idempotency_key,
            programme=programme,
            gateway=gateway,
            period=said["period"][:20],
            amount=amount,
            payee=said["payee"],
            reference=said["reference"],
            purpose=said["purpose"],
            state="SENT" if delivered else "BOOKED",
            created_at=entry.booked_at,
            changed_at=message.delivered_at or entry.booked_at,
            attempts=message.attempts,
            next_attempt_at=message.next_attempt_at,
            problem=message.problem[:100],
        )
        programme.committed += amount
        programme.budget = max(programme.budget, programme.committed)
        programme.save(update_fields=["committed", "budget"])
        if delivered:
            _into_transit(apps, programme, message, said["currency"], amount)


def _into_transit(apps, programme, message, currency, amount):
    """From the gateway's account to that of the programme's payments that are with a gateway."""
    LedgerAccount = apps.get_model("verifier", "LedgerAccount")
    JournalEntry, Posting = apps.get_model("verifier", "JournalEntry"), apps.get_model("verifier", "Posting")
    former, _ = LedgerAccount.objects.get_or_create(
        code=f"gateway:{message.gateway}:{currency}", defaults={"name": message.gateway, "currency": currency}
    )
    transit, _ = LedgerAccount.objects.get_or_create(
        code=f"{programme.slug}:transit",
        defaults={"name": f"Handed to the gateway, {programme.title}"[:200], "currency": currency},
    )
    entry = JournalEntry.objects.create(
        idempotency_key=f"SENT:{message.instruction['id']}",
        reference=message.entry.reference,
        description="Handed to the gateway, as its programme keeps it",
        booked_at=message.delivered_at,
    )
    Posting.objects.create(entry=entry, account=former, amount=amount)
    Posting.objects.create(entry=entry, account=transit, amount=-amount)


class Migration(migrations.Migration):
    dependencies = [("verifier", "0004_programmes")]
    operations = [
        migrations.RunPython(declare, migrations.RunPython.noop),
        migrations.RunPython(instruct, migrations.RunPython.noop),
    ]
