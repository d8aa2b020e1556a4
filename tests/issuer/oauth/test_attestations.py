"""Wallets for which a provider vouches; strangers, stale proofs, and somebody else's word."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from common.keys import PrivateKey, jwk, jws
from common.oid4vci.authorization import create_issuance_authorization_request
from common.oid4vci.token import create_token_request
from common.oid4vci.wallet_attestation import CHALLENGE_HEADER
from common.oid4vp.x509 import create_certificate_authority
from issuer.models import Authority, Authorization, Configuration
from issuer.oauth import clients
from tests.clock import from_now
from tests.issuer.attesting import (
    INSTANCE,
    LEAF,
    Provider,
    challenge,
    farmer,
    headers,
    pop,
    provider,
    push,
    refusal,
    signed_wallet,
    wallet,
)
from tests.issuer.haip import CodeWallet, Person, person_of
from tests.issuer.protocol import offer_now

__all__ = ["farmer", "provider", "wallet"]  # fixtures
pytestmark = pytest.mark.django_db


def test_the_whole_way_with_high_assurance(
    farmer: Configuration, wallet: CodeWallet, provider: Provider
) -> None:
    Authority.objects.update(high_assurance=True)
    assert refusal(wallet.push()) == (401, "invalid_client")
    pushed = push(wallet, provider.wallet())
    assert pushed.status_code == 201, pushed.content
    person = person_of(wallet, farmer.registry)
    request_uri = pushed.json()["request_uri"]
    person.sign_in(request_uri)
    assert (
        "Wallet of the South, a wallet that this office knows"
        in person.browser.get(person.page(request_uri)).content.decode()
    )
    code = _code(person, request_uri)
    fields = create_token_request(wallet.code_request(code))
    assert refusal(wallet.form("token", fields)) == (401, "invalid_client")
    vouched = headers(wallet, provider.wallet())
    assert refusal(wallet.form("token", fields, **vouched)) == (400, "invalid_dpop_proof")
    vouched = headers(wallet, provider.wallet())
    answer = wallet.form("token", fields, wallet.dpop("token"), **vouched)
    assert answer.status_code == 200, answer.content
    token = answer.json()["access_token"]
    plain = {"credential_configuration_id": "farmer.dc+sd-jwt"}
    bare = {**plain, "proofs": {"jwt": [wallet.proof(wallet.nonce())]}}
    assert refusal(wallet.bound("credential", token, bare)) == (400, "invalid_proof")
    nonce = wallet.nonce()
    attested = wallet.proof(nonce, key_attestation=provider.keys(wallet.key, nonce=nonce))
    done = wallet.bound("credential", token, {**plain, "proofs": {"jwt": [attested]}})
    assert done.status_code == 200, done.content
    refresh = {"grant_type": "refresh_token", "refresh_token": answer.json()["refresh_token"]}
    assert refusal(wallet.form("token", refresh, wallet.dpop("token"))) == (401, "invalid_client")
    vouched = headers(wallet, provider.wallet())
    assert wallet.form("token", refresh, wallet.dpop("token"), **vouched).status_code == 200


def _code(person: Person, request_uri: str) -> str:
    location = person.decide(request_uri).headers["Location"]
    found: str = location.split("code=")[1].split("&")[0]
    return found


def test_a_providers_word_without_its_name(wallet: CodeWallet, provider: Provider) -> None:
    """`iss` went with draft -08; a proof that names somebody else is somebody else's."""
    assert push(wallet, signed_wallet(provider, iss=None)).status_code == 201
    said = jws.parse(pop(wallet)).claims()
    for issuer, expected in ((None, 201), ("https://mallory.example", 400)):
        claims = {**said, "jti": f"{expected}", "challenge": challenge(wallet)}
        claims = {name: value for name, value in {**claims, "iss": issuer}.items() if value is not None}
        proof = jws.sign({"typ": "oauth-client-attestation-pop+jwt"}, claims, signer=INSTANCE)
        assert push(wallet, provider.wallet(), proof).status_code == expected


def test_a_dpop_proof_is_the_proof(farmer: Configuration, wallet: CodeWallet, provider: Provider) -> None:
    """Combined mode: one key, one proof; a wallet's word for a key that is not shown is nobody's."""
    Authority.objects.update(high_assurance=True)
    wallet.dpop_key = INSTANCE
    vouched = {"OAuth-Client-Attestation": provider.wallet()}
    fields = create_issuance_authorization_request(wallet.asked())
    pushed = wallet.form("par", fields, wallet.dpop("par"), **vouched)
    assert pushed.status_code == 201, pushed.content
    code = person_of(wallet, farmer.registry).walk(pushed.json()["request_uri"])["code"]
    redeemed = create_token_request(wallet.code_request(code))
    used = wallet.dpop("token")
    answer = wallet.form("token", redeemed, used, **vouched)
    assert answer.status_code == 200, answer.content
    refresh = {"grant_type": "refresh_token", "refresh_token": answer.json()["refresh_token"]}
    assert refusal(wallet.form("token", refresh, used, **vouched)) == (400, "invalid_dpop_proof")
    assert wallet.form("token", refresh, wallet.dpop("token"), **vouched).status_code == 200


