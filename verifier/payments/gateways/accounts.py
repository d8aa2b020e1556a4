"""Gateways as an operator sets them up."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from common.adapters.exchange.partners import Partner
from common.errors import UnknownPartError
from verifier.models import GatewayAccount, PayingPartner, Programme
from verifier.payments.gateways import create_gateway
from verifier.payments.gateways.settings import GatewaySettingError, check_partner, check_settings
from verifier.payments.instructions.gateway import GatewayConfig


@transaction.atomic
def set_gateway(
    name: str,
    kind: str,
    *,
    config: Mapping[str, Any],
    programmes: Sequence[str] = (),
    payers: Sequence[str] = (),
) -> GatewayAccount:
    """The account as it is meant to be; what `config` does not name, and what is on its way, stays."""
    found = GatewayAccount.objects.filter(name=name).first()
    if found is not None and found.kind != kind and found.instructions.exists():
        raise GatewaySettingError(
            "Payments went by this gateway already; give the new one a name of its own."
        )
    account = found or GatewayAccount(name=name)
    account.kind, account.config = kind, {**account.config, **config}
    create_gateway(kind, GatewayConfig(name, account.config))
    check_settings(kind, config, account.config)
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
