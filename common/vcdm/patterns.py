"""Regular expressions that strangers wrote, in time that grows with the text and no faster (RE2).

JSON Schema means those of ECMA-262 (§6.4). RE2 knows what a finite automaton can do; whatever else one asks,
such as looking ahead or back, is not tried: nobody says then whether the text fits.
"""

import re
from functools import lru_cache
from typing import Any, Final

import re2

from common import purse
from common.errors import UndeterminedError

MAX_PATTERN: Final = 2_000  # characters
MAX_STEPS: Final = 100_000  # of one search, as the purse counts them; a quarter of a second
_MEMORY: Final = 1 << 20  # bytes, for one expression
_PER_STEP: Final = 300  # characters times instructions: what RE2 does at worst in one step
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|.)", re.DOTALL)


class PatternNotTriedError(UndeterminedError):
    """An expression that is not run here, so that nobody knows whether a text fits it."""

    code = "MALFORMED_VALUE_ERROR"
    status = 400


def search_pattern(pattern: str, text: str) -> bool:
    """Whether a pattern fits anywhere in a text; `PatternNotTriedError` where nobody can say."""
    compiled = compile_pattern(pattern)
    steps = 1 + len(text) * compiled.programsize // _PER_STEP
    if steps > MAX_STEPS:
        raise PatternNotTriedError("A pattern is not tried on a text of this length.")
    purse.charge(steps=steps)
    return compiled.search(text) is not None


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> Any:
    """An expression as RE2 has it, once it is seen to be one."""
    options = re2.Options()
    options.max_mem, options.log_errors = _MEMORY, False
    try:
        if len(pattern) > MAX_PATTERN:
            raise re2.error("too long")
        return re2.compile(_ESCAPE.sub(_spelled, pattern), options)
    except re2.error as error:
        raise PatternNotTriedError("There is a pattern here that is not tried.", detail=str(error)) from error


def _spelled(escape: re.Match[str]) -> str:
    r"""`\u00e9` as RE2 spells it; any other escape as it stands."""
    return f"\\x{{{escape[1]}}}" if escape[1] else escape[0]
