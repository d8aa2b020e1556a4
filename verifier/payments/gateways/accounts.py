"""Gateways as an operator sets them up."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from common.adapters.exchange.partners import Partner
from common.errors import UnknownPartError
from common.parameters import check_names, check_parameters, check_values
from verifier.models import GatewayAccount, PayingPartner, Programme
from verifier.payments.gateways import gateway_kind
from verifier.payments.gateways.setting_kinds import GatewaySettingError, check_partner


def check_gateway(kind: str, config: Any) -> None:
    """Raise, in words for the operator, unless a gateway of that kind can be set up like this.

    Raises `UnknownPartError` for a kind or setting that is not known, `InvalidParameterError` for one that is
    missing, and what a setting's own check has to say of its value.
    """
    check_parameters(config, gateway_kind(kind).settings, of=_named(kind))


@transaction.atomic
def set_gateway(
    name: str,
    kind: str,
    *,
    config: Mapping[str, Any],
    programmes: Sequence[str] = (),
    payers: Sequence[str] = (),
) -> GatewayAccount:
    """The account as it is meant to be; what `config` does not name, and what is on its way, stays.

    A setting that is given empty is taken away. Raises like `check_gateway`, `GatewaySettingError` for a kind
    that cannot be another any more, and `UnknownPartError` for a programme or payer that is not known.
    """
    found = GatewayAccount.objects.filter(name=name).first()
    if found is not None and found.kind != kind and found.instructions.exists():
        raise GatewaySettingError(
            "Payments went by this gateway already; give the new one a name of its own."
        )
    account = found or GatewayAccount(name=name)
    known = gateway_kind(kind).settings
    check_names(config, known, of=_named(kind))
    whole = {name: value for name, value in {**account.config, **config}.items() if value not in (None, "")}
    check_values(whole, known, of=_named(kind))
    account.kind, account.config = kind, whole
    if payers and not programmes:
        raise GatewaySettingError("A payer pays out of a programme: name it with --programme.")
    account.full_clean()
    account.save()
    for slug in programmes:
        programme = Programme.objects.filter(slug=slug).first()
        if programme is None:
            raise UnknownPartError("programme", slug, Programme.objects.values_list("slug", flat=True))
        programme.gateway = account
        programme.save(update_fields=["gateway"])
        for sender in payers:
            check_partner(sender)
            PayingPartner.objects.get_or_create(
                partner=Partner.objects.get(sender_id=sender), programme=programme
            )
    return account


def _named(kind: str) -> str:
    return f"a gateway of the kind {kind}"
