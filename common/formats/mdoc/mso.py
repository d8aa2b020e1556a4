"""The Mobile Security Object (ISO/IEC 18013-5 §9.1.2.4): what the issuer signs in place of the data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from common.encoding import cbor
from common.errors import MalformedInputError, SelloError
from common.formats.base import InvalidCredentialError
from common.formats.mdoc.item import HASHES
from common.formats.mdoc.values import date_time, read_date_time
from common.keys import PublicKey, cose
from common.vcdm.credential import StatusReference

VERSION: Final = "1.0"
DEFAULT_HASH: Final = "SHA-256"
Digests = Mapping[str, Mapping[int, bytes]]


@dataclass(frozen=True, slots=True)
class SecurityObject:
    """An MSO's members; `digests` by namespace and digestID."""

    doctype: str
    digests: Digests
    device_key: PublicKey
    signed: datetime
    valid_from: datetime
    valid_until: datetime
    status: tuple[StatusReference, ...] = ()
    algorithm: str = DEFAULT_HASH


def encode(mso: SecurityObject) -> bytes:
    """MobileSecurityObjectBytes, the payload of IssuerAuth."""
    members: dict[str, Any] = {
        "version": VERSION,
        "digestAlgorithm": mso.algorithm,
        "valueDigests": {name: dict(digests) for name, digests in mso.digests.items()},
        "deviceKeyInfo": {"deviceKey": cose.encode_key(mso.device_key)},
        "docType": mso.doctype,
        "validityInfo": {
            "signed": date_time(mso.signed),
            "validFrom": date_time(mso.valid_from),
            "validUntil": date_time(mso.valid_until),
        },
    }
    if mso.status:
        members["status"] = {"status_list": _status_entry(mso.status)}
    return cbor.encode(cbor.embed(cbor.encode(members)))


def parse(data: bytes) -> SecurityObject:
    """Read MobileSecurityObjectBytes, whose signature was checked before."""
    members = cbor.decode(cbor.embedded(cbor.decode(data, tags=None)), tags=None)
    version, doctype = _member(members, "version", str), _member(members, "docType", str)
    if version.split(".")[0] != "1" or not doctype:
        raise InvalidCredentialError("This mdoc's security object has a version that is not known.")
    algorithm = members.get("digestAlgorithm")
    if not isinstance(algorithm, str) or algorithm not in HASHES:
        raise InvalidCredentialError("This mdoc uses a hash algorithm that is not accepted.")
    times = _member(members, "validityInfo", Mapping)
    try:
        device_key = cose.decode_key(_member(members, "deviceKeyInfo", Mapping).get("deviceKey"))
    except SelloError as error:
        raise InvalidCredentialError("The device's key in this mdoc is not usable.") from error
    return SecurityObject(
        doctype=doctype,
        digests=_digests(_member(members, "valueDigests", Mapping), size=HASHES[algorithm]().digest_size),
        device_key=device_key,
        signed=read_date_time(times.get("signed")),
        valid_from=read_date_time(times.get("validFrom")),
        valid_until=read_date_time(times.get("validUntil")),
        status=_status(members),
        algorithm=algorithm,
    )


def _digests(value: Mapping[Any, Any], *, size: int) -> Digests:
    for name, digests in value.items():
        if not isinstance(name, str) or not isinstance(digests, Mapping):
            raise MalformedInputError("The digests of this mdoc are not listed by namespace.")
        for number, digest in digests.items():
            if type(number) is not int or not isinstance(digest, bytes) or len(digest) != size:
                raise MalformedInputError("A digest of this mdoc is none.")
    return value


def _status_entry(references: Sequence[StatusReference]) -> dict[str, Any]:
    """The StatusListInfo (Token Status List §6.3): one place in one token list."""
    entries = [reference for reference in references if reference.kind == "TokenStatusList"]
    if len(entries) != 1:
        raise MalformedInputError("The status of this credential would not stand in one token list.")
    return {"idx": entries[0].index, "uri": entries[0].uri}


def _status(members: Mapping[str, Any]) -> tuple[StatusReference, ...]:
    """A mechanism that is not understood is an error: without it nobody could say that the mdoc stands."""
    if members.get("status") is None:
        return ()
    status = members["status"]
    entry = status.get("status_list") if isinstance(status, Mapping) else None
    if not isinstance(entry, Mapping):
        raise InvalidCredentialError("This credential's status is kept in a way that is not understood.")
    index, uri = entry.get("idx"), entry.get("uri")
    if type(index) is not int or index < 0 or not isinstance(uri, str):
        raise InvalidCredentialError("This credential's status entry is malformed.")
    return (StatusReference(kind="TokenStatusList", uri=uri, index=index),)


def _member(members: object, name: str, kind: type[Any]) -> Any:
    value = members.get(name) if isinstance(members, Mapping) else None
    if not isinstance(value, kind):
        raise MalformedInputError(f"This mdoc's security object lacks its {name}.")
    return value
