"""What the story leaves to look at: the cards that a wallet shows, as SVG pictures."""

from collections.abc import Mapping
from html import escape
from pathlib import Path

PAPER, INK, MUTED, ACCENT, GREEN, RED = "#fbf7ee", "#1f2430", "#6b6558", "#7a1f2b", "#1e6b3c", "#9b1c1c"
WIDTH, HEIGHT = 1012, 638  # the proportions of an ID-1 card


def card(path: Path, *, title: str, issuer: str, facts: Mapping[str, str], status: str) -> None:
    """Draw one credential as a person sees it in the wallet."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f"<title>{escape(title)}</title>",
        f'<rect x="3" y="3" width="{WIDTH - 6}" height="{HEIGHT - 6}" rx="36" fill="{PAPER}" '
        f'stroke="{ACCENT}" stroke-width="6"/>',
        f'<rect x="3" y="44" width="{WIDTH - 6}" height="116" fill="{ACCENT}"/>',
        _text(48, 98, title, 42, PAPER),
        _text(48, 138, issuer, 26, PAPER),
        f'<g fill="none" stroke="{PAPER}" transform="translate({WIDTH - 100} 102)">',
        '<circle r="42" stroke-width="4"/><circle r="31" stroke-width="2"/>',
        '<path d="M-14 0l10 12 20-26" stroke-width="6"/></g>',
    ]
    for number, (label, value) in enumerate(list(facts.items())[:6]):
        x, y = 48 + (number % 2) * 470, 214 + (number // 2) * 112
        shown = value if len(value) <= 26 else value[:25] + "…"
        parts += [_text(x, y, label, 24, MUTED), _text(x, y + 40, shown, 32, INK)]
    colour, width = GREEN if status.lower() == "valid" else RED, 60 + 16 * len(status)
    parts += [
        f'<rect x="48" y="{HEIGHT - 96}" width="{width}" height="56" rx="28" fill="{colour}"/>',
        _text(78, HEIGHT - 58, status, 28, PAPER),
        "</svg>",
    ]
    path.write_text("\n".join(parts), encoding="utf-8")


def _text(x: int, y: int, text: str, size: int, colour: str) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}">{escape(text)}</text>'
