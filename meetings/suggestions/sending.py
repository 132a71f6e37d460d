"""Taking a suggestion in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from groups.enums import GroupState, ListingState, Role
from groups.models import Group
from meetings import contacts, listing_fields, working_days
from meetings.enums import ContactKind, SuggestionKind, SuggestionState
from meetings.models import Meeting, SuggestedValue, Suggestion

LONGEST_WORDS = 2000


class NothingProposed(ValueError):
    """Nothing would be different, and nothing is said either."""


def answer_by(now: datetime) -> datetime:
    """Return until when a suggestion that comes in now is promised an answer."""
    return working_days.after(now, settings.SUGGESTIONS_ANSWERED_WITHIN)


def closing(kind: SuggestionKind | str, *, is_whole_group: bool = False) -> dict[str, str]:
    """Return the values that a closing proposes."""
    if kind == SuggestionKind.CLOSED_FOR_GOOD and is_whole_group:
        return {"group_state": GroupState.GONE.value}
    if kind == SuggestionKind.CLOSED_FOR_GOOD:
        return {"state": ListingState.GONE.value}
    return {"state": ListingState.PAUSED.value}


def send(
    kind: SuggestionKind | str,
    values: Mapping[str, Any],
    *,
    now: datetime,
    meeting: Meeting | None = None,
    group: Group | None = None,
    words: str = "",
    role: Role = Role.VISITOR,
    device: str = "",
    email: str = "",
    language: str = "",
) -> Suggestion:
    """Keep what somebody proposes: `values` by the names of `listing_fields`, only those that differ.

    For a change or a closing `meeting` is what it is about; with `group` and no meeting a
    closing is of all its meetings. The same sent twice from one device is one suggestion, as
    long as it is open. `language` is the code of the one the answer comes in, "" for the site's own.

    Raises NothingProposed, listing_fields.InvalidChange for values no listing can have.
    """
    kind = SuggestionKind(kind)
    group = meeting.group if meeting is not None else group
    values = _parsed(values)
    listing = meeting or group
    current = listing_fields.values(listing, values) if listing is not None and kind != SuggestionKind.NEW else {}
    differing = {name: value for name, value in values.items() if name not in current or current[name] != value}
    if not differing and not words:
        raise NothingProposed
    with transaction.atomic():
        if device:
            _one_at_a_time(device)
        if twin := _twin(kind, meeting, group, differing, words, device, now):
            return twin
        suggestion = Suggestion.objects.create(
            kind=kind,
            group=group,
            meeting=meeting,
            words=words[:LONGEST_WORDS],
            role=role,
            contact=contacts.sealed(ContactKind.EMAIL, email) if email else None,
            contact_key=contacts.match_key(ContactKind.EMAIL, email) if email else "",
            language=language if email else "",
            device_key=device,
            sent_at=now,
            answer_by=answer_by(now),
        )
        SuggestedValue.objects.bulk_create(
            SuggestedValue(suggestion=suggestion, name=name, current=current.get(name), proposed=value)
            for name, value in differing.items()
        )
    return suggestion


def _parsed(values: Mapping[str, Any]) -> dict[str, Any]:
    parsed, errors = {}, {}
    for name, value in values.items():
        try:
            parsed[name] = listing_fields.field(name).parse(value)
        except (listing_fields.WrongValue, listing_fields.NoSuchField) as wrong:
            errors[name] = str(wrong)
    if errors:
        raise listing_fields.InvalidChange(errors)
    return parsed


def _one_at_a_time(device: str) -> None:
    """Let two presses at once come one after the other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"suggestion {device}"])


def _twin(
    kind: SuggestionKind,
    meeting: Meeting | None,
    group: Group | None,
    values: dict[str, Any],
    words: str,
    device: str,
    now: datetime,
) -> Suggestion | None:
    """Return the same suggestion from the same device, if it is still open."""
    if not device:
        return None
    same = Suggestion.objects.filter(
        kind=kind, meeting=meeting, group=group, device_key=device, words=words, state=SuggestionState.OPEN
    ).prefetch_related("values")
    for suggestion in same.order_by("-sent_at")[:5]:
        if {row.name: row.proposed for row in suggestion.values.all()} == values:
            return suggestion
    return None
