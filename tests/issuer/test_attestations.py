"""Wallets and keys for which a provider vouches; strangers, stale proofs, and somebody else's word."""

import base64
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client

from common.adapters import fetch as door
from common.keys import PrivateKey, jwk, jws
from common.oid4vci.authorization import create_authorization_request
from common.oid4vci.key_attestation import TYPE as KEY_TYPE
from common.oid4vci.key_attestation import Resistance, create_key_attestation
from common.oid4vci.token import create_token_request
from common.oid4vci.wallet_attestation import (
    CHALLENGE_HEADER,
    create_attestation_pop,
    create_wallet_attestation,
)
from common.oid4vci.wallet_attestation import TYPE as WALLET_TYPE
from common.oid4vp.x509 import certificate_authority, leaf_certificate
from common.status.bits import pack
from common.status.token import encode_list
from issuer.models import Authority, Authorization, IssuedCredential, Session
from issuer.services import clients
from tests.issuer.haip import CodeWallet, person_of
from tests.issuer.protocol import make_farmers, offer_now
from tests.issuer.test_documents import schema

pytestmark = pytest.mark.django_db
CLIENT = "https://wallet.example"
MODERATE = Resistance(("iso_18045_moderate",), ("iso_18045_high",))
ROOT, LEAF = PrivateKey("P-256", bytes(31) + b"\x21"), PrivateKey("P-256", bytes(31) + b"\x22")
INSTANCE = PrivateKey("P-256", bytes(31) + b"\x23")


class Provider:
    """A wallet provider with a certificate authority of its own."""

    def __init__(self, root: PrivateKey = ROOT) -> None:
        now = datetime.now(UTC)
        span = {"not_before": now - timedelta(hours=1), "not_after": now + timedelta(days=9)}
        self.root = certificate_authority(signer=root, name="Provider", serial=1, **span)
        self.leaf = leaf_certificate(
            key=LEAF.public_key, host="provider.example", issuer=root, authority=self.root, serial=2, **span
        )

    def wallet(self, **overrides) -> str:
        now = datetime.now(UTC)
        arguments = {
            "provider": "https://provider.example", "client_id": CLIENT, "name": "Wallet of the South",
            "key": INSTANCE.public_key, "signer": LEAF, "x5c": [self.leaf], "now": now,
            "expires": now + timedelta(hours=1),
        }  # fmt: skip
        return create_wallet_attestation(**{**arguments, **overrides})

    def keys(self, *keys: PrivateKey, nonce: str | None, **overrides) -> str:
        now = datetime.now(UTC)
        arguments = {
            "keys": [key.public_key for key in keys], "nonce": nonce, "signer": LEAF, "x5c": [self.leaf],
            "now": now, "expires": now + timedelta(hours=1), "resistance": MODERATE,
        }  # fmt: skip
        return create_key_attestation(**{**arguments, **overrides})


@pytest.fixture
def provider(settings, tmp_path: Path) -> Provider:
    """A provider that the office trusts."""
    found = Provider()
    path = tmp_path / "providers.pem"
    path.write_bytes(x509.load_der_x509_certificate(found.root).public_bytes(Encoding.PEM))
    settings.WALLET_PROVIDER_CA_FILE = str(path)
    return found


@pytest.fixture
def farmer(provider):
    return make_farmers()


@pytest.fixture
def wallet(farmer, ana) -> CodeWallet:
    found = CodeWallet(farmer.authority, ana, Client(), client_id=CLIENT)
    found.fresh_nonce()
    return found


