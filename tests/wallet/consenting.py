"""What a service asks of a vault, a person's consent to it, and a payment to confirm."""

from datetime import datetime

from common.oid4vp.transaction_data import Payment
from tests.wallet.fakes import Service
from wallet.services import asking, presenting
from wallet.services.vault import Vault

PAYMENT = Payment(("sd",), "Ana Wayra Quispe", "120.50", "PEN", "SUB-2026-7", "Seed subsidy 2026")


def ask(vault: Vault, service: Service, now: datetime) -> presenting.Consent:
    return presenting.consent(vault, asking.receive(vault, service.link, now=now), now=now)


def agree(vault: Vault, service: Service, now: datetime) -> presenting.Done:
    screen = ask(vault, service, now)
    chosen = [question.answers[0].id for question in screen.questions]
    return presenting.done(vault, presenting.present(vault, screen.id, chosen, now=now), now=now)
