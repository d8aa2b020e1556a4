"""Requests that schemathesis makes of the texts of G2P Connect, at our doors: whatever they say, we stand."""

import json
import os
from functools import cache
from typing import Any

import pytest
import schemathesis
import yaml
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from common.errors import SelloError
from common.exchange.signature import create_signature
from common.payments.g2p import actions
from tests.conftest import SHARED
from tests.verifier.payments.agency import KEY, Agency, agency, programme
from verifier.identity import organisation

__all__ = ["agency", "programme"]
pytestmark = pytest.mark.schemathesis
EXAMPLES = int(os.environ.get("EXAMPLES", "5"))
TEXTS = {
    "disburse": SHARED / "api/g2p-connect/disburse_core_api_v1.0.0.yaml",
    "mapper": SHARED / "api/g2p-connect/mapper_core_api_v1.0.0.yaml",
}
ENDPOINTS = [
    ("disburse", endpoint)
    for endpoint in (
        actions.DISBURSE, actions.SEARCH, actions.DISBURSE_STATUS,
        actions.SYNC_DISBURSE, actions.SYNC_SEARCH, actions.SYNC_DISBURSE_STATUS,
    )
] + [
    ("mapper", endpoint)
    for endpoint in (
        *actions.MAPPER.values(), *actions.SYNC_MAPPER.values(), actions.MAPPER_STATUS,
        actions.SYNC_MAPPER_STATUS,
    )
]  # fmt: skip
CALLBACKS = [actions.DISBURSE, actions.DISBURSE_STATUS]
QUICK = settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.generate,),  # a fault is shown as it was found, at once
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


def bodies(text: str, path: str, *, sensible: bool) -> st.SearchStrategy[Any]:
    """Bodies for a path of a text: whatever it allows, or such as somebody could mean."""
    if not TEXTS[text].exists():
        pytest.skip(f"shared/api/g2p-connect/{TEXTS[text].name} is absent")
    cases = _schema(text, sensible)[path]["POST"].as_strategy()
    found: st.SearchStrategy[Any] = cases.filter(lambda case: case.media_type == "application/json")
    return found.map(lambda case: case.body)


@cache
def _schema(text: str, sensible: bool) -> Any:
    source = yaml.safe_load(TEXTS[text].read_text())
    return schemathesis.openapi.from_dict(_sensible(source) if sensible else source)


def _sensible(node: Any, name: str = "") -> Any:
    """The text without encrypted messages, empty lists and members that it does not describe."""
    if isinstance(node, list):
        return [_sensible(each) for each in node if "EncryptedMessage" not in str(each)[:70]]
    if not isinstance(node, dict):
        return node
    found = {key: _sensible(value, key) for key, value in node.items()}
    if found.get("type") == "array":
        found |= {"minItems": 1, "maxItems": 3}
    if found.get("type") == "object" and "properties" in found and "Header" not in name:
        if "disburemsents" in found.get("required", []):
            found["required"] = ["transaction_id", "disbursements"]
        found["additionalProperties"] = False
    if "multipart/form-data" in found:
        del found["multipart/form-data"]
    for member in ("transaction_id", "reference_id"):
        if member in found and isinstance(found[member], dict):
            found[member] = {"type": "string", "pattern": "^[A-Z][0-9]{9}$"}
    for member in ("payer_fa", "payee_fa", "fa", "id"):
        if member in found and isinstance(found[member], dict):
            found[member] = {"type": "string", "enum": ["programme:relief@localhost", "id:7@nid", "no"]}
    return found


def post(client: Client, path: str, body: Any, *, token: str) -> int:
    """The status of the answer; an exception in the site is one of the test's."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post(f"/g2p/{path}", json.dumps(body), "application/json", headers=headers)
    return int(answer.status_code)


def signed(agency: Agency, body: Any, *, action: str) -> Any:
    """The body as its sender would have signed it, with what a header must say."""
    if not isinstance(body, dict) or not isinstance(body.get("header"), dict):
        return body
    agency.number += 1
    message = body.get("message")
    lists = (
        [value for value in message.values() if isinstance(value, list)] if isinstance(message, dict) else []
    )
    body["header"] |= {
        "version": "1.0.0",
        "message_id": f"s{agency.number}",
        "message_ts": timezone.now().isoformat(),
        "action": action,
        "sender_id": agency.partner.sender_id,
        "receiver_id": organisation.sender_id(),
        "total_count": len(lists[0]) if lists else 1,
        "is_msg_encrypted": False,
    }
    body["header"].pop("sender_uri", None)
    if isinstance(message, dict):
        message["transaction_id"] = f"T{agency.number}"
    covered = {name: body[name] for name in ("header", "message") if name in body}
    try:
        body["signature"] = create_signature(
            "g2p", covered, sender_id=agency.partner.sender_id, signer=KEY, now=timezone.now()
        )
    except SelloError:
        return body  # what has no canonical text cannot be signed
    return body


@pytest.mark.parametrize(("text", "endpoint"), ENDPOINTS, ids=[each.path for _, each in ENDPOINTS])
def test_requests_of_the_texts(agency: Agency, text: str, endpoint: actions.Endpoint) -> None:
    seen: set[int] = set()

    @QUICK
    @given(bodies(text, f"/{endpoint.path}", sensible=True))
    def walk(body: Any) -> None:
        seen.add(
            post(
                agency.client, endpoint.path, signed(agency, body, action=endpoint.action), token=agency.token
            )
        )

    @QUICK
    @given(bodies(text, f"/{endpoint.path}", sensible=False))
    def stumble(body: Any) -> None:
        seen.add(post(agency.client, endpoint.path, body, token=agency.token))

    walk()
    stumble()
    assert max(seen) < 500
    # A question names the kind of its identifiers apart from them, so that few questions fit together.
    assert 200 in seen or "status" in endpoint.path, "nothing got further than the door"


@pytest.mark.parametrize("endpoint", CALLBACKS, ids=[each.callback for each in CALLBACKS])
def test_callbacks_of_the_texts(agency: Agency, endpoint: actions.Endpoint) -> None:
    seen: set[int] = set()

    @QUICK
    @given(bodies("disburse", f"/{endpoint.callback}", sensible=True))
    def walk(body: Any) -> None:
        seen.add(post(agency.client, endpoint.callback, body, token=agency.token))
        seen.add(
            post(
                agency.client,
                endpoint.callback,
                signed(agency, body, action=endpoint.answer),
                token=agency.token,
            )
        )

    walk()
    assert max(seen) < 500