def refusal(response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


def challenge(wallet: CodeWallet) -> str:
    answer = wallet.client.post(wallet.url("challenge"))
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.json()["attestation_challenge"]


def pop(wallet: CodeWallet, **overrides) -> str:
    arguments = {
        "client_id": CLIENT, "audience": wallet.authority.identifier, "jti": secrets.token_urlsafe(8),
        "challenge": challenge(wallet), "signer": INSTANCE, "now": datetime.now(UTC),
    }  # fmt: skip
    return create_attestation_pop(**{**arguments, **overrides})


def headers(wallet: CodeWallet, attestation: str, proof: str | None = None) -> dict[str, str]:
    return {
        "OAuth-Client-Attestation": attestation,
        "OAuth-Client-Attestation-PoP": pop(wallet) if proof is None else proof,
    }


def push(wallet: CodeWallet, attestation: str, proof: str | None = None, **overrides):
    fields = create_authorization_request(wallet.asked(**overrides))
    return wallet.form("par", fields, **headers(wallet, attestation, proof))


def test_the_whole_way_with_high_assurance(farmer, wallet, provider):
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


def _code(person, request_uri: str) -> str:
    location = person.decide(request_uri).headers["Location"]
    return location.split("code=")[1].split("&")[0]


def test_an_attested_wallets_code_is_its_own(farmer, wallet, provider):
    pushed = push(wallet, provider.wallet()).json()["request_uri"]
    code = person_of(wallet, farmer.registry).walk(pushed)["code"]
    assert refusal(wallet.redeem(code)) == (400, "invalid_grant")
    other = PrivateKey("P-256", bytes(31) + b"\x24")
    stolen = headers(wallet, provider.wallet(key=other.public_key), pop(wallet, signer=other))
    fields = create_token_request(wallet.code_request(code))
    assert refusal(wallet.form("token", fields, **stolen)) == (400, "invalid_grant")
    assert wallet.form("token", fields, **headers(wallet, provider.wallet())).status_code == 200


def test_attestations_at_the_pre_authorized_flow(farmer, wallet, provider):
    grant = offer_now(farmer).document["grants"]
    [(name, grant)] = grant.items()
    fields = {"grant_type": name, "pre-authorized_code": grant["pre-authorized_code"]}
    assert wallet.form("token", fields, **headers(wallet, provider.wallet())).status_code == 200


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"signer": PrivateKey("P-256", bytes(31) + b"\x66")},
        {"x5c": []},
        {"x5c": [b"x"]},
        {"provider": ""},
        {"now": NOW + timedelta(hours=1), "expires": NOW + timedelta(hours=2)},
        {"client_id": ""},
        {"client_id": "https://another.example"},
        {"key": PrivateKey("P-256", bytes(31) + b"\x66").public_key},
    ],
)
def test_attestations_that_do_not_hold(wallet, provider, change):
    refused = push(wallet, provider.wallet(**change))
    assert refusal(refused)[1] in ("invalid_client_attestation", "invalid_client")
    assert not Authorization.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"audience": "http://localhost:8000/issuers/other"},
        {"client_id": "https://another.example"},
        {"signer": PrivateKey("P-256", bytes(31) + b"\x66")},
        {"now": NOW - timedelta(minutes=10)},
        {"now": NOW + timedelta(minutes=10)},
        {"jti": ""},
        {"jti": None},
    ],
)
def test_proofs_of_an_attestation_that_do_not_hold(wallet, provider, change):
    assert refusal(push(wallet, provider.wallet(), pop(wallet, **change))) == (
        400,
        "invalid_client_attestation",
    )


def test_strangers_and_forgeries(wallet, provider, settings):
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


def test_a_proof_of_an_attestation_is_good_once(wallet, provider):
    once = pop(wallet)
    assert push(wallet, provider.wallet(), once).status_code == 201
    assert refusal(push(wallet, provider.wallet(), once)) == (400, "invalid_client_attestation")


def test_an_attestation_that_has_expired(wallet, provider):
    refused = push(wallet, provider.wallet(expires=NOW - timedelta(seconds=1)))
    assert refusal(refused) == (400, "use_fresh_attestation")


def test_over_another_challenge(wallet, provider):
    """Each refusal brings the challenge that is to be used, and each answer the next one."""
    authority = Authority.objects.create(slug="other", name="Other")
    others = clients.create_challenge(authority, now=NOW)
    old = clients.create_challenge(wallet.authority, now=NOW - timedelta(hours=1))
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


def test_a_wallet_that_knows_no_challenge(wallet, provider):
    """Its proof is good once, for a short while (client authentication by attestation, "Replay Attacks")."""
    attestation, proof = provider.wallet(), pop(wallet, challenge=None)
    assert push(wallet, attestation, proof).status_code == 201
    assert refusal(push(wallet, attestation, proof)) == (400, "invalid_client_attestation")
    old = pop(wallet, challenge=None, now=datetime.now(UTC) - timedelta(minutes=20))
    assert refusal(push(wallet, attestation, old)) == (400, "invalid_client_attestation")


