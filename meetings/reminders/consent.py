"""Who wants no more messages, and from when: from within the request that says so.

An address is stopped by its keyed hash. Messages that are planned to it become void in the
same transaction; one that is on its way is stopped by its last look.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from meetings.enums import Channel, MessageKind, MessageReason, RsvpState, StopReason
from meetings.models import OutgoingMessage, PushSubscription, ReminderWishes, Rsvp, StoppedAddress

from .rows import plan, void

# Mail that came back today may be taken in some weeks. What a person asked for stands.
BOUNCES_HOLD = timedelta(days=30)


# What somebody has just asked for by typing the address: it goes to an address whose owner
# wanted no reminders once, so that they can change their mind, and to no other stopped one.
# A number that sent STOP gets nothing at all until it sends START: carriers hold us to that.
_ASKED_FOR = (MessageKind.PLACE, MessageKind.ABOUT_ME)


def is_stopped(contact_key: str) -> bool:
    """Tell whether the address gets no reminders and no news. One query, none without a key."""
    return bool(contact_key) and StoppedAddress.objects.filter(contact_key=contact_key).exists()


def stopped_for(field: str) -> Subquery:
    """Return why the address under this field's key is stopped, None for one that is not, for a query."""
    return Subquery(StoppedAddress.objects.filter(contact_key=OuterRef(field)).values("reason")[:1])


def stops(reason: str | None, kind: str, channel: str) -> bool:
    """Tell whether an address that was stopped for this reason gets no message of this kind."""
    if reason is None:
        return False
    return not (reason == StopReason.BY_PERSON and kind in _ASKED_FOR and channel != Channel.SMS)


def stop(contact_key: str, *, reason: StopReason = StopReason.BY_PERSON, now: datetime) -> int:
    """Send nothing more to this address. Returns how many messages became void.

    What its owner asked for stands, also when mail that was on its way comes back afterwards.
    """
    if not contact_key:
        return 0
    with transaction.atomic():
        said = {"reason": reason, "stopped_at": now}
        _stopped, is_new = StoppedAddress.objects.get_or_create(contact_key=contact_key, defaults=said)
        if not is_new:
            before = StoppedAddress.objects.filter(contact_key=contact_key)
            if reason != StopReason.BY_PERSON:
                before = before.exclude(reason=StopReason.BY_PERSON)
            before.update(**said)
        said = MessageReason.BOUNCED if reason == StopReason.BOUNCED else MessageReason.STOPPED
        return void(OutgoingMessage.objects.filter(recipient_key=contact_key), said, now=now)


def stop_bounced(contact_key: str, *, now: datetime) -> int:
    """Stop an address whose messages come back."""
    return stop(contact_key, reason=StopReason.BOUNCED, now=now)


def allow(contact_key: str, *, now: datetime, reasons: Collection[str] = StopReason.values) -> bool:
    """Take the stop away, if it is for one of these reasons: its owner asks for messages again.

    The reminders of their places are planned anew with it. Returns whether there was one.
    """
    with transaction.atomic():
        was_stopped = bool(StoppedAddress.objects.filter(contact_key=contact_key, reason__in=reasons).delete()[0])
        if was_stopped:
            for rsvp in _places_of(contact_key, now=now):
                plan(rsvp, now=now)
    return was_stopped


def _places_of(contact_key: str, *, now: datetime) -> QuerySet[Rsvp]:
    """Return the places ahead whose person is reached there: by the address itself, or by a number beside it."""
    wishes = ReminderWishes.objects.filter(phone_key=contact_key)
    theirs = (
        Q(contact_key=contact_key)
        | Q(pk__in=wishes.filter(rsvp__isnull=False).values("rsvp"))
        | Q(standing__in=wishes.filter(standing__isnull=False).values("standing"))
    )
    ahead = Rsvp.objects.filter(theirs, state=RsvpState.GOING, occurrence__starts_at__gt=now)
    return ahead.select_related("occurrence__meeting").order_by("pk")


def drop(subscription: PushSubscription | None, *, now: datetime) -> None:
    """Forget a browser that shows no notifications any more, and void what was planned for it."""
    if subscription is None:
        return
    with transaction.atomic():
        PushSubscription.objects.filter(pk=subscription.pk, dropped_at=None).update(details=None, dropped_at=now)
        void(subscription.messages.all(), MessageReason.UNSUBSCRIBED, now=now)


def forget_old_bounces(*, now: datetime) -> int:
    """Try addresses again whose mail came back some weeks ago. Returns how many."""
    old = StoppedAddress.objects.filter(reason=StopReason.BOUNCED, stopped_at__lte=now - BOUNCES_HOLD)
    return sum(allow(key, now=now, reasons=[StopReason.BOUNCED]) for key in old.values_list("contact_key", flat=True))
