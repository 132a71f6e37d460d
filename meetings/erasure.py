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
    StoppedAddress,
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
        _erase_numbers(last)
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


def _erase_numbers(last: datetime) -> None:
    """Erase numbers beside an address for which nobody typed the code within a day."""
    untyped = ReminderWishes.objects.filter(phone__isnull=False, phone_confirmed_at=None, code_until__lte=last)
    untyped.update(phone=None, phone_key="", code_digest="", code_until=None)


def rotate(*, batch: int = 500) -> int:
    """Write every contact anew under the newest key, and its match key under the oldest.

    Run it after a new key was put in front of `CONTACT_KEYS`, and again once the old one is
    taken away. May be repeated, and stopped at any point. Returns how many rows were written.

    Raises contacts.UnreadableContact when a row's key is not among those named.
    """
    written = 0
    for model, sealed, key in _SEALED:
        last = 0
        while rows := list(model.objects.filter(pk__gt=last).order_by("pk")[:batch]):
            for row in rows:
                written += _renew(row, sealed, key)
            last = rows[-1].pk
    return written


def _renew(row: Model, sealed: tuple[str, ...], key: str) -> int:
    kept = {name: getattr(row, name) for name in sealed if getattr(row, name) is not None}
    if not kept:
        return 0
    written = {name: contacts.renewed(value) for name, value in kept.items()}
    # What was erased or written anew since it was read is left alone.
    unchanged = type(row).objects.filter(pk=row.pk, **{name: bytes(value) for name, value in kept.items()})
    if key and sealed[0] in kept:
        before, now = getattr(row, key), contacts.match_key_of(kept[sealed[0]])
        try:
            with transaction.atomic():
                _keep_stopped(before, now)
                return unchanged.update(**written, **{key: now})
        except IntegrityError:
            # The same person asked again before the keys were told apart: both places stay.
            pass
    return unchanged.update(**written)


def _keep_stopped(before: str, now: str) -> None:
    """Let an address that wants no messages be known by its new key too."""
    if before != now and not StoppedAddress.objects.filter(contact_key=now).exists():
        StoppedAddress.objects.filter(contact_key=before).update(contact_key=now)


# Where something encrypted is kept, and where the match key of the first of it is.
_SEALED = (
    (Rsvp, ("contact", "alias"), "contact_key"),
    (StandingRsvp, ("contact", "alias"), "contact_key"),
    (Question, ("contact", "words"), "contact_key"),
    (OutgoingMessage, ("recipient", "words"), "recipient_key"),
    (ReminderWishes, ("phone",), "phone_key"),
    (PushSubscription, ("details",), "endpoint_key"),
    (Group, ("contact",), ""),
    (Source, ("owner_contact",), ""),
    (Duty, ("alias",), ""),
    (Suggestion, ("contact",), "contact_key"),
)
