"""RFC 9901 §7.3 step 5, and the transaction data of OpenID4VP B.3.3.1."""

from datetime import timedelta
from typing import Any

import pytest

from common.encoding import base64url, jcs
from common.errors import MalformedInputError
from common.formats.base import Binding, BindingMismatchError
from common.formats.sd_jwt import key_binding, transaction_data
from common.formats.sd_jwt.compact import SDJWT
from common.formats.sd_jwt.disclosure import digest
from common.keys import PrivateKey, jws
from tests.conftest import NOW

TOKEN = SDJWT("a.b.c", ("d1", "d2"))
BINDING = Binding("x509_san_dns:bank.example", "n-0S6_WzA2Mj")


def entry(**members: Any) -> str:
    return base64url.encode(jcs.canonicalize({"type": "payment", "credential_ids": ["farmer"], **members}))


PAY, AGREE = entry(amount="120.00"), entry(terms="v1")
PAY_384 = entry(amount="120.00", transaction_data_hashes_alg=["sha-384", "sha-512"])


def shown(holder: PrivateKey, *, binding: Binding = BINDING, **changes: Any) -> SDJWT:
    """A presentation by `holder`, with claims of its Key Binding JWT changed, or left out (None)."""
    claims = {
        "iat": int(NOW.timestamp()),
        "aud": binding.audience,
        "nonce": binding.nonce,
        "sd_hash": digest(TOKEN.without_key_binding()),
        **transaction_data.hashes(binding.transaction_data),
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    return SDJWT(TOKEN.jwt, TOKEN.disclosures, jws.sign({"typ": "kb+jwt"}, claims, signer=holder))


def verify(presented: SDJWT, holder: PrivateKey | None, *, binding: Binding = BINDING) -> None:
    key_binding.verify(
        presented,
        binding=binding,
        holder_key=None if holder is None else holder.public_key,
        hash_algorithm="sha-256",
        now=NOW,
    )


def test_created_and_verified(ana: PrivateKey) -> None:
    made = key_binding.create(TOKEN, binding=BINDING, signer=ana, hash_algorithm="sha-256", now=NOW)
    presented = SDJWT(TOKEN.jwt, TOKEN.disclosures, made)
    assert jws.parse(made).header == {"alg": "ES256", "typ": "kb+jwt"}
    assert jws.parse(made).claims() == {
        "iat": 1795262400,
        "aud": "x509_san_dns:bank.example",
        "nonce": "n-0S6_WzA2Mj",
        "sd_hash": "zxswUJ6lJ0XpmqsbwWCNZOxd1KUTTbltxQIxxyElG0o",
    }
    verify(presented, ana)


def test_an_ed25519_holder() -> None:
    holder = PrivateKey("Ed25519", bytes(31) + b"\x01")
    verify(shown(holder), holder)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "x509_san_dns:mallory.example"},
        {"aud": ["x509_san_dns:bank.example"]},
        {"aud": None},
        {"nonce": "another"},
        {"nonce": None},
        {"iat": None},
        {"iat": "now"},
        {"iat": True},
        {"iat": int(NOW.timestamp()) - 301},
        {"iat": int(NOW.timestamp()) + 61},
        {"sd_hash": digest("a.b.c~d1~")},
        {"sd_hash": None},
        {"exp": int(NOW.timestamp())},
        {"nbf": int(NOW.timestamp()) + 1},
        {"transaction_data_hashes": [digest(PAY)]},
        {"transaction_data_hashes": []},
    ],
)
def test_refused(ana: PrivateKey, changes: dict[str, Any]) -> None:
    with pytest.raises((BindingMismatchError, MalformedInputError)):
        verify(shown(ana, **changes), ana)


@pytest.mark.parametrize("seconds", [-300, 60])
def test_clocks_may_differ_a_little(ana: PrivateKey, seconds: int) -> None:
    verify(shown(ana, iat=int((NOW + timedelta(seconds=seconds)).timestamp())), ana)


def test_another_holder(ana: PrivateKey, mallory: PrivateKey) -> None:
    with pytest.raises(BindingMismatchError):
        verify(shown(mallory), ana)


def test_key_binding_taken_away(ana: PrivateKey) -> None:
    with pytest.raises(BindingMismatchError, match="lacks its holder's signature"):
        verify(TOKEN, ana)


def test_a_bearer_credential_proves_no_holder(ana: PrivateKey) -> None:
    with pytest.raises(BindingMismatchError, match="bound to no holder"):
        verify(shown(ana), None)


