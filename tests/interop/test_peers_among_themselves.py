"""The peers agree with one another, so that a disagreement with Sello is Sello's or the specification's."""

from typing import Any

import pytest

from tests.interop import peers
from tests.interop.certificates import Certificates
from tests.interop.conftest import MODES, PREFIXES, Wallet

Held = dict[str, dict[str, Any]]
pytestmark = pytest.mark.interop


@pytest.mark.parametrize("key", ["did:key", "jwk"])
@pytest.mark.parametrize("tx_code", [True, False])
@pytest.mark.parametrize("credential_format", ["dc+sd-jwt", "ldp_vc"])
def test_their_wallet_takes_three_from_their_issuer(
    their_issuer: peers.Service, credential_format: str, tx_code: bool, key: str
) -> None:
    offer = their_issuer.post(
        "/control/offer",
        configuration_ids=[f"library.{credential_format}"],
        tx_code=tx_code,
        by_value=tx_code,
    )
    taken = Wallet.accept(offer, key=key, proofs=3)
    assert len(set(map(str, taken["credentials"]))) == 3
    assert their_issuer.get(f"/control/sessions/{offer['session']}") == {
        "issued": 3,
        "event": "credential_accepted",
    }


def test_their_issuer_refuses_another_transaction_code(their_issuer: peers.Service) -> None:
    offer = their_issuer.post("/control/offer", tx_code=True)
    with pytest.raises(peers.PeerRefusedError) as refusal:
        Wallet.accept(offer | {"tx_code": "000000"}, format="ldp_vc")
    assert refusal.value.outcome["error"]["answer"]["error"] == "invalid_grant"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_their_wallet_answers_their_verifier(
    their_verifier: peers.Service,
    their_credentials: Held,
    certificate: Certificates,
    prefix: str,
    mode: str,
) -> None:
    for credential_format, held in their_credentials.items():
        request = their_request(their_verifier, held, prefix=prefix, response_mode=mode)
        answer = Wallet.present(request["request_uri"], [held], anchors=[certificate.authority])
        assert answer["status"] == 200, answer
        session = their_verifier.get(f"/control/sessions/{request['session']}")
        assert session["state"] == "verified", session
        [claims] = session["claims"]["card"]
        assert claims["given_name"] == "Ana Lucía"
        assert ("family_name" in claims) == (credential_format == "ldp_vc")


def test_a_wallet_nonce_comes_back_signed(their_verifier: peers.Service, their_credentials: Held) -> None:
    held = their_credentials["dc+sd-jwt"]
    request = their_request(their_verifier, held, prefix="x509_hash", request_uri_method="post")
    assert Wallet.present(request["request_uri"], [held])["fetched_by"] == "POST"
    assert their_verifier.get(f"/control/sessions/{request['session']}")["wallet_nonce"]


@pytest.mark.parametrize(
    ("credential_format", "tampering"),
    [
        *(("dc+sd-jwt", what) for what in ("nonce", "audience", "signature", "iat", "sd_hash", "disclosure")),
        ("dc+sd-jwt", "transaction_data"),
        *(("ldp_vc", what) for what in ("nonce", "audience", "signature", "iat", "claim")),
    ],
)
def test_their_verifier_refuses_what_was_tampered_with(
    their_verifier: peers.Service, their_credentials: Held, credential_format: str, tampering: str
) -> None:
    held = their_credentials[credential_format]
    request = their_request(their_verifier, held, prefix="decentralized_identifier")
    assert Wallet.present(request["request_uri"], [held], tamper=tampering)["status"] == 400
    assert their_verifier.get(f"/control/sessions/{request['session']}")["state"] == "rejected"


def their_request(verifier: peers.Service, held: dict[str, Any], **options: Any) -> dict[str, Any]:
    """A request of the peer for the library card; an SD-JWT's holder signs a payment too."""
    query: dict[str, Any] = {"id": "card", "format": held["format"]}
    issuer = held["issuer"]
    if held["format"] == "dc+sd-jwt":
        query |= {"meta": {"vct_values": [f"{issuer}/types/library-card"]}}
        query |= {"claims": [{"path": ["given_name"]}, {"path": ["address", "city"]}]}
        options |= {"transaction_data": [{"type": "payment", "credential_ids": ["card"], "amount": "10.00"}]}
    else:
        query |= {"meta": {"type_values": [[f"{issuer}/types/library-card.jsonld#LibraryCard"]]}}
        query |= {"claims": [{"path": ["credentialSubject", "given_name"]}]}
    found: dict[str, Any] = verifier.post("/control/request", dcql_query={"credentials": [query]}, **options)
    return found
