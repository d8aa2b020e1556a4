"""The reference test cases of SD-JWT (sd-jwt-python `tests/testcases`), by our code and by theirs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sd_jwt.holder
import yaml
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.utils.yaml_specification import load_yaml_specification, remove_sdobj_wrappers
from sd_jwt.verifier import SDJWTVerifier

from common.encoding import base64url, strict_json
from common.formats.base import Binding
from common.formats.sd_jwt import compact, key_binding
from common.formats.sd_jwt.compact import SDJWT
from common.formats.sd_jwt.issuance import conceal
from common.formats.sd_jwt.processing import Processed, process
from common.formats.sd_jwt.selection import select_disclosures
from common.keys import PrivateKey, jwk, jws
from common.vcdm.credential import ClaimPath
from tests.common.formats.sd_jwt.salts import salts
from tests.conftest import NOW, shared

ISSUER = PrivateKey("P-256", base64url.decode("Ur2bNKuBPOrAaxsRnbSH6hIhmNTxSGXshDSUD1a1y7g"))
HOLDER = PrivateKey("P-256", base64url.decode("5K5SCos8zf9zRemGGUl6yfok-_NiiryNZsvANWMhF-I"))
BINDING = Binding("https://verifier.example.org", "1234567890")
CASES = (
    "array_data_types", "array_full_sd", "array_in_sd", "array_nested_in_plain", "array_none_disclosed",
    "array_of_nulls", "array_of_objects", "array_of_scalars", "array_recursive_sd",
    "array_recursive_sd_some_disclosed", "header_mod", "json_serialization_flattened",
    "json_serialization_general", "key_binding", "no_sd", "object_data_types", "recursions",
)  # fmt: skip


def case(name: str) -> dict[str, Any]:
    found: dict[str, Any] = load_yaml_specification(shared(f"vectors/sd-jwt/{name}/specification.yml"))
    return found


def concealed(value: Any, path: ClaimPath = ()) -> Iterator[ClaimPath]:
    """The paths that a case marks as selectively disclosable."""
    if isinstance(value, dict):
        for name, child in value.items():
            here = (*path, name.value if isinstance(name, SDObj) else name)
            if isinstance(name, SDObj):
                yield here
            yield from concealed(child, here)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            if isinstance(child, SDObj):
                yield (*path, index)
            yield from concealed(child.value if isinstance(child, SDObj) else child, (*path, index))


def disclosed(value: Any, path: ClaimPath = ()) -> Iterator[ClaimPath]:
    """The paths that a case's holder shows."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from disclosed(child, (*path, name))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from disclosed(child, (*path, index))
    elif value is True:
        yield path


def private_jwk(key: PrivateKey) -> JWK:
    return JWK(**jwk.encode(key.public_key), d=base64url.encode(key.secret))


def issue(found: dict[str, Any], *, decoys_to: int = 1) -> SDJWT:
    claims = remove_sdobj_wrappers(found["user_claims"])
    paths = tuple(concealed(found["user_claims"]))
    payload, disclosures = conceal(claims, paths, salt=salts(), decoys_to=decoys_to)
    payload |= {"_sd_alg": "sha-256", "cnf": {"jwk": jwk.encode(HOLDER.public_key)}}
    body = json.dumps(payload).encode()  # the cases hold fractions, which our own credentials refuse
    jwt = jws.sign({"typ": "example+sd-jwt"}, body, signer=ISSUER)
    return SDJWT(jwt, tuple(one.encoded for one in disclosures))


def read(text: str) -> tuple[SDJWT, Processed]:
    token = compact.parse(text)
    parsed = jws.verify(token.jwt, key=ISSUER.public_key, typ="example+sd-jwt")
    return token, process(strict_json.loads_object(parsed.payload), token.disclosures)


def user_claims(processed: Processed) -> dict[str, Any]:
    return {name: value for name, value in processed.payload.items() if name not in ("cnf", "_sd_alg")}


def present(found: dict[str, Any], token: SDJWT) -> str:
    _, processed = read(token.serialize())
    shown = select_disclosures(processed, tuple(disclosed(found["holder_disclosed_claims"])), counted=False)
    chosen = SDJWT(token.jwt, shown)
    signed = key_binding.create(chosen, binding=BINDING, signer=HOLDER, hash_algorithm="sha-256", now=NOW)
    return SDJWT(chosen.jwt, chosen.disclosures, signed).serialize()


@pytest.mark.parametrize("decoys_to", [1, 4])
@pytest.mark.parametrize("name", CASES)
def test_ours_issued_shown_and_read_by_both(name: str, decoys_to: int) -> None:
    found = case(name)
    token = issue(found, decoys_to=decoys_to)
    _, whole = read(token.serialize())
    assert user_claims(whole) == remove_sdobj_wrappers(found["user_claims"])

    shown = present(found, token)
    ours, processed = read(shown)
    key_binding.verify(ours, binding=BINDING, holder_key=HOLDER.public_key, hash_algorithm="sha-256", now=NOW)
    assert user_claims(processed) == found["expect_verified_user_claims"]

    theirs = SDJWTVerifier(shown, lambda *_: private_jwk(ISSUER), BINDING.audience, BINDING.nonce)
    verified = theirs.get_verified_payload()
    del verified["cnf"]
    assert verified == found["expect_verified_user_claims"]


@pytest.mark.parametrize("decoys", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_theirs_read_by_ours(name: str, decoys: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    found = case(name)
    monkeypatch.setattr(sd_jwt.holder, "time", NOW.timestamp)
    issued = SDJWTIssuer(
        found["user_claims"],
        private_jwk(ISSUER),
        private_jwk(HOLDER),
        add_decoy_claims=decoys,
        extra_header_parameters=found.get("extra_header_parameters", {}),
    )
    _, whole = read(issued.sd_jwt_issuance)
    assert user_claims(whole) == remove_sdobj_wrappers(found["user_claims"])

    holder = SDJWTHolder(issued.sd_jwt_issuance)
    holder.create_presentation(
        found["holder_disclosed_claims"], BINDING.nonce, BINDING.audience, private_jwk(HOLDER)
    )
    token, processed = read(holder.sd_jwt_presentation)
    key_binding.verify(
        token, binding=BINDING, holder_key=HOLDER.public_key, hash_algorithm="sha-256", now=NOW
    )
    assert user_claims(processed) == found["expect_verified_user_claims"]


def test_every_case_is_here() -> None:
    assert sorted(path.name for path in shared("vectors/sd-jwt").iterdir()) == sorted(CASES)
    assert yaml.__version__


def test_openid4vp_example_verifies() -> None:
    """The SD-JWT VCLD example of OpenID4VP 1.0, made by the reference implementation."""
    folder = "vectors/openid/vp/sd_jwt_vcld/01"
    text = "".join(shared(f"{folder}/sd_jwt_presentation.txt").read_text().split())
    token = compact.parse(text)
    parsed = jws.verify(token.jwt, key=ISSUER.public_key, typ="dc+sd-jwt")
    processed = process(parsed.claims(), token.disclosures)
    assert processed.payload["ld"]["credentialSubject"] == {"givenName": "John"}
    assert processed.places[0][0] == ("ld", "credentialSubject", "givenName")