def test_claims_cut_or_added_after_signing(ana: PrivateKey) -> None:
    made = shown(ana)
    for disclosures in (("d1",), ("d1", "d2", "d3"), ("d2", "d1")):
        with pytest.raises(BindingMismatchError, match="other claims"):
            verify(SDJWT(made.jwt, disclosures, made.key_binding), ana)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": "dc+sd-jwt"},
        {"typ": "kb+jwt", "alg": "none"},
        {"typ": "kb+jwt", "alg": "HS256"},
        {"typ": "kb+jwt", "alg": "EdDSA"},
        {"typ": "kb+jwt", "crit": ["exp"]},
    ],
)
def test_headers_refused(ana: PrivateKey, header: dict[str, Any]) -> None:
    claims = jws.parse(shown(ana).key_binding or "").claims()
    presented = SDJWT(TOKEN.jwt, TOKEN.disclosures, jws.sign(header, claims, signer=ana))
    with pytest.raises(BindingMismatchError):
        verify(presented, ana)


def test_a_swollen_key_binding(ana: PrivateKey) -> None:
    with pytest.raises(BindingMismatchError):
        verify(shown(ana, note="x" * 100_000), ana)


def test_transaction_data_are_signed(ana: PrivateKey) -> None:
    binding = Binding(BINDING.audience, BINDING.nonce, (PAY, AGREE))
    made = shown(ana, binding=binding)
    claims = jws.parse(made.key_binding or "").claims()
    assert claims["transaction_data_hashes"] == [digest(PAY), digest(AGREE)]
    assert "transaction_data_hashes_alg" not in claims
    verify(made, ana, binding=binding)


def test_transaction_data_in_the_hash_that_was_asked_for(ana: PrivateKey) -> None:
    binding = Binding(BINDING.audience, BINDING.nonce, (PAY_384,))
    made = shown(ana, binding=binding)
    claims = jws.parse(made.key_binding or "").claims()
    assert claims["transaction_data_hashes_alg"] == "sha-384"
    assert claims["transaction_data_hashes"] == [digest(PAY_384, algorithm="sha-384")]
    verify(made, ana, binding=binding)


def test_the_hash_is_of_the_string_as_it_came() -> None:
    """The figure was made with `openssl dgst -sha256` over the base64url text."""
    hashed = transaction_data.hashes([PAY])
    assert hashed == {"transaction_data_hashes": ["tg43b0kkW4sO_mgeCW9V_xmwbkkdUcWQM_NKPMay_g8"]}


@pytest.mark.parametrize(
    ("asked", "changes"),
    [
        ((PAY,), {"transaction_data_hashes": None}),
        ((PAY,), {"transaction_data_hashes": [digest(AGREE)]}),
        ((PAY, AGREE), {"transaction_data_hashes": [digest(PAY)]}),
        ((PAY, AGREE), {"transaction_data_hashes": [digest(AGREE), digest(PAY)]}),
        ((PAY,), {"transaction_data_hashes": digest(PAY)}),
        ((PAY,), {"transaction_data_hashes_alg": "sha-512"}),
        ((PAY,), {"transaction_data_hashes_alg": "md5"}),
        ((PAY_384,), {"transaction_data_hashes_alg": None}),
        (
            (PAY_384,),
            {"transaction_data_hashes_alg": "sha-256", "transaction_data_hashes": [digest(PAY_384)]},
        ),
    ],
)
def test_transaction_data_refused(ana: PrivateKey, asked: tuple[str, ...], changes: dict[str, Any]) -> None:
    binding = Binding(BINDING.audience, BINDING.nonce, asked)
    with pytest.raises(BindingMismatchError):
        verify(shown(ana, binding=binding, **changes), ana, binding=binding)


@pytest.mark.parametrize("names", [[], "sha-256", [256], ["md5"]])
def test_a_request_for_hashes_that_nobody_knows(names: Any) -> None:
    with pytest.raises(MalformedInputError) as caught:
        transaction_data.hashes([entry(transaction_data_hashes_alg=names)])
    assert caught.value.code == "invalid_transaction_data"


@pytest.mark.parametrize("algorithm", ["sha-256", "sha-384", "sha-512"])
def test_the_digest_is_under_the_hash_that_the_issuer_chose(algorithm: str, ana: PrivateKey) -> None:
    """RFC 9901 §4.3.1, and no presentation under another holds."""
    made = key_binding.create(TOKEN, binding=BINDING, signer=ana, hash_algorithm=algorithm, now=NOW)
    presented = SDJWT(TOKEN.jwt, TOKEN.disclosures, made)
    for other in ("sha-256", "sha-384", "sha-512"):
        told: dict[str, Any] = {
            "binding": BINDING,
            "holder_key": ana.public_key,
            "hash_algorithm": other,
            "now": NOW,
        }
        if other == algorithm:
            assert key_binding.verify(presented, **told) == ana.public_key
        else:
            with pytest.raises(BindingMismatchError, match="other claims"):
                key_binding.verify(presented, **told)
