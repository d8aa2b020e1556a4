"""Encodings, keys and DIDs, whatever they are given."""

import io
import json
from typing import Any

import openpyxl
import pytest
from hypothesis import strategies as st

from common.adapters import qr
from common.did import Fetched, did_jwk, did_key, did_webvh, parse_document, resolve
from common.encoding import base58, base64url, cbor, jcs, multibase, strict_json
from common.errors import FetchError
from common.keys import PrivateKey, certificate, cose, jwe, jwk, jws, multikey
from common.status import bitstring, token
from common.status.bits import pack
from tests.common.did.test_did_webvh import Log
from tests.common.fuzz.strategies import JSON, TEXTS, bent, bent_bytes, bent_text, bent_tokens, fuzz
from tests.common.oid4vp.oid4vp_fixture import CA, EPHEMERAL, LEAF
from tests.common.registries.sheets import read_spreadsheet

KEY = PrivateKey("P-256", bytes(31) + b"\x0a")
EDWARDS = PrivateKey("Ed25519", bytes(31) + b"\x0a")
TEXT = st.one_of(TEXTS, st.text(), st.binary().map(lambda data: data.decode("latin-1")))


@pytest.mark.parametrize(
    "parse",
    [
        base58.decode, base64url.decode, multibase.decode, multikey.decode, strict_json.loads, jws.parse,
        jwe.header, did_key.decode,
    ],
    ids=lambda parse: f"{parse.__module__}.{parse.__name__}",
)  # fmt: skip
def test_texts(parse: Any) -> None:
    fuzz(TEXT, parse)


@pytest.mark.parametrize(
    "specimen",
    [b'{"a":[1,2,{"b":"\\u00e9"}],"c":null,"d":1e3}', b"[" * 70 + b"]" * 70, b'{"\\ud83d\\ude00":"\\udc00"}'],
)
def test_json(specimen: bytes) -> None:
    fuzz(st.one_of(st.binary(), bent_bytes(specimen)), strict_json.loads)


def test_what_was_read_can_be_written() -> None:
    fuzz(st.one_of(st.binary(), JSON.map(lambda value: json.dumps(value).encode())), _read_and_write)


def _read_and_write(data: bytes) -> None:
    value = strict_json.loads_object(data)
    assert strict_json.loads(jcs.canonicalize(value)) == value


@pytest.mark.parametrize("specimen", [jwk.encode(KEY.public_key), jwk.encode(EDWARDS.public_key)])
def test_jwks(specimen: Any) -> None:
    fuzz(st.one_of(JSON, bent(specimen)), jwk.decode)


@pytest.mark.parametrize("key", [KEY, EDWARDS], ids=lambda key: str(key.curve))
def test_multikeys_and_did_keys(key: PrivateKey) -> None:
    fuzz(bent_text(multikey.encode(key.public_key)), multikey.decode)
    fuzz(bent_text(did_key.encode(key.public_key)), lambda did: resolve(did, fetch=_silent))
    fuzz(bent_text(did_jwk.encode(key.public_key)), lambda did: resolve(did, fetch=_silent))


def _silent(url: str, *, accept: str = "") -> Fetched:
    raise FetchError("Nobody lives there.")


def test_dids() -> None:
    fuzz(st.one_of(TEXT, TEXT.map(lambda text: f"did:web:{text}")), lambda did: resolve(did, fetch=_silent))


DID = "did:web:a.example"
DOCUMENT = {
    "@context": ["https://www.w3.org/ns/did/v1"],
    "id": DID,
    "verificationMethod": [
        {"id": "#1", "type": "JsonWebKey", "controller": DID, "publicKeyJwk": jwk.encode(KEY.public_key)},
        {
            "id": f"{DID}#2",
            "type": "Multikey",
            "controller": DID,
            "publicKeyMultibase": multikey.encode(EDWARDS.public_key),
            "expires": "2030-01-01T00:00:00Z",
        },
    ],
    "assertionMethod": ["#1", f"{DID}#2"],
    "authentication": [{"id": "#3", "type": "Multikey", "controller": DID, "publicKeyMultibase": "z6Mk"}],
}


def test_did_documents() -> None:
    fuzz(
        bent(DOCUMENT),
        lambda document: parse_document(document, did=DID) if isinstance(document, dict) else 0,
        examples=200,
    )
    pages = st.one_of(st.binary(), bent(DOCUMENT).map(lambda value: json.dumps(value).encode()))
    fuzz(pages, lambda page: resolve(DID, fetch=lambda url, accept="": Fetched(page)))


