"""The schema `MsgSignature`: a signature over {header} and {message}, written as HTTP signatures are.

The texts show its members and leave open what is signed. Here, as in Beckn and ONDC, from which its shape
comes: three lines, `(created): N`, `(expires): N` and `digest: BLAKE-512=…`, the digest being BLAKE2b-512
of {header, message} in RFC 8785 canonical JSON, so that no one's way of writing JSON matters.

The texts' other implementations send a detached JWS (RFC 7515 appendix F) over the same two members;
`verify_signature` takes that too. Its hour is the header's `message_ts`, for it has none of its own.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from common.encoding import base64url, jcs
from common.errors import SelloError
from common.exchange.errors import SignatureRefusedError
from common.exchange.header import Envelope
from common.keys import PublicKey, Signer, jwk, jws

KeyOf = Callable[[str, str], PublicKey]  # (sender_id, key_id): the key, or SelloError
ALGORITHMS: Final = {"ed25519": "Ed25519", "es256": "P-256"}  # as kidId and algorithm name them: the curve
HEADERS: Final = "(created) (expires) digest"
LIFETIME: Final = timedelta(minutes=5)
MAX_LIFETIME: Final = timedelta(days=1)  # a message may be stored and forwarded, but not for ever
MAX_SKEW: Final = timedelta(minutes=1)
MAX_LENGTH: Final = 4_000
_PREFIX: Final = re.compile(r"Signature:?\s+", re.IGNORECASE)
_PARAMETER: Final = re.compile(r'([A-Za-z]{1,20})="([^"\\\x00-\x1f]*)"\s*(?:,\s*|\Z)')
_REQUIRED: Final = {"namespace", "kidId", "algorithm", "created", "expires", "headers", "signature"}
_SECONDS: Final = re.compile(r"[0-9]{1,11}\Z")


def create_signature(
    namespace: str,
    signed: Mapping[str, Any],
    *,
    sender_id: str,
    signer: Signer,
    now: datetime,
    lifetime: timedelta = LIFETIME,
) -> str:
    """The text of `signature` for {header, message}."""
    algorithm = next(name for name, curve in ALGORITHMS.items() if curve == signer.public_key.curve)
    created = str(int(now.timestamp()))
    expires = str(int((now + lifetime).timestamp()))
    value = base64.b64encode(signer.sign(_signing_string(signed, created, expires))).decode("ascii")
    key_id = jwk.thumbprint(signer.public_key)
    return (
        f'Signature: namespace="{namespace}", kidId="{sender_id}|{key_id}|{algorithm}", '
        f'algorithm="{algorithm}", created="{created}", expires="{expires}", headers="{HEADERS}", '
        f'signature="{value}"'
    )


def verify_signature(envelope: Envelope, *, namespace: str, key_of: KeyOf, now: datetime) -> str:
    """The sender whose key signed the envelope for `namespace`; anything else is `SignatureRefusedError`."""
    text = envelope.signature.strip()
    if not text:
        raise SignatureRefusedError("This message is not signed.", code="err.signature.missing")
    if len(text) > MAX_LENGTH:
        raise SignatureRefusedError("This signature cannot be read.")
    if text.count(".") == 2 and "=" not in text:
        return _verify_jws(envelope, text, key_of=key_of, now=now)
    parameters = _parameters(text)
    if parameters["namespace"] != namespace:
        raise SignatureRefusedError("This signature was made for another kind of message.")
    sender_id, key_id, algorithm = _key_name(parameters["kidId"])
    if algorithm != parameters["algorithm"] or algorithm not in ALGORITHMS:
        raise SignatureRefusedError(f"Signatures are made with {' or '.join(ALGORITHMS)}.")
    if sender_id != (envelope.header.sender_id or sender_id):
        raise SignatureRefusedError("Another than the sender signed this message.")
    _check_hour(parameters["created"], parameters["expires"], now=now)
    key = _key(key_of, sender_id, key_id)
    if key.curve != ALGORITHMS[algorithm]:
        raise SignatureRefusedError("The algorithm named is not the key's own.")
    try:
        value = base64.b64decode(parameters["signature"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureRefusedError("This signature cannot be read.") from error
    data = _signing_string(envelope.signed, parameters["created"], parameters["expires"])
    _check(lambda: key.verify(value, data))
    return sender_id


def _verify_jws(envelope: Envelope, text: str, *, key_of: KeyOf, now: datetime) -> str:
    """A detached JWS over canonical JSON, or over compact JSON: members sorted, or in the order they came."""
    moment, sender_id = envelope.header.message_ts, envelope.header.sender_id
    if not sender_id:
        raise SignatureRefusedError("This message does not name its sender.")
    if moment is None or not -MAX_SKEW <= now - moment <= LIFETIME:
        raise SignatureRefusedError("This message is not of this hour.")
    protected, payload, value = text.split(".")
    if payload:
        raise SignatureRefusedError("A signature does not carry the message once more.")
    texts = {
        jcs.canonicalize(envelope.signed),
        *(
            _compact(envelope.signed, in_order=in_order, number=number).encode()
            for in_order in (sorted, list)
            for number in (repr, _shortest)
        ),
    }
    failure: SignatureRefusedError | None = None
    for content in sorted(texts):
        try:
            parsed = jws.parse(f"{protected}.{base64url.encode(content)}.{value}")
            kid = parsed.header.get("kid", "")
            key = _key(key_of, sender_id, kid if isinstance(kid, str) else "")
            _check(partial(jws.verify, parsed, key=key, typ=None))
        except SignatureRefusedError as error:
            failure = error
        except SelloError as error:
            failure = SignatureRefusedError("This signature cannot be read.", detail=error.public)
        else:
            return sender_id
    assert failure is not None
    raise failure


def _compact(
    value: Any, *, in_order: Callable[[Iterable[str]], list[str]], number: Callable[[float], str]
) -> str:
    """JSON without spaces, as Python's json writes it and orjson (OPT_SORT_KEYS); they differ in floats."""
    if isinstance(value, Mapping):
        members = (
            json.dumps(name, ensure_ascii=False)
            + ":"
            + _compact(value[name], in_order=in_order, number=number)
            for name in in_order(value)
        )
        return f"{{{','.join(members)}}}"
    if isinstance(value, list):
        return f"[{','.join(_compact(each, in_order=in_order, number=number) for each in value)}]"
    return number(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _shortest(value: float) -> str:
    """A float as orjson writes it: 1e-7 where Python has 1e-07, 1e16 for 1e+16, 0.00001 for 1e-05."""
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return mantissa
    return f"{Decimal(repr(value)):f}" if int(exponent) == -5 else f"{mantissa}e{int(exponent)}"


def _signing_string(signed: Mapping[str, Any], created: str, expires: str) -> bytes:
    try:
        digest = hashlib.blake2b(jcs.canonicalize(dict(signed)), digest_size=64).digest()
    except SelloError as error:
        raise SignatureRefusedError("This message has no canonical text.", detail=error.public) from error
    value = base64.b64encode(digest).decode("ascii")
    return f"(created): {created}\n(expires): {expires}\ndigest: BLAKE-512={value}".encode("ascii")


def _parameters(text: str) -> dict[str, str]:
    """The members of a signature, each once."""
    prefix = _PREFIX.match(text)
    position, found = prefix.end() if prefix else 0, {}
    while position < len(text):
        match = _PARAMETER.match(text, position)
        if match is None or match[1] in found:
            raise SignatureRefusedError("This signature cannot be read.")
        found[match[1]] = match[2]
        position = match.end()
    if set(found) != _REQUIRED or found["headers"] != HEADERS:
        raise SignatureRefusedError("This signature does not say all that it must.")
    return found


def _key_name(kid_id: str) -> tuple[str, str, str]:
    parts = kid_id.split("|")
    if len(parts) != 3 or not all(parts):
        raise SignatureRefusedError("kidId names a sender, a key and an algorithm.")
    return parts[0], parts[1], parts[2]


def _check_hour(created: str, expires: str, *, now: datetime) -> None:
    if not _SECONDS.match(created) or not _SECONDS.match(expires):
        raise SignatureRefusedError("created and expires are seconds.")
    start, end, moment = int(created), int(expires), now.timestamp()
    if start > moment + MAX_SKEW.total_seconds():
        raise SignatureRefusedError("This signature is of the future.")
    if end <= moment:
        raise SignatureRefusedError("This signature has expired.")
    if not 0 < end - start <= MAX_LIFETIME.total_seconds():
        raise SignatureRefusedError("This signature lives too long.")


def _key(key_of: KeyOf, sender_id: str, key_id: str) -> PublicKey:
    try:
        return key_of(sender_id, key_id)
    except SignatureRefusedError:
        raise
    except SelloError as error:
        raise SignatureRefusedError("The sender's key is not known.", detail=str(error)) from error


def _check(verify: Callable[[], object]) -> None:
    try:
        verify()
    except SelloError as error:
        raise SignatureRefusedError("The signature does not match.", detail=error.public) from error
