"""The one stylesheet and every template, read as text: small, of good contrast, and nothing inline."""

import re
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CSS = (ROOT / "common/site/static/site/sello.css").read_text()
TEMPLATES = sorted(
    path for top in ("common", "issuer", "wallet", "verifier") for path in (ROOT / top).rglob("*.html")
)


def palette(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block))


ROOTS = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
LIGHT = palette(ROOTS[0])
DARK = LIGHT | palette(ROOTS[1])


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


TEXT = [
    *product(("ink", "soft", "accent", "wrong"), ("paper", "sheet", "dull-wash")),
    ("accent-ink", "accent"), ("ink", "accent-wash"), ("accent", "accent-wash"),
    ("wrong", "wrong-wash"), ("wait", "wait-wash"), ("paper", "wrong"), ("paper", "ink"),
]  # fmt: skip


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_has_the_contrast_of_aa(colours: dict[str, str], text: str, ground: str) -> None:
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_inputs_are_seen(colours: dict[str, str]) -> None:
    assert contrast(colours["edge"], colours["sheet"]) >= 3
    assert contrast("#211d18", colours["focus"]) >= 4.5


def test_the_stylesheet_is_small_and_asks_for_nothing() -> None:
    assert len(CSS.encode()) < 13_300
    assert not re.search(r"url\(|@import|https?:", CSS)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_nothing_inline_and_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=|<style|javascript:|\son[a-z]+\s*=\s*[\"']", text, re.IGNORECASE)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text, re.IGNORECASE)
    assert not re.search(r"(src|href|action)=[\"'](https?:)?//", text, re.IGNORECASE)
    assert "|safe" not in text
    assert "autoescape off" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_form_that_changes_something_carries_its_token(path: Path) -> None:
    for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL):
        if re.search(r"method=[\"']?post", form, re.IGNORECASE):
            assert "{% csrf_token %}" in form


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_picture_says_what_it_shows(path: Path) -> None:
    for picture in re.findall(r"<img\b[^>]*>", path.read_text()):
        assert " alt=" in picture
