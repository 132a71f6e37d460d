"""When and how somebody wants to be reminded: chosen on the page of their place."""

import json
from collections.abc import Collection
from datetime import datetime, time
from typing import Any

from django.db import transaction

from meetings import codes, contacts
from meetings.channels import push
from meetings.codes import WrongCode
from meetings.enums import Channel, ContactKind, MessageKind, RsvpState
from meetings.models import OutgoingMessage, PushSubscription, ReminderWishes, Rsvp, StandingRsvp
from meetings.models.messages import LEAST_MINUTES, MOST_MINUTES, MOST_REMINDERS

from . import consent, planning
from .rows import plan
from .ways import subscriptions_of, wishes_of

# Browsers of one person; the oldest makes room.
MOST_BROWSERS = 5


class NumberStopped(Exception):
    """This number asked us for no messages. Its owner can allow them by sending START."""


class TooManyReminders(ValueError):
    """More times than are kept, or one that is too near or too far."""


def choose(
    kept: Rsvp | StandingRsvp,
    *,
    now: datetime,
    offsets: Collection[int],
    channels: Collection[str] = (),
    is_plain: bool = False,
    asks_after: bool = True,
    time_zone: str = "",
    quiet: planning.QuietHours | None = planning.QUIET_BY_DEFAULT,
    language: str | None = None,
) -> ReminderWishes:
    """Keep what somebody wishes, and plan their reminders anew in the same breath.

    `offsets` are minutes before the start; none at all is no reminder. No `channels` is every
    way they gave. `language` is the code of the one that messages come in from now on; None
    leaves it as it is. Raises TooManyReminders.
    """
    wanted = sorted(set(offsets))
    if len(wanted) > MOST_REMINDERS or any(not LEAST_MINUTES <= minutes <= MOST_MINUTES for minutes in wanted):
        raise TooManyReminders
    with transaction.atomic():
        wishes = _own(kept)
        wishes.offsets, wishes.channels = wanted, sorted(set(channels))
        wishes.is_plain, wishes.asks_after, wishes.time_zone = is_plain, asks_after, time_zone
        wishes.quiet_from, wishes.quiet_until = (quiet.begins, quiet.ends) if quiet else (None, None)
        wishes.save()
        if language is not None:
            _speak(kept, language)
        plan_all(kept, now=now)
    return wishes


def _speak(kept: Rsvp | StandingRsvp, language: str) -> None:
    kept.language = language
    kept.save(update_fields=["language"])
    if isinstance(kept, StandingRsvp):
        kept.rsvps.update(language=language)


def plan_all(kept: Rsvp | StandingRsvp, *, now: datetime) -> None:
    """Plan the reminders of a place, or of every date ahead of a standing one."""
    if isinstance(kept, Rsvp):
        places = Rsvp.objects.filter(pk=kept.pk)
    else:
        places = kept.rsvps.filter(state=RsvpState.GOING, occurrence__starts_at__gt=now)
    for rsvp in places.select_related("occurrence__meeting").order_by("pk"):
        plan(rsvp, now=now)


# ── A phone beside the address ──────────────────────────────────────────────


def send_code(kept: Rsvp | StandingRsvp, number: str, *, now: datetime) -> None:
    """Send a code to a number, so that its owner can say that it is theirs. Raises NumberStopped.

    The number gets nothing else until the code is typed. A new code ends the one before.
    """
    key = contacts.match_key(ContactKind.PHONE, number)
    if consent.is_stopped(key):
        raise NumberStopped
    code = codes.new()
    sealed = contacts.sealed(ContactKind.PHONE, number)
    with transaction.atomic():
        wishes = _own(kept)
        wishes.phone, wishes.phone_key, wishes.phone_confirmed_at = sealed, key, None
        wishes.code_digest, wishes.code_until, wishes.code_tries = codes.digest(code), now + codes.LIVES, 0
        wishes.save()
        OutgoingMessage.objects.create(
            kind=MessageKind.CODE,
            channel=Channel.SMS,
            recipient=sealed,
            recipient_key=key,
            words=contacts.encrypt({"code": code}),
            created_at=now,
            due_at=now,
            expires_at=now + codes.LIVES,
            **_subject(kept),
        )
        plan_all(kept, now=now)


