"""Cards as other offices make them: what the wallet took, it can show."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from common.encoding import base64url
from common.formats.sd_jwt.disclosure import create, digest
from common.keys import jwk
from common.oid4vp.dcql import parse_query
from common.oid4vp.matching import check_satisfied
from tests.wallet.fakes import DID, ISSUER, ORIGIN, VCT, Network, Office, Service, reply, sd_query
from wallet.account.vault import Vault
from wallet.issuance import accept_offer
from wallet.presentation import authorization_request, authorization_response

Made = Callable[[int], tuple[dict[str, Any], list[str]]]


def office_of(network: Network, now: datetime, made: Made) -> Office:
    """An office whose tokens hold just this JSON, with fractions that our own writer refuses."""
    office = Office(network, now)

    def credential(headers: Any, body: bytes) -> Any:
        [proof] = office.proven(json.loads(body)["proofs"])
        claims, disclosures = made(int(now.timestamp()))
        payload = {"iss": DID, "vct": VCT, "cnf": {"jwk": jwk.encode(proof.key)}, **claims}
        header = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": office.es256.key_id}
        head, told = (base64url.encode(json.dumps(part).encode()) for part in (header, payload))
        signature = base64url.encode(office.es256.sign(f"{head}.{told}".encode()))
        token = "~".join([f"{head}.{told}.{signature}", *disclosures, ""])
        return reply({"credentials": [{"credential": token}]})

    offer = {**office.offer, "credential_configuration_ids": ["birth.dc+sd-jwt"], "x_score": 0.5}
    network.handlers["GET", f"{ISSUER}/offers/1"] = lambda headers, body: reply(offer)
    network.handlers["POST", f"{ISSUER}/credential"] = credential
    return office


def shown(vault: Vault, office: Office, now: datetime, *paths: list[Any]) -> dict[str, Any]:
    """The claims that a service reads, once the wallet took the card and its person agreed."""
    id = accept_offer.receive_offer(vault, office.link, now=now)
    accept_offer.accept(vault, id, tx_code=None, now=now)
    query = {**sd_query("given_name"), "claims": [{"path": path} for path in paths]}
    service = Service(office.network, now, query={"credentials": [query]})
    screen = authorization_response.consent_screen(
        vault, authorization_request.receive_request(vault, service.link, now=now), now=now
    )
    authorization_response.answer_request(
        vault, screen.id, [each.answers[0].id for each in screen.questions], now=now
    )
    credential = service.verified(query["id"], "dc+sd-jwt")
    check_satisfied(parse_query(service.query), {query["id"]: [credential]})
    return dict(credential.claims)


def test_fractions_in_the_clear(vault: Vault, network: Network, now: datetime) -> None:
    def made(seconds: int) -> tuple[dict[str, Any], list[str]]:
        times = {"iat": seconds - 5.5, "nbf": seconds - 5.25, "exp": seconds + 9999.5}
        return {**times, "given_name": "Ana", "score": 7.5, "big": 1e21, "none": None}, []

    claims = shown(vault, office_of(network, now, made), now, ["given_name"])
    assert (claims["given_name"], claims["score"]) == ("Ana", 7.5)


def test_a_fraction_that_is_disclosed(vault: Vault, network: Network, now: datetime) -> None:
    score = create(7.5, name="score", salt="x" * 22)

    def made(seconds: int) -> tuple[dict[str, Any], list[str]]:
        return {"iat": seconds - 5, "_sd": [digest(score.encoded)]}, [score.encoded]

    assert shown(vault, office_of(network, now, made), now, ["score"]) == {"score": 7.5}


@pytest.mark.parametrize(
    ("paths", "seen"),
    [
        ([["nat", 0]], ["DE"]),
        ([["nat", 1]], ["DE", "FR"]),
        ([["nat", 0], ["nat", 2]], ["DE", "FR", "US"]),
        ([["nat", None]], ["DE", "FR", "US"]),
    ],
)
def test_positions_among_elements_that_are_disclosed_one_by_one(
    vault: Vault, network: Network, now: datetime, paths: list[list[Any]], seen: list[str]
) -> None:
    parts = [create(code, name=None, salt=code * 11) for code in ("DE", "FR", "US")]

    def made(seconds: int) -> tuple[dict[str, Any], list[str]]:
        nat = [{"...": digest(part.encoded)} for part in parts]
        return {"iat": seconds - 5, "nat": nat}, [part.encoded for part in parts]

    assert shown(vault, office_of(network, now, made), now, *paths) == {"nat": seen}


@pytest.mark.parametrize("algorithm", ["Ed25519", "EdDSA", "ES256"])
def test_an_office_that_takes_one_algorithm(
    vault: Vault, network: Network, now: datetime, algorithm: str
) -> None:
    office = office_of(network, now, lambda seconds: ({"iat": seconds - 5, "given_name": "Ana"}, []))
    office.proof_types = {"jwt": (algorithm,)}
    id = accept_offer.receive_offer(vault, office.link, now=now)
    accept_offer.accept(vault, id, tx_code=None, now=now)
    asked = [url for _, url in network.asked]
    assert asked.count(f"{ISSUER}/credential") == 1
    assert f"{ORIGIN}/.well-known/did-configuration.json" not in asked
