"""Choosing what is shown (RFC 9901 §7.2): the Disclosures of some claims, with those they hang from."""

from collections.abc import Iterator, Sequence
from typing import Any

from common.formats.sd_jwt.processing import Place, Processed
from common.vcdm.credential import ClaimPath


def select_disclosures(
    processed: Processed, paths: Sequence[ClaimPath], *, counted: bool = True
) -> tuple[str, ...]:
    """The encoded Disclosures that show the claims at `paths` whole, and nothing that need not be shown.

    A path without a claim shows nothing. Parents of a shown claim are shown, its parts too; `None` in a
    path stands for every element of an array. Whoever asks by position counts the elements that they see:
    where it is `counted`, the elements before the one that is shown are shown as well.
    """
    shown = [place for path in paths for place in locate(processed.payload, path)]
    before = {before for place in shown if counted for before in _elements_before(place)}
    return tuple(
        disclosure.encoded
        for place, disclosure in processed.places
        if place in before or any(_one_leads_to_other(place, claim) for claim in shown)
    )


def _elements_before(place: Place) -> Iterator[Place]:
    """The elements that stand before a place in the arrays on the way to it."""
    for depth, step in enumerate(place):
        if isinstance(step, int):
            yield from ((*place[:depth], position) for position in range(step))


def locate(document: Any, path: ClaimPath, place: Place = ()) -> Iterator[Place]:
    """Where in a document a claim path leads (OpenID4VP 1.0 §7.1); nowhere, once or often."""
    if not path:
        yield place
        return
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        if isinstance(document, dict) and step in document:
            yield from locate(document[step], rest, (*place, step))
    elif isinstance(document, list):
        for index in range(len(document)) if step is None else [step]:
            if 0 <= index < len(document):
                yield from locate(document[index], rest, (*place, index))


def _one_leads_to_other(one: Place, other: Place) -> bool:
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]
