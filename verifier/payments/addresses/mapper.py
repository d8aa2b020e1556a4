"""The mapper: one active address a person, those before it kept; neither is legible in the rows."""

from datetime import datetime

from django.db import IntegrityError, transaction

from common.adapters.exchange.partners import Partner
from common.payments.address import Address, parse_address
from verifier.models import AccountMapping
from verifier.sealing import pseudonym, seal, unseal


def active(person: Address) -> AccountMapping | None:
    """The mapping of a person that holds now."""
    return AccountMapping.objects.filter(person=_person(person), ended_at=None).first()


def ended(person: Address) -> bool:
    """Whether a person had an address once, and has none now."""
    rows = AccountMapping.objects.filter(person=_person(person))
    return rows.exists() and not rows.filter(ended_at=None).exists()


def has_address(address: Address) -> bool:
    """Whether the address belongs to somebody now."""
    return AccountMapping.objects.filter(address_digest=_digest(address), ended_at=None).exists()


def is_of(row: AccountMapping, address: Address) -> bool:
    """Whether a mapping leads to that address."""
    return row.address_digest == _digest(address)


def address_of(row: AccountMapping) -> Address:
    """Where a mapping leads."""
    return parse_address(unseal(row.address, name=f"mapping {row.person}").decode())


def link(person: Address, address: Address, *, partner: Partner, now: datetime) -> bool:
    """Give a person an address, where they have none; whether it is theirs now."""
    digest = _person(person)
    try:
        with transaction.atomic():
            AccountMapping.objects.create(
                person=digest,
                address=seal(address.written.encode(), name=f"mapping {digest}"),
                address_digest=_digest(address),
                partner=partner,
                linked_at=now,
            )
    except IntegrityError:
        row = active(person)
        return row is not None and is_of(row, address)
    return True


def unlink(person: Address, *, partner: Partner, now: datetime) -> bool:
    """End the mapping that this partner made; whether there was one."""
    rows = AccountMapping.objects.filter(person=_person(person), ended_at=None, partner=partner)
    return bool(rows.update(ended_at=now))


@transaction.atomic
def update(person: Address, address: Address, *, partner: Partner, now: datetime) -> bool:
    """Give a person another address than the one that this partner gave; whether there was one."""
    return unlink(person, partner=partner, now=now) and link(person, address, partner=partner, now=now)


def _person(person: Address) -> str:
    return pseudonym("mapper person", str(person))


def _digest(address: Address) -> str:
    return pseudonym("mapper address", str(address))
