"""Credentials and presentations of every format, whatever an issuer or a holder signs."""

import json
from functools import partial
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import strategies as st

from common.did.document import Fetched
from common.encoding import base64url, cbor
from common.errors import FetchError
from common.formats import FORMATS
from common.formats.data_integrity import SUITE_OF_CURVE, SUITES, pipeline
from common.formats.detect import find_format
from common.formats.sd_jwt import compact
from common.formats.sd_jwt.type_resolution import check_integrity, resolve_type
from common.keys import PrivateKey, cose, jws
from common.rdf.canonical import canonicalize
from common.rdf.dataset import to_quads
from common.rdf.expansion import expand
from common.status import token
from common.status.bits import pack
from common.trust import TrustList
from common.verification import declared, verify_one
from tests.common.formats.mdoc import mdoc_fixture as mdoc
from tests.common.formats.sd_jwt.test_type_resolution import SEALED, checked
from tests.common.fuzz.strategies import JSON, TEXTS, bent, bent_bytes, bent_text, bent_tokens, fuzz
from tests.common.verification.farmers_fixture import (
    BINDING,
    ED25519,
    LIST_URL,
    P256,
    REGISTRY,
    SOURCES,
    issue,
    never_asked,
    none_asked,
    show,
)
from tests.conftest import NOW

SD_JWT, LINKED = FORMATS["dc+sd-jwt"], FORMATS["ldp_vc"]


@pytest.fixture(scope="module")
def ana() -> PrivateKey:
    return PrivateKey("P-256", bytes(31) + b"\x0a")


def test_sd_jwts(ana: PrivateKey) -> None:
    honest = compact.parse(issue("dc+sd-jwt", ana))
    parsed = jws.parse(honest.jwt)

    def verify(text: str) -> None:
        SD_JWT.verify_credential(text, sources=SOURCES, now=NOW)

    whole = honest.serialize()
    verify(whole)
    fuzz(bent_text(whole), verify)
    payload = {**parsed.claims(), "status": {"status_list": {"idx": 1, "uri": LIST_URL}}, "aka_vcts": ["b"]}
    payload |= {"list": [{"...": "x" * 43}], "object": {"_sd": ["y" * 43]}}
    tokens = bent_tokens(parsed.header, payload, P256)
    fuzz(tokens.map(lambda text: "~".join([text, *honest.disclosures, ""])), verify, examples=300)
    fuzz(tokens.map(lambda text: f"{text}~"), verify, examples=200)
    first = json.loads(base64url.decode(honest.disclosures[0]))
    disclosures = bent(first).map(lambda value: base64url.encode(json.dumps(value).encode()))
    fuzz(disclosures.map(lambda one: "~".join([honest.jwt, one, ""])), verify)


def test_bent_disclosures_of_a_wicked_issuer() -> None:
    """The digest is right, so that what is disclosed counts."""

    def verify(value: Any) -> None:
        one = base64url.encode(json.dumps(value).encode())
        digest = base64url.encode(sha256(one.encode()).digest())
        for payload in ({"_sd": [digest]}, {"a": [{"...": digest}]}):
            body = {"iss": REGISTRY, "vct": "x", **payload}
            text = jws.sign({"typ": "dc+sd-jwt", "kid": P256.key_id}, body, signer=P256)
            SD_JWT.verify_credential(f"{text}~{one}~", sources=SOURCES, now=NOW)

    honest = ["salt", "name", {"a": [1, {"_sd": ["x"]}, {"...": "y"}]}]
    fuzz(st.one_of(JSON, bent(honest)), verify, examples=200)


def test_key_bindings(ana: PrivateKey) -> None:
    shown = compact.parse(show("dc+sd-jwt", issue("dc+sd-jwt", ana), ana))
    parsed = jws.parse(shown.key_binding or "")

    def verify(text: str) -> None:
        SD_JWT.verify_presentation(text, binding=BINDING, sources=SOURCES, now=NOW)

    verify(shown.serialize())
    tokens = bent_tokens(parsed.header, parsed.claims(), ana)
    fuzz(tokens.map(lambda text: shown.without_key_binding() + text), verify, examples=200)
    fuzz(bent_text(shown.serialize()), verify)


