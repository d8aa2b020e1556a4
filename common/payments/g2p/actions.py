"""What each address of G2P Connect calls its requests and answers: one table, for both ends.

The texts name some actions otherwise than their addresses do (a disbursement sent to a `sync` address is a
`search`, a resolution a `link`). What is written is what the text has; what is read may be called by the
address's own verb too, and an answer by what it answers, since that is what others send.
"""

from dataclasses import dataclass
from typing import Final

NAMESPACE: Final = "g2p"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address: its verb, and what the text calls its request, and its answer or callback."""

    path: str
    verb: str
    action: str
    answer: str
    callback: str = ""  # where the answer to an asynchronous request goes

    @property
    def requests(self) -> tuple[str, ...]:
        """The actions that a request may be called."""
        return tuple(dict.fromkeys((self.action, self.verb)))

    @property
    def answers(self) -> tuple[str, ...]:
        """The actions that an answer may be called."""
        return tuple(dict.fromkeys((self.answer, f"on-{self.verb}", *self.requests)))


DISBURSE: Final = Endpoint("disburse", "disburse", "disburse", "on-disburse", "on-disburse")
SEARCH: Final = Endpoint("disburse/search", "search", "search", "on-search", "disburse/on-search")
DISBURSE_STATUS: Final = Endpoint(
    "disburse/txn/status", "txn-status", "on-disburse", "on-disburse", "disburse/txn/on-status"
)
SYNC_DISBURSE: Final = Endpoint("disburse/sync/disburse", "disburse", "search", "on-search")
SYNC_SEARCH: Final = Endpoint("disburse/sync/search", "search", "search", "on-search")
SYNC_DISBURSE_STATUS: Final = Endpoint("disburse/sync/txn/status", "txn-status", "search", "on-search")
MAPPER: Final = {
    verb: Endpoint(f"mapper/{verb}", verb, verb, f"on-{verb}", f"mapper/on-{verb}")
    for verb in ("link", "update", "unlink", "resolve")
}
SYNC_MAPPER: Final = {verb: Endpoint(f"mapper/sync/{verb}", verb, "link", "on-search") for verb in MAPPER}
MAPPER_STATUS: Final = Endpoint(
    "mapper/txn/status", "txn-status", "txn-status", "txn-on-status", "mapper/txn/on-status"
)
SYNC_MAPPER_STATUS: Final = Endpoint("registry/sync/txn/status", "txn-status", "txn-status", "txn-on-status")
