"""Metadata, offers and answers as other issuers write them: what can be done without spoils nothing."""

from typing import Any

import pytest

from common.oid4vci.authorization_server import parse_server_metadata
from common.oid4vci.credential import CredentialResponse, parse_credential_request, parse_credential_response
from common.oid4vci.errors import InvalidMessageError
from common.oid4vci.metadata import IssuerMetadata, parse_issuer_metadata
from common.oid4vci.offer import PRE_AUTHORIZED, parse_credential_offer
from common.oid4vci.token import parse_token_response

ISSUER = "https://ministry.example"


def metadata(**said: Any) -> IssuerMetadata:
    source = {
        "credential_issuer": ISSUER,
        "credential_endpoint": f"{ISSUER}/credential",
        "credential_configurations_supported": {"farmer": {"format": "dc+sd-jwt", "vct": "urn:farmer"}},
    }
    return parse_issuer_metadata({**source, **said}, issuer=ISSUER)


@pytest.mark.parametrize(
    ("batch", "size"),
    [(None, None), ({}, None), ({"batch_size": None}, None), ({"batch_size": 1}, None), ([], None),
     ({"batch_size": "10"}, None), ({"batch_size": 2.5}, None), ({"batch_size": 10.0}, 10)],
)  # fmt: skip
def test_how_many_are_had_at_once(batch: Any, size: int | None) -> None:
    assert metadata(batch_credential_issuance=batch).batch_size == size


@pytest.mark.parametrize("name", ["credential_request_encryption", "credential_response_encryption"])
@pytest.mark.parametrize(
    "said",
    [None, {}, {"encryption_required": None}, {"alg_values_supported": [], "jwks": {"keys": []}},
     {"alg_values_supported": "ECDH-ES", "jwks": None, "encryption_required": False}],
)  # fmt: skip
def test_encryption_that_nobody_requires(name: str, said: Any) -> None:
    found = metadata(**{name: said})
    assert (found.request_encryption, found.response_encryption) == (None, None)
    with pytest.raises(InvalidMessageError):
        metadata(**{name: {**(said or {}), "encryption_required": True}})


@pytest.mark.parametrize("said", ["", None, "http://ministry.example/n", 7])
def test_endpoints_that_are_not_needed(said: Any) -> None:
    found = metadata(notification_endpoint=said, deferred_credential_endpoint=said)
    assert found.notification_endpoint is found.deferred_endpoint is None
    server = {"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token", "scopes_supported": ["a", "a"]}
    read = parse_server_metadata({**server, "authorization_endpoint": said}, issuer=ISSUER)
    assert (read.authorization_endpoint, read.scopes) == (None, ("a",))


@pytest.mark.parametrize(
    "detail",
    [{}, {"credential_configuration_id": "farmer"}, {"format": "vc+sd-jwt", "credential_identifiers": ["a"]},
     {"credential_configuration_id": "farmer", "credential_identifiers": []}],
)  # fmt: skip
def test_details_of_a_token_that_name_no_credential(detail: dict[str, Any]) -> None:
    source = {"access_token": "t", "token_type": "bearer", "expires_in": 3600.0, "refresh_token": ""}
    found = parse_token_response(
        {**source, "authorization_details": [{"type": "openid_credential", **detail}]}
    )
    assert (found.credential_identifiers, found.expires_in, found.refresh_token) == ({}, 3600, None)


def test_a_transaction_code_of_a_length_with_a_fraction_of_nothing() -> None:
    grant = {"pre-authorized_code": "a", "tx_code": {"length": 4.0}, "authorization_server": ""}
    offer = parse_credential_offer(
        {
            "credential_issuer": ISSUER,
            "credential_configuration_ids": ["farmer"],
            "grants": {PRE_AUTHORIZED: grant, "urn:example:other": {"a": 0.5}},
        }
    )
    assert offer.tx_code is not None
    assert (offer.tx_code.length, offer.authorization_server) == (4, None)


def test_one_credential_as_drafts_had_it() -> None:
    found = parse_credential_response(
        {"credential": "card", "c_nonce": "n", "notification_id": ""}, expected=1
    )
    assert found == CredentialResponse(("card",))
    nothing: Any
    for nothing in ("", 7, []):
        with pytest.raises(InvalidMessageError):
            parse_credential_response({"credential": nothing}, expected=1)


def test_an_identifier_that_is_empty_is_none() -> None:
    source = {"credential_identifier": "", "credential_configuration_id": "farmer", "proofs": {"jwt": ["p"]}}
    assert parse_credential_request(source, batch_size=1).configuration_id == "farmer"
