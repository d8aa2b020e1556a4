"""Reading OpenCRVS 2: searches of its events API, and the events that it answers with.

    {"search_url": "https://register.example.org/api/events/events/search",
     "token_url": "https://auth.example.org/token", "client_id": "…", "secret_env": "OPENCRVS_SECRET",
     "event": "birth", "overlap": 60,
     "columns": {"given_names": "declaration/child.name/firstname", "birth_date": "dateOfEvent"}}

A column stands where its path leads in the event; the registration number is the key, and a column by itself.
The client's secret stands in the environment variable that `secret_env` names, nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from common.encoding import moments
from common.registries.connector import RecordChange, RegistryError, RegistryRecord
from common.registries.sql_statement import require_name

KEY: Final = "registration_number"
NUMBER: Final = "legalStatuses.REGISTERED.registrationNumber"
REGISTERED: Final = "REGISTERED"
PAGE: Final = 50
PARTED: Final = "\t"  # between the moment and the key in a cursor
_FOREVER: Final = "9999-12-31T23:59:59.999Z"
_EVER: Final = "0001-01-01T00:00:00.000Z"
_MEMBERS: Final = {"search_url", "token_url", "client_id", "secret_env", "event", "columns", "overlap"}


class OpenCrvsSourceError(RegistryError):
    """Settings by which an OpenCRVS cannot be read."""

    code = "invalid_source"


class OpenCrvsResponseError(RegistryError):
    """An OpenCRVS that does not answer as its texts say."""

    code = "registry_unavailable"
    status = 503


@dataclass(frozen=True, slots=True)
class OpenCrvsSource:
    """One kind of event of one OpenCRVS; `columns` are paths into an event, by column."""

    search_url: str
    token_url: str
    client_id: str
    secret_env: str
    event: str
    columns: Mapping[str, tuple[str, ...]]
    overlap: int = 60


def parse_opencrvs_source(settings: Mapping[str, Any]) -> OpenCrvsSource:
    """The declared settings, each checked."""
    if unknown := set(settings) - _MEMBERS:
        raise OpenCrvsSourceError(f"A source has no {', '.join(sorted(map(str, unknown)))}.")
    texts = {}
    for name in ("search_url", "token_url", "client_id", "secret_env", "event"):
        value = settings.get(name)
        if not isinstance(value, str) or not value:
            raise OpenCrvsSourceError(f"A source names its {name}.")
        texts[name] = value
    columns, overlap = settings.get("columns"), settings.get("overlap", 60)
    if not isinstance(columns, Mapping) or not columns or KEY in columns:
        raise OpenCrvsSourceError(f"columns says where each stands; {KEY} is there by itself.")
    if type(overlap) is not int or not 0 <= overlap <= 86_400:
        raise OpenCrvsSourceError("overlap is a number of seconds, 86,400 at most.")
    paths = {require_name(name, "columns"): _path(name, path) for name, path in columns.items()}
    return OpenCrvsSource(**texts, columns=paths, overlap=overlap)


def by_number(source: OpenCrvsSource, number: str) -> dict[str, Any]:
    """The search for one registered event."""
    return _search(source, {NUMBER: _exact(number)}, limit=2)


def by_column(source: OpenCrvsSource, column: str, value: str) -> dict[str, Any]:
    """The search for what a column says; only fields of the declaration can be asked for."""
    return _search(source, {"data": {_field(source, column): _exact(value)}}, limit=PAGE)


def by_day(source: OpenCrvsSource, column: str, *, first: str, last: str) -> dict[str, Any]:
    """The search for events whose column holds one of these days (ISO 8601)."""
    asked = {"type": "range", "gte": first, "lte": last}
    if source.columns.get(column) == ("dateOfEvent",):
        raise OpenCrvsSourceError("OpenCRVS cannot be asked by the date of the event.")
    return _search(source, {"data": {_field(source, column): asked}}, limit=PAGE)


def since(source: OpenCrvsSource, moment: str, *, offset: int) -> dict[str, Any]:
    """The search for what changed at `moment` or later, in that order, whatever its status is now."""
    clause = {"updatedAt": {"type": "range", "gte": moment or _EVER, "lte": _FOREVER}}
    return {**_search(source, clause, limit=PAGE, registered=False), "offset": offset}


def latest(source: OpenCrvsSource) -> dict[str, Any]:
    """The search for the last change."""
    asked = _search(source, {}, limit=1, registered=False)
    return {**asked, "sort": [{"field": "updatedAt", "direction": "desc"}]}


def results(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The events of a search's answer."""
    found = answer.get("results")
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise OpenCrvsResponseError("OpenCRVS did not answer with events.")
    return found


