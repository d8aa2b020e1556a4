"""The registered claims of an SD-JWT VC, written and read (SD-JWT VC §2.2.2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from common.encoding import strict_json
from common.errors import MalformedInputError
from common.formats.base import Holder, InvalidCredentialError
from common.keys import jwk
from common.vcdm.credential import Credential, StatusReference

DAY: Final = 86_400
# SD-JWT VC §2.2.2.3: these, and all beneath them, are never in a Disclosure.
ALWAYS_SHOWN: Final = frozenset(
    {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status", "_sd_alg"}
)
REGISTERED: Final = ALWAYS_SHOWN | {"iat", "sub", "jti", "aud"}


def registered_claims(credential: Credential, *, holder: Holder | None, now: datetime) -> dict[str, Any]:
    """The claims that stay in clear (SD-JWT VC §2.2.2.3)."""
    today = int(now.timestamp()) // DAY * DAY
    begins = int(credential.valid_from.timestamp())
    if today < begins <= now.timestamp():
        begins = today
    registered: dict[str, Any] = {
        "iss": credential.issuer,
        "vct": credential.vct,
        "iat": today,
        "nbf": begins,
    }
    if credential.valid_until is not None:
        registered["exp"] = int(credential.valid_until.timestamp())
    if holder is not None:
        registered["cnf"] = {"jwk": jwk.encode(holder.key)}
    if credential.status:
        registered["status"] = {"status_list": _status_entry(credential.status)}
    return registered


def _status_entry(references: Sequence[StatusReference]) -> dict[str, Any]:
    """The one place in a token list; bitstring lists belong to other formats."""
    entries = [reference for reference in references if reference.kind == "TokenStatusList"]
    if len(entries) != 1:
        raise MalformedInputError("The status of this credential would not stand in one token list.")
    return {"idx": entries[0].index, "uri": entries[0].uri}


def types_in(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """`vct` and `aka_vcts` (SD-JWT VC §2.2.2.1 and §2.2.2.2)."""
    vct, others = payload.get("vct"), payload.get("aka_vcts")
    if not isinstance(vct, str) or not vct:
        raise InvalidCredentialError("This credential names no type.")
    if others is None:
        return (vct,)
    if not isinstance(others, list) or not all(isinstance(name, str) and name for name in others):
        raise InvalidCredentialError("The further types of this credential are not a list of names.")
    if not others or vct in others:
        raise InvalidCredentialError("The further types of this credential are none, or its own once more.")
    return (vct, *others)


def status_in(payload: Mapping[str, Any]) -> tuple[StatusReference, ...]:
    """The Token Status List entry (draft-ietf-oauth-status-list §6.2).

    A mechanism that is not understood is an error: without it nobody could say that the credential stands.
    """
    status = payload.get("status")
    if status is None:
        return ()
    entry = status.get("status_list") if isinstance(status, Mapping) else None
    if not isinstance(entry, Mapping):
        raise InvalidCredentialError("This credential's status is kept in a way that is not understood.")
    index, uri = strict_json.whole(entry.get("idx")), entry.get("uri")
    if index is None or index < 0 or not isinstance(uri, str):
        raise InvalidCredentialError("This credential's status entry is malformed.")
    return (StatusReference(kind="TokenStatusList", uri=uri, index=index),)


def subject_claims(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The claims about the subject: all but those that a specification registers."""
    return {name: value for name, value in payload.items() if name not in REGISTERED}
