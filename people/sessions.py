"""The session engine: sessions in our own table, read together with their user in one query a request.

In the database, because pages must work while the Redis-protocol server is away.
"""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.utils import timezone

from kernel.moments import NEVER
from kernel.prepared import Prepared
from people.models import Session, User

SESSION = Prepared(
    lambda key, now: Session.objects.select_related("user").filter(session_key=key, expire_date__gt=now),
    {"key": "-", "now": NEVER},
)
"""The one query in front of every page."""


class SessionStore(db.SessionStore):
    """What Django's own does, and it knows the row and, through it, the user."""

    row: Session | None = None

    @classmethod
    def get_model_class(cls):
        return Session

    def _validate_session_key(self, key):
        """A cookie holds what a browser likes; the database cannot even look for NUL."""
        return super()._validate_session_key(key) and "\0" not in key

    def _get_session_from_db(self):
        self.row = next(iter(SESSION.rows(key=self.session_key, now=timezone.now())), None)
        if self.row is None or self.row.ended:
            self._session_key = None
            return None
        return self.row

    @property
    def user(self) -> User | None:
        """Whose session it is; the key, because that is what loads the row."""
        return self.row.user if SESSION_KEY in self and self.row else None

    @property
    def why_ended(self) -> str:
        return self.row.ended if self.row else ""

    def is_empty(self):
        """An ended session keeps its cookie, so that every page it left behind can say why."""
        return super().is_empty() and not self.why_ended

    def create_model_instance(self, data):
        return Session(
            session_key=self._get_or_create_session_key(),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            user_id=data.get(SESSION_KEY),
        )

    def save(self, must_create=False):
        """Write what changed, and nothing else: an ended session stays ended."""
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        data = self._get_session()
        changed = {"session_data": self.encode(data), "expire_date": self.get_expiry_date()}
        going = Session.objects.filter(session_key=self.session_key, ended="")
        if not going.update(user=data.get(SESSION_KEY), **changed):
            raise UpdateError
