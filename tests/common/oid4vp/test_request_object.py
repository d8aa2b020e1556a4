"""Who a request comes from, under each client identifier prefix (OpenID4VP §5.9, §5.10)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.x509 import load_der_x509_certificate

from common.encoding import base64url, jcs
from common.errors import FetchError, SelloError
from common.keys import PrivateKey, jws
from common.keys.certificate import public_key
from common.oid4vp import x509
from common.oid4vp.client_id import ClientId
from common.oid4vp.errors import InvalidRequestError
from common.oid4vp.request import (
    AUDIENCE,
    REQUEST_TYPE,
    RequestReference,
    create_link_by_value,
    create_request_object,
)
from common.oid4vp.request import parse_authorization_request as parse
from common.oid4vp.request_object import Trust, VerifiedRequest, fetch_request_object, verify_request
from tests.common.oid4vp.oid4vp_fixture import (
    AUTHORITY,
    CA,
    CLINIC,
    DID,
    HASH,
    HOST,
    LEAF,
    OTHER,
    REDIRECT,
    TRUST,
    Server,
    certificate,
    parameters,
    resolve,
)
from tests.common.raw_tokens import raw_token
from tests.conftest import NOW
from tests.tampering import flip

SOON = NOW + timedelta(minutes=5)
SIGNED = pytest.mark.parametrize(
    ("client_id", "chain"), [(DID, ()), (HOST, (LEAF,)), (HASH, (LEAF,))], ids=["did", "san", "hash"]
)


def signed(
    client_id: ClientId, chain: Any = (), /, *, signer: Any = CLINIC, **changes: Any
) -> RequestReference:
    nonce = changes.pop("wallet_nonce", None)
    token = create_request_object(
        parameters(client_id, **changes), signer=signer, now=NOW, expires=SOON, x5c=chain, wallet_nonce=nonce
    )
    return RequestReference(client_id, request_uri="https://clinic.example/r/1", request_object=token)


def verify(reference: RequestReference, **more: Any) -> VerifiedRequest:
    return verify_request(reference, **{"trust": TRUST, "now": NOW, **more})


@SIGNED
def test_a_signed_request_says_who_it_comes_from(client_id: ClientId, chain: Any) -> None:
    verified = verify(signed(client_id, chain))
    assert verified.client_id == str(client_id)
    assert verified.authenticated
    assert verified.identity == ("did:web:clinic.example" if client_id is DID else "clinic.example")
    assert verified.request.expires_at == SOON


@SIGNED
def test_a_changed_request_is_refused(client_id: ClientId, chain: Any) -> None:
    reference = signed(client_id, chain)
    header, _, signature = reference.request_object.split(".")
    claims = jws.parse(reference.request_object).claims()
    for name, value in (("nonce", "another"), ("response_uri", "https://clinic.example/elsewhere")):
        changed = base64url.encode(jcs.canonicalize({**claims, name: value}))
        with pytest.raises(InvalidRequestError, match="signature"):
            verify(replace(reference, request_object=f"{header}.{changed}.{signature}"))


@SIGNED
def test_another_key_is_refused(client_id: ClientId, chain: Any, mallory: PrivateKey) -> None:
    with pytest.raises(InvalidRequestError, match="signature"):
        verify(signed(client_id, chain, signer=mallory.named(CLINIC.key_id)))


@SIGNED
def test_alg_none_is_refused(client_id: ClientId, chain: Any) -> None:
    reference = signed(client_id, chain)
    header = {**jws.parse(reference.request_object).header, "alg": "none"}
    _, payload, _ = reference.request_object.split(".")
    token = f"{base64url.encode(jcs.canonicalize(header))}.{payload}."
    with pytest.raises(SelloError):
        verify(replace(reference, request_object=token))


@pytest.mark.parametrize("typ", ["JWT", "", None])
def test_the_type_of_the_object_is_required(typ: str | None) -> None:
    header = {"kid": CLINIC.key_id} | ({"typ": typ} if typ is not None else {})
    reference = replace(signed(DID), request_object=jws.sign(header, parameters(DID), signer=CLINIC))
    with pytest.raises(SelloError):
        verify(reference)


@SIGNED
def test_link_and_object_name_the_same_client(client_id: ClientId, chain: Any) -> None:
    reference = signed(client_id, chain, client_id=f"{client_id}x")
    with pytest.raises(InvalidRequestError, match="another client"):
        verify(reference)


@pytest.mark.parametrize(
    "kid",
    ["did:web:clinic.example#key-2", "did:web:clinic.example#key-3", "did:web:clinic.example#key-9",
     "did:web:mallory.example#key-1", "did:web:clinic.example.mallory#key-1", "key-1", ""],
)  # fmt: skip
def test_the_key_must_be_the_dids_own(kid: str) -> None:
    with pytest.raises(InvalidRequestError):
        verify(signed(DID, signer=CLINIC.named(kid)))


def test_a_kid_may_be_relative_to_the_did() -> None:
    assert verify(signed(DID, signer=OTHER.named("#key-2"))).authenticated


def test_a_did_that_nobody_has() -> None:
    with pytest.raises(InvalidRequestError):
        verify(signed(ClientId("decentralized_identifier", "did:web:nobody.example"),
                      signer=CLINIC.named("did:web:nobody.example#key-1")))  # fmt: skip


@pytest.mark.parametrize(
    "chain",
    [
        (),
        (certificate("mallory.example"),),
        (certificate("clinic.example.mallory.example"),),
        (certificate(days=-1),),
        (flip(LEAF),),
        (LEAF[:100],),
        (CA,),
        (LEAF,) * 6,
    ],
    ids=["none", "other", "longer", "expired", "bent", "cut", "authority", "many"],
)
@pytest.mark.parametrize("client_id", [HOST, HASH], ids=["san", "hash"])
def test_the_chain_must_hold(client_id: ClientId, chain: Any) -> None:
    with pytest.raises(SelloError):
        verify(signed(client_id, chain))


def test_a_certificate_of_an_authority_that_nobody_trusts(mallory: PrivateKey) -> None:
    """Mallory makes an authority of the same name, and a leaf for the clinic's host."""
    day = timedelta(days=1)
    authority = x509.create_certificate_authority(
        signer=mallory, name="Verifiers of the country", serial=1, not_before=NOW - day, not_after=NOW + day
    )
    leaf = x509.create_leaf_certificate(
        key=mallory.public_key, host="clinic.example", issuer=mallory, authority=authority, serial=2,
        not_before=NOW - day, not_after=NOW + day,
    )  # fmt: skip
    for chain in ((leaf,), (leaf, authority)):
        with pytest.raises(InvalidRequestError, match="authority"):
            verify(signed(HOST, chain, signer=mallory))


