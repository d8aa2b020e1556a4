"""An independent OpenID4VCI wallet takes what `create_offer` offers (acceptance 2)."""

import pytest

from tests.interop import peers
from tests.interop.conftest import Site, Wallet
from tests.interop.judges import judge
from tests.interop.matrix import ISSUER, THEIR_WALLET, pair

pytestmark = pytest.mark.interop


@pair(ISSUER, THEIR_WALLET)
@pytest.mark.parametrize("key", ["did:key", "jwk"])
@pytest.mark.parametrize("tx_code", [True, False], ids=["tx_code", "no tx_code"])
@pytest.mark.parametrize("credential_format", ["ldp_vc", "dc+sd-jwt"])
def test_takes_three_at_once(site: Site, credential_format: str, tx_code: bool, key: str) -> None:
    arguments = ["--format", credential_format, *(["--tx-code"] if tx_code else [])]
    offer = site.command("create_offer", "farmer", "F-0001", *arguments)
    assert bool(offer["tx_code"]) == tx_code
    taken = Wallet.accept(offer, key=key, proofs=3)
    assert (taken["format"], taken["metadata_version"]) == (credential_format, "V1")
    assert len({str(credential) for credential in taken["credentials"]}) == 3
    assert taken["notified"]
    for credential, holder in zip(taken["credentials"], taken["keys"], strict=True):
        verdict = judge(site, credential)
        assert verdict["verified"]
        if credential_format == "dc+sd-jwt":
            assert verdict["claims"]["cnf"]["jwk"]["x"] == holder["x"]
        elif key == "did:key":
            assert credential["credentialSubject"]["id"] == holder["did"]


def test_takes_an_offer_by_value(site: Site) -> None:
    offer = site.command("create_offer", "identity", "P-0001", "--by-value", "--tx-code")
    assert "credential_offer=" in offer["offer_uri"]
    for credential_format in ("ldp_vc", "dc+sd-jwt"):
        fresh = site.command("create_offer", "identity", "P-0001", "--by-value", "--tx-code")
        assert judge(site, Wallet.accept(fresh, format=credential_format)["credentials"][0])["verified"]


@pair(ISSUER, THEIR_WALLET, tampered=True)
@pytest.mark.parametrize(
    ("what", "code"), [("tx_code", "invalid_grant"), ("replay", "invalid_grant"), ("nonce", "invalid_nonce")]
)
@pytest.mark.parametrize("credential_format", ["dc+sd-jwt", "ldp_vc"])
def test_is_refused_with_the_error_of_the_specification(
    site: Site, credential_format: str, what: str, code: str
) -> None:
    offer = site.command(
        "create_offer", "farmer", "F-0001", "--format", credential_format, "--tx-code", "--by-value"
    )
    options = {"nonce": "a-nonce-that-nobody-gave"} if what == "nonce" else {}
    if what == "tx_code":
        offer["tx_code"] = "000000" if offer["tx_code"] != "000000" else "111111"
    if what == "replay":
        Wallet.accept(offer)
    with pytest.raises(peers.PeerRefusedError) as refusal:
        Wallet.accept(offer, **options)
    assert refusal.value.outcome["error"]["answer"]["error"] == code


def test_asks_for_no_more_than_the_metadata_allows(site: Site) -> None:
    """The peer itself keeps to `batch_size` (OpenID4VCI §12.2.4); it could not if that were not published."""
    offer = site.command("create_offer", "farmer", "F-0001", "--format", "dc+sd-jwt", "--by-value")
    with pytest.raises(peers.PeerRefusedError, match="max batch size is '10'"):
        Wallet.accept(offer, proofs=11)
