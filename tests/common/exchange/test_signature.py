"""The signature of {header, message}: what it covers, whose it is, and for how long."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.encoding import base64url, jcs
from common.errors import UnknownPartError
from common.exchange.envelope import create_message, parse_message, timestamp
from common.exchange.errors import SignatureRefusedError
from common.exchange.header import Header
from common.exchange.signature import MAX_LIFETIME, verify_signature
from common.keys import PrivateKey, PublicKey, jwk, jws

SENDER = "spp.example.org"
CLINIC = PrivateKey("Ed25519", bytes(31) + b"\x01")
BANK = PrivateKey("P-256", bytes(31) + b"\x02")
MALLORY = PrivateKey("Ed25519", bytes(31) + b"\x66")


def made(signer: PrivateKey, now: datetime, **options: Any) -> dict[str, Any]:
    header = Header("m-1", "search", sender_id=SENDER, receiver_id="registry.example.org")
    namespace = options.pop("namespace", "spdci")
    return create_message(
        namespace, header, {"transaction_id": "t-1", "n": 1}, signer=signer, now=now, **options
    )


def checked(body: dict[str, Any], key: PrivateKey, now: datetime, namespace: str = "spdci") -> str:
    def key_of(sender_id: str, key_id: str) -> PublicKey:
        if (sender_id, key_id) != (SENDER, jwk.thumbprint(key.public_key)):
            raise UnknownPartError("key", key_id, [])
        return key.public_key

    return verify_signature(parse_message(body, action="search"), namespace=namespace, key_of=key_of, now=now)


@pytest.mark.parametrize("signer", [CLINIC, BANK], ids=["ed25519", "es256"])
def test_a_signature_is_found_to_be_its_senders(signer: PrivateKey, now: datetime) -> None:
    assert checked(made(signer, now), signer, now) == SENDER


def test_the_text_is_that_of_the_schema_and_signs_three_lines(now: datetime) -> None:
    body = made(CLINIC, now)
    seconds = int(now.timestamp())
    prefix, _, value = body["signature"].rpartition('signature="')
    name = f"{SENDER}|{jwk.thumbprint(CLINIC.public_key)}|ed25519"
    assert prefix == (
        f'Signature: namespace="spdci", kidId="{name}", algorithm="ed25519", created="{seconds}", '
        f'expires="{seconds + 300}", headers="(created) (expires) digest", '
    )
    digest = hashlib.blake2b(
        jcs.canonicalize({"header": body["header"], "message": body["message"]}), digest_size=64
    ).digest()
    lines = (
        f"(created): {seconds}\n(expires): {seconds + 300}\n"
        f"digest: BLAKE-512={base64.b64encode(digest).decode()}"
    )
    CLINIC.public_key.verify(base64.b64decode(value[:-1]), lines.encode())


def test_the_writing_of_json_does_not_matter(now: datetime) -> None:
    body = json.loads(json.dumps(made(CLINIC, now), indent=3, sort_keys=True))
    assert checked(body, CLINIC, now) == SENDER


def edit(body: dict[str, Any], path: str, value: Any) -> None:
    *parents, name = path.split(".")
    for parent in parents:
        body = body[parent]
    body[name] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("header.message_id", "m-2"),
        ("header.total_count", 2),
        ("header.receiver_id", "other.example.org"),
        ("header.meta", {"a": 1}),
        ("message.n", 2),
        ("message.more", None),
        ("message", {}),
    ],
)
def test_an_altered_header_or_message_is_refused(path: str, value: Any, now: datetime) -> None:
    body = made(CLINIC, now)
    edit(body, path, value)
    with pytest.raises(SignatureRefusedError, match="does not match"):
        checked(body, CLINIC, now)


ALTERED: dict[str, Callable[[str], str]] = {
    "cut": lambda text: text[: len(text) // 2],
    "swollen": lambda text: text + "x" * 5_000,
    "twice": lambda text: text + ', created="1"',
    "another sender": lambda text: text.replace(SENDER, "mallory.example.org"),
    "no algorithm": lambda text: text.replace('algorithm="ed25519"', 'algorithm="none"'),
    "algorithm in both places": lambda text: text.replace("ed25519", "hmac-sha256"),
    "fewer headers": lambda text: text.replace("(created) (expires) digest", "digest"),
    "longer life": lambda text: text.replace('expires="', 'expires="1'),
    "no seconds": lambda text: text.replace('created="', 'created="x'),
    "key with another name": lambda text: text.replace("|", "|x", 1),
    "two parts": lambda text: text.replace("|ed25519", ""),
    "not base64": lambda text: text[:-4] + '!!!"',
    "a word": lambda text: "invalid-signature",
    "half a token": lambda text: "eyJhbGciOiJSUzI1NiJ9.",
    "three parts of nothing": lambda text: "..",
}


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_signature_is_refused(name: str, now: datetime) -> None:
    body = made(CLINIC, now)
    body["signature"] = ALTERED[name](body["signature"])
    with pytest.raises(SignatureRefusedError) as refused:
        checked(body, CLINIC, now)
    assert refused.value.code == "err.signature.invalid"


def test_no_signature_is_missing(now: datetime) -> None:
    body = made(CLINIC, now)
    del body["signature"]
    with pytest.raises(SignatureRefusedError) as refused:
        checked(body, CLINIC, now)
    assert refused.value.code == "err.signature.missing"


def test_another_key_is_refused(now: datetime) -> None:
    body = made(MALLORY, now)
    with pytest.raises(SignatureRefusedError, match="not known"):
        checked(body, CLINIC, now)
    body["signature"] = body["signature"].replace(
        jwk.thumbprint(MALLORY.public_key), jwk.thumbprint(CLINIC.public_key)
    )
    with pytest.raises(SignatureRefusedError, match="does not match"):
        checked(body, CLINIC, now)


def test_one_kind_of_message_is_not_another(now: datetime) -> None:
    with pytest.raises(SignatureRefusedError, match="another kind"):
        checked(made(CLINIC, now, namespace="g2p"), CLINIC, now)


@pytest.mark.parametrize(
    ("later", "lifetime", "sentence"),
    [
        (timedelta(minutes=5), timedelta(minutes=5), "expired"),
        (-timedelta(minutes=2), timedelta(minutes=5), "future"),
        (timedelta(0), MAX_LIFETIME + timedelta(seconds=1), "too long"),
    ],
)
def test_a_signature_has_its_hour(
    later: timedelta, lifetime: timedelta, sentence: str, now: datetime
) -> None:
    with pytest.raises(SignatureRefusedError, match=sentence):
        checked(made(CLINIC, now, lifetime=lifetime), CLINIC, now + later)


def detached(body: dict[str, Any], signer: PrivateKey, *, canonical: bool, **header: Any) -> str:
    signed = {"header": body["header"], "message": body["message"]}
    payload = jcs.canonicalize(signed) if canonical else json.dumps(signed, separators=(",", ":")).encode()
    head, _, tail = jws.sign(header, payload, signer=signer).split(".")
    return f"{head}..{tail}"


@pytest.mark.parametrize("canonical", [True, False])
@pytest.mark.parametrize("signer", [CLINIC, BANK], ids=["EdDSA", "ES256"])
def test_a_detached_jws_is_taken(canonical: bool, signer: PrivateKey, now: datetime) -> None:
    body = made(signer, now)
    body["signature"] = detached(body, signer, canonical=canonical, kid=jwk.thumbprint(signer.public_key))
    assert checked(body, signer, now) == SENDER
    body["message"]["n"] = 2
    with pytest.raises(SignatureRefusedError, match="does not match"):
        checked(body, signer, now)


def test_a_detached_jws_has_the_hour_of_its_header(now: datetime) -> None:
    body = made(CLINIC, now)
    body["header"]["message_ts"] = timestamp(now - timedelta(minutes=6))
    body["signature"] = detached(body, CLINIC, canonical=True, kid=jwk.thumbprint(CLINIC.public_key))
    with pytest.raises(SignatureRefusedError, match="hour"):
        checked(body, CLINIC, now)


def test_a_jws_without_algorithm_or_with_its_own_payload_is_refused(now: datetime) -> None:
    body = made(CLINIC, now)
    none = base64url.encode(json.dumps({"alg": "none", "kid": jwk.thumbprint(CLINIC.public_key)}).encode())
    for text in (f"{none}..", f"{none}..AAAA", f"{none}.e30.AAAA"):
        body["signature"] = text
        with pytest.raises(SignatureRefusedError):
            checked(body, CLINIC, now)


@pytest.mark.parametrize("value", [1, 400.0, 2.5, 1e-07, 1e-05, 1e16, 12345678901234567890.0, -0.0])
@pytest.mark.parametrize("in_order", [True, False])
def test_a_detached_jws_over_compact_json_with_floats(
    value: float, in_order: bool, ana: PrivateKey, now: datetime
) -> None:
    """As Python's json writes it, members sorted or not; OpenG2P sorts them."""
    body = made(ana, now)
    body["message"] |= {"zz": [value], "amount": value, "a": {"name": "Ñandú", "B": 1}}
    signed = {name: body[name] for name in ("header", "message")}
    text = json.dumps(signed, sort_keys=in_order, separators=(",", ":"), ensure_ascii=False)
    head, _, tail = jws.sign({"kid": jwk.thumbprint(ana.public_key)}, text.encode(), signer=ana).split(".")
    assert checked({"signature": f"{head}..{tail}", **signed}, ana, now)


@pytest.mark.parametrize(
    ("value", "written"),
    [(1e-07, "1e-7"), (1.5e-10, "1.5e-10"), (1e-05, "0.00001"), (1.25e-05, "0.0000125"), (1e16, "1e16"),
     (1e22, "1e22"), (400.0, "400.0"), (0.1, "0.1")],
)  # fmt: skip
def test_a_detached_jws_over_floats_as_orjson_writes_them(
    value: float, written: str, ana: PrivateKey, now: datetime
) -> None:
    body = made(ana, now)
    signed = {"header": body["header"], "message": {"amount": 0.125, "z": 1}}
    text = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    text = text.replace("0.125", written)
    head, _, tail = jws.sign({"kid": jwk.thumbprint(ana.public_key)}, text.encode(), signer=ana).split(".")
    signed = json.loads(text)
    assert signed["message"]["amount"] == value
    assert checked({"signature": f"{head}..{tail}", **signed}, ana, now)
