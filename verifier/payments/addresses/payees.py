"""To which account an instruction goes: the address that was signed, or the one that a mapper has for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from common.adapters.exchange import messages, outgoing
from common.adapters.exchange.partners import Partner
from common.exchange.header import Header
from common.payments.address import Address, parse_address
from common.payments.errors import InvalidAddressError
from common.payments.g2p import mapper
from common.payments.g2p.actions import NAMESPACE, SYNC_MAPPER
from common.payments.g2p.disburse import Unread
from verifier.identity import organisation
from verifier.payments.addresses import mapper as mapping
from verifier.payments.instructions.gateway import Instruction

NO_ADDRESS: Final = "rjct.payee_fa.invalid"
NOT_LINKED: Final = "succ.id.not_found"
OWN: Final = "self"


def resolve_addresses(
    instructions: Sequence[Instruction], config: Mapping[str, Any], *, now: datetime
) -> dict[str, Address | str]:
    """By instruction, its address; or the reason for which it has none, as G2P Connect calls it.

    `config["resolve"]` says which providers' addresses are people, and who maps them: a partner's
    `sender_id`, or `self`. Raises where that mapper does not answer.
    """
    resolve: Mapping[str, str] = config.get("resolve", {})
    found: dict[str, Address | str] = {}
    people: dict[str, dict[str, Address]] = {}
    for each in instructions:
        try:
            address = parse_address(each.payee)
        except InvalidAddressError:
            found[each.id] = NO_ADDRESS
            continue
        if address.provider in resolve:
            people.setdefault(resolve[address.provider], {})[each.id] = address
        else:
            found[each.id] = address
    for who, wanted in people.items():
        unread: set[str] = set()
        known = _own(wanted) if who == OWN else _asked(who, wanted, now=now, unread=unread)
        found.update({id: known.get(id, NO_ADDRESS if id in unread else NOT_LINKED) for id in wanted})
    return found


def _own(wanted: Mapping[str, Address]) -> dict[str, Address]:
    found = {id: mapping.active_mapping(person) for id, person in wanted.items()}
    return {id: mapping.mapped_address(row) for id, row in found.items() if row is not None}


def _asked(
    who: str, wanted: Mapping[str, Address], *, now: datetime, unread: set[str] | None = None
) -> dict[str, Address]:
    """The addresses that a mapper has; into `unread` those of whom it says what cannot be read."""
    partner = Partner.objects.get(sender_id=who, active=True)
    items = [mapper.MapperItem(id, now, person, details=True) for id, person in wanted.items()]
    endpoint = SYNC_MAPPER["resolve"]
    envelope = outgoing.request_partner(
        partner,
        NAMESPACE,
        Header(messages.new_message_id(), endpoint.action, total_count=len(items)),
        mapper.create_mapper_request("resolve", messages.new_message_id(), items),
        party=organisation.party(),
        url=f"{partner.address.rstrip('/')}/{endpoint.path}",
        answer=endpoint.answers,
        now=now,
    )
    found, illegible = {}, set[str]()
    for each in mapper.parse_mapper_response("resolve", envelope.message):
        if isinstance(each, Unread):
            illegible.add(each.reference_id)
        elif each.status == "succ" and each.fa and each.reference_id in wanted:
            try:
                found[each.reference_id] = parse_address(each.fa)
            except InvalidAddressError:
                illegible.add(each.reference_id)
    if unread is not None:
        unread |= illegible
    return found
