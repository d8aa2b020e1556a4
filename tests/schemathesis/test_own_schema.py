"""Schemathesis asks each JSON endpoint of ours by our own description of it; none may break."""

import os
from typing import Any

import pytest
import requests
import schemathesis
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings

from tests.issuer.protocol import make_farmers
from tests.issuer.spdci_partner import make_registry, make_spp

pytestmark = [pytest.mark.schemathesis, pytest.mark.django_db]
EXAMPLES = int(os.environ.get("EXAMPLES", "5"))
KNOWN = {"authority": "farmer-registry", "registry": "farmers"}  # names that lead somewhere
QUICK: dict[str, Any] = {
    "max_examples": EXAMPLES,
    "deadline": None,
    "phases": (Phase.generate,),  # a fault is shown as it was found, at once
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "database": None,
}


def operations() -> list[Any]:
    """Every operation that `/api/schema/` describes."""
    generator: Any = SchemaGenerator  # untyped
    document = generator().get_schema(request=None, public=True)
    results: Any = schemathesis.openapi.from_dict(document).get_all_operations()
    found = [result.ok() for result in results]
    return [pytest.param(each, id=f"{each.method} {each.path}") for each in found]


@pytest.mark.parametrize("operation", operations())
def test_no_request_breaks_an_endpoint(operation: Any) -> None:
    make_spp(make_registry("farmers", count=2))
    make_farmers("other-registry", name="other")
    client = Client()

    @settings(**QUICK)
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        named = {name: KNOWN.get(name, value) for name, value in (case.path_parameters or {}).items()}
        case.path_parameters = named
        sent = case.as_transport_kwargs(base_url="http://testserver")
        request = requests.Request(
            sent["method"],
            sent["url"],
            headers={str(name): str(value) for name, value in sent["headers"].items()},
            params=sent.get("params"),
            json=sent.get("json"),
            data=sent.get("data"),
        ).prepare()
        data: Any = request.body or b""  # Django takes bytes as well as texts
        answer = client.generic(
            request.method or "GET",
            request.path_url,
            data,
            str(request.headers.get("Content-Type", "application/octet-stream")),
        )
        assert answer.status_code < 500 or answer.status_code == 502, answer.content

    run()
