"""By which rules the sample's registries lead the credentials made of them."""

from typing import Any, Final

Rule = dict[str, Any]

_DIED: Final[Rule] = {
    "when": {"event": "died"},
    "watch": {"registry": "deaths", "match": {"national_id": "national_id"}},
    "do": "revoke",
    "reason": "The civil registry registered the holder's death.",
}
_REMOVED: Final[Rule] = {
    "when": {"event": "removed"},
    "do": "revoke",
    "reason": "The record was removed from its registry.",
}
_CHANGED: Final[Rule] = {
    "when": {"event": "changed"},
    "do": "reissue",
    "reason": "The record says something else now.",
}
_EXPIRING: Final[Rule] = {
    "when": {"event": "expiring", "days": 30},
    "do": "notify",
    "reason": "The credential is about to expire.",
}
_LEFT: Final[Rule] = {
    "when": {"event": "ineligible"},
    "do": "revoke",
    "reason": "The registry no longer has what this credential says.",
}
_WIDOWED: Final[Rule] = {
    "when": {"event": "new", "condition": {"set": "spouse_national_id"}},
    "do": "offer",
    "to": {"registry": "population", "match": {"spouse_national_id": "national_id"}},
    "reason": "The death of a spouse was registered.",
}

RULES: Final[dict[str, list[Rule]]] = {
    "identity": [_DIED, _REMOVED, _CHANGED, _EXPIRING],
    "birth": [_REMOVED, _CHANGED],
    "enrolment": [_DIED, _REMOVED, _LEFT, _CHANGED, _EXPIRING],
    "farmer": [_DIED, _REMOVED, _LEFT, _CHANGED, _EXPIRING],
    "disability": [_DIED, _REMOVED, _CHANGED, _EXPIRING],
    "death": [_WIDOWED, _REMOVED, _CHANGED],
}
