"""The rows of issuance sessions: whose they are, and along which ways they change."""

from django.db.models import QuerySet

from common.errors import SelloError
from issuer.models import Authority, Session
from issuer.single_use import replay


def sessions_of(authority: Authority, *, lock: bool = True) -> QuerySet[Session]:
    """This authority's sessions that nobody has ended; locked, unless they are only looked at."""
    found = Session.objects.select_related("configuration__registry__authority").filter(
        configuration__registry__authority=authority, ended_at=None
    )
    return found.select_for_update(of=("self",)) if lock else found


def move_session(session: Session, state: Session.State) -> None:
    """Change a session's state along `Session.TRANSITIONS`; any other way is an error in this code."""
    if state not in Session.TRANSITIONS[Session.State(session.state)]:
        raise SelloError(
            "This offer cannot do that any more.", detail=f"{session.state} to {state}", status=409
        )
    session.state = state


def tx_code_digest(session: Session, typed: str) -> str:
    """The digest under which a transaction code is stored and compared."""
    return replay.keyed_secret("tx_code", f"{session.id} {typed}").hex()
