"""Type metadata against the OpenID Foundation's schema for them."""

import json

import jsonschema
import pytest

from common.formats.sd_jwt.type_metadata import ClaimMetadata, create_type_metadata
from tests.conftest import shared

DOCUMENT = create_type_metadata(
    vct="https://registry.example/types/farmer",
    name="Farmer",
    description="A farmer in the farmer registry.",
    claims=[
        ClaimMetadata(("given_name",), "Given name", mandatory=True),
        ClaimMetadata(("parcels", None, "crop"), "Crop", description="What grows there.", sd="never"),
    ],
    locale="es",
)


def test_document() -> None:
    assert DOCUMENT == {
        "vct": "https://registry.example/types/farmer",
        "name": "Farmer",
        "description": "A farmer in the farmer registry.",
        "display": [{"locale": "es", "name": "Farmer", "description": "A farmer in the farmer registry."}],
        "claims": [
            {
                "path": ["given_name"],
                "display": [{"locale": "es", "label": "Given name"}],
                "mandatory": True,
                "sd": "always",
            },
            {
                "path": ["parcels", None, "crop"],
                "display": [{"locale": "es", "label": "Crop", "description": "What grows there."}],
                "sd": "never",
            },
        ],
    }


@pytest.mark.parametrize(
    "document", [DOCUMENT, create_type_metadata(vct="urn:x", name="X", description="", claims=[])]
)
def test_schema(document: dict[str, object]) -> None:
    schema = json.loads(shared("vectors/oidf-schemas/sdjwtvc/type_metadata.json").read_text())
    jsonschema.validate(document, schema)