def signed_wallet(provider, *, header=None, signer=LEAF, **claims) -> str:
    """A wallet attestation with claims of our choice; None leaves one out."""
    parsed = jws.parse(provider.wallet())
    body = {name: value for name, value in {**parsed.claims(), **claims}.items() if value is not None}
    return jws.sign({**parsed.header, **(header or {})}, body, signer=signer)


@pytest.mark.parametrize("name", ["iss", "sub", "exp", "cnf"])
def test_what_an_attestation_must_say(wallet, provider, name):
    assert push(wallet, signed_wallet(provider)).status_code == 201
    assert push(wallet, signed_wallet(provider, iat=None, wallet_name=None, more=1)).status_code == 201
    refused = push(wallet, signed_wallet(provider, **{name: None}))
    assert refusal(refused) == (400, "invalid_client_attestation")


def test_more_that_an_attestation_must_not_be(wallet, provider):
    private = {**jwk.encode(INSTANCE.public_key), "d": "AA"}
    later = int((NOW + timedelta(hours=1)).timestamp())
    for claims in ({"cnf": {"jwk": private}}, {"cnf": {"kid": "1"}}, {"nbf": later}, {"exp": "soon"}):
        refused = push(wallet, signed_wallet(provider, **claims))
        assert refusal(refused) == (400, "invalid_client_attestation"), claims
    self_signed = certificate_authority(
        signer=LEAF,
        name="x",
        serial=3,
        not_before=NOW - timedelta(hours=1),
        not_after=NOW + timedelta(days=1),
    )
    header = {"x5c": [base64.b64encode(self_signed).decode()]}
    assert refusal(push(wallet, signed_wallet(provider, header=header)))[1] == "invalid_client_attestation"


@pytest.mark.parametrize("change", [{"iat": None}, {"exp": 1}, {"nbf": 2**40}, {"aud": None}, {"iss": None}])
def test_what_a_proof_must_say(wallet, provider, change):
    parsed = jws.parse(pop(wallet))
    body = {name: value for name, value in {**parsed.claims(), **change}.items() if value is not None}
    refused = push(wallet, provider.wallet(), jws.sign(parsed.header, body, signer=INSTANCE))
    assert refusal(refused) == (400, "invalid_client_attestation")


def test_both_headers_and_each_once(wallet, provider):
    vouched = headers(wallet, provider.wallet())
    fields = create_authorization_request(wallet.asked())
    for name in vouched:
        assert refusal(wallet.form("par", fields, **{name: vouched[name]}))[1] == "invalid_client_attestation"
        twice = {**vouched, name: f"{vouched[name]}, {vouched[name]}"}
        assert refusal(wallet.form("par", fields, **twice))[1] == "invalid_client_attestation"
    assert wallet.form("par", fields, **vouched).status_code == 201


# --- what a provider took back ----------------------------------------------------------------------------

LIST = "https://provider.example/status/1"


def publish(monkeypatch, provider, *values: int, signer=LEAF, chain=None, uri=LIST, **claims) -> None:
    """The provider's list, at its address, as the network brings it."""
    statuses = pack(dict(enumerate(values)), length=131_072, bits=2, order="least")
    body = {"sub": uri, "iat": int(NOW.timestamp()) - 5, "ttl": 60, "status_list": encode_list(statuses)}
    header = {"typ": "statuslist+jwt", "x5c": [base64.b64encode(chain or provider.leaf).decode()]}
    text = jws.sign(header, {**body, **claims}, signer=signer)

    def carry(method, url, headers, body):
        assert url == LIST
        return door.Reply(200, text.encode(), {"content-type": "application/statuslist+jwt"})

    monkeypatch.setattr(door, "transport", carry)


def status_of(index: int) -> dict:
    return {"status_list": {"idx": index, "uri": LIST}}


