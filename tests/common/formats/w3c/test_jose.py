"""`vc+jwt` and `vp+jwt`, and what they were in version 1.1."""

from datetime import timedelta
from typing import Any

import pytest

from common.did import did_key
from common.errors import SelloError
from common.formats.base import BindingMismatchError, ExpiredError, NotYetValidError
from common.formats.w3c import jose
from common.formats.w3c.version_1_1 import Kind
from common.keys import PrivateKey, jws
from common.rdf.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from tests.common.formats.fakes import StaticSources
from tests.conftest import NOW

SOURCES = StaticSources()


def named(key: PrivateKey) -> PrivateKey:
    return key.named(did_key.key_method(key.public_key))


def credential(issuer: PrivateKey, **changes: Any) -> dict[str, Any]:
    return {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiableCredential"],
        "issuer": did_key.encode(issuer.public_key),
        "credentialSubject": {"id": "did:example:ana", "name": "Ana"},
    } | changes


def presentation(holder: PrivateKey, **changes: Any) -> dict[str, Any]:
    return {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": did_key.encode(holder.public_key),
    } | changes


def verify(token: str, *, kind: Kind = "vc") -> jose.VerifiedToken:
    return jose.verify(token, kind=kind, sources=SOURCES, now=NOW)


def signed(claims: dict[str, Any], key: PrivateKey, **header: Any) -> str:
    return jws.sign({"kid": named(key).key_id, **header}, claims, signer=key)


def test_there_and_back(ana: PrivateKey) -> None:
    document = credential(ana)
    token = jose.sign(document, kind="vc", signer=named(ana))
    parsed = jws.parse(token)
    assert (parsed.header["typ"], parsed.header["cty"], parsed.header["alg"]) == ("vc+jwt", "vc", "ES256")
    assert parsed.claims() == document  # the document is the payload (§3.1.1)
    found = verify(token)
    assert (found.document, found.method.id) == (document, named(ana).key_id)


def test_a_presentation_says_for_whom_it_is(ana: PrivateKey) -> None:
    claims = {"aud": "clinic.example", "nonce": "n-1"}
    token = jose.sign(presentation(ana), kind="vp", signer=named(ana), claims=claims)
    found = verify(token, kind="vp")
    assert found.document == presentation(ana)
    jose.require_binding(found.claims, audience="clinic.example", nonce="n-1")
    jose.require_binding(found.claims, audience=None, nonce=None)
    for audience, nonce in (("other.example", "n-1"), ("clinic.example", "n-2")):
        with pytest.raises(BindingMismatchError):
            jose.require_binding(found.claims, audience=audience, nonce=nonce)
    with pytest.raises(BindingMismatchError):
        jose.require_binding({}, audience=None, nonce="n-1")


def test_tokens_of_version_1_1(ana: PrivateKey) -> None:
    document = {name: value for name, value in credential(ana).items() if name != "issuer"}
    claims = {
        "iss": did_key.encode(ana.public_key),
        "sub": "did:example:ana",
        "jti": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "nbf": int(NOW.timestamp()),
        "vc": document,
    }
    found = verify(signed(claims, ana, typ="JWT")).document
    assert found["issuer"] == claims["iss"]
    assert found["id"] == claims["jti"]
    assert found["validFrom"] == "2026-11-21T12:00:00Z"
    old = claims | {"vc": document | {"@context": [CREDENTIALS_V1]}}
    assert verify(signed(old, ana)).document["issuanceDate"] == "2026-11-21T12:00:00Z"
    shown = {"iss": claims["iss"], "vp": {k: v for k, v in presentation(ana).items() if k != "holder"}}
    assert verify(signed(shown, ana, typ="JWT"), kind="vp").document["holder"] == claims["iss"]


def test_what_was_changed_does_not_hold(ana: PrivateKey, mallory: PrivateKey) -> None:
    token = jose.sign(credential(ana), kind="vc", signer=named(ana))
    other = jose.sign(credential(ana, name="x"), kind="vc", signer=named(ana))
    head, _, signature = token.split(".")
    forgeries = [
        f"{head}.{other.split('.')[1]}.{signature}",
        f"{head}.{token.split('.')[1]}.{other.split('.')[2]}",
        signed(credential(ana), mallory, typ="vc+jwt"),  # Mallory's key, Ana's name
        signed(credential(ana), mallory, typ="vc+jwt", kid=named(ana).key_id),
        signed(credential(ana), ana, typ="vc+jwt", alg="none"),
        signed(credential(ana), ana, typ="vc+jwt", alg="HS256"),
        signed(credential(ana), ana, typ="vc+jwt", crit=["x"]),
        token[:-2],
        token + ".x",
        "",
    ]
    for forgery in forgeries:
        with pytest.raises(SelloError):
            verify(forgery)


