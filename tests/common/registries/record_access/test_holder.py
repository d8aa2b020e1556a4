"""What a holder's key asks an authority: each check by itself; one message is not taken for another."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from common.encoding import base64url, jcs
from common.keys import PrivateKey, jwk, jws
from common.keys.dpop import TYPE as DPOP_TYPE
from common.registries.record_access.grant import AccessError, InvalidAssertionError
from common.registries.record_access.holder import (
    CONSENTS_TYPE,
    LOG_TYPE,
    WITHDRAWAL_TYPE,
    ConsentEntry,
    LogEntry,
    create_consents,
    create_consents_request,
    create_log,
    create_log_request,
    create_withdrawal,
    parse_consents,
    parse_log,
    verify_consents_request,
    verify_log_request,
    verify_withdrawal,
)
from tests.conftest import NOW

AUTHORITY = "https://ministry.example/issuers/social-registry"
ENTRY = LogEntry(
    "2026-11-21T12:00:00Z", "did:web:clinic", "Clinic", "care", "Social", ("programme",), "r-1", "consent",
    "read", consent_id="c-1",
)  # fmt: skip
CONSENT = ConsentEntry(
    "c-1", "did:web:clinic", "Clinic", "care", "Social", ("programme",), "signed", "withdrawn",
    "2026-11-21T12:00:00Z", "2026-12-21T12:00:00Z", "2026-11-22T12:00:00Z",
)  # fmt: skip


def log(signer: PrivateKey, now: Any = NOW) -> str:
    return create_log_request(audience=AUTHORITY, jti="1", signer=signer, now=now)


def listing(signer: PrivateKey, now: Any = NOW) -> str:
    return create_consents_request(audience=AUTHORITY, jti="1", signer=signer, now=now)


def withdrawal(signer: PrivateKey, now: Any = NOW) -> str:
    return create_withdrawal(audience=AUTHORITY, consent_id="c-1", jti="1", signer=signer, now=now)


PAIRS: list[Any] = [
    pytest.param(log, verify_log_request, LOG_TYPE, id="log"),
    pytest.param(listing, verify_consents_request, CONSENTS_TYPE, id="list"),
    pytest.param(withdrawal, verify_withdrawal, WITHDRAWAL_TYPE, id="withdrawal"),
]


def resigned(token: str, signer: PrivateKey, header: dict[str, Any] | None = None, **claims: Any) -> str:
    parsed = jws.parse(token)
    body = {name: value for name, value in {**parsed.claims(), **claims}.items() if value is not None}
    kept = {name: value for name, value in parsed.header.items() if name != "alg"}
    return jws.sign({**kept, **(header or {})}, body, signer=signer)


@pytest.mark.parametrize(("create", "verify", "typ"), PAIRS)
def test_each_message(
    create: Callable[..., str], verify: Callable[..., Any], typ: str, ana: PrivateKey, mallory: PrivateKey
) -> None:
    token = create(ana)
    found = verify(token, audience=AUTHORITY, now=NOW)
    assert (found.thumbprint, found.jti) == (jwk.thumbprint(ana.public_key), "1")
    assert found.consent_id == ("c-1" if typ == WITHDRAWAL_TYPE else "")
    unsigned = base64url.encode(
        jcs.canonicalize({"alg": "none", "typ": typ, "jwk": jwk.encode(ana.public_key)})
    )
    for wrong in (
        resigned(token, ana, aud="https://other.example"),
        resigned(token, ana, jti=None),
        resigned(token, ana, jti="j" * 201),
        resigned(token, ana, iat=None),
        resigned(token, mallory),
        resigned(token, ana, header={"typ": DPOP_TYPE}),
        token[:-2],
        f"{unsigned}.{token.split('.')[1]}.",
        "nothing",
    ):
        with pytest.raises(InvalidAssertionError):
            verify(wrong, audience=AUTHORITY, now=NOW)
    with pytest.raises(InvalidAssertionError):
        verify(token, audience=AUTHORITY, now=NOW + timedelta(minutes=3))


def test_looking_is_not_withdrawing(ana: PrivateKey) -> None:
    for create, own in ((log, LOG_TYPE), (listing, CONSENTS_TYPE), (withdrawal, WITHDRAWAL_TYPE)):
        for pair in PAIRS:
            _, verify, typ = pair.values
            if typ != own:
                with pytest.raises(InvalidAssertionError):
                    verify(create(ana), audience=AUTHORITY, now=NOW)


@pytest.mark.parametrize("consent_id", [None, "", 7, ["c-1"], "c" * 201])
def test_a_withdrawal_says_of_what(ana: PrivateKey, consent_id: Any) -> None:
    token = resigned(withdrawal(ana), ana, consent_id=consent_id)
    with pytest.raises(InvalidAssertionError):
        verify_withdrawal(token, audience=AUTHORITY, now=NOW)


def test_answers_round_trip() -> None:
    assert parse_log(create_log([ENTRY])) == (ENTRY,)
    old = {**create_log([ENTRY])["entries"][0], "request_id": ""}  # read before both ends kept an id
    assert parse_log({"entries": [old]})[0].request_id == ""
    assert parse_consents(create_consents([CONSENT])) == (CONSENT,)


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"entries": ["x"], "consents": ["x"]},
        {"entries": [{**create_log([ENTRY])["entries"][0], "at": None}], "consents": None},
        {
            "entries": [{**create_log([ENTRY])["entries"][0], "attributes": "programme"}],
            "consents": [{**create_consents([CONSENT])["consents"][0], "state": 1}],
        },
    ],
)
def test_answers_refused(source: dict[str, Any]) -> None:
    for parse in (parse_log, parse_consents):
        with pytest.raises(AccessError):
            parse(source)