def test_wallets_that_a_provider_took_back(wallet, provider, monkeypatch):
    publish(monkeypatch, provider, 0, 1, 2)
    assert push(wallet, signed_wallet(provider, status=status_of(0))).status_code == 201
    for index in (1, 2):
        refused = push(wallet, signed_wallet(provider, status=status_of(index)))
        assert refusal(refused) == (400, "invalid_client_attestation")
        assert "taken an attestation back" in refused.json()["error_description"]


def test_where_nobody_can_say_whether_an_attestation_stands(wallet, provider, monkeypatch):
    stranger = Provider(PrivateKey("P-256", bytes(31) + b"\x66"))
    ways = [
        {"chain": stranger.leaf},
        {"signer": INSTANCE},
        {"uri": "https://provider.example/status/2"},
        {"iss": "https://another.example"},
        {"exp": int(NOW.timestamp()) - 1},
    ]
    for way in (None, *ways):
        if way is not None:
            publish(monkeypatch, provider, 0, **way)
        refused = push(wallet, signed_wallet(provider, status=status_of(0)))
        assert refusal(refused) == (400, "invalid_client_attestation"), way
        assert "Nobody can say" in refused.json()["error_description"]
    for unknown in ({}, {"other": {}}, {"status_list": {"idx": -1, "uri": LIST}}, "x", {"status_list": 7}):
        refused = push(wallet, signed_wallet(provider, status=unknown))
        assert refusal(refused) == (400, "invalid_client_attestation"), unknown


def test_keys_that_a_provider_took_back(wallet, token, provider, monkeypatch, ana):
    publish(monkeypatch, provider, 0, 1)
    for index, expected in ((1, 400), (0, 200)):
        parsed = jws.parse(provider.keys(ana, nonce=wallet.nonce()))
        claims = {**parsed.claims(), "status": status_of(index)}
        answer = ask(wallet, token, "attestation", jws.sign(parsed.header, claims, signer=LEAF))
        assert answer.status_code == expected, answer.content
        assert expected == 200 or answer.json()["error"] == "invalid_proof"


# --- keys -------------------------------------------------------------------------------------------------


@pytest.fixture
def token(farmer, wallet) -> str:
    return wallet.token(offer_now(farmer)).json()["access_token"]


def ask(wallet: CodeWallet, token: str, kind: str, *proofs: str):
    body = {"credential_configuration_id": "farmer.dc+sd-jwt", "proofs": {kind: list(proofs)}}
    return wallet.credential(token, body)


def test_keys_without_proofs(wallet, token, provider, ana, bruno):
    attestation = provider.keys(ana, bruno, nonce=wallet.nonce())
    answer = ask(wallet, token, "attestation", attestation)
    assert answer.status_code == 200, answer.content
    assert len(answer.json()["credentials"]) == 2
    assert {row.holder_thumbprint for row in IssuedCredential.objects.all()} == {
        jwk.thumbprint(ana.public_key),
        jwk.thumbprint(bruno.public_key),
    }
    assert refusal(ask(wallet, token, "attestation", attestation)) == (400, "invalid_nonce")


def test_one_proof_for_all_keys_of_an_attestation(wallet, token, provider, ana, bruno):
    nonce = wallet.nonce()
    proof = wallet.proof(nonce, key_attestation=provider.keys(bruno, ana, nonce=nonce))
    assert len(ask(wallet, token, "jwt", proof).json()["credentials"]) == 2


def test_keys_for_which_nobody_vouches(wallet, token, provider, bruno, settings):
    nonce = wallet.nonce()
    stranger = Provider(PrivateKey("P-256", bytes(31) + b"\x66"))
    for attestation, code in (
        (provider.keys(bruno, nonce=nonce), "invalid_proof"),  # not the key of the proof
        (stranger.keys(wallet.key, nonce=nonce), "invalid_proof"),
        (provider.keys(wallet.key, nonce=None), "invalid_proof"),
        (provider.keys(wallet.key, nonce="of nobody"), "invalid_nonce"),
        (provider.keys(wallet.key, nonce=nonce, expires=NOW - timedelta(hours=1)), "invalid_proof"),
        (provider.wallet(), "invalid_proof"),
        (7, "invalid_proof"),
    ):
        proof = wallet.proof(nonce, key_attestation=attestation)
        assert refusal(ask(wallet, token, "jwt", proof)) == (400, code), attestation
    assert not IssuedCredential.objects.exists()


