"""How somebody is reached: their wishes, else the address they gave for the place itself."""

from dataclasses import dataclass

from meetings import channels
from meetings.enums import Channel, ContactKind
from meetings.models import PushSubscription, ReminderWishes, Rsvp, StandingRsvp, StoppedAddress
from meetings.models.messages import default_offsets

from .planning import QUIET_BY_DEFAULT, QuietHours

CHANNEL_OF = {ContactKind.EMAIL: Channel.EMAIL, ContactKind.PHONE: Channel.SMS}


@dataclass(frozen=True, slots=True)
class Way:
    """One way to one person. `recipient` is encrypted."""

    channel: Channel
    recipient: bytes
    recipient_key: str
    subscription: PushSubscription | None = None
    is_stopped: bool = False

    @property
    def key(self) -> tuple[str, int | None]:
        return self.channel.value, self.subscription.pk if self.subscription else None


def wishes_of(kept: Rsvp | StandingRsvp) -> ReminderWishes:
    """Return what somebody wishes for the place: its own row, else that of the standing place, else
    the defaults, unsaved. Up to two queries."""
    own = ReminderWishes.objects.filter(**_subject(kept)).first()
    if own is None and isinstance(kept, Rsvp) and kept.standing_id is not None:
        own = ReminderWishes.objects.filter(standing_id=kept.standing_id).first()
        if own is None:
            # Every week is often enough to be reminded, and too often to be asked.
            own = ReminderWishes(standing_id=kept.standing_id, asks_after=False)
    return own or ReminderWishes(offsets=default_offsets(), **_subject(kept))


def quiet_hours(wishes: ReminderWishes) -> QuietHours | None:
    """Return the quiet hours of a person; 21:00 to 8:00 for somebody who said nothing."""
    if wishes.pk is None:
        return QUIET_BY_DEFAULT
    if wishes.quiet_from is None or wishes.quiet_until is None:
        return None
    return QuietHours(wishes.quiet_from, wishes.quiet_until)


def ways_to(kept: Rsvp | StandingRsvp, wishes: ReminderWishes) -> list[Way]:
    """Return the ways the person chose; without a choice, their address and the browsers they added.

    Stopped addresses are there and say so. Up to two queries.
    """
    found = []
    if kept.contact is not None:
        found.append(Way(CHANNEL_OF[ContactKind(kept.contact_kind)], bytes(kept.contact), kept.contact_key))
    if wishes.phone is not None and wishes.phone_confirmed_at is not None:
        found.append(Way(Channel.SMS, bytes(wishes.phone), wishes.phone_key))
    found += [
        Way(Channel.PUSH, bytes(subscription.details), subscription.endpoint_key, subscription)
        for subscription in subscriptions_of(kept)
    ]
    if wishes.channels:
        found = [way for way in found if way.channel in wishes.channels]
    # A number that was given twice is one way.
    found = list({way.key: way for way in reversed(found)}.values())[::-1]
    found = [way for way in found if channels.is_offered(way.channel)]
    if not found:
        return []
    stopped = set(
        StoppedAddress.objects.filter(contact_key__in=[way.recipient_key for way in found]).values_list(
            "contact_key", flat=True
        )
    )
    return [
        Way(way.channel, way.recipient, way.recipient_key, way.subscription, way.recipient_key in stopped)
        for way in found
    ]


def subscriptions_of(kept: Rsvp | StandingRsvp) -> list[PushSubscription]:
    """Return the browsers that show notifications of the place. One query."""
    subject = _subject(kept)
    found = PushSubscription.objects.filter(**subject, dropped_at=None)
    if isinstance(kept, Rsvp) and kept.standing_id is not None:
        found = found | PushSubscription.objects.filter(standing_id=kept.standing_id, dropped_at=None)
    return list(found.order_by("pk"))


def _subject(kept: Rsvp | StandingRsvp) -> dict[str, Rsvp | StandingRsvp]:
    return {"rsvp": kept} if isinstance(kept, Rsvp) else {"standing": kept}
