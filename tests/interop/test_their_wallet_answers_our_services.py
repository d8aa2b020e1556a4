"""An independent OpenID4VP wallet answers what `create_request` asks, and cheats in vain (acceptance 2)."""

import json
from typing import Any

import pytest

from tests.interop import peers
from tests.interop.conftest import MODES, PREFIXES, Site, Wallet, held_from
from tests.interop.matrix import THEIR_WALLET, VERIFIER, pair

pytestmark = pytest.mark.interop

Held = dict[str, list[dict[str, Any]]]
ANSWERED = ("VERIFIED", "UNLOCKED")


@pytest.fixture(scope="module")
def held(site: Site) -> Held:
    """Their wallet after a day at the offices: who one is and what one farms, by format."""
    kinds = {"dc+sd-jwt": "jwk", "ldp_vc": "did:key"}
    return {
        credential_format: [take(site, name, record, credential_format, key) for name, record in RECORDS]
        for credential_format, key in kinds.items()
    }


# Somebody whose key was known before the credential was made: RFC 8037's example key.
HOLDER = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "did": "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw",
    "didUrl": "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"
    "#z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw",
}
RECORDS = (("identity", "P-0001"), ("farmer", "F-0001"))


def take(
    site: Site, name: str, record: str, credential_format: str, key: str, **options: Any
) -> dict[str, Any]:
    offer = site.command("create_offer", name, record, "--format", credential_format)
    return held_from(Wallet.accept(offer, key=key, **options))


def ask(site: Site, service: str, *, mode: str = "direct_post", prefix: str = "x509_hash") -> dict[str, Any]:
    return site.command("create_request", service, "--response-mode", mode, "--client-id-prefix", prefix)


def status(site: Site, request: dict[str, Any]) -> str:
    return str(json.loads(site.get(request["status_url"]))["state"])


def refusal(site: Site, request: dict[str, Any]) -> str:
    """The check at which our procedure stopped."""
    told = json.loads(site.get(request["status_url"]))
    assert told["state"] == "REJECTED"
    return next(str(each["check"]) for each in told["outcome"]["checks"] if each["result"] == "failed")


@pair(THEIR_WALLET, VERIFIER)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("credential_format", ["dc+sd-jwt", "ldp_vc"])
def test_answers_under_every_prefix_in_both_modes(
    site: Site, held: Held, authority: str, credential_format: str, prefix: str, mode: str
) -> None:
    request = ask(
        site, "over-18" if credential_format == "dc+sd-jwt" else "subsidy", mode=mode, prefix=prefix
    )
    answer = Wallet.present(request["request_uri"], held[credential_format], anchors=[authority])
    assert answer["status"] == 200, answer["answer"]
    assert (answer["client"]["prefix"], answer["response_mode"]) == (prefix, mode)
    assert answer["fetched_by"] == (None if prefix == "redirect_uri" else "POST")
    assert status(site, request) in ANSWERED


def test_gets_the_request_without_post(site: Site, held: Held, authority: str) -> None:
    request = ask(site, "over-18")
    answer = Wallet.present(request["request_uri"], held["dc+sd-jwt"], anchors=[authority], fetch_by="get")
    assert (answer["fetched_by"], answer["status"]) == ("GET", 200)
    assert status(site, request) in ANSWERED


@pair(THEIR_WALLET, VERIFIER)
@pytest.mark.parametrize("credential_format", ["dc+sd-jwt", "ldp_vc"])
def test_signs_a_payment(site: Site, held: Held, credential_format: str) -> None:
    request = ask(site, "subsidy", prefix="decentralized_identifier", mode="direct_post.jwt")
    answer = Wallet.present(request["request_uri"], held[credential_format])
    assert answer["status"] == 200, answer["answer"]
    [payment] = answer["transaction_data"]
    assert payment["amount"]
    assert status(site, request) in ANSWERED


