"""Who answers which query, with the least (OpenID4VP §6.4); the specification's examples and Ana's cards."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from common.keys import PrivateKey, PublicKey
from common.oid4vp.dcql import DcqlQuery, parse_query
from common.oid4vp.errors import QueryNotSatisfiedError
from common.oid4vp.matching import candidates, check_satisfied, minimal_disclosure, requested_claims
from tests.conftest import shared

IDENTITY = "https://credentials.example.com/identity_credential"
KEY = PrivateKey("P-256", bytes(31) + b"\x0a").public_key


@dataclass(frozen=True)
class Card:
    """A credential as the wallet keeps it."""

    types: tuple[str, ...]
    document: Mapping[str, Any]
    format: str = "dc+sd-jwt"
    holder_key: PublicKey | None = field(default=KEY)
    subject: str | None = None
    authority_keys: tuple[str, ...] = ()


ANA = Card(
    (IDENTITY,),
    {
        "family_name": "Doe",
        "given_name": "Ana",
        "address": {"street_address": "Calle 1"},
        "postal_code": "90210",
        "date_of_birth": "1990-01-01",
        "age_over_18": True,
    },
)


def example(name: str) -> DcqlQuery:
    return parse_query(json.loads(shared(f"vectors/openid/vp/query_lang/{name}.json").read_text()))


def one(claims: list[dict[str, Any]] | None = None, **more: Any) -> DcqlQuery:
    entry = {"id": "c", "format": "dc+sd-jwt", "meta": {"vct_values": [IDENTITY]}, **more}
    return parse_query({"credentials": [entry if claims is None else {**entry, "claims": claims}]})


def test_simple() -> None:
    match = candidates(example("simple"), [ANA]).default()["my_credential"]
    assert match.credential is ANA
    assert match.disclose == (("family_name",), ("given_name",), ("address", "street_address"))


def test_values_decide() -> None:
    query = example("value_matching_simple")
    assert candidates(query, [ANA]).satisfiable
    elsewhere = Card(ANA.types, {**ANA.document, "postal_code": "10115"})
    assert candidates(query, [elsewhere]).missing() == ("my_credential",)
    assert candidates(query, [elsewhere]).default() == {}


def test_claim_sets_in_the_verifiers_order() -> None:
    query = example("claims_alternatives")
    match = candidates(query, [ANA]).default()["pid"]
    assert match.disclose == (("family_name",), ("postal_code",), ("date_of_birth",))  # the second set
    complete = Card(ANA.types, {**ANA.document, "locality": "La Paz", "region": "La Paz"})
    match = candidates(query, [complete]).default()["pid"]
    assert match.disclose == (("family_name",), ("locality",), ("region",), ("date_of_birth",))  # the first


def test_credential_sets_and_the_optional_one() -> None:
    query = example("credentials_alternatives")
    reduced = Card(
        ("https://credentials.example.com/reduced_identity_credential",),
        {"family_name": "D", "given_name": "A"},
    )
    residence = Card(
        ("https://cred.example/residence_credential",), {"postal_code": "1", "locality": "L", "region": "R"}
    )
    rewards = Card(("https://company.example/company_rewards",), {"rewards_number": 5})
    assert set(candidates(query, [ANA, reduced, residence]).default()) == {"pid"}  # the preferred option
    found = candidates(query, [residence, reduced, rewards])
    assert found.options() == ((("pid_reduced_cred_1", "pid_reduced_cred_2"),), (("nice_to_have",),))
    assert set(found.default()) == {"pid_reduced_cred_1", "pid_reduced_cred_2"}  # the optional one stays
    half = candidates(query, [reduced, rewards])
    assert not half.satisfiable
    assert half.missing() == ("pid", "other_pid", "pid_reduced_cred_2")
    assert half.default() == {}


def test_all_or_nothing() -> None:
    found = candidates(example("multi_credentials"), [ANA])
    assert found.missing() == ("mdl",)
    assert found.default() == {}


def test_no_claims_ask_for_nothing_that_can_be_withheld() -> None:
    assert candidates(one(), [ANA]).default()["c"].disclose == ()


def test_every_card_that_answers_is_offered_in_the_wallets_order() -> None:
    second = Card(ANA.types, {**ANA.document, "given_name": "Ana María"})
    found = candidates(one([{"path": ["given_name"]}]), [second, ANA, Card(("https://other",), {})])
    assert [match.credential for match in found.matches["c"]] == [second, ANA]


@pytest.mark.parametrize(
    ("values", "answers"),
    [([True], True), ([1], False), (["true"], False), ([False], False), ([False, True], True)],
)
def test_true_is_not_one(values: list[Any], answers: bool) -> None:
    query = one([{"path": ["age_over_18"], "values": values}])
    assert candidates(query, [ANA]).satisfiable is answers


def test_a_value_among_several_selected() -> None:
    card = Card((IDENTITY,), {"crops": ["quinoa", "maize"]})
    assert candidates(one([{"path": ["crops", None], "values": ["maize"]}]), [card]).satisfiable
    assert not candidates(one([{"path": ["crops", None], "values": ["rice"]}]), [card]).satisfiable


def test_the_same_claim_asked_twice_is_disclosed_once() -> None:
    query = one([{"path": ["given_name"]}, {"path": ["given_name"]}])
    assert candidates(query, [ANA]).default()["c"].disclose == (("given_name",),)


def test_holder_binding_is_needed_unless_the_query_says_otherwise() -> None:
    bearer = Card(ANA.types, ANA.document, holder_key=None)
    assert not candidates(one(), [bearer]).satisfiable
    assert candidates(one(require_cryptographic_holder_binding=False), [bearer]).satisfiable


def test_trusted_authorities_by_the_keys_in_the_chain() -> None:
    query = one(trusted_authorities=[{"type": "aki", "values": ["s9tI", "abcd"]}])
    known = replace(ANA, authority_keys=("zzzz", "abcd"))
    assert not candidates(query, [ANA]).satisfiable
    assert candidates(query, [known]).satisfiable
    check_satisfied(query, {"c": [known]})
    for other in (ANA, replace(ANA, authority_keys=("zzzz",))):
        with pytest.raises(QueryNotSatisfiedError):
            check_satisfied(query, {"c": [other]})


def test_one_of_several_kinds_of_authority_is_enough_and_unknown_kinds_match_nothing() -> None:
    lists = {"type": "etsi_tl", "values": ["abcd"]}
    known = replace(ANA, authority_keys=("abcd",))
    assert not candidates(one(trusted_authorities=[lists]), [known]).satisfiable
    both = one(trusted_authorities=[lists, {"type": "aki", "values": ["abcd"]}])
    assert candidates(both, [known]).satisfiable


def test_a_type_that_extends_the_one_asked_for() -> None:
    """SD-JWT VC §5.4, where somebody looked; another's types are nobody's business."""
    child = replace(ANA, types=("https://credentials.example.com/citizen",))
    query = one([{"path": ["given_name"]}])

    def ancestors(card: object) -> tuple[str, ...]:
        return (IDENTITY,) if card is child else ()

    assert not candidates(query, [child]).satisfiable
    assert candidates(query, [child], ancestors=ancestors).satisfiable
    check_satisfied(query, {"c": [child]}, ancestors=ancestors)
    [asked] = query.credentials
    assert requested_claims(asked, child, ancestors=ancestors) == {("given_name",): ["Ana"]}
    with pytest.raises(QueryNotSatisfiedError):
        requested_claims(asked, child)


ALUMNI = [
    ["https://www.w3.org/2018/credentials#VerifiableCredential", "https://example.org/examples#AlumniCredential",
     "https://example.org/examples#BachelorDegree"],
    ["https://www.w3.org/2018/credentials#VerifiableCredential",
     "https://example.org/examples#UniversityDegreeCredential"],
    ["IdentityCredential"],
]  # fmt: skip


@pytest.mark.parametrize(
    ("types", "answers"),
    [
        (ALUMNI[1], True),
        ([*reversed(ALUMNI[0]), "https://example.org/examples#More"], True),
        (["https://www.w3.org/2018/credentials#VerifiableCredential", "IdentityCredential"], True),
        (ALUMNI[0][:2], False),
        (ALUMNI[0][:1], False),
        ([], False),
    ],
)
def test_type_values(types: list[str], answers: bool) -> None:
    """OpenID4VP B.1.1: every type of one alternative, whatever the order and whatever else."""
    source = {"credentials": [{"id": "c", "format": "ldp_vc", "meta": {"type_values": ALUMNI}}]}
    card = Card(
        tuple(types), {"credentialSubject": {}}, format="ldp_vc", holder_key=None, subject="did:key:z"
    )
    assert candidates(parse_query(source), [card]).satisfiable is answers


def test_the_format_is_part_of_the_question() -> None:
    assert minimal_disclosure(one().credentials[0], Card((IDENTITY,), {}, format="ldp_vc")) is None


def test_a_verifier_accepts_what_a_wallet_would_offer() -> None:
    query = one([{"path": ["given_name"]}, {"path": ["age_over_18"], "values": [True]}])
    check_satisfied(query, {"c": [ANA]})
    assert requested_claims(query.credentials[0], ANA) == {("given_name",): ["Ana"], ("age_over_18",): [True]}


@pytest.mark.parametrize(
    "presented",
    [
        {},
        {"c": []},
        {"c": [ANA, ANA]},  # multiple was not asked for
        {"c": [ANA], "d": [ANA]},  # nobody asked for d
        {"c": [Card(("https://other",), ANA.document)]},
        {"c": [Card(ANA.types, {"given_name": "Ana"})]},
        {"c": [Card(ANA.types, {**ANA.document, "age_over_18": False})]},
        {"c": [Card(ANA.types, {**ANA.document, "age_over_18": 1})]},
    ],
)
def test_a_verifier_refuses_what_does_not_answer(presented: dict[str, list[Card]]) -> None:
    query = one([{"path": ["given_name"]}, {"path": ["age_over_18"], "values": [True]}])
    with pytest.raises(QueryNotSatisfiedError):
        check_satisfied(query, presented)


def test_multiple() -> None:
    check_satisfied(one(multiple=True), {"c": [ANA, ANA]})


def test_a_verifier_wants_one_whole_option_of_each_required_set() -> None:
    query = parse_query(
        {
            "credentials": [
                {"id": name, "format": "dc+sd-jwt", "meta": {"vct_values": [IDENTITY]}} for name in "abcd"
            ],
            "credential_sets": [{"options": [["a"], ["b", "c"]]}, {"options": [["d"]], "required": False}],
        }
    )
    check_satisfied(query, {"a": [ANA]})
    check_satisfied(query, {"b": [ANA], "c": [ANA], "d": [ANA]})
    for names in ("b", "c", "d", "bd"):
        with pytest.raises(QueryNotSatisfiedError):
            check_satisfied(query, {name: [ANA] for name in names})


def test_an_mdoc_by_its_type_namespaces_and_elements() -> None:
    licence = Card(
        ("org.iso.18013.5.1.mDL",),
        {"org.iso.18013.5.1": {"given_name": "Ana", "family_name": "Doe", "portrait": "_9j_"}},
        format="mso_mdoc",
    )
    found = candidates(example("complex_mdoc"), [licence, ANA])
    assert set(found.default()) == {"mdl-id"}
    assert found.default()["mdl-id"].disclose == (
        ("org.iso.18013.5.1", "given_name"),
        ("org.iso.18013.5.1", "family_name"),
        ("org.iso.18013.5.1", "portrait"),
    )
    photo = replace(licence, types=("org.iso.23220.photoid.1",))
    assert set(candidates(example("complex_mdoc"), [photo]).default()) == {"photo_card-id"}
    assert not candidates(example("simple_mdoc"), [licence]).satisfiable
