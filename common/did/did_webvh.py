"""did:webvh 1.0, reading: a document with its history, each entry sealed by the hash and the keys before it.

1 the first entry hashes to the identifier itself · 2 each entry hashes onto the one before · 3 a key that was
authorised signed it · 4 keys that were promised beforehand are the ones that come · 5 the last document is
the DID's. Witnesses are not asked; a DID that wants them is refused.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from common.did import did_web
from common.did.document import DeactivatedError, DIDDocument, Fetch, ResolutionError, parse_document
from common.encoding import base58, jcs, multibase, strict_json
from common.errors import SelloError
from common.keys import multikey

METHOD: Final = "did:webvh:1.0"
MAX_ENTRIES: Final = 500
MAX_PROOFS: Final = 10
PLACEHOLDER: Final = "{SCID}"
PARAMETERS: Final = frozenset(
    {
        "method", "scid", "updateKeys", "nextKeyHashes", "witness", "watchers", "portable", "deactivated",
        "ttl",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _State:
    """What holds after an entry: whom the next one must follow, and who may sign it."""

    version: str
    number: int
    time: datetime | None
    scid: str
    keys: tuple[str, ...] = ()
    promised: tuple[str, ...] = ()
    portable: bool = False
    deactivated: bool = False
    did: str = ""


def log_url(did: str) -> str:
    """Where the log lies: beside the did.json of the did:web without the SCID (§3.4)."""
    _, _, rest = did.removeprefix("did:webvh:").partition(":")
    return did_web.document_url(f"did:web:{rest}").removesuffix("did.json") + "did.jsonl"


def resolve(did: str, *, fetch: Fetch) -> DIDDocument:
    """Fetch the log and read it to its end; the document is its last."""
    body = fetch(log_url(did), accept="text/jsonl, application/json").body
    return parse_document(parse_did_log(did, body), did=did)


def parse_did_log(did: str, log: bytes) -> Mapping[str, Any]:
    """The last document of a log, once every entry holds (§3.6.2)."""
    lines = [line for line in log.split(b"\n") if line.strip()]
    if not 0 < len(lines) <= MAX_ENTRIES:
        raise _invalid("This DID's log is empty, or too long.")
    scid = did.removeprefix("did:webvh:").partition(":")[0]
    state, document = _State(version=scid, number=0, time=None, scid=scid), {}
    for line in lines:
        try:
            entry = strict_json.loads_object(line)
        except SelloError as error:
            raise _invalid("An entry of this DID's log cannot be read.") from error
        state = _next(state, entry)
        document = entry["state"]
    if state.deactivated:
        raise DeactivatedError("This DID was given up by its controller.")
    if state.did != did:
        raise _invalid("This DID has moved to another address.")
    return document


def _next(state: _State, entry: Mapping[str, Any]) -> _State:
    """The state after an entry that holds."""
    parameters, document, version = entry.get("parameters"), entry.get("state"), entry.get("versionId")
    if (
        not isinstance(parameters, Mapping)
        or not isinstance(document, Mapping)
        or not isinstance(version, str)
    ):
        raise _invalid("An entry of this DID's log lacks what every entry has.")
    if state.deactivated:
        raise _invalid("This DID's log goes on after its end.")
    unsigned = {name: value for name, value in entry.items() if name != "proof"}
    first = state.number == 0
    if first:
        _check_scid(unsigned, state.scid)
    number, _, digest = version.partition("-")
    if number != str(state.number + 1) or digest != _hash({**unsigned, "versionId": state.version}):
        raise _invalid("An entry of this DID's log does not follow the one before.")
    after = _configured(state, parameters, first=first)
    signers = after.keys if first or state.promised else state.keys
    _check_proof(entry, unsigned, signers)
    time, identifier = _time(entry.get("versionTime")), document.get("id")
    if state.time is not None and time <= state.time:
        raise _invalid("An entry of this DID's log is older than the one before.")
    if not isinstance(identifier, str) or not identifier.startswith(f"did:webvh:{state.scid}:"):
        raise _invalid("A document in this DID's log is another's.")
    if not first and identifier != state.did and not state.portable:
        raise _invalid("This DID may not move.")
    return replace(after, version=version, number=state.number + 1, time=time, did=identifier)


def _configured(state: _State, parameters: Mapping[str, Any], *, first: bool) -> _State:
    """The state with an entry's parameters (§3.7.1); null stands for a default, as early logs have it."""
    if set(parameters) - PARAMETERS:
        raise _invalid("This DID's log has parameters that are not known.")
    if parameters.get("method", None if first else METHOD) != METHOD or ("scid" in parameters) != first:
        raise _invalid(f"This DID's log is not one of {METHOD}.")
    if first and parameters["scid"] != state.scid:
        raise _invalid("This DID's log is another's.")
    if parameters.get("witness"):
        raise ResolutionError("This DID wants witnesses, whom nobody asks here.", code="featureNotSupported")
    keys = _texts(parameters, "updateKeys", state.keys)
    if first and not keys:
        raise _invalid("This DID's log names nobody who may continue it.")
    if state.promised and not first:
        _require_promised(state, parameters, keys)
    portable, deactivated = parameters.get("portable", state.portable), parameters.get("deactivated") or False
    if not isinstance(portable, bool) or not isinstance(deactivated, bool):
        raise _invalid("This DID's log has parameters that are not known.")
    if portable and not first and not state.portable:
        raise _invalid("This DID may not be made to move.")
    return replace(
        state,
        keys=keys,
        promised=_texts(parameters, "nextKeyHashes", state.promised),
        portable=portable,
        deactivated=deactivated,
    )


