"""Status indexes at random, without collision and without a table of free ones.

A list has a secret permutation of its indexes; allocation advances one counter by an atomic update and
takes the permuted values of the interval. So blocks cost as much as one index, the order tells nobody who
was issued before whom, and two processes cannot be handed the same interval.
"""

import hashlib
from dataclasses import dataclass

from django.db import transaction

from common.vcdm.credential import StatusReference
from issuer.models import Authority, StatusList

ROUNDS = 6


@dataclass(frozen=True, slots=True)
class StatusSlot:
    """One place in one list."""

    status_list: StatusList
    index: int

    def references(self) -> tuple[StatusReference, ...]:
        """What the credential says of its status: one entry a purpose."""
        if self.status_list.kind == StatusList.Kind.TOKEN:
            return (StatusReference("TokenStatusList", self.status_list.uri(None), self.index),)
        return tuple(
            StatusReference("BitstringStatusListEntry", self.status_list.uri(purpose), self.index, purpose)
            for purpose in ("revocation", "suspension")
        )


def allocate_indexes(authority: Authority, kind: str, count: int) -> list[StatusSlot]:
    """`count` places in this authority's lists of `kind`; a full list is followed by a new one.

    The transaction is its own and short: a signature that fails later costs an index, no more.
    """
    slots: list[StatusSlot] = []
    while len(slots) < count:
        with transaction.atomic():
            # The authority's row is the lock under which lists grow and begin.
            Authority.objects.select_for_update().get(pk=authority.pk)
            current = StatusList.objects.filter(authority=authority, kind=kind).order_by("-number").first()
            if current is None or current.allocated >= current.size:
                number = current.number + 1 if current else 1
                current = StatusList.objects.create(authority=authority, kind=kind, number=number)
            start = current.allocated
            taken = min(count - len(slots), current.size - start)
            current.allocated = start + taken
            current.save(update_fields=["allocated"])
        current.authority = authority
        slots += [StatusSlot(current, index) for index in permuted(current, range(start, start + taken))]
    return slots


def permuted(status_list: StatusList, positions: range) -> list[int]:
    """The indexes at these positions of the list's own order."""
    key = bytes.fromhex(status_list.secret)
    return [permute(position, size=status_list.size, key=key) for position in positions]


def permute(position: int, *, size: int, key: bytes) -> int:
    """A keyed permutation of range(size): a balanced Feistel network that walks until it is within.

    The network spans the next even power of two, fewer than four times `size`, so the walk is short.
    """
    half = ((size - 1).bit_length() + 1) // 2
    mask = (1 << half) - 1
    value = position
    while True:
        left, right = value >> half, value & mask
        for number in range(ROUNDS):
            data = number.to_bytes(1, "big") + right.to_bytes(4, "big")
            mixed = int.from_bytes(hashlib.blake2b(data, key=key, digest_size=4).digest(), "big")
            left, right = right, left ^ (mixed & mask)
        value = left << half | right
        if value < size:
            return value