def test_presents_with_an_ed25519_key(site: Site) -> None:
    mine = take(site, "identity", "P-0001", "dc+sd-jwt", "did:key")
    request = ask(site, "over-18", prefix="decentralized_identifier")
    assert Wallet.present(request["request_uri"], [mine])["presented"][0]["algorithm"] == "EdDSA"
    assert status(site, request) in ANSWERED


@pytest.mark.parametrize("key", ["jwk", "did:key"])
def test_presents_linked_data_with_a_p256_key(site: Site, key: str) -> None:
    """An ecdsa-rdfc-2019 presentation of a credential bound to a did:key, proven as one or as a bare key."""
    mine = take(site, "farmer", "F-0001", "ldp_vc", key, curve="P-256")
    who = take(site, "identity", "P-0001", "ldp_vc", key, curve="P-256")
    request = ask(site, "subsidy", prefix="decentralized_identifier")
    answer = Wallet.present(request["request_uri"], [mine, who])
    assert answer["status"] == 200, answer["answer"]
    assert answer["presented"][0]["algorithm"] == "ES256"
    assert status(site, request) in ANSWERED


@pair(THEIR_WALLET, VERIFIER, "dc+sd-jwt", tampered=True)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("tampering", "stopped"),
    [
        ("nonce", "binding"), ("audience", "binding"), ("signature", "binding"), ("iat", "binding"),
        ("sd_hash", "binding"), ("disclosure", "binding"), ("transaction_data", "binding"),
    ],
)  # fmt: skip
def test_cheats_in_vain_with_an_sd_jwt(
    site: Site, held: Held, tampering: str, stopped: str, mode: str
) -> None:
    request = ask(site, "subsidy", prefix="decentralized_identifier", mode=mode)
    answer = Wallet.present(request["request_uri"], held["dc+sd-jwt"], tamper=tampering)
    assert answer["status"] == 400, answer["answer"]
    assert answer["answer"]["error"]
    assert refusal(site, request) == stopped


@pair(THEIR_WALLET, VERIFIER, "ldp_vc", tampered=True)
@pytest.mark.parametrize(
    ("tampering", "stopped"),
    [
        ("nonce", "binding"), ("audience", "binding"), ("signature", "signature"), ("iat", "signature"),
        ("claim", "signature"), ("transaction_data", "binding"),
    ],
)  # fmt: skip
def test_cheats_in_vain_with_a_data_integrity_proof(
    site: Site, held: Held, tampering: str, stopped: str
) -> None:
    request = ask(site, "subsidy", prefix="decentralized_identifier")
    answer = Wallet.present(request["request_uri"], held["ldp_vc"], tamper=tampering)
    assert answer["status"] == 400, answer["answer"]
    assert refusal(site, request) == stopped


def test_answers_once(site: Site, held: Held) -> None:
    request = ask(site, "over-18", prefix="redirect_uri")
    assert Wallet.present(request["request_uri"], held["dc+sd-jwt"])["status"] == 200
    assert Wallet.present(request["request_uri"], held["dc+sd-jwt"])["status"] == 400


def test_shows_nothing_that_it_does_not_hold(site: Site, held: Held) -> None:
    request = ask(site, "subsidy", prefix="decentralized_identifier")
    with pytest.raises(peers.PeerRefusedError, match="no credential of this wallet"):
        Wallet.present(request["request_uri"], held["ldp_vc"][:1])


@pytest.mark.parametrize("credential_format", ["dc+sd-jwt", "ldp_vc"])
def test_is_refused_once_revoked(site: Site, credential_format: str) -> None:
    """A verifier may keep a list for as long as its issuer says: one second here (`STATUS_LIST_TTL`)."""
    told = site.command("issue", "farmer", "F-0005", "--format", credential_format, "--holder", HOLDER["did"])
    mine = {"format": credential_format, "credential": told["credential"], "key": HOLDER}

    def answered() -> int:
        request = ask(site, "subsidy", prefix="decentralized_identifier")
        return int(Wallet.present(request["request_uri"], [mine])["status"])

    assert answered() == 200
    site.command("set_status", told["credential_id"], "revoked", "--reason", "reported lost")
    assert 400 in (answered() for _ in range(5))