def _require_promised(state: _State, parameters: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    """Keys of an entry after `nextKeyHashes` are among those whose hashes it held (§3.7.6)."""
    if not {"updateKeys", "nextKeyHashes"} <= set(parameters):
        raise _invalid("This DID's log does not name the keys that it promised.")
    if not {_multihash(key.encode()) for key in keys} <= set(state.promised):
        raise _invalid("A key in this DID's log was not promised before.")


def _check_scid(entry: Mapping[str, Any], scid: str) -> None:
    """The identifier is the hash of the first entry without it (§3.7.3)."""
    if not scid or len(scid) > 64:
        raise _invalid("This did:webvh is not well formed.")
    text = jcs.canonicalize({**entry, "versionId": PLACEHOLDER}).decode().replace(scid, PLACEHOLDER)
    if _multihash(text.encode()) != scid:
        raise _invalid("This DID is not the hash of its own beginning.")


def _check_proof(entry: Mapping[str, Any], unsigned: Mapping[str, Any], signers: Sequence[str]) -> None:
    """One proof by one of the keys authorised (§3.7.5): eddsa-jcs-2022 (VC-DI-EDDSA §3.3)."""
    proofs = entry.get("proof")
    proofs = proofs if isinstance(proofs, list) else [proofs]
    for proof in proofs[:MAX_PROOFS]:
        options = dict(proof) if isinstance(proof, Mapping) else {}
        value, method = options.pop("proofValue", None), options.get("verificationMethod")
        expected = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "proofPurpose": "assertionMethod",
        }
        key = next((key for key in signers if method == f"did:key:{key}#{key}"), None)
        if key is None or not isinstance(value, str) or any(options.get(n) != v for n, v in expected.items()):
            continue
        data = b"".join(hashlib.sha256(jcs.canonicalize(part)).digest() for part in (options, unsigned))
        try:
            multikey.decode(key).verify(multibase.decode(value), data)
        except SelloError:
            continue
        return
    raise _invalid("An entry of this DID's log is signed by nobody who may.")


def _texts(parameters: Mapping[str, Any], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    if name not in parameters:
        return default
    value = parameters[name] if parameters[name] is not None else []
    if not isinstance(value, list) or len(value) > MAX_ENTRIES or not all(isinstance(v, str) for v in value):
        raise _invalid(f"{name} in this DID's log is a list of texts.")
    return tuple(value)


def _time(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise _invalid("An entry of this DID's log says no time.")
    return moment


def _hash(entry: Mapping[str, Any]) -> str:
    return _multihash(jcs.canonicalize(entry))


def _multihash(data: bytes) -> str:
    """SHA-256 as multihash in base58btc without multibase prefix (§3.7.3)."""
    return base58.encode(b"\x12\x20" + hashlib.sha256(data).digest())


def _invalid(text: str) -> ResolutionError:
    return ResolutionError(text, code="invalidDid")
