"""Turning claims into digests and Disclosures (RFC 9901 §4.2.4): nested, recursive, among decoys."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from common.errors import MalformedInputError
from common.formats.sd_jwt.disclosure import RESERVED, Disclosure, create, digest
from common.vcdm.credential import ClaimPath


def conceal(
    claims: Mapping[str, Any], paths: Sequence[ClaimPath], *, salt: Callable[[], str], decoys_to: int = 1
) -> tuple[dict[str, Any], tuple[Disclosure, ...]]:
    """The payload with digests in place of the claims at `paths`, and their Disclosures.

    A path that leads to a claim beneath another concealed claim makes a recursive disclosure (§4.2.6).
    A claim that is absent is passed over; a path that does not fit what stands there is an error, since
    it would leave in clear what was meant to be concealed. Every list of digests is filled up with decoys
    (§4.2.5) to a multiple of `decoys_to`, so that their number does not betray which claims a person has.
    """
    return _Concealing(salt=salt, decoys_to=decoys_to).run(claims, paths)


class _Concealing:
    def __init__(self, *, salt: Callable[[], str], decoys_to: int) -> None:
        self._salt, self._decoys_to = salt, decoys_to
        self._disclosures: list[Disclosure] = []

    def run(
        self, claims: Mapping[str, Any], paths: Sequence[ClaimPath]
    ) -> tuple[dict[str, Any], tuple[Disclosure, ...]]:
        return self._object(claims, paths), tuple(self._disclosures)

    def _value(self, value: Any, paths: Sequence[ClaimPath]) -> Any:
        if isinstance(value, Mapping):
            return self._object(value, paths)
        if isinstance(value, list | tuple):
            return self._array(value, paths)
        if paths and value is not None:
            raise MalformedInputError("A claim path leads into a value that has no parts.")
        return value

    def _object(self, value: Mapping[str, Any], paths: Sequence[ClaimPath]) -> dict[str, Any]:
        if any(not isinstance(path[0], str) for path in paths):
            raise MalformedInputError("A claim path looks for an array where an object stands.")
        if not RESERVED.isdisjoint(value):
            raise MalformedInputError(f"A claim may not be named {', '.join(sorted(RESERVED))}.")
        plain: dict[str, Any] = {}
        digests: list[str] = []
        for name, child in value.items():
            here = [path for path in paths if path[0] == name]
            processed = self._value(child, [path[1:] for path in here if len(path) > 1])
            if any(len(path) == 1 for path in here):
                digests.append(self._disclose(processed, name))
            else:
                plain[name] = processed
        if digests:
            plain["_sd"] = sorted(digests + self._decoys(len(digests)))  # §4.2.4.1: hide their order
        return plain

    def _array(self, value: Sequence[Any], paths: Sequence[ClaimPath]) -> list[Any]:
        if any(isinstance(path[0], str) for path in paths):
            raise MalformedInputError("A claim path looks for an object where an array stands.")
        elements: list[Any] = []
        concealed = 0
        for index, child in enumerate(value):
            here = [path for path in paths if path[0] is None or path[0] == index]
            processed = self._value(child, [path[1:] for path in here if len(path) > 1])
            if any(len(path) == 1 for path in here):
                elements.append({"...": self._disclose(processed, None)})
                concealed += 1
            else:
                elements.append(processed)
        if concealed:
            elements += [{"...": decoy} for decoy in self._decoys(concealed)]
        return elements

    def _disclose(self, value: Any, name: str | None) -> str:
        disclosure = create(value, name=name, salt=self._salt())
        self._disclosures.append(disclosure)
        return digest(disclosure.encoded)

    def _decoys(self, count: int) -> list[str]:
        return [digest(self._salt()) for _ in range(-count % self._decoys_to)]
