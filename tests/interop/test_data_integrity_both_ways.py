"""Every cryptosuite, signed by one and verified by another, as it was and with one claim changed."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import pytest

from common.errors import SelloError
from common.formats.data_integrity import SUITES, disclosure
from common.formats.data_integrity.ldp_vc import LdpVc
from common.keys import PrivateKey
from tests.interop import library, peers
from tests.interop.matrix import OURS, pair
from tests.interop.suites import PEERS, SELECTIVE, Peer

pytestmark = pytest.mark.interop
CASES = [(name, curve) for name, suite in SUITES.items() for curve in suite.CURVES]

CONTEXT_LEFT_OUT = [("openvc-core", "eddsa-jcs-2022"), ("openvc-core", "ecdsa-jcs-2019")]
WHY = (
    "openvc-core signs the document's @context within the proof and leaves it out of the proof it hands over"
    " (VC-DI-EDDSA §3.3.1 steps 2 and 8); @digitalbazaar refuses such proofs as well"
)


@pytest.fixture
def peer(request: pytest.FixtureRequest) -> Peer:
    if request.param == "openvc-core" and find_spec("openvc") is None:
        pytest.skip("openvc-core is not installed: say `make test-interop`")
    return PEERS[request.param]


def cases(*, ours_first: bool, tampered: bool = False) -> pytest.MarkDecorator:
    """Each peer with each suite and curve, in the row of the matrix where the two meet."""
    found = []
    for name in PEERS:
        for suite, curve in CASES:
            row = (OURS, name) if ours_first else (name, OURS)
            marks = [pair(*row, suite, tampered=tampered)]
            if (name, suite) in CONTEXT_LEFT_OUT and not ours_first:
                if tampered:
                    continue
                marks.append(pytest.mark.xfail(reason=WHY, strict=True, raises=SelloError))
            found.append(pytest.param(name, suite, curve, marks=marks))
    return pytest.mark.parametrize(("peer", "suite", "curve"), found, indirect=["peer"])


def signed(suite: str, curve: str) -> Mapping[str, Any]:
    """A card of ours as a verifier sees it."""
    key = library.signer(curve)
    secured = LdpVc(suite).issue(
        library.card(library.did_of(key)),
        signer=key, holder=library.holder(), sources=library.SOURCES, now=library.today(), salt=library.salt,
    )  # fmt: skip
    assert isinstance(secured, Mapping)
    if suite != SELECTIVE:
        return secured
    shown = [("credentialSubject", name) for name in ("given_name", "books")]
    return disclosure.derive(secured, shown, contexts=lambda url: library.SOURCES.context(url, issuer=""))


def shown(peer: Peer, suite: str, key: PrivateKey) -> Mapping[str, Any]:
    """A card of theirs as a verifier sees it."""
    credential = peer.sign(suite, library.document(library.did_of(key)), key)
    return peer.show(suite, credential) if suite == SELECTIVE else credential


@cases(ours_first=True)
def test_they_take_what_we_signed(peer: Peer, suite: str, curve: str) -> None:
    peer.verify(suite, signed(suite, curve))


@cases(ours_first=True, tampered=True)
def test_they_refuse_another_name_under_our_proof(peer: Peer, suite: str, curve: str) -> None:
    with pytest.raises(Exception, match=r"(?i)signature|proof|verif"):
        peer.verify(suite, library.with_another_name(signed(suite, curve)))


@cases(ours_first=False)
def test_we_take_what_they_signed(peer: Peer, suite: str, curve: str) -> None:
    key = library.signer(curve)
    verified = LdpVc().verify_credential(
        shown(peer, suite, key), sources=library.SOURCES, now=library.today()
    )
    assert (verified.issuer, verified.key_id) == (library.did_of(key), key.key_id)
    chosen = ("given_name", "books") if suite == SELECTIVE else tuple(library.CLAIMS)
    assert verified.claims == {name: library.CLAIMS[name] for name in chosen}


@cases(ours_first=False, tampered=True)
def test_we_refuse_another_name_under_their_proof(peer: Peer, suite: str, curve: str) -> None:
    changed = library.with_another_name(shown(peer, suite, library.signer(curve)))
    with pytest.raises(SelloError) as refusal:
        LdpVc().verify_credential(changed, sources=library.SOURCES, now=library.today())
    assert "ignature" in str(refusal.value), refusal.value


@pytest.mark.parametrize(("name", "suite"), CONTEXT_LEFT_OUT)
def test_what_they_leave_out_is_all_that_is_missing(name: str, suite: str) -> None:
    """Why the cell says that they differ: a third party sees it as we do, and the signature itself holds."""
    pytest.importorskip("openvc", reason="openvc-core is not installed: say `make test-interop`")
    key = library.signer(SUITES[suite].CURVES[0])
    secured = shown(PEERS[name], suite, key)
    with pytest.raises(peers.PeerRefusedError):
        PEERS["@digitalbazaar"].verify(suite, secured)
    whole = {**secured, "proof": {**secured["proof"], "@context": secured["@context"]}}
    PEERS["@digitalbazaar"].verify(suite, whole)
    LdpVc().verify_credential(whole, sources=library.SOURCES, now=library.today())
