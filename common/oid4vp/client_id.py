"""Client identifiers and their prefixes (OpenID4VP §5.9)."""

from dataclasses import dataclass
from typing import Final

from common.oid4vp.errors import InvalidRequestError

# Whom an answer over the Digital Credentials API is for (Appendix A.4); nobody may call himself so (§5.9.3).
ORIGIN: Final = "origin"
PREFIXES: Final = ("redirect_uri", "decentralized_identifier", "x509_san_dns", "x509_hash")


@dataclass(frozen=True, slots=True)
class ClientId:
    """A client identifier taken apart at its first colon; `str()` is the full one, which always travels."""

    prefix: str
    identifier: str

    def __str__(self) -> str:
        return f"{self.prefix}:{self.identifier}"

    @property
    def signed(self) -> bool:
        """Whether requests under this prefix must be signed; the others must not be (§5.9.3)."""
        return self.prefix not in ("redirect_uri", ORIGIN)


def parse_client_id(text: object) -> ClientId:
    """The client identifier of a request; nobody is pre-registered here, so a prefix is needed (§5.9.2)."""
    prefix, _, identifier = text.partition(":") if isinstance(text, str) else ("", "", "")
    if prefix not in PREFIXES or not identifier:
        raise InvalidRequestError(f"A client identifier begins with {', '.join(PREFIXES)}.")
    return ClientId(prefix, identifier)
