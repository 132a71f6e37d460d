"""Everything kept about an address: to see, to download, to erase."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from groups import dates
from meetings import contacts, occurrences, rsvp_states, schedules, wording
from meetings.enums import RsvpReason
from meetings.models import OutgoingMessage, PrivateLink, Question, ReminderWishes, Rsvp, StandingRsvp, Suggestion
from meetings.questions import words_of
from meetings.reminders.ways import subscriptions_of, wishes_of
from meetings.reminders.wishes import forget_number
from meetings.rsvps import waiting
from meetings.rsvps.people import address_of, alias_of, forget


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept under one address."""

    rsvps: list[Rsvp]
    standing: list[StandingRsvp]
    questions: list[Question]
    suggestions: list[Suggestion]
    # Where the address is a number beside another one, to be reminded by.
    numbers: list[ReminderWishes]

    @property
    def is_nothing(self) -> bool:
        return not (self.rsvps or self.standing or self.questions or self.suggestions or self.numbers)


def kept_under(contact_key: str) -> Kept:
    """Return what is kept under the key of an address (`contacts.match_key`). Five queries."""
    if not contact_key:
        return Kept([], [], [], [], [])
    return Kept(
        rsvps=list(
            Rsvp.objects.filter(contact_key=contact_key)
            .select_related("occurrence__meeting")
            .order_by("occurrence__starts_at", "pk")
        ),
        standing=list(
            StandingRsvp.objects.filter(contact_key=contact_key).select_related("meeting").order_by("created_at", "pk")
        ),
        questions=list(
            Question.objects.filter(contact_key=contact_key).select_related("meeting").order_by("asked_at", "pk")
        ),
        suggestions=list(Suggestion.objects.filter(contact_key=contact_key).order_by("sent_at", "pk")),
        numbers=list(ReminderWishes.objects.filter(phone_key=contact_key).order_by("pk")),
    )


def as_data(kept: Kept) -> dict[str, Any]:
    """Return the same to be downloaded: plain values, instants as ISO 8601 in UTC."""
    return {
        "places": [_place(rsvp) for rsvp in kept.rsvps],
        "standing_places": [
            {
                "meeting": standing.meeting.name,
                "address": address_of(standing),
                "alias": alias_of(standing),
                "others": standing.others,
                "language": standing.language,
                "dates_left": standing.dates_left,
                "created_at": _iso(standing.created_at),
                "ended_at": _iso(standing.ended_at),
                "reminded": _wishes(standing),
            }
            for standing in kept.standing
        ],
        "questions": [
            {
                "meeting": question.meeting.name,
                "words": words_of(question),
                "address": address_of(question),
                "language": question.language,
                "asked_at": _iso(question.asked_at),
            }
            for question in kept.questions
        ],
        "suggestions": [
            {
                "kind": suggestion.kind,
                "words": suggestion.words,
                "address": address_of(suggestion),
                "language": suggestion.language,
                "sent_at": _iso(suggestion.sent_at),
            }
            for suggestion in kept.suggestions
        ],
        # The number alone: whoever typed it may have been somebody else.
        "reminded_by": [contacts.address_of(wishes.phone) for wishes in kept.numbers],
    }


def in_words(kept: Kept) -> dict[str, Any]:
    """Return the same as it is read on a page: days, moments and states in the reader's language."""
    data = as_data(kept)
    for row, rsvp in zip(data["places"], kept.rsvps, strict=True):
        row["date"] = dates.day_long(rsvp.occurrence.original_on)
        row["state"] = str(rsvp.get_state_display())
        row["created_at"] = _moment(rsvp.created_at, rsvp.occurrence.meeting.time_zone)
    for row, standing in zip(data["standing_places"], kept.standing, strict=True):
        row["created_at"] = _moment(standing.created_at, standing.meeting.time_zone)
    for row, question in zip(data["questions"], kept.questions, strict=True):
        row["asked_at"] = _moment(question.asked_at, question.meeting.time_zone)
    for row, suggestion in zip(data["suggestions"], kept.suggestions, strict=True):
        row["sent_at"] = _moment(suggestion.sent_at, "")
    return data


