"""Schemathesis writes SPDCI messages from the published texts; as they are or spoilt, none may break us.

Each goes twice: as it came, and signed by a partner who may read, so that it reaches what lies behind.
"""

import copy
import json
import os
import uuid
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from common.errors import SelloError
from issuer.api.spdci import ASYNC, CALLBACKS, SYNC
from tests.conftest import SHARED
from tests.issuer.spdci_partner import Spp, make_registry, make_spp, published

pytestmark = [pytest.mark.schemathesis, pytest.mark.django_db]
EXAMPLES = int(os.environ.get("EXAMPLES", "5"))
REGISTRIES = {"crvs": "births", "social": "social", "fr": "farmers", "dr": "disabilities", "ibr": "social"}
OURS = {f"/registry/{name}" for name in (*SYNC, *ASYNC, *CALLBACKS)}
QUICK: dict[str, Any] = {
    "max_examples": EXAMPLES,
    "deadline": None,
    "phases": (Phase.generate,),  # a fault is shown as it was found, at once
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "database": None,
}
WRONG: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        10**12,
        "",
        "x" * 300,
        "\x00",
        [],
        [[]],
        {},
        {"": {}},
        [None],
        "2026-01-01T00:00:00Z",
    ]
)


def operations() -> list[Any]:
    """Each endpoint of each text that is ours to answer."""
    if not (SHARED / "api").exists():
        return []
    return [
        pytest.param(text, path, id=f"{text}{path}")
        for text in REGISTRIES
        for path in published(text)["paths"]
        if path in OURS
    ]


@pytest.mark.parametrize(("text", "path"), operations())
def test_no_message_breaks_a_registry(text: str, path: str) -> None:
    registry = make_registry(REGISTRIES[text], count=4)
    spp, seen = make_spp(registry), set()

    @settings(**QUICK)
    @given(case=schema(text)[path]["POST"].as_strategy(), wrong=WRONG, where=st.lists(st.integers(0, 5)))
    def run(case: Any, wrong: Any, where: list[int]) -> None:
        body = case.body if isinstance(case.body, dict) else {}
        for sent in (body, signed(spp, registry, body), signed(spp, registry, spoilt(body, wrong, where))):
            response = spp.post(registry, path.removeprefix("/"), json.dumps(sent, default=str))
            seen.add(response.status_code)
            assert response.status_code in (200, 400, 401, 403, 404), response.content

    run()
    assert seen


@cache
def schema(text: str) -> Any:
    return schemathesis.openapi.from_dict(described(published(text)))


def described(node: Any) -> Any:
    """The text without files, encrypted messages, and members that it does not describe."""
    if isinstance(node, list):
        return [described(item) for item in node if "EncryptedMessage" not in str(item)[:80]]
    if not isinstance(node, dict):
        return node
    kept = {name: described(value) for name, value in node.items() if name != "multipart/form-data"}
    return kept | ({"additionalProperties": False} if "required" in node and "properties" in node else {})


def spoilt(body: dict[str, Any], wrong: Any, where: list[int]) -> dict[str, Any]:
    """The message with something else at one place of it."""
    found = copy.deepcopy(json.loads(json.dumps(body, default=str)))
    node: Any = found.get("message")
    for step in where:
        inner = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        if not inner:
            break
        name = inner[step % len(inner)]
        if isinstance(node[name], dict | list) and step % 2:
            node = node[name]
        else:
            node[name] = wrong
            break
    return found if isinstance(found, dict) else {}


def signed(spp: Spp, registry: Any, body: dict[str, Any]) -> dict[str, Any]:
    """What was written, in the name of a partner and with its signature; the rest stays as it came."""
    header = body.get("header") if isinstance(body.get("header"), dict) else {}
    message = body.get("message") if isinstance(body.get("message"), dict) else {}
    message = json.loads(json.dumps(message, default=str))
    action = header.get("action") if isinstance(header, dict) else ""
    count = next((len(value) for value in message.values() if isinstance(value, list)), 1)
    try:
        return spp.message(
            registry,
            action if isinstance(action, str) and action else "search",
            message | {"transaction_id": message.get("transaction_id") or "t"},
            message_id=str(uuid.uuid4()),
            total_count=count,
            status="succ" if "status" in (header or {}) else "",
        )
    except SelloError:
        return body  # what has no canonical text cannot be signed