@pytest.mark.parametrize("suite", sorted(SUITES))
def test_linked_data(ana: PrivateKey, suite: str) -> None:
    honest = issue("ldp_vc", ana)
    assert isinstance(honest, dict)
    honest["proof"] = {**honest["proof"], "cryptosuite": suite, "expires": "2030-01-01T00:00:00Z"}
    honest |= {"credentialStatus": {"type": "BitstringStatusListEntry", "statusListIndex": "1"}}
    honest |= {"credentialSchema": {"id": "https://a.example", "type": "JsonSchema"}, "name": {"@value": "x"}}

    def verify(value: Any) -> None:
        LINKED.verify_credential(value, sources=SOURCES, now=NOW)

    fuzz(bent(honest), verify, examples=100)
    proofs = bent({**honest["proof"], "previousProof": ["urn:x"]})
    fuzz(proofs.map(lambda proof: {**honest, "proof": proof}), verify, examples=100)


def test_linked_data_that_its_issuer_signed() -> None:
    """An honest proof over a bent document: everything behind the signature is reached."""
    document = {name: value for name, value in issue_for_nobody().items() if name != "proof"}
    options = pipeline.proof_options(
        signer=ED25519, purpose="assertionMethod", created=NOW, suite=SUITE_OF_CURVE["Ed25519"]
    )

    def verify(value: Any) -> None:
        def contexts(url: str) -> Any:
            return SOURCES.context(url, issuer=REGISTRY)

        if isinstance(value, dict):
            LINKED.verify_credential(
                pipeline.add_proof(value, options, signer=ED25519, contexts=contexts),
                sources=SOURCES,
                now=NOW,
            )

    fuzz(bent(document), verify, examples=150)


def issue_for_nobody() -> dict[str, Any]:
    secured = issue("ldp_vc", PrivateKey("P-256", bytes(31) + b"\x0a"))
    assert isinstance(secured, dict)
    return secured


def test_linked_presentations(ana: PrivateKey) -> None:
    shown = show("ldp_vc", issue("ldp_vc", ana), ana)

    def verify(value: Any) -> None:
        LINKED.verify_presentation(value, binding=BINDING, sources=SOURCES, now=NOW)

    fuzz(bent(shown), verify, examples=150)


def test_expansion_and_graphs(ana: PrivateKey) -> None:
    document = {name: value for name, value in issue_for_nobody().items() if name != "proof"}

    def contexts(url: str) -> Any:
        return SOURCES.context(url, issuer=REGISTRY)

    def read(value: Any) -> None:
        if isinstance(value, dict):
            canonicalize(to_quads(expand(value, contexts=contexts)))

    fuzz(bent(document), read, examples=150)


def test_mdocs(ana: PrivateKey) -> None:
    issued = mdoc.issue(holder=ana)
    shown = mdoc.present(issued, ana)

    def verify(text: str) -> None:
        mdoc.FORMAT.verify_credential(text, sources=mdoc.SOURCES, now=NOW)

    def verify_shown(text: str) -> None:
        mdoc.FORMAT.verify_presentation(text, binding=mdoc.BINDING, sources=mdoc.SOURCES, now=NOW)

    for text, check in ((issued, verify), (shown, verify_shown)):
        fuzz(bent_text(text), check)
        fuzz(bent_bytes(base64url.decode(text)).map(base64url.encode), check, examples=200)
        fuzz(bent_structure(text), check, examples=200)


def test_mdocs_that_their_issuer_signed(ana: PrivateKey) -> None:
    """An honest signature over a bent security object."""
    structure = cbor.decode(base64url.decode(mdoc.issue(holder=ana)), tags=frozenset({24}))
    auth = cose.parse(structure["issuerAuth"])
    inner = cbor.embedded(cbor.decode(auth.payload or b"", tags=frozenset({24})))
    members = cbor.decode(inner, tags=frozenset({0}))

    def verify(value: Any) -> None:
        try:
            payload = cbor.encode(cbor.embed(cbor.encode(value)))
        except (ValueError, TypeError, OverflowError, UnicodeError):
            return
        signed = cose.sign1(payload, signer=mdoc.SIGNER, unprotected=auth.unprotected)
        text = base64url.encode(cbor.encode({**structure, "issuerAuth": signed}))
        mdoc.FORMAT.verify_credential(text, sources=mdoc.SOURCES, now=NOW)

    verify(members)
    fuzz(bent(_plain(members)), verify, examples=300)


