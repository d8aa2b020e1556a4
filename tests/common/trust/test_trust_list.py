"""Who may issue what."""

import pytest

from common.trust import TrustList, TrustListEntry, UnknownIssuerError, UntrustedIssuerError

FARMERS, CIVIL = "did:web:farmers.example", "did:web:civil.example"
FARMER, BIRTH = "https://farmers.example/types/farmer", "https://civil.example/types/birth"
LIST = TrustList(
    issuers=(
        TrustListEntry(FARMERS, frozenset({FARMER}), "Farmer registry"),
        TrustListEntry(CIVIL, frozenset({BIRTH}), "Civil registry"),
        TrustListEntry(CIVIL, frozenset({"urn:example:marriage"}), "Civil registry"),
        TrustListEntry("did:web:any.example", frozenset({"*"}), "Anything"),
    ),
)  # fmt: skip


def test_an_issuer_for_its_type() -> None:
    assert LIST.require_issuer(FARMERS, types=[FARMER]).name == "Farmer registry"


def test_generic_types_need_no_trust() -> None:
    generic = ["VerifiableCredential", "https://www.w3.org/2018/credentials#VerifiableCredential"]
    LIST.require_issuer(FARMERS, types=[*generic, FARMER])
    with pytest.raises(UntrustedIssuerError, match="what it attests"):
        LIST.require_issuer(FARMERS, types=generic)


def test_an_issuer_for_several_types_it_may_issue() -> None:
    LIST.require_issuer(CIVIL, types=[BIRTH, "urn:example:marriage"])


def test_the_entry_that_grants_the_type_is_told() -> None:
    found = LIST.require_issuer(CIVIL, types=["urn:example:marriage"])
    assert found.types == {"urn:example:marriage"}
    assert LIST.require_issuer(CIVIL, types=[BIRTH]).types == {BIRTH}


def test_an_issuer_for_any_type() -> None:
    assert LIST.require_issuer("did:web:any.example", types=["urn:x"]).name == "Anything"


@pytest.mark.parametrize(
    ("issuer", "types"),
    [
        (FARMERS, [BIRTH]),
        (FARMERS, [FARMER, BIRTH]),
        ("did:web:mallory.example", [FARMER]),
        ("did:web:farmers.example:mallory", [FARMER]),
        ("DID:WEB:FARMERS.EXAMPLE", [FARMER]),
        (FARMERS, []),
    ],
)
def test_untrusted(issuer: str, types: list[str]) -> None:
    with pytest.raises(UntrustedIssuerError):
        LIST.require_issuer(issuer, types=types)


def test_an_empty_list_is_an_error() -> None:
    with pytest.raises(UntrustedIssuerError, match="empty"):
        TrustList().require_issuer(FARMERS, types=[FARMER])
    with pytest.raises(UnknownIssuerError, match="empty"):
        TrustList().require_known(FARMERS)


HOUSE = TrustList(houses=("http://localhost:8000/issuers",))
OWN = "http://localhost:8000/issuers/farmers/types/farmer"


@pytest.mark.parametrize(
    "issuer", ["did:web:localhost%3A8000:issuers:farmers", "http://localhost:8000/issuers/farmers"]
)
def test_an_authority_of_the_house_is_trusted_for_its_own_types(issuer: str) -> None:
    found = HOUSE.require_issuer(issuer, types=(OWN,))
    assert (found.issuer, found.types) == (issuer, frozenset({OWN}))


@pytest.mark.parametrize(
    ("issuer", "types"),
    [
        ("did:web:localhost%3A8000:issuers:births", (OWN,)),  # a type of another authority
        ("did:web:localhost%3A8000:issuers:farmers", (OWN, "urn:example:birth")),
        ("did:web:localhost%3A8000:issuers:farm", (OWN,)),
        ("did:web:localhost%3A8000:services:farmers", (OWN,)),
        ("did:web:elsewhere.example:issuers:farmers", (OWN,)),
        ("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", (OWN,)),
        ("did:web:localhost%3A8000:issuers:farmers", ()),
        # an address within another one
        ("http://localhost:8000/issuers/farmers", (f"https://mallory.example/?{OWN}",)),
        ("https://mallory.example/?http://localhost:8000/issuers/farmers", (OWN,)),
        ("http://localhost:8000/issuers/farmers?http://a.example", ("http://a.example/types/b",)),
    ],
)
def test_nobody_else_is(issuer: str, types: tuple[str, ...]) -> None:
    with pytest.raises(UntrustedIssuerError):
        HOUSE.require_issuer(issuer, types=types)


@pytest.mark.parametrize(
    ("trusted", "issuer"),
    [(LIST, FARMERS), (LIST, "did:web:any.example"), (HOUSE, "http://localhost:8000/issuers/farmers"),
     (HOUSE, "did:web:localhost%3A8000:issuers:farmers")],
)  # fmt: skip
def test_who_may_issue_something_is_known_beforehand(trusted: TrustList, issuer: str) -> None:
    trusted.require_known(issuer)


@pytest.mark.parametrize(
    ("trusted", "issuer"),
    [(LIST, "did:web:mallory.example"), (LIST, "http://localhost:8000/issuers/farmers"),
     (TrustList(), FARMERS), (HOUSE, FARMERS), (HOUSE, "http://localhost:8000/issuersfarmers"),
     (HOUSE, "https://mallory.example/issuers/farmers"),
     (HOUSE, "did:web:mallory.example:issuers:farmers")],
)  # fmt: skip
def test_who_may_issue_nothing_is_known_beforehand_too(trusted: TrustList, issuer: str) -> None:
    with pytest.raises(UnknownIssuerError):
        trusted.require_known(issuer)