@pytest.mark.parametrize("typ", ["vp+jwt", "openid4vci-proof+jwt", "at+jwt", "kb+jwt", "vc+sd-jwt", 7])
def test_tokens_for_something_else_are_no_credentials(ana: PrivateKey, typ: Any) -> None:
    with pytest.raises(SelloError):
        verify(signed(credential(ana), ana, typ=typ))


def test_claims_that_contradict_the_document(ana: PrivateKey) -> None:
    document = credential(ana, id="urn:uuid:1")
    for claims in ({"iss": "did:example:x"}, {"sub": "did:example:x"}, {"jti": "urn:uuid:2"}):
        with pytest.raises(SelloError, match="contradicts"):
            verify(signed(document | claims, ana, typ="vc+jwt"))
    agreeing = {"iss": document["issuer"], "sub": "did:example:ana", "jti": "urn:uuid:1"}
    assert verify(signed(document | agreeing, ana, typ="vc+jwt")).document == document


def test_vc_has_no_place_where_the_document_is_the_payload(ana: PrivateKey) -> None:
    for claims in ({"vc": credential(ana)}, credential(ana) | {"vc": credential(ana)}, {"vc": 7}):
        with pytest.raises(SelloError):
            verify(signed(claims, ana, typ="vc+jwt"))
    for name in ("vc", "vp", "iss", "exp"):
        with pytest.raises(SelloError):
            jose.sign(credential(ana, **{name: 1}), kind="vc", signer=named(ana))


def test_a_malformed_document_in_a_good_token(ana: PrivateKey) -> None:
    with pytest.raises(SelloError):
        verify(jose.sign(credential(ana, type=["Other"]), kind="vc", signer=named(ana)))
    old = credential(ana, issuanceDate="2026-11-21T12:00:00Z") | {"@context": [CREDENTIALS_V1]}
    token = jose.sign(old, kind="vc", signer=named(ana))
    with pytest.raises(SelloError):  # version 1.1 was never the payload itself
        verify(token)


@pytest.mark.parametrize(
    ("name", "minutes", "error"),
    [("exp", -2, ExpiredError), ("nbf", 2, NotYetValidError), ("iat", 2, NotYetValidError)],
)
def test_times(ana: PrivateKey, name: str, minutes: int, error: type[SelloError]) -> None:
    def at(moment: Any) -> str:
        return signed(credential(ana) | {name: moment}, ana, typ="vc+jwt")

    with pytest.raises(error):
        verify(at(int((NOW + timedelta(minutes=minutes)).timestamp())))
    verify(at(int((NOW - timedelta(minutes=minutes)).timestamp())))
    verify(at(None))
    verify(at((NOW - timedelta(minutes=minutes)).timestamp() + 0.25))
    for moment in ("soon", True, 10**15, 1e300):
        with pytest.raises(SelloError):
            verify(at(moment))


def test_a_presentation_by_somebody_else(ana: PrivateKey, mallory: PrivateKey) -> None:
    with pytest.raises(SelloError, match="somebody else"):
        verify(jose.sign(presentation(ana), kind="vp", signer=named(mallory)), kind="vp")
    with pytest.raises(SelloError):
        verify(jws.sign({"typ": "vp+jwt"}, presentation(ana), signer=ana), kind="vp")


@pytest.mark.parametrize("named_as", ["did:example:other", {"id": "did:example:other"}])
def test_a_presentation_whose_token_names_another_holder(ana: PrivateKey, named_as: Any) -> None:
    """VC-JOSE-COSE §4.1.2: `iss` is the holder's own name, however the document writes it."""
    own = did_key.encode(ana.public_key)
    for holder in (own, {"id": own}):
        assert verify(
            signed(presentation(ana) | {"holder": holder, "iss": own}, ana, typ="vp+jwt"), kind="vp"
        )
    with pytest.raises(SelloError):
        verify(signed(presentation(ana) | {"holder": named_as, "iss": own}, ana, typ="vp+jwt"), kind="vp")
    with pytest.raises(SelloError):
        verify(signed(presentation(ana) | {"iss": "did:example:other"}, ana, typ="vp+jwt"), kind="vp")


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_a_token_begins_a_minute_early_for_other_clocks(name: str, ana: PrivateKey) -> None:
    begins = int(NOW.timestamp())
    assert verify(signed(credential(ana) | {name: begins + 60}, ana, typ="vc+jwt"))
    with pytest.raises(NotYetValidError):
        verify(signed(credential(ana) | {name: begins + 61}, ana, typ="vc+jwt"))


def test_a_token_ends_a_minute_late_for_other_clocks(ana: PrivateKey) -> None:
    begins = int(NOW.timestamp())
    assert verify(signed(credential(ana) | {"exp": begins - 59}, ana, typ="vc+jwt"))
    with pytest.raises(ExpiredError):
        verify(signed(credential(ana) | {"exp": begins - 60}, ana, typ="vc+jwt"))