def confirm_number(kept: Rsvp | StandingRsvp, code: str, *, now: datetime) -> None:
    """Take the code that was sent: from now on the number is a way to this person. Raises WrongCode."""
    with transaction.atomic():
        _lock(kept)
        wishes = ReminderWishes.objects.select_for_update().filter(**_subject(kept)).first()
        is_open = wishes is not None and wishes.code_until is not None and now < wishes.code_until
        if not is_open or wishes.code_tries >= codes.MOST_TRIES:
            raise WrongCode
        is_right = codes.is_right(code, wishes.code_digest)
        wishes.code_tries += 1
        if is_right:
            wishes.phone_confirmed_at, wishes.code_digest, wishes.code_until = now, "", None
            _use(wishes, Channel.SMS)
        wishes.save()
        if is_right:
            plan_all(kept, now=now)
    if not is_right:
        raise WrongCode


def forget_number(kept: Rsvp | StandingRsvp, *, now: datetime) -> None:
    """Erase the number, and void what was planned for it."""
    with transaction.atomic():
        wishes = _own(kept)
        wishes.phone, wishes.phone_key, wishes.phone_confirmed_at = None, "", None
        wishes.code_digest, wishes.code_until = "", None
        wishes.save()
        plan_all(kept, now=now)


# ── Browsers ────────────────────────────────────────────────────────────────


def add_browser(kept: Rsvp | StandingRsvp, said: Any, *, now: datetime) -> PushSubscription:
    """Let a browser show the reminders of this place. Raises push.InvalidSubscription."""
    details = push.checked(said)
    key = contacts.keyed_hash(f"push:{details['endpoint']}")
    sealed = contacts.encrypt({"kind": "push", "address": json.dumps(details)})
    with transaction.atomic():
        _lock(kept)
        so_far = wishes_of(kept).channels
        if so_far and Channel.PUSH not in so_far:
            own = _own(kept)
            _use(own, Channel.PUSH)
            own.save()
        subscription, _made = PushSubscription.objects.update_or_create(
            **_subject(kept),
            endpoint_key=key,
            defaults={"details": sealed, "dropped_at": None},
            create_defaults={"details": sealed, "created_at": now},
        )
        others = PushSubscription.objects.filter(**_subject(kept), dropped_at=None).order_by("-created_at", "-pk")
        for old in others[MOST_BROWSERS:]:
            consent.drop(old, now=now)
        plan_all(kept, now=now)
    return subscription


def remove_browsers(kept: Rsvp | StandingRsvp, *, now: datetime) -> None:
    """Show nothing more of this place in any browser, nor of the other dates that were added along with it."""
    for subscription in subscriptions_of(kept):
        consent.drop(subscription, now=now)


# ── Forgetting ──────────────────────────────────────────────────────────────


def forget(*, rsvps: Collection[int] = (), standing: Collection[int] = ()) -> None:
    """Erase what was wished for these places: numbers, browsers, times."""
    for model in (ReminderWishes, PushSubscription):
        model.objects.filter(rsvp__in=rsvps).delete()
        model.objects.filter(standing__in=standing).delete()


def quiet_between(begins: time | None, ends: time | None) -> planning.QuietHours | None:
    """Return quiet hours of two wall times, None when one is missing or both are the same."""
    return planning.QuietHours(begins, ends) if begins and ends and begins != ends else None


def _lock(kept: Rsvp | StandingRsvp) -> None:
    """Let one press at a time change what is wished for this place: the second of a double click waits."""
    list(type(kept).objects.select_for_update(no_key=True).filter(pk=kept.pk).values_list("pk"))


def _use(wishes: ReminderWishes, channel: Channel) -> None:
    """Let a way that was just added be one that is used, also where ways were chosen before."""
    if wishes.channels and channel not in wishes.channels:
        wishes.channels = sorted({*wishes.channels, channel.value})


def _own(kept: Rsvp | StandingRsvp) -> ReminderWishes:
    """Return the place's own row, made from what holds for it so far when there is none. Locked."""
    _lock(kept)
    found = ReminderWishes.objects.select_for_update().filter(**_subject(kept)).first()
    if found is not None:
        return found
    so_far = wishes_of(kept)
    return ReminderWishes(
        **_subject(kept),
        offsets=so_far.offsets,
        channels=so_far.channels,
        is_plain=so_far.is_plain,
        asks_after=so_far.asks_after,
        time_zone=so_far.time_zone,
        quiet_from=planning.QUIET_BY_DEFAULT.begins if so_far.pk is None else so_far.quiet_from,
        quiet_until=planning.QUIET_BY_DEFAULT.ends if so_far.pk is None else so_far.quiet_until,
        phone=so_far.phone,
        phone_key=so_far.phone_key,
        phone_confirmed_at=so_far.phone_confirmed_at,
    )


def _subject(kept: Rsvp | StandingRsvp) -> dict[str, Rsvp | StandingRsvp]:
    return {"rsvp": kept} if isinstance(kept, Rsvp) else {"standing": kept}
