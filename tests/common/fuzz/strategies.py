"""Foreign bytes: anything at all, and honest messages bent in a few places, signed by whoever may sign."""

import json
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from common.encoding import base64url
from common.errors import SelloError
from common.keys import PrivateKey

EXAMPLES = 60
FACTOR = int(os.environ.get("FUZZ_FACTOR", "1"))  # for whoever has an hour: FUZZ_FACTOR=100
PATIENCE = timedelta(seconds=5)  # for one example on a busy machine; a hang is longer
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "", " ", "\0", "\ud800", "٣", "null", "..", "_sd", "...", "@context", "did:", "did:web:%",
            "did:key:z", "did:web:a.example%3A99999999", "https://", "https://[", "https://a.example:x",
            "http://[::1", "urn:", "data:,", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "2026-02-30",
            "-1", "1e999", "z", "u", "~", "a.b.c",
        ]
    ),
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([2**31, 2**53 - 1, 2**53, 2**63, 2**64, -(2**63), 10**30, 10**400, 0.5, 1e300, -0.0]),
)
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=8,
)


def anything_or_error(call: Callable[[], object]) -> None:
    """Any value, or one of our errors: what a parser of foreign bytes may end in."""
    try:
        call()
    except SelloError:
        return


def fuzz(
    strategy: st.SearchStrategy[Any], call: Callable[[Any], object], *, examples: int = EXAMPLES
) -> None:
    """Run `call` on many examples of `strategy`."""

    @settings(max_examples=examples * FACTOR, deadline=PATIENCE)
    @given(strategy)
    def run(foreign: Any) -> None:
        anything_or_error(lambda: call(foreign))

    run()


@st.composite
def bent(draw: st.DrawFn, specimen: Any, *, times: int = 3) -> Any:
    """An honest JSON value with up to `times` members replaced, taken away, doubled or added."""
    value = specimen
    for _ in range(draw(st.integers(1, times))):
        value = _bend(draw, value)
    return value


def _bend(draw: st.DrawFn, value: Any) -> Any:
    deeper = isinstance(value, dict | list) and bool(value) and draw(st.integers(0, 3)) > 0
    if not deeper:
        change = draw(st.sampled_from(["replace", "wrap", "add"]))
        if change == "add" and isinstance(value, dict):
            return {**value, draw(TEXTS): draw(JSON)}
        return [value] if change == "wrap" else draw(JSON)
    if isinstance(value, list):
        place = draw(st.integers(0, len(value) - 1))
        if draw(st.integers(0, 4)) == 0:
            return value[:place] + value[place + 1 :]
        return [*value[:place], _bend(draw, value[place]), *value[place + 1 :]]
    name = draw(st.sampled_from(sorted(value, key=str)))
    rest = {key: child for key, child in value.items() if key != name}
    return rest if draw(st.integers(0, 4)) == 0 else {**value, name: _bend(draw, value[name])}


@st.composite
def bent_bytes(draw: st.DrawFn, specimen: bytes) -> bytes:
    """Honest bytes with a few of them changed, cut out, doubled or put in."""
    data = bytearray(specimen)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        change = draw(st.sampled_from(["set", "cut", "insert", "end", "double"]))
        if change == "set" and data:
            data[place] = draw(st.integers(0, 255))
        elif change == "cut":
            del data[place : place + draw(st.integers(1, 8))]
        elif change == "insert":
            data[place:place] = draw(st.binary(max_size=8))
        elif change == "end":
            del data[place:]
        else:
            data[place:place] = data[place : place + 64]
    return bytes(data)


@st.composite
def bent_text(draw: st.DrawFn, specimen: str) -> str:
    """The same for texts."""
    return draw(bent_bytes(specimen.encode())).decode("utf-8", errors="replace")


@st.composite
def bent_tokens(
    draw: st.DrawFn, header: Mapping[str, Any], payload: Mapping[str, Any], signer: PrivateKey
) -> str:
    """A token with a bent header or payload under an honest signature: any issuer may be the attacker."""
    bend_header = draw(st.booleans())
    head = draw(bent(dict(header))) if bend_header else header
    body = draw(bent(dict(payload))) if not bend_header or draw(st.booleans()) else payload
    return token(head, body, signer)


def token(header: Any, payload: Any, signer: PrivateKey) -> str:
    """A JWS of any JSON whatever, well formed or not."""
    parts = [base64url.encode(json.dumps(part).encode()) for part in (header, payload)]
    text = ".".join(parts)
    return f"{text}.{base64url.encode(signer.sign(text.encode()))}"