def total(answer: Mapping[str, Any]) -> int | None:
    """How many events a search means altogether; None where nobody says."""
    found = answer.get("total")
    return found if type(found) is int and found >= 0 else None


def changed_at(event: Mapping[str, Any]) -> str:
    """When an event changed, in milliseconds of UTC; empty where it does not say."""
    return _moment(event.get("updatedAt"))


def change(source: OpenCrvsSource, event: Mapping[str, Any]) -> RecordChange | None:
    """An event as what became of its record; None where it was never registered.

    What is no longer registered (archived) is gone. An event that does not say when it changed is
    `OpenCrvsResponseError`: it has no place among the others.
    """
    states = event.get("legalStatuses")
    registration = states.get(REGISTERED) if isinstance(states, Mapping) else None
    number = registration.get("registrationNumber") if isinstance(registration, Mapping) else None
    if not isinstance(registration, Mapping) or not isinstance(number, str) or not 0 < len(number) <= 128:
        return None
    moment, began = changed_at(event), _moment(registration.get("acceptedAt"))
    if not moment:
        raise OpenCrvsResponseError("OpenCRVS did not say when an event changed.")
    data = {KEY: number}
    for column, path in source.columns.items():
        value = _at(event, path)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            data[column] = str(value)
    gone = event.get("status") != REGISTERED
    return RecordChange(
        key=number,
        record=None if gone else RegistryRecord(number, data, changed_at=datetime.fromisoformat(moment)),
        cursor=f"{moment}{PARTED}{number}",
        version=moment,
        created=f"{began}{PARTED}{number}" if began else "",
    )


def earlier(moment: str, *, seconds: int) -> str:
    """A moment that many seconds before."""
    before = datetime.fromisoformat(moment).astimezone(UTC) - timedelta(seconds=seconds)
    return before.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _search(
    source: OpenCrvsSource, clause: Mapping[str, Any], *, limit: int, registered: bool = True
) -> dict[str, Any]:
    status = {"status": _exact(REGISTERED)} if registered else {}
    return {
        "query": {"type": "and", "clauses": [{"eventType": source.event, **status, **clause}]},
        "limit": limit,
        "offset": 0,
        "sort": [{"field": "updatedAt", "direction": "asc"}],
    }


def _exact(term: str) -> dict[str, str]:
    return {"type": "exact", "term": term}


def _field(source: OpenCrvsSource, column: str) -> str:
    path = source.columns.get(column, ())
    if len(path) != 2 or path[0] != "declaration":
        raise OpenCrvsSourceError(f"OpenCRVS cannot be asked by {column}: it is no field of the declaration.")
    return path[1]


def _path(name: Any, path: Any) -> tuple[str, ...]:
    parts = tuple(path.split("/")) if isinstance(path, str) else ()
    if not 0 < len(parts) <= 6 or not all(0 < len(part) <= 100 for part in parts):
        raise OpenCrvsSourceError(f"columns: {name} has a path such as declaration/child.dob.")
    return parts


def _at(event: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = event
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _moment(value: Any) -> str:
    moment = moments.parse_moment(value) if isinstance(value, str) else None
    if moment is None or moment.tzinfo is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
