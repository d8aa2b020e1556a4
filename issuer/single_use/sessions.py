"""The rows of issuance sessions: whose they are, and along which ways they change."""

from django.db.models import QuerySet

from common.adapters.storage.transitions import transition
from common.errors import SelloError
from issuer.models import Authority, Session
from issuer.single_use import replay


def sessions_of(authority: Authority, *, lock: bool = True) -> QuerySet[Session]:
    """This authority's sessions that nobody has ended; locked, unless they are only looked at."""
    found = Session.objects.select_related("configuration__registry__authority").filter(
        configuration__registry__authority=authority, ended_at=None
    )
    return found.select_for_update(of=("self",)) if lock else found


def move_session(session: Session, to: Session.State) -> None:
    """Take a session to the state `to` along `Session.CAME_FROM`, in its row too.

    Any other way is an error in this code, and a `SelloError` (409) for whoever asked.
    """
    if not transition(session, to, ways=Session.CAME_FROM, state="state"):
        raise SelloError("This offer cannot do that any more.", detail=f"{session.state} to {to}", status=409)


def tx_code_digest(session: Session, typed: str) -> str:
    """The digest under which a transaction code is stored and compared."""
    return replay.keyed_secret("tx_code", f"{session.id} {typed}").hex()
