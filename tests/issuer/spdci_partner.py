"""A partner of few lines: it writes SPDCI messages by hand, after the texts, and signs them."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jsonschema
import yaml
from django.test import Client

from common.adapters.exchange.partners import Partner
from common.adapters.exchange.registration import Registration, register_partner
from common.exchange.envelope import create_message, parse_message, timestamp
from common.exchange.header import Envelope, Header
from common.exchange.signature import verify_signature
from common.keys import PrivateKey, jwk
from common.registries.connector import RegistryRecord
from issuer.models import Registry
from issuer.registries.connectors.spdci.mapping import registry_party
from issuer.registries.store import create_registry, store_records
from issuer.sample.load import WORLD
from issuer.sample.people import sample_people
from issuer.sample.registers import REGISTERS
from issuer.sample.spdci import MAPPINGS, PLACES
from issuer.spdci.serve import serve_registry
from tests.conftest import shared

SENDER = "spp.example.org"
KEY = PrivateKey("Ed25519", bytes(31) + b"\x21")
TEXTS = {"population": "crvs", "births": "crvs", "social": "social", "farmers": "fr", "disabilities": "dr"}


def make_registry(slug: str, *, count: int = 12) -> Registry:
    """One of the sample registries, of the first households alone, answering by SPDCI."""
    register = next(r for r in WORLD if r.slug == slug)
    rows = list(REGISTERS[slug](sample_people()))[:count]
    registry = create_registry(
        slug,
        title=register.title,
        authority=register.authority,
        authority_name=register.authority_name,
        key_column=register.key_column,
        columns=[
            {"name": name, "label": name, "type": register.types.get(name, "string")} for name in rows[0]
        ],
    )
    store_records(registry, (RegistryRecord(str(row[register.key_column]), known(row)) for row in rows))
    serve_registry(registry, MAPPINGS[slug], place_column=PLACES.get(slug, ""))
    return registry


def known(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value != ""}


@dataclass
class Spp:
    """A social protection programme that asks registries, with its own key and token."""

    partner: Partner
    secret: str
    key: PrivateKey = KEY
    client: Client = field(default_factory=Client)
    token: str = ""

    def url(self, registry: Registry, path: str) -> str:
        return f"/spdci/{registry.slug}/{path}"

    def get_token(self, registry: Registry) -> Any:
        form = f"grant_type=client_credentials&client_id={self.partner.sender_id}&client_secret={self.secret}"
        return self.client.post(
            self.url(registry, "oauth2/client/token"), form, "application/x-www-form-urlencoded"
        )

    def message(
        self, registry: Registry, action: str, message: Any, *, now: datetime | None = None, **header: Any
    ) -> dict[str, Any]:
        members = {
            "message_id": str(uuid.uuid4()),
            "sender_id": self.partner.sender_id,
            "receiver_id": registry_party(registry).sender_id,
        } | header
        return create_message(
            "spdci", Header(action=action, **members), message, signer=self.key, now=now or datetime.now(UTC)
        )

    def post(self, registry: Registry, path: str, body: Any, **headers: str) -> Any:
        if not self.token:
            self.token = self.get_token(registry).json()["access_token"]
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        sent = {"authorization": f"Bearer {self.token}"} | headers
        return self.client.post(self.url(registry, path), data, "application/json", headers=sent)

    def ask(self, registry: Registry, path: str, action: str, message: Any, **header: Any) -> Any:
        return self.post(registry, path, self.message(registry, action, message, **header))

    def search(self, registry: Registry, *criteria: dict[str, Any], **header: Any) -> Any:
        """The answers to searches at once, once the answer is seen to be the registry's."""
        header.setdefault("total_count", len(criteria))
        response = self.ask(registry, "registry/sync/search", "search", search(*criteria), **header)
        assert response.status_code == 200, response.content
        return checked(registry, response.json()).message["search_response"]


