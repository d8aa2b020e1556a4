"""How a type wants to be drawn: what is taken of it, and what would watch or run."""

import base64
import hashlib
from typing import Any

import pytest

from common.formats.sd_jwt.rendering import MAX_LOGO, Simple, parse_simple
from common.formats.sd_jwt.type_metadata import create_type_metadata

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=="
)
LOGO = f"data:image/png;base64,{base64.b64encode(PIXEL).decode()}"
DIGEST = f"sha256-{base64.b64encode(hashlib.sha256(PIXEL).digest()).decode()}"


def simple(**said: Any) -> Simple:
    return parse_simple({"simple": said})


def test_a_colour_and_a_logo() -> None:
    assert simple(background_color="#12107c", logo={"uri": LOGO}) == Simple("#12107c", LOGO)
    assert simple(background_color="#FFF", logo={"uri": LOGO, "uri#integrity": DIGEST}) == Simple(
        "#FFF", LOGO
    )


@pytest.mark.parametrize(
    "colour",
    ["red", "#12", "#12107c80", "url(https://mallory.example)", '#fff" onload="x', "#fff\n", 7, None],
)
def test_what_is_no_colour(colour: object) -> None:
    assert simple(background_color=colour) == Simple()


@pytest.mark.parametrize(
    "logo",
    [
        {"uri": "https://mallory.example/who-looks.png"},
        {"uri": "data:image/svg+xml;base64,PHN2Zy8+"},
        {"uri": "data:text/html;base64,PGI+"},
        {"uri": LOGO + '"/><script>'},
        {"uri": LOGO[:-3]},
        {"uri": LOGO, "uri#integrity": DIGEST.replace(DIGEST[-5], "A" if DIGEST[-5] != "A" else "B")},
        {"uri": LOGO, "uri#integrity": "md5-AAAA"},
        {"uri": LOGO, "uri#integrity": 7},
        {"uri": "data:image/png;base64," + "A" * MAX_LOGO},
        {"uri": 7},
        {},
        "x",
    ],
)
def test_what_is_no_logo(logo: object) -> None:
    assert simple(logo=logo) == Simple()


@pytest.mark.parametrize("rendering", [{}, {"simple": []}, {"svg_templates": [{"uri": LOGO}]}])
def test_no_rendering_that_is_known(rendering: dict[str, Any]) -> None:
    assert parse_simple(rendering) == Simple()


def test_what_we_publish_is_what_we_read() -> None:
    published = create_type_metadata(
        vct="urn:x", name="X", description="", claims=[], colours={"background_color": "#12107c"}
    )
    [display] = published["display"]
    assert parse_simple(display["rendering"]) == Simple("#12107c")
    plain = create_type_metadata(vct="urn:x", name="X", description="", claims=[])
    assert "rendering" not in plain["display"][0]