def erase(contact_key: str, *, now: datetime) -> int:
    """Erase everything kept under an address. Places that are still ahead are given back.

    Links to them open nothing any more. That somebody once came stays as a number. Returns
    how many things were erased.
    """
    kept = kept_under(contact_key)
    for standing in kept.standing:
        with transaction.atomic():
            if standing.ended_at is None:
                standing.ended_at = now
                standing.save(update_fields=["ended_at"])
            OutgoingMessage.objects.filter(standing=standing).delete()
            forget(standing)
            PrivateLink.objects.filter(standing=standing).delete()
    for rsvp in kept.rsvps:
        with transaction.atomic():
            occurrence = occurrences.locked(rsvp.occurrence_id)
            rsvp = Rsvp.objects.get(pk=rsvp.pk)
            rsvp.occurrence = occurrence
            is_ahead = occurrence.starts_at is not None and occurrence.starts_at > now
            if rsvp.is_live and is_ahead:
                rsvp_states.end(rsvp, RsvpReason.BY_PERSON, now=now)
            OutgoingMessage.objects.filter(rsvp=rsvp).delete()
            forget(rsvp)
            PrivateLink.objects.filter(rsvp=rsvp).delete()
            waiting.promote(occurrence, now=now)
    for question in kept.questions:
        with transaction.atomic():
            OutgoingMessage.objects.filter(question=question).delete()
            question.delete()
    for suggestion in kept.suggestions:
        # What was suggested stays, and nobody's: its page can still be followed.
        Suggestion.objects.filter(pk=suggestion.pk).update(contact=None, contact_key="", language="")
    for wishes in ReminderWishes.objects.filter(phone_key=contact_key).select_related("rsvp", "standing"):
        # The place stays: it is known by another address, or by none.
        forget_number(wishes.rsvp or wishes.standing, now=now)
    if kept.numbers:
        OutgoingMessage.objects.filter(recipient_key=contact_key, recipient__isnull=False, handed_at=None).delete()
    PrivateLink.objects.filter(contact_key=contact_key).delete()
    return sum(map(len, (kept.rsvps, kept.standing, kept.questions, kept.suggestions, kept.numbers)))


def _place(rsvp: Rsvp) -> dict[str, Any]:
    return {
        "meeting": rsvp.occurrence.meeting.name,
        "date": rsvp.occurrence.original_on.isoformat(),
        "starts_at": _iso(rsvp.occurrence.starts_at),
        "state": rsvp.state,
        "reason": rsvp.reason,
        "address": address_of(rsvp),
        "alias": alias_of(rsvp),
        "host_sees_alias": rsvp.host_sees_alias,
        "others": rsvp.others,
        "language": rsvp.language,
        "created_at": _iso(rsvp.created_at),
        "confirmed_at": _iso(rsvp.confirmed_at),
        "cancelled_at": _iso(rsvp.cancelled_at),
        "reminded": _wishes(rsvp),
        "messages": [
            {
                "kind": message.kind,
                "channel": message.channel,
                "state": message.state,
                "reason": message.reason,
                "due_at": _iso(message.due_at),
                "sent_at": _iso(message.sent_at),
            }
            for message in rsvp.messages.order_by("due_at", "pk")
        ],
    }


def _wishes(kept: Rsvp | StandingRsvp) -> dict[str, Any]:
    wishes = wishes_of(kept)
    return {
        "minutes_before": wishes.offsets,
        "channels": wishes.channels,
        "in_plain_words": wishes.is_plain,
        "time_zone": wishes.time_zone,
        "phone": contacts.address_of(wishes.phone) if wishes.phone is not None else "",
        "browsers": len(subscriptions_of(kept)),
    }


def _moment(at: datetime, zone: str) -> str:
    """Return an instant in a zone, UTC for "": "Tuesday 1 December 2026, 2 pm, New York time (EST)"."""
    local = at.astimezone(ZoneInfo(zone or "UTC"))
    return _("%(day)s, %(time)s, %(zone)s") % {
        "day": dates.day_long(local),
        "time": schedules.describe_time(local.time()),
        "zone": wording.zone_label(zone or "UTC", at=at),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
