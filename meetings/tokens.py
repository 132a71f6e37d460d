"""Private links: no account, no name, a secret in the address.

The secret is random and kept here only as its digest, so that nobody who reads the database
can open a link. A link opens one thing (`enums.LinkPurpose`), runs out, and can be revoked.
"""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import F

from groups.models import Group
from meetings import codes
from meetings.enums import LinkPurpose
from meetings.models import PrivateLink, Question, Rsvp, StandingRsvp, Suggestion

# 160 bits as 32 letters and digits: nothing at the end that a mail program would cut off.
_SECRET_BYTES = 20

# The longest a link lives. That of a place goes earlier, with what is kept about the person.
LIFETIMES = {
    LinkPurpose.PLACE: timedelta(days=400),
    LinkPurpose.CODE: codes.LIVES,
    LinkPurpose.CALENDAR: timedelta(days=400),
    LinkPurpose.ABOUT_ME: timedelta(hours=2),
    LinkPurpose.ANSWER: timedelta(days=14),
    LinkPurpose.SUGGESTION: timedelta(days=120),
    LinkPurpose.STILL_TRUE: timedelta(days=30),
}


class LinkUnknown(Exception):
    """No such link, or it has run out, was revoked, or opens something else: which, is not told."""


def issue(
    purpose: LinkPurpose,
    *,
    now: datetime,
    rsvp: Rsvp | None = None,
    standing: StandingRsvp | None = None,
    question: Question | None = None,
    suggestion: Suggestion | None = None,
    group: Group | None = None,
    contact_key: str = "",
    code: str = "",
) -> str:
    """Make a link and return its secret: 32 letters and digits, told this once.

    It opens the one subject that is given; one that needs a code opens nothing without it.
    """
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode().lower()
    PrivateLink.objects.create(
        digest=digest(secret),
        purpose=purpose,
        rsvp=rsvp,
        standing=standing,
        question=question,
        suggestion=suggestion,
        group=group,
        contact_key=contact_key,
        code_digest=codes.digest(code) if code else "",
        created_at=now,
        expires_at=now + LIFETIMES[purpose],
    )
    return secret


def find(secret: str, purpose: LinkPurpose, *, now: datetime) -> PrivateLink:
    """Return the link with this secret and purpose, its subject and that one's meeting. One query.

    Raises LinkUnknown.
    """
    link = (
        PrivateLink.objects.select_related(
            "rsvp__occurrence__meeting__group__approach",
            "rsvp__occurrence__meeting__group__fellowship",
            "rsvp__occurrence__meeting__venue",
            "standing__meeting__group__approach",
            "standing__meeting__group__fellowship",
            "standing__meeting__venue",
            "question__meeting__group",
            "suggestion__meeting__group",
            "suggestion__group",
            "group",
        )
        .filter(digest=digest(secret), purpose=purpose, expires_at__gt=now, revoked_at=None)
        .first()
    )
    if link is None:
        raise LinkUnknown
    return link


def open_with_code(secret: str, code: str, *, now: datetime) -> PrivateLink:
    """Return the link that needs this code, as `find` does.

    Raises LinkUnknown, and codes.WrongCode: also for the right one after five wrong ones.
    """
    link = find(secret, LinkPurpose.CODE, now=now)
    # Counted before it is looked at, so that many at once have no more tries than one after the other.
    this = PrivateLink.objects.filter(pk=link.pk, code_tries__lt=codes.MOST_TRIES)
    if not this.update(code_tries=F("code_tries") + 1):
        raise codes.WrongCode
    if not codes.is_right(code, link.code_digest):
        raise codes.WrongCode
    # Pressed twice, it opens twice.
    PrivateLink.objects.filter(pk=link.pk).update(code_tries=F("code_tries") - 1)
    return link


def revoke(*, now: datetime, purpose: LinkPurpose, **subject) -> int:
    """Make all links of one purpose to one subject (`rsvp=`, `standing=`, …) open nothing. Returns how many."""
    if len(subject) != 1:
        raise TypeError("links of one subject are revoked at a time")
    return PrivateLink.objects.filter(purpose=purpose, revoked_at=None, **subject).update(revoked_at=now)


def forget_expired(*, now: datetime) -> int:
    """Remove links that have run out. Returns how many."""
    return PrivateLink.objects.filter(expires_at__lte=now).delete()[0]


def digest(secret: str) -> str:
    """Return what is kept of a secret. With 160 random bits a plain SHA-256 cannot be turned back."""
    return hashlib.sha256(secret.encode()).hexdigest()
