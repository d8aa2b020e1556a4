"""Sessions that only their cookie opens: what lies in the table is no key, says nothing, and soon ends.

A row goes by a digest of the session's key and is sealed under that key: whoever reads the table can neither
sign in by it nor learn who is signed in. Its time is a day, so that it tells no visit; the exact ends, of an
idle session and of an officer's, stand in what is sealed.
"""

import hashlib
import hmac
import time
from datetime import datetime, timedelta
from typing import Any, Final

import nacl.exceptions
import nacl.secret
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from common.encoding import base64url
from common.errors import MalformedInputError

IDLE: Final = timedelta(hours=2)
LONGEST: Final = timedelta(hours=8)  # of whoever signed in with a password, however busy they are
RENEWED_AFTER: Final = timedelta(minutes=5)  # so that not every page writes a row
_SEEN, _UNTIL = "_seen", "_until"
_NAME_BYTES: Final = 30  # 40 characters, which is what the column holds


class SessionStore(SessionBase):
    """Django's sessions in Django's table."""

    def load(self) -> dict[str, Any]:
        """What the session holds; of one that ended or never was, nothing, and its key is not taken on."""
        row = Session.objects.filter(session_key=_name(self.session_key)).first()
        data, now = _open(row.session_data, self.session_key) if row else None, time.time()
        if data is None or now - data[_SEEN] > IDLE.total_seconds() or now > data.get(_UNTIL, now):
            if row:
                row.delete()
            self._session_key = None  # as Django's own: an identifier that somebody else made up
            return {}
        if now - data[_SEEN] > RENEWED_AFTER.total_seconds():
            self.modified = True  # somebody is still there
        return data

    def exists(self, session_key: str) -> bool:
        """Whether a row has this key, whose digest alone is kept."""
        return Session.objects.filter(session_key=_name(session_key)).exists()

    def create(self) -> None:
        """A new session under a key that no row has; expired ones are cleared first."""
        self.clear_expired()
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Write it, with when it was last seen; `CreateError` or `UpdateError` as Django has them."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        data[_SEEN] = time.time()
        row = Session(
            session_key=_name(self.session_key),
            session_data=_seal(self.serializer().dumps(data), self.session_key),
            expire_date=_day_after(timezone.now() + IDLE),
        )
        try:
            with transaction.atomic():
                if must_create:
                    row.save(force_insert=True)
                elif not Session.objects.filter(pk=row.pk).update(
                    session_data=row.session_data, expire_date=row.expire_date
                ):
                    raise UpdateError
        except IntegrityError as error:
            raise CreateError from error
        return None

    def delete(self, session_key: str | None = None) -> None:
        """Forget the session of this key, or this one."""
        Session.objects.filter(session_key=_name(session_key or self.session_key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        """Delete every row that is past its time."""
        Session.objects.filter(expire_date__lt=timezone.now()).delete()


def begin_session(sender: type, request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    """Somebody signed in: from here on it counts."""
    request.session[_UNTIL] = time.time() + LONGEST.total_seconds()


user_logged_in.connect(begin_session, dispatch_uid="sello sessions")


def _name(session_key: str | None) -> str:
    """What a session goes by in its row: worth nothing as a cookie."""
    return base64url.encode(_keyed("name", session_key)[:_NAME_BYTES])


def _seal(data: bytes, session_key: str) -> str:
    return base64url.encode(bytes(nacl.secret.Aead(_keyed("seal", session_key)).encrypt(data)))


def _open(sealed: str, session_key: str | None) -> dict[str, Any] | None:
    try:
        data = nacl.secret.Aead(_keyed("seal", session_key)).decrypt(base64url.decode(sealed))
    except (nacl.exceptions.CryptoError, MalformedInputError, ValueError):
        return None
    found: dict[str, Any] = SessionStore().serializer().loads(data)
    return found


def _keyed(purpose: str, session_key: str | None) -> bytes:
    key = base64url.decode(settings.KEY_ENCRYPTION_KEY)
    return hmac.digest(key, f"sello session {purpose}\0{session_key}".encode(), hashlib.sha256)


def _day_after(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
