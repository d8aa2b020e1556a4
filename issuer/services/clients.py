"""Which wallet speaks at an OAuth endpoint: one that says so, or one for which a provider vouches."""

from dataclasses import dataclass
from typing import Final

from common.oid4vci.errors import InvalidClient
from issuer.models import Authority

MAX_ID: Final = 500


@dataclass(frozen=True, slots=True)
class Client:
    """A wallet: its identifier ("" for an anonymous one); attested name and key, "" where nobody vouches."""

    id: str = ""
    name: str = ""
    thumbprint: str = ""


def identify(authority: Authority, client_id: str | None) -> Client:
    """The wallet that names itself `client_id`, which nothing proves."""
    if authority.high_assurance:
        raise InvalidClient("This office gives credentials to wallets alone for which a provider vouches.")
    if client_id is not None and (len(client_id) > MAX_ID or "\0" in client_id):
        raise InvalidClient("This client_id is too long.")
    return Client(client_id or "")
