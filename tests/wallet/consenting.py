"""What a service asks of a vault, a person's consent to it, and a payment to confirm."""

from datetime import datetime

from common.oid4vp.transaction_data import Payment
from tests.wallet.fakes import Service
from wallet.account.vault import Vault
from wallet.presentation import authorization_request, authorization_response

PAYMENT = Payment(("sd",), "Ana Wayra Quispe", "120.50", "PEN", "SUB-2026-7", "Seed subsidy 2026")


def ask(vault: Vault, service: Service, now: datetime) -> authorization_response.ConsentScreen:
    return authorization_response.consent_screen(
        vault, authorization_request.receive_request(vault, service.link, now=now), now=now
    )


def agree(vault: Vault, service: Service, now: datetime) -> authorization_response.PresentationOutcome:
    screen = ask(vault, service, now)
    chosen = [question.answers[0].id for question in screen.questions]
    return authorization_response.presentation_outcome(
        vault, authorization_response.answer_request(vault, screen.id, chosen, now=now), now=now
    )