@pytest.mark.parametrize("wrong", ["key", "missing", "unreadable", "nonce", "address", "signature", "both"])
def test_a_dpop_proof_that_is_not_the_attested_keys(
    wallet: CodeWallet, provider: Provider, wrong: str
) -> None:
    vouched = {"OAuth-Client-Attestation": provider.wallet()}
    wallet.dpop_key = PrivateKey("P-256", bytes(31) + b"\x31") if wrong == "key" else INSTANCE
    proof = wallet.dpop(
        "token" if wrong == "address" else "par", **({"nonce": "x"} if wrong == "nonce" else {})
    )
    if wrong == "signature":
        head, body, _ = proof.split(".")
        proof = f"{head}.{body}.{wallet.dpop('par').split('.')[2]}"
    if wrong == "both":
        vouched["OAuth-Client-Attestation-PoP"] = "x.y.z"
    shown = {"missing": None, "unreadable": "x"}.get(wrong, proof)
    answer = wallet.form("par", create_issuance_authorization_request(wallet.asked()), shown, **vouched)
    assert answer.status_code in (400, 401), answer.content
    assert not Authorization.objects.exists()


def test_an_attested_wallets_code_is_its_own(
    farmer: Configuration, wallet: CodeWallet, provider: Provider
) -> None:
    pushed = push(wallet, provider.wallet()).json()["request_uri"]
    code = person_of(wallet, farmer.registry).walk(pushed)["code"]
    assert refusal(wallet.redeem(code)) == (400, "invalid_grant")
    other = PrivateKey("P-256", bytes(31) + b"\x24")
    stolen = headers(wallet, provider.wallet(key=other.public_key), pop(wallet, signer=other))
    fields = create_token_request(wallet.code_request(code))
    assert refusal(wallet.form("token", fields, **stolen)) == (400, "invalid_grant")
    assert wallet.form("token", fields, **headers(wallet, provider.wallet())).status_code == 200


def test_attestations_at_the_pre_authorized_flow(
    farmer: Configuration, wallet: CodeWallet, provider: Provider
) -> None:
    grant = offer_now(farmer).document["grants"]
    [(name, grant)] = grant.items()
    fields = {"grant_type": name, "pre-authorized_code": grant["pre-authorized_code"]}
    assert wallet.form("token", fields, **headers(wallet, provider.wallet())).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"signer": PrivateKey("P-256", bytes(31) + b"\x66")},
        {"x5c": []},
        {"x5c": [b"x"]},
        {"now": timedelta(hours=1), "expires": timedelta(hours=2)},
        {"client_id": ""},
        {"client_id": "https://another.example"},
        {"key": PrivateKey("P-256", bytes(31) + b"\x66").public_key},
    ],
)
def test_attestations_that_do_not_hold(
    wallet: CodeWallet, provider: Provider, change: dict[str, Any]
) -> None:
    refused = push(wallet, provider.wallet(**from_now(change)))
    assert refusal(refused)[1] in ("invalid_client_attestation", "invalid_client")
    assert not Authorization.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"audience": "http://localhost:8000/issuers/other"},
        {"client_id": "https://another.example"},
        {"signer": PrivateKey("P-256", bytes(31) + b"\x66")},
        {"now": -timedelta(minutes=10)},
        {"now": timedelta(minutes=10)},
        {"jti": ""},
        {"jti": None},
    ],
)
def test_proofs_of_an_attestation_that_do_not_hold(
    wallet: CodeWallet, provider: Provider, change: dict[str, Any]
) -> None:
    assert refusal(push(wallet, provider.wallet(), pop(wallet, **from_now(change)))) == (
        400,
        "invalid_client_attestation",
    )


def test_strangers_and_forgeries(wallet: CodeWallet, provider: Provider, settings: Settings) -> None:
    stranger = Provider(PrivateKey("P-256", bytes(31) + b"\x66"))
    with_anchor = provider.wallet(x5c=[provider.leaf, provider.root])
    none = "eyJhbGciOiJub25lIn0." + provider.wallet().split(".")[1] + "."
    as_key = provider.keys(INSTANCE, nonce="n")
    for attestation in (stranger.wallet(), with_anchor, none, as_key, "", "x", provider.wallet()[:-4]):
        assert refusal(push(wallet, attestation)) == (400, "invalid_client_attestation")
    assert refusal(push(wallet, provider.wallet(), "")) == (400, "invalid_client_attestation")
    assert refusal(push(wallet, provider.wallet(), provider.wallet())) == (400, "invalid_client_attestation")
    settings.WALLET_PROVIDER_CA_FILE = ""
    assert refusal(push(wallet, provider.wallet())) == (400, "invalid_client_attestation")