def test_without_anchors_no_certificate_is_believed() -> None:
    with pytest.raises(InvalidRequestError):
        verify(signed(HOST, (LEAF,)), trust=Trust(resolve=resolve))


def test_an_anchor_may_be_the_verifiers_own_certificate() -> None:
    assert verify(signed(HOST, (LEAF,)), trust=Trust(resolve=resolve, anchors=(LEAF,))).authenticated


def test_a_leaf_signs_no_leaves(mallory: PrivateKey) -> None:
    """The clinic's own certificate is no authority: what it signs for another host is nothing."""
    day = timedelta(days=1)
    below = x509.create_leaf_certificate(
        key=mallory.public_key, host="bank.example", issuer=CLINIC, authority=LEAF, serial=3,
        not_before=NOW - day, not_after=NOW + day,
    )  # fmt: skip
    client_id = ClientId("x509_san_dns", "bank.example")
    with pytest.raises(InvalidRequestError):
        verify(signed(client_id, (below, LEAF), signer=mallory, response_uri="https://bank.example/r"))


def test_the_answer_stays_with_the_host_of_the_certificate() -> None:
    with pytest.raises(InvalidRequestError, match="host"):
        verify(signed(HOST, (LEAF,), response_uri="https://mallory.example/response"))
    assert verify(signed(HASH, (LEAF,), response_uri="https://elsewhere.example/response")).authenticated


def test_the_hash_is_of_the_leaf() -> None:
    with pytest.raises(InvalidRequestError):
        verify(signed(HASH, (certificate(key=CLINIC, days=91),)))


def test_an_unsigned_request_proves_only_where_the_answer_goes() -> None:
    verified = verify(parse(create_link_by_value(parameters(REDIRECT))))
    assert not verified.authenticated
    assert verified.identity == "clinic.example"
    assert verified.client_id == "redirect_uri:https://clinic.example/response"
    assert verify(parse(create_link_by_value(parameters(REDIRECT, response_uri=KeyError))))


def test_an_unsigned_request_answers_nowhere_else() -> None:
    with pytest.raises(InvalidRequestError, match="elsewhere"):
        verify(parse(create_link_by_value(parameters(REDIRECT, response_uri="https://mallory.example/r"))))


@SIGNED
def test_who_must_sign_is_not_believed_unsigned(client_id: ClientId, chain: Any) -> None:
    with pytest.raises(InvalidRequestError, match="signed"):
        verify(RequestReference(client_id, parameters=parameters(client_id)))


def test_who_cannot_sign_is_not_believed_signed() -> None:
    token = jws.sign({"typ": "oauth-authz-req+jwt"}, parameters(REDIRECT), signer=CLINIC)
    with pytest.raises(InvalidRequestError):
        verify(RequestReference(REDIRECT, request_object=token))