def test_tokens() -> None:
    header, payload = {"alg": "ES256", "typ": "JWT", "kid": "1"}, {"iss": "a", "exp": 1}

    def read(text: str) -> None:
        jws.verify(text, key=KEY.public_key, typ="JWT").claims()

    fuzz(bent_tokens(header, payload, KEY), read)
    fuzz(bent_text(jws.sign(header, payload, signer=KEY)), read)


def test_encrypted_tokens() -> None:
    recipient = {**jwk.encode(EPHEMERAL.public_key), "kid": "1"}
    sealed = jwe.encrypt(b"{}", recipient=recipient)
    fuzz(bent_text(sealed), lambda text: jwe.decrypt(text, key=EPHEMERAL), examples=150)
    head, rest = sealed.split(".", 1)
    heads = bent(json.loads(base64url.decode(head))).map(
        lambda value: f"{base64url.encode(json.dumps(value).encode())}.{rest}"
    )
    fuzz(heads, lambda text: jwe.decrypt(text, key=EPHEMERAL), examples=150)


CBOR = [
    cbor.encode({"a": [1, b"x", {"b": None}], "c": True, "d": 1.5}),
    bytes.fromhex("d81843a10102"),
    bytes.fromhex("9f018202039f0405ffff"),
    bytes.fromhex("c249010000000000000000"),
]


@pytest.mark.parametrize("specimen", CBOR, ids=lambda data: bytes(data).hex()[:12])
def test_cbor(specimen: bytes) -> None:
    fuzz(st.one_of(st.binary(max_size=60), bent_bytes(specimen)), cbor.decode, examples=150)


def test_cose() -> None:
    signed = cose.sign1(b"payload", signer=KEY)
    encoded = cbor.encode(signed) if not isinstance(signed, bytes) else signed
    fuzz(bent_bytes(encoded), lambda data: cose.verify(cose.parse(cbor.decode(data)), key=KEY.public_key))
    public = cbor.encode(cose.encode_key(KEY.public_key))
    fuzz(st.one_of(bent_bytes(public)), lambda data: cose.decode_key(cbor.decode(data)))
    fuzz(bent(cose.encode_key(KEY.public_key)), cose.decode_key, examples=150)
    fuzz(bent(signed), lambda message: cose.verify(cose.parse(message), key=KEY.public_key), examples=150)
    fuzz(JSON, cose.parse)
    fuzz(JSON, cose.decode_key)


@pytest.mark.parametrize("der", [CA, LEAF], ids=["authority", "leaf"])
def test_certificates(der: bytes) -> None:
    def read(data: bytes) -> None:
        certificate.public_key(certificate.load(data))
        certificate.authority_key_ids([data])

    fuzz(st.one_of(st.binary(), bent_bytes(der)), read, examples=200)


def test_status_lists() -> None:
    encoded = bitstring.encode_list(pack({3: 1}, length=131_072, bits=1, order="most"))
    fuzz(st.one_of(JSON, bent_text(encoded)), bitstring.decode_list)
    member = token.encode_list(pack({3: 1}, length=131_072, bits=2, order="least"))
    fuzz(st.one_of(JSON, bent(member)), token.decode_list)
    fuzz(bent_text(member["lst"]), lambda text: token.decode_list({**member, "lst": text}))


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


SHEETS = [
    b"id,name,born\r\n1,Ana,1990-05-25\r\n2,Bruno,25/05/1991\r\n",
    'número;nombre\n1;"Quispe; Ñahui"\n2;"ab""c"\n'.encode("latin-1"),
    "\ufeffid\tname\n1\tx\n".encode("utf-16"),
    b"'a'|'b'\n'1'|'2'\n",
    workbook(["id", "name"], [1, "Ana"]),
]


@pytest.mark.parametrize("sheet", SHEETS, ids=range(len(SHEETS)))
def test_spreadsheets(sheet: bytes) -> None:
    fuzz(st.one_of(st.binary(), bent_bytes(sheet)), read_spreadsheet)


def test_pictures() -> None:
    picture = qr.png("openid4vp://?client_id=a")
    fuzz(st.one_of(st.binary(), bent_bytes(picture)), qr.read)


def test_logs_of_dids() -> None:
    log = Log().update(updateKeys=[])
    lines = [json.dumps(entry).encode() for entry in log.entries]
    fuzz(bent_bytes(b"\n".join(lines)), lambda data: did_webvh.parse_did_log(log.did, data), examples=100)
    entries = st.tuples(bent(log.entries[0]), bent(log.entries[1])).map(
        lambda pair: b"\n".join(json.dumps(entry).encode() for entry in pair)
    )
    fuzz(entries, lambda data: did_webvh.parse_did_log(log.did, data), examples=100)
    last = bent(log.entries[1]).map(lambda entry: b"\n".join([lines[0], json.dumps(entry).encode()]))
    fuzz(last, lambda data: did_webvh.parse_did_log(log.did, data), examples=100)