def test_attestation_proofs_that_do_not_hold(wallet, token, provider, ana, settings):
    nonce = wallet.nonce()
    stranger = Provider(PrivateKey("P-256", bytes(31) + b"\x66"))
    header = {"typ": KEY_TYPE, "x5c": [base64.b64encode(provider.leaf).decode()]}
    claims = jws.parse(provider.keys(ana, nonce=nonce)).claims()
    many = [PrivateKey("P-256", bytes(30) + bytes([3, number])) for number in range(11)]
    for attestation, code in (
        (stranger.keys(ana, nonce=nonce), "invalid_proof"),
        (provider.keys(ana, nonce=None), "invalid_proof"),
        (provider.keys(ana, nonce="x"), "invalid_nonce"),
        (provider.keys(ana, ana, nonce=nonce), "invalid_proof"),
        (provider.keys(*many, nonce=nonce), "invalid_proof"),
        (jws.sign(header, {**claims, "attested_keys": []}, signer=LEAF), "invalid_proof"),
        (
            jws.sign(header, {**claims, "attested_keys": [{"kty": "oct", "k": "AA"}]}, signer=LEAF),
            "invalid_proof",
        ),
        (jws.sign(header, {**claims, "iat": None}, signer=LEAF), "invalid_proof"),
        (jws.sign({**header, "typ": WALLET_TYPE}, claims, signer=LEAF), "invalid_proof"),
        ("x", "invalid_proof"),
    ):
        assert refusal(ask(wallet, token, "attestation", attestation)) == (400, code)
    both = provider.keys(ana, nonce=nonce)
    assert refusal(ask(wallet, token, "attestation", both, both)) == (400, "invalid_proof")
    settings.WALLET_PROVIDER_CA_FILE = ""
    assert refusal(ask(wallet, token, "attestation", both)) == (400, "invalid_proof")


def test_keys_that_are_not_kept_well_enough(wallet, token, provider, ana, bruno):
    Authority.objects.update(high_assurance=True, key_storage=["iso_18045_moderate", "iso_18045_high"])
    Session.objects.update(key_thumbprint="")
    low = provider.keys(ana, nonce=wallet.nonce(), resistance=Resistance(("iso_18045_basic",)))
    nothing = provider.keys(ana, nonce=wallet.nonce(), resistance=Resistance())
    for attestation in (low, nothing):
        assert refusal(ask(wallet, token, "attestation", attestation)) == (400, "invalid_proof")
    good = provider.keys(ana, nonce=wallet.nonce())
    assert ask(wallet, token, "attestation", good).status_code == 200


def test_the_metadata_say_so(farmer, wallet):
    Authority.objects.update(high_assurance=True, key_storage=["iso_18045_high"])
    base = "/.well-known/{}/issuers/farmer-registry"
    server = wallet.client.get(base.format("oauth-authorization-server")).json()
    assert server["token_endpoint_auth_methods_supported"] == ["attest_jwt_client_auth"]
    assert server["client_attestation_signing_alg_values_supported"] == ["ES256"]
    assert server["client_attestation_pop_signing_alg_values_supported"] == ["ES256"]
    assert server["challenge_endpoint"] == f"{farmer.authority.identifier}/challenge"
    jsonschema.validate(server, schema("rfc8414/oauth_authorization_server_metadata.json"))
    source = wallet.client.get(base.format("openid-credential-issuer")).json()
    proofs = source["credential_configurations_supported"]["farmer.dc+sd-jwt"]["proof_types_supported"]
    assert set(proofs) == {"jwt", "attestation"}
    assert proofs["attestation"] == {
        "proof_signing_alg_values_supported": ["ES256"],
        "key_attestations_required": {"key_storage": ["iso_18045_high"]},
    }
    for name in ("credential_definition", "credential_signing_alg_values_supported"):
        source["credential_configurations_supported"]["farmer.ldp_vc"].pop(name)
    jsonschema.validate(source, schema("oid4vci/credential_issuer_metadata-1_0.json"))
