"""A provider's word for keys: how many, how well kept, for how long, and where it would be taken back."""

from datetime import timedelta
from typing import Any

import pytest

from common.did import Fetched
from common.errors import FetchError
from common.keys import PrivateKey, certificate, jwk, jws
from common.oid4vci.attestation import StatusEndpoint, check_attestation_status
from common.oid4vci.errors import InvalidProofError
from common.oid4vci.key_attestation import (
    TYPE,
    KeyAttestation,
    Resistance,
    create_key_attestation,
    verify_key_attestation,
)
from common.status import token
from common.status.bits import pack
from common.vcdm.credential import StatusReference
from tests.common.oid4vci.test_wallet_attestation import (
    ANCHORS,
    AUTHORITY,
    CERTIFICATE,
    INSTANCE,
    LEAF,
    OTHER,
)
from tests.common.verification.test_credential_status import NoCache
from tests.conftest import NOW
from tests.tampering import flip

KEYS = (INSTANCE.public_key, OTHER.public_key)
KEPT = Resistance(("iso_18045_moderate",), ("iso_18045_high",))
LIST = "https://provider.example/status"
BEGINS = int(NOW.timestamp())


def word(signer: PrivateKey = LEAF, header: dict[str, Any] | None = None, **claims: Any) -> str:
    made = create_key_attestation(
        keys=KEYS, nonce="n-1", signer=LEAF, x5c=[CERTIFICATE], now=NOW, expires=NOW + timedelta(hours=1),
        resistance=KEPT,
    )  # fmt: skip
    parsed = jws.parse(made)
    body = {name: value for name, value in {**parsed.claims(), **claims}.items() if value is not None}
    return jws.sign({**parsed.header, **(header or {})}, body, signer=signer)


def verify(compact: str, *, with_proof: bool = True, max_keys: int = 2, **changes: Any) -> KeyAttestation:
    told = {"anchors": ANCHORS, "now": NOW, **changes}
    return verify_key_attestation(compact, with_proof=with_proof, max_keys=max_keys, **told)


def test_what_a_provider_says() -> None:
    """OpenID4VCI 1.0 Appendix D.1."""
    parsed = jws.parse(word())
    assert parsed.header == {"alg": "ES256", "typ": TYPE, "x5c": certificate.x5c([CERTIFICATE])}
    assert parsed.claims() == {
        "iat": BEGINS, "exp": BEGINS + 3600, "nonce": "n-1", "key_storage": ["iso_18045_moderate"],
        "user_authentication": ["iso_18045_high"], "attested_keys": [jwk.encode(key) for key in KEYS],
    }  # fmt: skip
    bare = create_key_attestation(
        keys=KEYS, nonce=None, signer=LEAF, x5c=[CERTIFICATE], now=NOW, expires=NOW, resistance=Resistance()
    )
    assert set(jws.parse(bare).claims()) == {"iat", "exp", "attested_keys"}


def test_the_keys_behind_it() -> None:
    assert verify(word()) == KeyAttestation(KEYS, "n-1", KEPT, StatusEndpoint(""))
    assert verify(word(nonce=None)).nonce is None
    assert verify(word(key_storage=None, user_authentication="x")).resistance == Resistance()
    assert verify(word(key_storage=["a", 7, "b"])).resistance.key_storage == ("a", "b")
    listed = {"status_list": {"idx": 7, "uri": LIST}}
    reference = StatusReference(kind="TokenStatusList", uri=LIST, index=7)
    assert verify(word(iss="p", status=listed)).standing == StatusEndpoint("p", (reference,))


def test_how_well_keys_are_kept() -> None:
    high = Resistance(("iso_18045_high",), ("iso_18045_high",))
    assert KEPT.satisfies(Resistance())
    assert KEPT.satisfies(Resistance(("iso_18045_high", "iso_18045_moderate")))
    assert KEPT.satisfies(Resistance((), ("iso_18045_high",)))
    assert not KEPT.satisfies(high)
    assert not Resistance((), ("iso_18045_high",)).satisfies(Resistance(("iso_18045_moderate",)))
    assert not Resistance(("iso_18045_moderate",)).satisfies(KEPT)


@pytest.mark.parametrize(
    "compact",
    [
        "", "x", flip(word()), word(OTHER), word(header={"typ": "JWT"}), word(header={"x5c": []}),
        word(header={"x5c": certificate.x5c([CERTIFICATE, AUTHORITY])}), word(header={"alg": "none"}),
        word(attested_keys=None), word(attested_keys=[]), word(attested_keys={}), word(attested_keys=[{}]),
        word(attested_keys=[jwk.encode(KEYS[0])] * 2), word(attested_keys=["x"]),
        word(attested_keys=[jwk.encode(key) for key in (*KEYS, LEAF.public_key)]),
        word(iat=None), word(iat="now"), word(iat=True), word(iat=BEGINS + 61), word(nbf=BEGINS + 61),
        word(exp=None), word(exp="x"), word(exp=BEGINS), word(nonce=7), word(status={}), word(status="x"),
    ],
)  # fmt: skip
def test_words_that_do_not_hold(compact: str) -> None:
    with pytest.raises(InvalidProofError):
        verify(compact)


def test_times_and_numbers_that_just_hold() -> None:
    assert verify(word(iat=BEGINS + 60, nbf=BEGINS + 60, exp=BEGINS + 1))
    assert verify(word(exp=None), with_proof=False)
    with pytest.raises(InvalidProofError):
        verify(word(exp=BEGINS), with_proof=False)
    with pytest.raises(InvalidProofError, match="one to 1 keys"):
        verify(word(), max_keys=1)
    with pytest.raises(InvalidProofError):
        verify(word(), anchors=())


# --- what a provider took back ---


def standing(value: int, *, signer: PrivateKey = LEAF, chain: bytes = CERTIFICATE, uri: str = LIST) -> None:
    text = token.create(
        uri=uri, statuses=pack({7: value}, length=131_072, bits=2, order="least"), signer=signer, now=NOW,
        expires=NOW + timedelta(hours=1), ttl=60, chain=[chain],
    )  # fmt: skip

    def fetch(url: str, *, accept: str = "") -> Fetched:
        if url != LIST:
            raise FetchError("Nothing is there.")
        return Fetched(text.encode(), token.MEDIA_TYPE)

    found = StatusEndpoint("p", (StatusReference(kind="TokenStatusList", uri=LIST, index=7),))
    check_attestation_status(
        found, anchors=ANCHORS, fetch=fetch, lists=NoCache(), now=NOW, error=InvalidProofError
    )


def test_a_provider_stands_by_its_word_or_does_not() -> None:
    standing(0)
    for value in (1, 2):
        with pytest.raises(InvalidProofError, match="taken an attestation back"):
            standing(value)


def test_where_nobody_can_say() -> None:
    for told in ({"signer": OTHER}, {"chain": AUTHORITY}, {"uri": f"{LIST}/2"}):
        with pytest.raises(InvalidProofError, match="Nobody can say"):
            standing(0, **told)
    with pytest.raises(InvalidProofError, match="Nobody can say"):
        standing(3)


def test_a_word_without_a_list_stands() -> None:
    def never(url: str, *, accept: str = "") -> Fetched:
        raise AssertionError(url)

    told: dict[str, Any] = {"fetch": never, "lists": NoCache(), "now": NOW, "error": InvalidProofError}
    check_attestation_status(StatusEndpoint("p"), anchors=ANCHORS, **told)
