"""Where a person may let money go, checked before they are asked to sign it."""

from common.payments.payee import parse_payee
from verifier.models import Service
from verifier.payments.gateways import gateway_kind
from verifier.payments.programmes.terms import programme_of


def payment_destination(service: Service, text: str) -> str:
    """Where a service sends money for what the person says; `InvalidAddressError` where that is no account.

    Without a word it goes where the service's own word says, such as a counter.
    """
    counter: str = service.parameters["payment"]["payee"]
    kind = gateway_kind(programme_of(service).gateway.kind)
    if kind.needs_person or not text:
        return counter
    return parse_payee(text, counter="" if kind.needs_address else counter)
