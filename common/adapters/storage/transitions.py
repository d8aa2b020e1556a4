"""State machines in rows: a machine's ways in one mapping, and one UPDATE that takes a row along one of them.

A machine is declared as `{state: the states from which it is entered}`. The UPDATE names those states, so
that of two processes that race one wins and the other is told.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

Ways = Mapping[str, tuple[str, ...]]


def transition(row: Model, to: str, *, ways: Ways, state: str, **fields: Any) -> bool:
    """Take `row` to the state `to` and store `fields` with it; whether this call did.

    `state` is the name of the field. Where the row was in no state from which `to` is entered, nothing is
    stored, and the row is read anew, so that its caller can say what it is instead.
    """
    stored = type(row)._default_manager.filter(pk=row.pk, **{f"{state}__in": ways[to]})
    changes = {state: to, **fields}
    if not stored.update(**changes):
        row.refresh_from_db(fields=[state, *fields])
        return False
    for name, value in changes.items():
        setattr(row, name, value)
    return True
