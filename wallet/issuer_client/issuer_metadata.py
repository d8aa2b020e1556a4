"""The metadata of a credential issuer and of its authorization servers (OpenID4VCI 1.0 §12.2, RFC 8414)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from common.adapters.documents.sources import sources
from common.encoding import strict_json
from common.oid4vci import authorization_server, metadata, signed_metadata
from common.oid4vci.authorization_server import AuthorizationServerMetadata
from common.oid4vci.credential_metadata import Display
from common.oid4vci.errors import InvalidMessageError
from common.oid4vci.metadata import IssuerMetadata
from wallet.issuer_client.transport import fetch_document

SIGNED_FIRST: Final = f"{signed_metadata.MEDIA_TYPE}, application/json;q=0.5"


def fetch_issuer_metadata(identifier: str, *, now: datetime) -> IssuerMetadata:
    """The metadata of a credential issuer (OpenID4VCI §12.2.2).

    Whoever runs the wallet and says in `ISSUER_CA_FILE` who vouches for issuers wants to see their signature;
    then it must hold, and nothing else is taken instead of one that does not (§12.2.3). Raises
    `IssuerUnreachableError`, `InvalidMessageError` or another `SelloError` for what does not verify.
    """
    url = metadata.well_known_url(identifier, metadata.CREDENTIAL_ISSUER)
    found = fetch_document(url, accept=SIGNED_FIRST if settings.ISSUER_CA_FILE else "application/json")
    if found.content_type == signed_metadata.MEDIA_TYPE:
        source = signed_metadata.verify_metadata(
            found.body.decode("ascii", "replace").strip(),
            issuer=identifier,
            issuer_key=sources().issuer_key,
            now=now,
        )
    else:
        source = strict_json.loads_object(found.body)
    return metadata.parse_issuer_metadata(source, issuer=identifier)


def fetch_server_metadata(issuer: IssuerMetadata, wanted: str | None) -> AuthorizationServerMetadata:
    """The authorization server that gives tokens for `issuer`; an offer may choose among its own only.

    Raises `InvalidMessageError` or `IssuerUnreachableError`.
    """
    servers = issuer.authorization_servers or (issuer.credential_issuer,)
    if wanted is not None and wanted not in servers:
        raise InvalidMessageError("The offer names a server that is not this issuer's.")
    identifier = wanted or servers[0]
    source = _document(metadata.well_known_url(identifier, authorization_server.WELL_KNOWN))
    return authorization_server.parse_server_metadata(source, issuer=identifier)


def display_name(displays: Sequence[Display]) -> str:
    """The English name among displays, else the first; one line, of a length that fits a page."""
    english = [each for each in displays if (each.locale or "").lower().split("-")[0] == "en"]
    for display in (*english, *displays):
        return " ".join(display.name.split())[:100]
    return ""


def _document(url: str) -> dict[str, Any]:
    return strict_json.loads_object(fetch_document(url, accept="application/json").body)