def make_spp(*registries: Registry, **options: Any) -> Spp:
    """A partner that may read everything of these registries, unless told otherwise."""
    may_read = {r.slug: [c["name"] for c in r.columns] + ["disabled", "enrolled"] for r in registries}
    said = {
        "sender_id": SENDER,
        "name": "Programme of the South",
        "keys": jwk.encode(KEY.public_key),
        "may_read": may_read,
        "legal_basis": "Law 7 of 2020",
        "callback_url": "https://spp.example.org/callback",
    } | options
    partner, secret = register_partner(Registration(**said), new_secret=True)
    return Spp(partner, secret)


def search(*criteria: dict[str, Any]) -> dict[str, Any]:
    """A SearchRequest, as the text writes it."""
    now = timestamp(datetime.now(UTC))
    return {
        "transaction_id": "txn-1",
        "search_request": [
            {
                "reference_id": f"ref-{n}",
                "timestamp": now,
                "search_criteria": {"version": "1.0.0", **one},
                "locale": "eng",
            }
            for n, one in enumerate(criteria, start=1)
        ],
    }


def by_id(kind: str, value: str, **more: Any) -> dict[str, Any]:
    return {"query_type": "idtype-value", "query": {"type": kind, "value": value}, **more}


def by_predicate(*items: tuple[Any, ...], **more: Any) -> dict[str, Any]:
    """Each item is `(name, operator, value)`, or two of these with a condition between them."""
    query = []
    for number, item in enumerate(items, start=1):
        entry: dict[str, Any] = {"seq_num": number, "expression1": expression(*item[:3])}
        if len(item) > 3:
            entry["condition"] = item[3]
        if len(item) > 4:
            entry["expression2"] = expression(*item[4:])
        query.append(entry)
    return {"query_type": "predicate", "query": query, **more}


def expression(name: str, operator: str, value: Any) -> dict[str, Any]:
    return {"attribute_name": name, "operator": operator, "attribute_value": value}


def checked(registry: Registry, body: dict[str, Any]) -> Envelope:
    """The registry's answer, once its signature is seen to be its authority's."""
    envelope = parse_message(body, action=body["header"]["action"])
    party = registry_party(registry)
    sender = verify_signature(
        envelope, namespace="spdci", key_of=lambda s, k: party.signer.public_key, now=datetime.now(UTC)
    )
    assert sender == party.sender_id
    return envelope


def fits(text: str, path: str, where: str, body: Any) -> None:
    """Raise unless `body` is what a text says of a request ("request") or of an answer ("default", "401")."""
    document = published(text)
    pointer = f"/paths/{path.replace('~', '~0').replace('/', '~1')}/post"
    operation = document["paths"][path]["post"]
    if where == "request":
        pointer += "/requestBody/content/application~1json/schema"
    elif "$ref" in operation["responses"][where]:
        pointer = operation["responses"][where]["$ref"].removeprefix("#")
        pointer += "" if "/schemas/" in pointer else "/content/application~1json/schema"
    else:
        pointer += f"/responses/{where}/content/application~1json/schema"
    jsonschema.Draft202012Validator({**document, "$ref": f"#{pointer}"}).validate(body)


@cache
def published(text: str) -> dict[str, Any]:
    """A text, its references written so that no step of one leads through another."""
    document = yaml.safe_load(shared(f"api/spdci/{text}_api_v1.0.0.yaml").read_text())

    def straight(pointer: str) -> str:
        node, steps = document, list[str]()
        for step in pointer.removeprefix("#/").split("/"):
            steps.append(step)
            name = step.replace("~1", "/").replace("~0", "~")
            node = node[int(name)] if isinstance(node, list) else node[name]
            while isinstance(node, dict) and isinstance(node.get("$ref"), str):
                steps = straight(node["$ref"]).removeprefix("#/").split("/")
                node = document
                for inner in steps:
                    name = inner.replace("~1", "/").replace("~0", "~")
                    node = node[int(name)] if isinstance(node, list) else node[name]
        return "#/" + "/".join(steps)

    def rewritten(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                name: straight(value) if name == "$ref" and isinstance(value, str) else rewritten(value)
                for name, value in node.items()
            }
        return [rewritten(item) for item in node] if isinstance(node, list) else node

    found: dict[str, Any] = rewritten(document)
    return found