def test_the_wallets_nonce_comes_back() -> None:
    reference = replace(signed(DID, wallet_nonce="w-1"), method="post")
    assert verify(reference, wallet_nonce="w-1").request.wallet_nonce == "w-1"
    with pytest.raises(InvalidRequestError, match="moment"):
        verify(reference, wallet_nonce="w-2")
    with pytest.raises(InvalidRequestError, match="moment"):
        verify(replace(signed(DID), method="post"), wallet_nonce="w-2")


@pytest.mark.parametrize(("minutes", "said"), [(-3, "later time"), (8, "run out")])
def test_a_request_has_its_time(minutes: int, said: str) -> None:
    with pytest.raises(InvalidRequestError, match=said):
        verify(signed(DID), now=NOW + timedelta(minutes=minutes))


def test_times_have_fractions_and_a_beginning() -> None:
    def request(**changes: Any) -> Any:
        claims = {**parameters(DID), "aud": AUDIENCE, "iat": NOW.timestamp(), **changes}
        token = jws.sign({"typ": REQUEST_TYPE, "kid": CLINIC.key_id}, claims, signer=CLINIC)
        return verify(RequestReference(DID, request_object=token))

    later = NOW.timestamp() + 300.623462
    assert request(exp=later, nbf=NOW.timestamp() - 0.5, x_score=0.5).request.expires_at.timestamp() == later
    assert request(exp=None, nbf=None, transaction_data=None, state="s").request.transaction_data == ()
    with pytest.raises(InvalidRequestError, match="later time"):
        request(nbf=NOW.timestamp() + 9000)


@pytest.mark.parametrize(
    "changes", [{"aud": "https://other.example"}, {"iat": "now"}, {"exp": -1}, {"exp": True}]
)
def test_audience_and_times_have_their_shape(changes: dict[str, Any]) -> None:
    token = jws.sign(
        {"typ": "oauth-authz-req+jwt", "kid": CLINIC.key_id}, {**parameters(DID), **changes}, signer=CLINIC
    )
    with pytest.raises(InvalidRequestError):
        verify(RequestReference(DID, request_object=token))


def test_fetching_by_get() -> None:
    server = Server(b"a.b.c\n")
    reference = fetch_request_object(
        RequestReference(DID, request_uri="https://clinic.example/r"), send=server
    )
    assert reference.request_object == "a.b.c"
    assert server.seen == [
        ("GET", "https://clinic.example/r", {"Accept": "application/oauth-authz-req+jwt"}, None)
    ]


def test_fetching_by_post_sends_nonce_and_abilities() -> None:
    server = Server(b"a.b.c")
    reference = RequestReference(DID, request_uri="https://clinic.example/r", method="post")
    fetch_request_object(reference, send=server, wallet_nonce="w-1")
    method, _, headers, body = server.seen[0]
    assert (method, headers["Content-Type"]) == ("POST", "application/x-www-form-urlencoded")
    form = parse_qs((body or b"").decode())
    assert form["wallet_nonce"] == ["w-1"]
    assert '"vp_formats_supported"' in form["wallet_metadata"][0]


@pytest.mark.parametrize("status", [302, 307, 404, 500])
def test_redirects_and_errors_end_it(status: int) -> None:
    with pytest.raises(FetchError):
        fetch_request_object(RequestReference(DID, request_uri="https://a.example"), send=Server(b"", status))


def test_what_is_already_there_is_not_fetched() -> None:
    reference = RequestReference(REDIRECT, parameters=parameters(REDIRECT))
    assert fetch_request_object(reference, send=Server(b"", 500)) is reference


def test_certificates_are_signed_by_the_key_that_they_name() -> None:
    """The certificate that `Signer` made is one that cryptography's own verification accepts."""
    authority = load_der_x509_certificate(CA)
    leaf = load_der_x509_certificate(LEAF)
    leaf.verify_directly_issued_by(authority)
    authority.verify_directly_issued_by(authority)
    assert public_key(authority) == AUTHORITY.public_key
    assert HASH.identifier == x509.certificate_hash(LEAF)


@pytest.mark.parametrize("audience", [None, AUDIENCE, [AUDIENCE], [AUDIENCE, "https://wallet.example"]])
def test_a_request_for_any_wallet(audience: Any) -> None:
    parsed = jws.parse(signed(DID).request_object)
    header = {**parsed.header, "x5c": None, "jwk": None}
    token = raw_token(header, {**parsed.claims(), "aud": audience}, CLINIC)
    assert verify(replace(signed(DID), request_object=token)).authenticated
    for other in ("https://wallet.example", ["https://wallet.example"], [], 7):
        token = raw_token(header, {**parsed.claims(), "aud": other}, CLINIC)
        with pytest.raises(InvalidRequestError, match="another wallet"):
            verify(replace(signed(DID), request_object=token))
