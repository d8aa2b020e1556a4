"""did:key: the identifiers of its specification's test vectors, and identifiers that hold no key."""

from collections.abc import Mapping
from typing import Any

import pytest

from common.did import Fetched, ResolutionError, did_key, resolve, verification_method
from common.encoding import multibase
from common.keys import PrivateKey


def no_network(url: str, *, accept: str = "") -> Fetched:
    raise AssertionError(f"{url} was asked for")


@pytest.mark.parametrize(
    ("did", "curve"),
    [
        ("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "Ed25519"),
        ("did:key:z6Mkf5rGMoatrSj1f4CyvuHBeXJELe9RPdzo2PKGNCKVtZxP", "Ed25519"),
        ("did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv", "P-256"),
        ("did:key:z82LkvCwHNreneWpsgPEbV3gu1C6NFJEBg4srfJ5gdxEsMGRJUz2sG9FE42shbn2xkZJh54", "P-384"),
    ],
)
def test_identifiers_of_the_specification(did: str, curve: str) -> None:
    document = resolve(did, fetch=no_network)
    method = document.method(f"{did}#{did.removeprefix('did:key:')}")
    assert (document.id, method.controller, method.public_key.curve) == (did, did, curve)
    assert did_key.encode(method.public_key) == did
    assert did_key.key_method(method.public_key) == method.id
    assert method.purposes == {
        "authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation",
    }  # fmt: skip
    entry: Mapping[str, Any] = document.source["verificationMethod"][0]
    assert entry["type"] == "Multikey"


def test_a_key_is_found_by_its_did_url(ana: PrivateKey) -> None:
    url = did_key.key_method(ana.public_key)
    found = verification_method(
        url, purpose="authentication", resolve=lambda did: resolve(did, fetch=no_network)
    )
    assert found.public_key == ana.public_key


@pytest.mark.parametrize("purpose", ["keyAgreement", "", "everything"])
def test_a_purpose_that_is_not_listed_is_refused(purpose: str, ana: PrivateKey) -> None:
    url = did_key.key_method(ana.public_key)
    with pytest.raises(ResolutionError) as caught:
        verification_method(url, purpose=purpose, resolve=lambda did: resolve(did, fetch=no_network))
    assert caught.value.code == "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"


def test_a_fragment_of_another_key_is_refused(ana: PrivateKey, mallory: PrivateKey) -> None:
    mixed = did_key.encode(ana.public_key) + "#" + did_key.encode(mallory.public_key).removeprefix("did:key:")
    with pytest.raises(ResolutionError, match="does not hold"):
        verification_method(
            mixed, purpose="authentication", resolve=lambda did: resolve(did, fetch=no_network)
        )


def test_a_did_without_a_fragment_names_no_key(ana: PrivateKey) -> None:
    with pytest.raises(ResolutionError) as caught:
        verification_method(
            did_key.encode(ana.public_key),
            purpose="authentication",
            resolve=lambda did: resolve(did, fetch=no_network),
        )
    assert caught.value.code == "invalidDidUrl"


@pytest.mark.parametrize(
    ("did", "code"),
    [
        ("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", "unsupportedPublicKeyType"),  # 256k1
        ("did:key:zUC7EK3ZakmukHhuncwkbySmomv3FmrkmS36E4Ks5rsb6VQSRpoCrx6Hb8e2Nk6UvJFSdyw9NK1scFXJp21gNNYFjVWNga"
         "qyGnkyhtagagCpQb5B7tagJu3HDbjQ8h5ypoHjwBb", "unsupportedPublicKeyType"),  # BLS12-381
        ("did:key:z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq", "unsupportedPublicKeyType"),  # private
        ("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do", "unsupportedPublicKeyType"),  # cut
        ("did:key:zTjsVPtY", "invalidPublicKeyLength"),
        ("did:key:1.1:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "invalidDid"),
        ("did:key:-4:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "invalidDid"),
        ("did:key:did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "invalidDid"),
        ("did:key:6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "invalidDid"),
        ("did:key:z16MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "unsupportedPublicKeyType"),
        ("did:key:z", "invalidDid"),
        ("did:key:z" + "6" * 5000, "invalidDid"),
        ("did:key:" + multibase.encode(b"\xed\x01" + b"\x02" + bytes(31)), "invalidPublicKey"),
        ("did:key:" + multibase.encode(b"\x80\x24" + b"\x02" + b"\xff" * 32), "invalidPublicKey"),
        ("did:key:" + multibase.encode(b"\x81\x24" + b"\x02" + b"\xff" * 48), "invalidPublicKey"),
    ],
    ids=lambda value: value[:24],
)  # fmt: skip
def test_an_identifier_that_holds_no_key_is_refused(did: str, code: str) -> None:
    with pytest.raises(ResolutionError) as caught:
        resolve(did, fetch=no_network)
    assert caught.value.code == code


def test_an_ed25519_key_brings_a_key_to_agree_with() -> None:
    did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"  # the example of the specification
    document = did_key.create_document(did)
    agreement = f"{did}#z6LSj72tK8brWgZja8NLRwPigth2T9QRiG1uH9oKZuKjdh9p"
    assert document["keyAgreement"] == [agreement]
    assert [method["id"] for method in document["verificationMethod"]][1:] == [agreement]
    assert set(resolve(did, fetch=no_network).methods) == {f"{did}#{did.removeprefix('did:key:')}"}


def test_a_key_that_only_agrees_signs_nothing() -> None:
    did = "did:key:z6LSj72tK8brWgZja8NLRwPigth2T9QRiG1uH9oKZuKjdh9p"
    document = did_key.create_document(did)
    assert document["keyAgreement"] == [f"{did}#{did.removeprefix('did:key:')}"]
    assert not set(document) & set(did_key.SIGNING)
    assert not resolve(did, fetch=no_network).methods


@pytest.mark.parametrize(
    ("key_format", "member", "types"),
    [
        ("Multikey", "publicKeyMultibase", ["Multikey", "Multikey"]),
        ("JsonWebKey", "publicKeyJwk", ["JsonWebKey", "JsonWebKey"]),
        ("JsonWebKey2020", "publicKeyJwk", ["JsonWebKey2020", "JsonWebKey2020"]),
        ("Ed25519VerificationKey2020", "publicKeyMultibase",
         ["Ed25519VerificationKey2020", "X25519KeyAgreementKey2020"]),
    ],
)  # fmt: skip
def test_ways_of_writing_a_key(key_format: str, member: str, types: list[str]) -> None:
    did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    methods = did_key.create_document(did, key_format=key_format)["verificationMethod"]
    assert [method["type"] for method in methods] == types
    assert all(member in method for method in methods)


@pytest.mark.parametrize(
    ("key_format", "experimental", "code"),
    [
        ("unknown", False, "unsupportedPublicKeyType"),
        ("Ed25519VerificationKey2018", False, "invalidPublicKeyType"),
        ("Ed25519VerificationKey2018", True, "unsupportedPublicKeyType"),
        ("X25519KeyAgreementKey2020", False, "invalidPublicKeyType"),
    ],
)
def test_ways_in_which_a_key_is_not_written(key_format: str, experimental: bool, code: str) -> None:
    did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    with pytest.raises(ResolutionError) as caught:
        did_key.create_document(did, key_format=key_format, experimental=experimental)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "did", ["", "did", "did:", "did:key", "did:key:", "key:z6Mk", "DID:key:z6Mk", "did:key:z6Mk#z6Mk",
            "did:key:z6Mk?a", "did:key:z6Mk/a", "https://example.org"],
)  # fmt: skip
def test_what_is_no_did_is_refused(did: str) -> None:
    with pytest.raises(ResolutionError) as caught:
        resolve(did, fetch=no_network)
    assert caught.value.code == "invalidDid"


def test_an_unknown_method_names_the_known() -> None:
    with pytest.raises(ResolutionError, match="key, jwk, web") as caught:
        resolve("did:ion:EiClkZMDxPKqC9c", fetch=no_network)
    assert caught.value.code == "methodNotSupported"
