"""A session store whose database does not answer, as when the server is down."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import OperationalError


class SessionStore(DatabaseSessions):
    def load(self):
        raise OperationalError("no answer")

    def delete(self, session_key=None):
        raise OperationalError("no answer")