def test_a_proof_of_an_attestation_is_good_once(wallet: CodeWallet, provider: Provider) -> None:
    once = pop(wallet)
    assert push(wallet, provider.wallet(), once).status_code == 201
    assert refusal(push(wallet, provider.wallet(), once)) == (400, "invalid_client_attestation")


def test_an_attestation_that_has_expired(wallet: CodeWallet, provider: Provider) -> None:
    refused = push(wallet, provider.wallet(expires=datetime.now(UTC) - timedelta(seconds=1)))
    assert refusal(refused) == (400, "use_fresh_attestation")


def test_over_another_challenge(wallet: CodeWallet, provider: Provider) -> None:
    """Each refusal brings the challenge that is to be used, and each answer the next one."""
    now = datetime.now(UTC)
    authority = Authority.objects.create(slug="other", name="Other")
    others = clients.create_challenge(authority, now=now)
    old = clients.create_challenge(wallet.authority, now=now - timedelta(hours=1))
    for wrong in ("", "x", 7, wallet.nonce(), wallet.fresh_nonce(), others, old):
        refused = push(wallet, provider.wallet(), pop(wallet, challenge=wrong))
        assert refusal(refused) == (400, "use_attestation_challenge"), wrong
        assert CHALLENGE_HEADER in refused.headers["Access-Control-Expose-Headers"]
    told = refused.headers[CHALLENGE_HEADER]
    done = push(wallet, provider.wallet(), pop(wallet, challenge=told))
    assert done.status_code == 201
    next_one = done.headers[CHALLENGE_HEADER]
    assert push(wallet, provider.wallet(), pop(wallet, challenge=next_one)).status_code == 201
    assert CHALLENGE_HEADER not in wallet.push().headers


def test_a_wallet_that_knows_no_challenge(wallet: CodeWallet, provider: Provider) -> None:
    """Its proof is good once, for a short while (client authentication by attestation, "Replay Attacks")."""
    attestation, proof = provider.wallet(), pop(wallet, challenge=None)
    assert push(wallet, attestation, proof).status_code == 201
    assert refusal(push(wallet, attestation, proof)) == (400, "invalid_client_attestation")
    old = pop(wallet, challenge=None, now=datetime.now(UTC) - timedelta(minutes=20))
    assert refusal(push(wallet, attestation, old)) == (400, "invalid_client_attestation")


@pytest.mark.parametrize("name", ["sub", "exp", "cnf"])
def test_what_an_attestation_must_say(wallet: CodeWallet, provider: Provider, name: str) -> None:
    assert push(wallet, signed_wallet(provider)).status_code == 201
    assert push(wallet, signed_wallet(provider, iat=None, wallet_name=None, more=1)).status_code == 201
    without: dict[str, Any] = {name: None}
    refused = push(wallet, signed_wallet(provider, **without))
    assert refusal(refused) == (400, "invalid_client_attestation")


def test_more_that_an_attestation_must_not_be(wallet: CodeWallet, provider: Provider) -> None:
    private = {**jwk.encode(INSTANCE.public_key), "d": "AA"}
    now = datetime.now(UTC)
    later = int((now + timedelta(hours=1)).timestamp())
    for claims in ({"cnf": {"jwk": private}}, {"cnf": {"kid": "1"}}, {"nbf": later}, {"exp": "soon"}):
        refused = push(wallet, signed_wallet(provider, **claims))
        assert refusal(refused) == (400, "invalid_client_attestation"), claims
    self_signed = create_certificate_authority(
        signer=LEAF,
        name="x",
        serial=3,
        not_before=now - timedelta(hours=1),
        not_after=now + timedelta(days=1),
    )
    header = {"x5c": [base64.b64encode(self_signed).decode()]}
    assert refusal(push(wallet, signed_wallet(provider, header=header)))[1] == "invalid_client_attestation"


@pytest.mark.parametrize("change", [{"iat": None}, {"exp": 1}, {"nbf": 2**40}, {"aud": None}, {"iss": 7}])
def test_what_a_proof_must_say(wallet: CodeWallet, provider: Provider, change: dict[str, Any]) -> None:
    parsed = jws.parse(pop(wallet))
    body = {name: value for name, value in {**parsed.claims(), **change}.items() if value is not None}
    refused = push(wallet, provider.wallet(), jws.sign(parsed.header, body, signer=INSTANCE))
    assert refusal(refused) == (400, "invalid_client_attestation")


def test_both_headers_and_each_once(wallet: CodeWallet, provider: Provider) -> None:
    vouched = headers(wallet, provider.wallet())
    fields = create_issuance_authorization_request(wallet.asked())
    for name in vouched:
        assert refusal(wallet.form("par", fields, **{name: vouched[name]}))[1] == "invalid_client_attestation"
        twice = {**vouched, name: f"{vouched[name]}, {vouched[name]}"}
        assert refusal(wallet.form("par", fields, **twice))[1] == "invalid_client_attestation"
    assert wallet.form("par", fields, **vouched).status_code == 201
