"""Schemathesis writes SPDCI messages from the published texts, and spoils some; none may break a registry.

Twice: as they come, and signed by a partner who may read, so that they reach what lies behind the signature.
"""

import json
import os
import uuid
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from issuer.api.spdci import AT_ONCE, LATER, TOLD
from tests.conftest import SHARED
from tests.issuer.spdci import Spp, make_registry, make_spp, published

pytestmark = [pytest.mark.schemathesis, pytest.mark.django_db]
EXAMPLES = int(os.environ.get("EXAMPLES", "15"))
REGISTRIES = {"crvs": "births", "social": "social", "fr": "farmers", "dr": "disabilities", "ibr": "social"}
QUICK: dict[str, Any] = {
    "max_examples": EXAMPLES,
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "database": None,
}
OURS = {f"/registry/{name}" for name in (*AT_ONCE, *LATER, *TOLD)}


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


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("text", "path"), operations())
def test_no_message_breaks_a_registry(text: str, path: str, mode: GenerationMode) -> None:
    registry = make_registry(REGISTRIES[text], count=4)
    spp = make_spp(registry)
    schema = schemathesis.openapi.from_dict(published(text))
    seen = set()

    @settings(**QUICK)
    @given(case=schema[path]["POST"].as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        body = case.body if isinstance(case.body, dict) and case.media_type == "application/json" else {}
        for sent in (body, signed(spp, registry, body)):
            response = spp.post(registry, path.removeprefix("/"), json.dumps(sent, default=str))
            seen.add(response.status_code)
            assert response.status_code in (200, 400, 401, 403, 404), response.content

    run()
    assert seen


def signed(spp: Spp, registry: Any, body: dict[str, Any]) -> dict[str, Any]:
    """What was written, in the name of a partner and with its signature; the rest stays as it came."""
    header = body.get("header") if isinstance(body.get("header"), dict) else {}
    message = body.get("message") if isinstance(body.get("message"), dict) else {}
    message = json.loads(json.dumps(message, default=str))
    action = header.get("action") if isinstance(header, dict) else ""
    count = next((len(value) for value in message.values() if isinstance(value, list)), 1)
    return spp.message(
        registry,
        action if isinstance(action, str) and action else "search",
        {"transaction_id": "t", **message} if count % 2 else message,
        message_id=str(uuid.uuid4()),
        total_count=count,
        status="succ" if "status" in (header or {}) else "",
    )
