"""The mapper: one active address a person, those before it kept; neither is legible in the rows."""

from datetime import datetime

from django.db import IntegrityError, transaction

from common.adapters.exchange.partners import Partner
from common.payments.address import Address, parse_address
from verifier.models import AccountMapping
from verifier.sealing import pseudonym, seal_value, unseal_value


def active_mapping(person: Address) -> AccountMapping | None:
    """The mapping of a person that holds now."""
    return AccountMapping.objects.filter(person=_person(person), ended_at=None).first()


def has_ended(person: Address) -> bool:
    """Whether a person had an address once, and has none now."""
    rows = AccountMapping.objects.filter(person=_person(person))
    return rows.exists() and not rows.filter(ended_at=None).exists()


def has_address(address: Address) -> bool:
    """Whether the address belongs to somebody now."""
    return AccountMapping.objects.filter(address_digest=_digest(address), ended_at=None).exists()


def leads_to(row: AccountMapping, address: Address) -> bool:
    """Whether a mapping leads to that address."""
    return row.address_digest == _digest(address)


def mapped_address(row: AccountMapping) -> Address:
    """Where a mapping leads."""
    return parse_address(unseal_value(row.address, name=f"mapping {row.person}").decode())


def link_address(person: Address, address: Address, *, partner: Partner, now: datetime) -> bool:
    """Give a person an address, where they have none; whether it is theirs now."""
    digest = _person(person)
    try:
        with transaction.atomic():
            AccountMapping.objects.create(
                person=digest,
                address=seal_value(address.written.encode(), name=f"mapping {digest}"),
                address_digest=_digest(address),
                partner=partner,
                linked_at=now,
            )
    except IntegrityError:
        row = active_mapping(person)
        return row is not None and leads_to(row, address)
    return True


def unlink_address(person: Address, *, partner: Partner, now: datetime) -> bool:
    """End the mapping that this partner made; whether there was one."""
    rows = AccountMapping.objects.filter(person=_person(person), ended_at=None, partner=partner)
    return bool(rows.update(ended_at=now))


@transaction.atomic
def update_address(person: Address, address: Address, *, partner: Partner, now: datetime) -> bool:
    """Give a person another address than the one that this partner gave; whether there was one."""
    return unlink_address(person, partner=partner, now=now) and link_address(
        person, address, partner=partner, now=now
    )


def _person(person: Address) -> str:
    return pseudonym("mapper person", str(person))


def _digest(address: Address) -> str:
    return pseudonym("mapper address", str(address))
