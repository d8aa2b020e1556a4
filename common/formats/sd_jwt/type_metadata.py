"""SD-JWT VC Type Metadata (draft-ietf-oauth-sd-jwt-vc §5): what a `vct` URL answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from common.vcdm.credential import ClaimPath


@dataclass(frozen=True, slots=True)
class ClaimMetadata:
    """One claim, how people call it, and whether it can be shown apart from others (§5.6)."""

    path: ClaimPath
    label: str
    description: str = ""
    mandatory: bool = False
    sd: Literal["always", "allowed", "never"] = "always"


def create_type_metadata(
    *,
    vct: str,
    name: str,
    description: str,
    claims: Sequence[ClaimMetadata],
    locale: str = "en",
    colours: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The metadata document of a credential type, its texts in one language (§5.2).

    `colours` are CSS colours, `background_color` and `text_color`, for the simple rendering (§5.5.1).
    """
    display: dict[str, Any] = {"locale": locale, "name": name}
    if colours:
        display["rendering"] = {"simple": dict(colours)}
    if description:
        display["description"] = description
    return {
        "vct": vct,
        "name": name,
        **({"description": description} if description else {}),
        "display": [display],
        "claims": [_claim(claim, locale=locale) for claim in claims],
    }


def _claim(claim: ClaimMetadata, *, locale: str) -> dict[str, Any]:
    display = {"locale": locale, "label": claim.label}
    if claim.description:
        display["description"] = claim.description
    return {
        "path": list(claim.path),
        "display": [display],
        **({"mandatory": True} if claim.mandatory else {}),
        "sd": claim.sd,
    }
