"""The band across a card in its type's colour, with its logo, as one picture that the wallet draws itself."""

import base64
from html import escape

from common.formats.sd_jwt.rendering import Simple

_WIDTH, _HEIGHT, _LOGO = 340, 48, 36


def draw_band(simple: Simple) -> str:
    """An SVG as a data URI, empty where a type says neither colour nor logo."""
    if simple == Simple():
        return ""
    inset = (_HEIGHT - _LOGO) // 2
    parts = [f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="{simple.background or "none"}"/>']
    if simple.logo:
        parts.append(f'<image href="{escape(simple.logo)}" x="{inset}" y="{inset}" height="{_LOGO}"/>')
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">{"".join(parts)}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
