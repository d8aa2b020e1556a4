"""What a presentation says of itself is read where its holder signed it, or refused; nothing is believed."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from common.encoding import base64url, jcs
from common.errors import MalformedInputError
from common.formats import FORMATS
from common.formats.base import Binding, Secured
from common.keys import PrivateKey, jws
from common.verification import declared
from tests.common.formats import test_vc_jwt
from tests.common.verification.farmers_fixture import BINDING, issue, show
from tests.conftest import NOW

NAMES = ("dc+sd-jwt", "ldp_vc", *test_vc_jwt.NAMES)
SIGNED = Binding(BINDING.audience, BINDING.nonce, (base64url.encode(jcs.canonicalize({"type": "payment"})),))


def shown(name: str, holder: PrivateKey, binding: Binding = BINDING) -> Secured:
    if name not in test_vc_jwt.NAMES:
        return show(name, issue(name, holder), holder, binding=binding)
    return FORMATS[name].present(
        test_vc_jwt.issue(name, holder), disclose=[], binding=binding, signer=test_vc_jwt.named(holder),
        sources=test_vc_jwt.SOURCES, now=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_for_whom_for_what_and_when(name: str, ana: PrivateKey) -> None:
    told = declared.parse_declared(shown(name, ana))
    assert told.binding == BINDING
    assert told.made == NOW
    assert len(told.credentials) == 1
    assert told.made.utcoffset() == timedelta()


@pytest.mark.parametrize("name", NAMES)
def test_hashes_do_not_give_back_what_was_hashed(name: str, ana: PrivateKey) -> None:
    told = declared.parse_declared(shown(name, ana, SIGNED))
    assert (told.binding, told.made, len(told.credentials)) == (None, NOW, 1)


def with_claims(name: str, presented: Secured, **claims: Any) -> str:
    """The holder's token with other claims; None leaves one out. Nobody looks at its signature here."""
    head, mark, token = str(presented).rpartition("~")
    parsed = jws.parse(token)
    body = {key: value for key, value in {**parsed.claims(), **claims}.items() if value is not None}
    parts = [base64url.encode(json.dumps(part).encode()) for part in (parsed.header, body)]
    return f"{head}{mark}{parts[0]}.{parts[1]}.{token.rpartition('.')[2]}"


@pytest.mark.parametrize("name", ["dc+sd-jwt", *test_vc_jwt.NAMES])
@pytest.mark.parametrize(
    "claims",
    [
        {"iat": None}, {"iat": "now"}, {"aud": None}, {"aud": 7}, {"aud": ["x509_san_dns:clinic.example"]},
        {"nonce": None}, {"nonce": 7}, {"nonce": ["nonce-1"]},
    ],
)  # fmt: skip
def test_tokens_that_do_not_say(name: str, claims: dict[str, Any], ana: PrivateKey) -> None:
    presented = shown(name, ana)
    assert declared.parse_declared(with_claims(name, presented)).binding == BINDING
    with pytest.raises(MalformedInputError):
        declared.parse_declared(with_claims(name, presented, **claims))


def test_a_credential_without_its_holders_signature(ana: PrivateKey) -> None:
    alone = str(issue("dc+sd-jwt", ana))
    assert alone.endswith("~")
    with pytest.raises(MalformedInputError):
        declared.parse_declared(alone)


@pytest.fixture
def document(ana: PrivateKey) -> Mapping[str, Any]:
    presented = shown("ldp_vc", ana)
    assert isinstance(presented, Mapping)
    return presented


def test_one_proof_or_a_list_of_one(document: Mapping[str, Any]) -> None:
    plain = declared.parse_declared(document)
    [credential] = plain.credentials
    for same in (
        {**document, "proof": [document["proof"]]},
        {**document, "verifiableCredential": credential},
        {**document, "verifiableCredential": [credential]},
    ):
        assert declared.parse_declared(same) == plain
    two = declared.parse_declared({**document, "verifiableCredential": [credential, "another"]})
    assert two.credentials == (credential, "another")


def test_the_time_is_read_whatever_its_offset(document: Mapping[str, Any]) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-4))).isoformat()
    told = declared.parse_declared({**document, "proof": {**document["proof"], "created": elsewhere}})
    assert told.made == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert told.made.utcoffset() == timedelta()


@pytest.mark.parametrize(
    "change",
    [
        {"verifiableCredential": []},
        {"proof": []},
        {"proof": None},
        {"proof": "signed"},
        {"proof": ["signed"]},
    ],
)
def test_no_credential_or_no_proof(document: Mapping[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises(MalformedInputError):
        declared.parse_declared({**document, **change})


def test_nothing_in_it(document: Mapping[str, Any]) -> None:
    for missing in ("verifiableCredential", "proof"):
        with pytest.raises(MalformedInputError):
            declared.parse_declared({name: part for name, part in document.items() if name != missing})
    with pytest.raises(MalformedInputError):
        declared.parse_declared({**document, "proof": [document["proof"], document["proof"]]})


@pytest.mark.parametrize("member", ["domain", "challenge", "created"])
@pytest.mark.parametrize("value", [None, 7, ["x"], {}])
def test_proofs_that_do_not_say(document: Mapping[str, Any], member: str, value: Any) -> None:
    with pytest.raises(MalformedInputError):
        declared.parse_declared({**document, "proof": {**document["proof"], member: value}})


def test_a_time_that_is_none(document: Mapping[str, Any]) -> None:
    with pytest.raises(MalformedInputError, match="no time"):
        declared.parse_declared({**document, "proof": {**document["proof"], "created": "yesterday"}})
