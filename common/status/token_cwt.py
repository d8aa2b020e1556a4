"""Token Status List (draft-ietf-oauth-status-list-21): the list as a signed CWT (§5.2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from common.encoding import cbor
from common.errors import MalformedInputError
from common.keys import Signer, certificate, cose
from common.keys.public_key import CURVES
from common.status import token
from common.status.bits import StatusBits, compress, decompress
from common.status.status_list import DecodedStatusList
from common.status.token import IssuerKey

MEDIA_TYPE: Final = "application/statuslist+cwt"
SIGN1: Final = 18  # the tag that this token must have (RFC 9052 §2)
CWT: Final = 61  # the tag that may stand before it (RFC 8392 §6)
TYP: Final = 16  # RFC 9596
SUB, EXP, IAT, STATUS_LIST, TTL = 2, 4, 6, 65533, 65534
CLAIMS: Final = {1: "iss", SUB: "sub", EXP: "exp", IAT: "iat", TTL: "ttl"}  # RFC 8392 §4, and their JWT names


def create(
    *,
    uri: str,
    statuses: StatusBits,
    signer: Signer,
    now: datetime,
    expires: datetime,
    ttl: int,
    chain: Sequence[bytes] = (),
) -> bytes:
    """The Status List Token (§5.2); `ttl` in seconds; `chain` vouches for the signer."""
    claims = {
        SUB: uri,
        IAT: int(now.timestamp()),
        EXP: int(expires.timestamp()),
        TTL: ttl,
        STATUS_LIST: encode_list(statuses.require_length()),
    }
    unprotected: dict[int, Any] = {cose.KID: signer.key_id.encode()}
    if chain:
        unprotected[cose.X5CHAIN] = chain[0] if len(chain) == 1 else list(chain)
    signed = cose.sign1(
        cbor.encode(claims), signer=signer, protected={TYP: MEDIA_TYPE}, unprotected=unprotected
    )
    return cbor.encode(cbor.Tag(SIGN1, signed))


def verify(data: bytes, *, uri: str, issuer: str, issuer_key: IssuerKey, now: datetime) -> DecodedStatusList:
    """The list in a token that `issuer` signed for `uri` and that has not expired (§8.3 steps 3 to 5)."""
    tagged = cbor.decode(data, tags=None)
    if isinstance(tagged, cbor.Tag) and tagged.tag == CWT:
        tagged = tagged.value
    if not isinstance(tagged, cbor.Tag) or tagged.tag != SIGN1:
        raise MalformedInputError("This status list is no tagged COSE_Sign1.")
    message = cose.parse(tagged)
    if message.headers.get(TYP) != MEDIA_TYPE:
        raise MalformedInputError("A status list token was expected.")
    key = issuer_key(issuer, _header(message)).public_key
    claims = cbor.decode(cose.verify(message, key=key), tags=None)
    if not isinstance(claims, Mapping):
        raise MalformedInputError("The claims of this status list are no map.")
    named = {name: claims[number] for number, name in CLAIMS.items() if number in claims}
    return token.read(named, lambda: decode_list(claims.get(STATUS_LIST)), uri=uri, issuer=issuer, now=now)


def encode_list(statuses: StatusBits) -> dict[str, Any]:
    """The StatusList map (§4.3)."""
    if statuses.order != "least":
        raise MalformedInputError("A token list's first entry is in the least significant bits.")
    return {"bits": statuses.bits, "lst": compress(statuses.data, wrapper="zlib")}


def decode_list(member: object) -> StatusBits:
    """The entries behind a StatusList map."""
    if not isinstance(member, Mapping) or type(member.get("bits")) is not int:
        raise MalformedInputError("This status list has no list.")
    packed = member.get("lst")
    if not isinstance(packed, bytes):
        raise MalformedInputError("This status list has no list.")
    return StatusBits(decompress(packed, wrapper="zlib"), member["bits"], "least")


def _header(message: cose.Sign1) -> dict[str, Any]:
    """By what the issuer's key is found, as a JOSE header says it."""
    found = {**message.unprotected, **message.headers}
    algorithms = {
        number: CURVES[curve].algorithm for curve, numbers in cose.ALGORITHMS.items() for number in numbers
    }
    algorithm = found.get(cose.ALG)
    header: dict[str, Any] = {"alg": algorithms.get(algorithm) if type(algorithm) is int else None}
    if isinstance(found.get(cose.KID), bytes):
        header["kid"] = found[cose.KID].decode("utf-8", "replace")
    if cose.X5CHAIN in found:
        value = found[cose.X5CHAIN]
        chain = value if isinstance(value, list | tuple) else (value,)
        if not chain or not all(isinstance(der, bytes) for der in chain):
            raise MalformedInputError("The certificates of this status list cannot be read.")
        header["x5c"] = certificate.x5c(chain)
    return header
