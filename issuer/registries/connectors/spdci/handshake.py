"""What a partner registers of us before its registry answers, and the first look at what it holds."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from common.errors import SelloError
from common.registries.columns.profile import describe_columns
from issuer.models import Registry
from issuer.registries.connectors.spdci.mapping import registry_party, spdci_address
from issuer.registries.connectors.spdci.reader import SpdciRegistry

PROBED: Final = 200
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Handshake:
    """What the organisation over there registers of us; `problem` is why it does not answer yet, or empty."""

    sender_id: str
    jwks_uri: str
    token_url: str
    callback_url: str
    problem: str


def begin_handshake(registry: Registry) -> dict[str, str]:
    """Ask for the first records; what they hold says of which types columns are; a `Handshake` as a dict."""
    here, problem = spdci_address(registry), ""
    try:
        changes = list(SpdciRegistry(registry).changes(limit=PROBED))
    except SelloError as error:
        problem = error.public
        _log.warning("%s does not answer: %s %s", registry.slug, error.public, error.detail)
    else:
        rows = [change.record.data for change in changes if change.record is not None]
        registry.columns = [_described(column, rows) for column in registry.columns]
        registry.save(update_fields=["columns"])
    said = Handshake(
        sender_id=registry_party(registry).sender_id,
        jwks_uri=f"{here}/.well-known/jwks.json",
        token_url=f"{here}/oauth2/client/token",
        callback_url=here,
        problem=problem,
    )
    return asdict(said)


def _described(column: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    cells = [str(row[column["name"]]) for row in rows if column["name"] in row]
    return {**column, "type": describe_columns(column["name"], cells).type if cells else column["type"]}
