"""Private contacts, as staff may read them: each reading leaves a row that says who, when, whose and why.

The row is written first, in the same transaction: no contact without it. Everything else that
uses a contact (a relayed question, a code) sends to it and never shows it.
"""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404

from groups import access as groups_access
from groups.enums import PrivateContact
from groups.models import ContactRead, Group, Source
from meetings import contacts
from meetings.curation import part
from meetings.models import Suggestion

Owner = Group | Source | Suggestion

LONGEST_REASON = 200
_SHOWN = ("name", "address", "email", "phone")


def get_owner(user: User, what: PrivateContact, subject: str) -> Owner:
    """Return whose contact it is, for a curator of it. Raises Http404 for anybody else.

    `subject` is the slug of a group or a source, the public id of a suggestion.
    """
    match what:
        case PrivateContact.GROUP:
            return groups_access.get_curated_group(user, subject)
        case PrivateContact.SOURCE:
            return groups_access.get_curated_source(user, subject)
        case PrivateContact.SUGGESTION:
            # Whoever may decide about it.
            suggestion = part.suggestions_of(groups_access.curator_of(user)).filter(public_id=subject).first()
            if suggestion is None:
                raise Http404
            return suggestion


def has_one(owner: Owner) -> bool:
    """Tell whether there is a contact to read."""
    return _sealed(owner) is not None


def read(user: User, what: PrivateContact, subject: str, *, why: str, now: datetime) -> list[str]:
    """Return the lines of the contact in the clear, none when no key of ours opens it, and leave a row.

    Raises Http404 for anybody who may not read it.
    """
    with transaction.atomic():
        owner = get_owner(user, what, subject)
        ContactRead.objects.create(
            user=user, read_at=now, what=what, subject=subject, why=" ".join(why.split())[:LONGEST_REASON]
        )
        sealed = _sealed(owner)
        if sealed is None:
            return []
        try:
            return _lines(contacts.decrypt(sealed))
        except contacts.UnreadableContact:
            return []


def _lines(said: dict[str, Any]) -> list[str]:
    """Return one line for each person of a contact: an import may have brought several."""
    people = [said, *(person for person in said.get("people") or [] if isinstance(person, dict))]
    lines = (" · ".join(str(person[key]) for key in _SHOWN if person.get(key)) for person in people)
    return [line for line in lines if line]


def _sealed(owner: Owner) -> bytes | memoryview | None:
    sealed = owner.owner_contact if isinstance(owner, Source) else owner.contact
    return sealed or None
