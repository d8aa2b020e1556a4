"""Programmes as their rules see them, and what a service says of the one by which it pays."""

from dataclasses import dataclass
from typing import Any

from common.encoding.money import to_text
from common.errors import SelloError, UnknownPartError
from common.payments.programme import ProgrammeTerms
from common.payments.rules import Fixed, Rules, parse_payment_rules
from verifier.models import Programme, Service


class UnknownProgrammeError(SelloError):
    """A programme that is not there."""

    code = "invalid_request"
    status = 404


def programme_of(service: Service) -> Programme:
    """The programme by which a service pays; raises `UnknownProgrammeError` where it is not set up."""
    slug = service.parameters["payment"]["programme"]
    found = Programme.objects.filter(slug=slug).first()
    if found is None:
        raise UnknownProgrammeError("The programme by which this service pays is not set up.", detail=slug)
    return found


def known_programme(name: str, value: Any) -> None:
    """A programme's slug, where a service is set up; raises `UnknownPartError` for any other."""
    known = Programme.objects.values_list("slug", flat=True)
    if value not in known:
        raise UnknownPartError(name, value, known)


def rules_of(programme: Programme) -> Rules:
    """Its rules, read."""
    return parse_payment_rules(programme.rules, currency=programme.currency)


def declared_programme(programme: Programme) -> ProgrammeTerms:
    """The programme as a value, for `decide`."""
    return ProgrammeTerms(
        rules=rules_of(programme),
        open=programme.status == Programme.Status.OPEN,
        opens_at=programme.opens_at,
        closes_at=programme.closes_at,
    )


@dataclass(frozen=True, slots=True)
class PaymentOffer:
    """What a service pays, for its page: `at_most` where less may be due."""

    amount: str
    currency: str
    at_most: bool


def payment_offer(service: Service) -> PaymentOffer | None:
    """What a service pays; None where it pays nothing."""
    if "payment" not in service.parameters:
        return None
    programme = programme_of(service)
    how_much = rules_of(programme).how_much
    return PaymentOffer(
        to_text(how_much.most, programme.currency), programme.currency, not isinstance(how_much, Fixed)
    )