def bent_structure(text: str) -> st.SearchStrategy[str]:
    """The CBOR behind a text, a member of it exchanged."""
    structure = cbor.decode(base64url.decode(text), tags=frozenset({24}))
    return bent(_plain(structure)).map(_closed)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(child) for name, child in value.items()}
    return [_plain(child) for child in value] if isinstance(value, list | tuple) else value


def _closed(value: Any) -> str:
    try:
        return base64url.encode(cbor.encode(value))
    except (ValueError, TypeError, OverflowError, UnicodeError):
        return ""


def test_whatever_is_shown_to_the_procedure(ana: PrivateKey) -> None:
    specimens = [
        issue("dc+sd-jwt", ana),
        show("dc+sd-jwt", issue("dc+sd-jwt", ana), ana),
        mdoc.issue(holder=ana),
    ]
    texts = st.one_of(TEXTS, *(bent_text(str(specimen)) for specimen in specimens))
    objects = st.one_of(bent(issue("ldp_vc", ana)), bent(show("ldp_vc", issue("ldp_vc", ana), ana)))
    secured = st.one_of(texts, objects.filter(lambda value: isinstance(value, dict)))

    def verify(value: Any) -> None:
        outcome = verify_one(
            value, sources=SOURCES, status=never_asked, references=none_asked, trust=TrustList(), now=NOW
        )
        assert not outcome.verified

    fuzz(secured, verify, examples=150)
    fuzz(secured, find_format)
    fuzz(secured, declared.parse_declared)
    for format_ in (each for each in FORMATS.values() if each.traits.without_binding):
        fuzz(secured, partial(format_.show_without_binding, disclose=[("a",)], sources=SOURCES))


def test_status_tokens() -> None:
    statuses = pack({7: 1}, length=131_072, bits=2, order="least")
    made = token.create(
        uri=LIST_URL, statuses=statuses, signer=P256, now=NOW, expires=NOW.replace(year=2027), ttl=60
    )
    parsed = jws.parse(made)

    def verify(text: str) -> None:
        token.verify(text, uri=LIST_URL, issuer=REGISTRY, issuer_key=SOURCES.issuer_key, now=NOW)

    verify(made)
    fuzz(bent_tokens(parsed.header, parsed.claims(), P256), verify, examples=150)
    fuzz(bent_text(made), verify)


def test_type_metadata() -> None:
    vct = "https://a.example/t"
    honest = {
        "vct": vct,
        "name": "x",
        "extends": "https://a.example/u",
        "extends#integrity": "sha256-x",
        "display": [{"locale": "en", "name": "x", "rendering": {"simple": {"logo": {"uri": "data:,"}}}}],
        "claims": [
            {
                "path": ["name"],
                "display": [{"locale": "en", "label": "x"}],
                "mandatory": True,
                "sd": "always",
            },
            {"path": ["crops", None], "svg_id": "a"},
        ],
    }

    def read(value: Any) -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()

        def fetch(url: str, *, accept: str = "") -> Fetched:
            if url == vct:
                return Fetched(body)
            if url == "https://a.example/u":
                return Fetched(b'{"vct":"https://a.example/u"}')
            raise FetchError("Nobody lives there.")

        checked(resolve_type(vct, fetch=fetch), SEALED)

    fuzz(st.one_of(st.binary(), bent(honest)), read, examples=200)
    fuzz(bent({name: value for name, value in honest.items() if "extends" not in name}), read, examples=200)
    fuzz(st.one_of(JSON, bent_text("sha256-abcd sha512-xyz?a")), lambda value: check_integrity(b"", value))
