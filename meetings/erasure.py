"""Forgetting: who somebody was goes a day after the date, that somebody came stays as a number."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, Model, OuterRef, Q

from groups.models import Group, Source
from meetings import contacts, tokens
from meetings.hosting import duties
from meetings.models import (
    Duty,
    OutgoingMessage,
    PrivateLink,
    PushSubscription,
    Question,
    ReminderWishes,
    Rsvp,
    StandingRsvp,
    Suggestion,
)
from meetings.models.rsvps import ENDED_STATES
from meetings.reminders import wishes
from meetings.rsvps.people import ERASED

# After the start of the date; for a place given back, after it was given back if that is earlier.
ERASED_AFTER = timedelta(hours=24)

_KNOWN = Q(contact__isnull=False) | Q(alias__isnull=False) | ~Q(language="")


def erase_past(*, now: datetime) -> int:
    """Erase contacts, aliases and links of dates that are over, and what waits to be sent to them.

    Returns how many places were made nameless. Counts stay.
    """
    last = now - ERASED_AFTER
    over = Q(occurrence__starts_at__lte=last) | Q(state__in=ENDED_STATES, cancelled_at__lte=last)
    with transaction.atomic():
        past = list(
            Rsvp.objects.filter(over).filter(_KNOWN | Q(links__isnull=False)).distinct().values_list("pk", flat=True)
        )
        OutgoingMessage.objects.filter(rsvp__in=past, recipient__isnull=False).delete()
        PrivateLink.objects.filter(rsvp__in=past).delete()
        wishes.forget(rsvps=past)
        erased = Rsvp.objects.filter(pk__in=past).update(**ERASED)
        _erase_standing(last)
        tokens.forget_expired(now=now)
        _erase_questions(now)
        duties.forget_past(now=now, after=ERASED_AFTER)
    return erased


def _erase_standing(last: datetime) -> None:
    """A standing place is forgotten when it has ended, and with the last of its dates."""
    has_a_date = Exists(Rsvp.objects.filter(standing=OuterRef("pk"), occurrence__starts_at__gt=last))
    ended = StandingRsvp.objects.filter(~has_a_date, ended_at__lte=last)
    past = list(ended.filter(_KNOWN | Q(links__isnull=False)).distinct().values_list("pk", flat=True))
    OutgoingMessage.objects.filter(standing__in=past, recipient__isnull=False).delete()
    PrivateLink.objects.filter(standing__in=past).delete()
    wishes.forget(standing=past)
    StandingRsvp.objects.filter(pk__in=past).update(**ERASED)


def _erase_questions(now: datetime) -> None:
    past = Question.objects.filter(erase_at__lte=now).filter(
        Q(words__isnull=False) | Q(contact__isnull=False) | ~Q(language="")
    )
    OutgoingMessage.objects.filter(question__in=past, recipient__isnull=False).delete()
    past.update(words=None, contact=None, contact_key="", language="")
    OutgoingMessage.objects.filter(words__isnull=False, recipient__isnull=True).update(words=None)


def rotate(*, batch: int = 500) -> int:
    """Write every contact anew under the newest key, and its match key under the oldest.

    Run it after a new key was put in front of `CONTACT_KEYS`, and again once the old one is
    taken away. May be repeated, and stopped at any point. Returns how many rows were written.

    Raises contacts.UnreadableContact when a row's key is not among those named.
    """
    written = 0
    for model, sealed, has_match_key in _SEALED:
        last = 0
        while rows := list(model.objects.filter(pk__gt=last).order_by("pk")[:batch]):
            for row in rows:
                written += _renew(row, sealed, has_match_key)
            last = rows[-1].pk
    return written


def _renew(row: Model, sealed: tuple[str, ...], has_match_key: bool) -> int:
    fields = [name for name in sealed if getattr(row, name) is not None]
    if not fields:
        return 0
    for name in fields:
        setattr(row, name, contacts.renewed(getattr(row, name)))
    if has_match_key and row.contact is not None:
        said = contacts.decrypt(row.contact)
        row.contact_key = contacts.match_key(said["kind"], said["address"])
        try:
            with transaction.atomic():
                row.save(update_fields=[*fields, "contact_key"])
            return 1
        except IntegrityError:
            # The same person asked again before the keys were told apart: both places stay.
            row.refresh_from_db(fields=["contact_key"])
    row.save(update_fields=fields)
    return 1


# Where something encrypted is kept, and whether a match key goes with its contact.
_SEALED = (
    (Rsvp, ("contact", "alias"), True),
    (StandingRsvp, ("contact", "alias"), True),
    (Question, ("contact", "words"), True),
    (OutgoingMessage, ("recipient", "words"), False),
    (ReminderWishes, ("phone",), False),
    (PushSubscription, ("details",), False),
    (Group, ("contact",), False),
    (Source, ("owner_contact",), False),
    (Duty, ("alias",), False),
    (Suggestion, ("contact",), True),
)
