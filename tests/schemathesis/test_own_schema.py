"""Schemathesis asks each JSON endpoint of ours by our own description of it; none may break."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from tests.issuer.protocol import make_farmers
from tests.issuer.spdci import make_registry, make_spp

pytestmark = [pytest.mark.schemathesis, pytest.mark.django_db]
EXAMPLES = int(os.environ.get("EXAMPLES", "15"))


def operations() -> Iterator[Any]:
    document = SchemaGenerator().get_schema(request=None, public=True)
    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = result.ok()
        yield pytest.param(operation, id=f"{operation.method} {operation.path}")


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation", operations())
def test_no_request_breaks_an_endpoint(operation: Any, mode: GenerationMode) -> None:
    make_farmers()
    make_spp(make_registry("farmers", count=2))
    client = Client(raise_request_exception=True)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        sent = schemathesis_request(case)
        response = client.generic(**sent)
        assert response.status_code < 500 or response.status_code == 502, (sent, response.content)

    try:
        run()
    except Exception as error:
        if "Unsatisfiable" in type(error).__name__ or "no valid" in str(error):
            pytest.skip("nothing can be wrong about this request")
        raise


def schemathesis_request(case: Any) -> dict[str, Any]:
    """The request as Django's test client takes it: names that are there lead to the sample registry."""
    prepared = case.as_transport_kwargs(base_url="http://testserver")
    import requests

    request = requests.Request(
        prepared["method"],
        prepared["url"],
        headers={str(k): str(v) for k, v in prepared["headers"].items()},
        params=prepared.get("params"),
        json=prepared.get("json"),
        data=prepared.get("data"),
    ).prepare()
    url = request.path_url.replace("/spdci/0/", "/spdci/farmers/")
    body = request.body or b""
    return {
        "method": request.method,
        "path": url,
        "data": body.encode() if isinstance(body, str) else body,
        "content_type": request.headers.get("Content-Type", "application/octet-stream"),
    }
