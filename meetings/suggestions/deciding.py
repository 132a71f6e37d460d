"""Deciding a suggestion, field by field, or as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from groups.enums import GroupState, ListingState, Role
from meetings import listing_fields, posting
from meetings.enums import LinkPurpose, SuggestionKind, SuggestionState, Verdict
from meetings.listing_fields import Applied
from meetings.models import Meeting, SuggestedValue, Suggestion
from meetings.reports import DEVICES_KEPT_FOR
from meetings.tokens import LIFETIMES


class AlreadyDecided(Exception):
    """The suggestion is not open any more."""


@dataclass(frozen=True)
class Decided:
    """What came of a decision. `changed` are the meetings and group that were changed, each with its values."""

    suggestion: Suggestion
    made: Meeting | None = None
    changed: list[tuple[listing_fields.Listing, Applied]] = field(default_factory=list)


def proposed(suggestion: Suggestion) -> dict[str, Any]:
    """Return everything it proposes, by field name."""
    return {row.name: row.proposed for row in suggestion.values.all()}


def decide(
    suggestion: Suggestion,
    verdicts: Mapping[str, Verdict | str | tuple[Verdict | str, str]],
    *,
    by: AbstractBaseUser | None,
    role: Role,
    now: datetime,
    answer: str = "",
    for_all_at_venue: bool = False,
) -> Decided:
    """Accept or refuse each field, change the listing by those accepted, and tell the sender.

    `verdicts` are by field name, with or without a reason; a field that is not named has the
    verdict under "*", and without one it is refused. Of a new listing all that is accepted
    makes it; of a suggestion in words alone "*" says whether it was followed. `answer` is
    what the sender reads. Their address is erased here: the message takes it along.

    Raises AlreadyDecided, and listing_fields.InvalidChange when the listing cannot take it:
    then nothing is decided.
    """
    with transaction.atomic():
        suggestion = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
        if suggestion.state != SuggestionState.OPEN:
            raise AlreadyDecided
        rows = list(suggestion.values.all())
        for row in rows:
            row.verdict, row.reason = _verdict(verdicts, row.name)
        SuggestedValue.objects.bulk_update(rows, ["verdict", "reason"])
        accepted = {row.name: row.proposed for row in rows if row.verdict == Verdict.ACCEPTED}
        made, changed = None, []
        if suggestion.kind == SuggestionKind.NEW and accepted:
            made = listing_fields.create(accepted, by=by, role=role, now=now)
            suggestion.group, suggestion.meeting = made.group, made
        elif accepted:
            changed = _change(suggestion, accepted, by=by, role=role, now=now, for_all_at_venue=for_all_at_venue)
        suggestion.state = _state(rows, _verdict(verdicts, "*")[0])
        suggestion.decided_at = now
        suggestion.answer = answer
        _tell(suggestion, now=now)
        suggestion.save()
    return Decided(suggestion, made, changed)


def withdraw(suggestion: Suggestion, *, now: datetime) -> Suggestion:
    """Take one's own suggestion back, and let its address be forgotten. Raises AlreadyDecided."""
    with transaction.atomic():
        suggestion = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
        if suggestion.state != SuggestionState.OPEN:
            raise AlreadyDecided
        suggestion.state, suggestion.decided_at = SuggestionState.WITHDRAWN, now
        suggestion.contact, suggestion.contact_key, suggestion.language = None, "", ""
        suggestion.save()
    return suggestion


def reopen(suggestion: Suggestion) -> Suggestion:
    """Take a decision back: the suggestion is open again with every field of it.

    The listing is not touched: whoever undoes applies what was before. A new listing that came
    of it stays named by it.
    """
    with transaction.atomic():
        suggestion = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
        if suggestion.state not in (SuggestionState.OPEN, SuggestionState.WITHDRAWN):
            suggestion.values.update(verdict=Verdict.OPEN, reason="")
            suggestion.state, suggestion.decided_at, suggestion.answer = SuggestionState.OPEN, None, ""
            suggestion.save()
    return suggestion


def forget_old(*, now: datetime) -> int:
    """Empty what tells people apart after four weeks, and the rest once the page cannot be followed any more.

    That is an address nobody wrote to, and the sender's words if it is decided. Returns how
    many suggestions forgot what told people apart, or an address.
    """
    devices = Suggestion.objects.filter(sent_at__lte=now - DEVICES_KEPT_FOR).exclude(device_key="")
    forgotten = devices.update(device_key="")
    followed = now - LIFETIMES[LinkPurpose.SUGGESTION]
    Suggestion.objects.filter(sent_at__lte=followed, decided_at__isnull=False).exclude(words="").update(words="")
    contacts = Suggestion.objects.filter(sent_at__lte=followed, contact__isnull=False)
    return forgotten + contacts.update(contact=None, contact_key="", language="")


def _verdict(verdicts: Mapping[str, Verdict | str | tuple[Verdict | str, str]], name: str) -> tuple[Verdict, str]:
    said = verdicts.get(name, verdicts.get("*", Verdict.REFUSED))
    verdict, reason = said if isinstance(said, tuple) else (said, "")
    return Verdict(verdict), reason


def _change(
    suggestion: Suggestion,
    accepted: dict[str, Any],
    *,
    by: AbstractBaseUser | None,
    role: Role,
    now: datetime,
    for_all_at_venue: bool,
) -> list[tuple[listing_fields.Listing, Applied]]:
    """Change the listing, of a closing every meeting that it closes."""
    group = suggestion.group
    assert group is not None
    who = {"by": by, "role": role, "now": now}
    if suggestion.meeting is not None and "group_state" not in accepted:
        applied = listing_fields.apply(suggestion.meeting, accepted, for_all_at_venue=for_all_at_venue, **who)
        changed: list[tuple[listing_fields.Listing, Applied]] = [(suggestion.meeting, applied)]
        if accepted.get("state") == ListingState.GONE and not _is_held(suggestion):
            changed.append((group, listing_fields.apply(group, {"group_state": GroupState.GONE.value}, **who)))
        return changed
    changed = []
    state = ListingState.GONE if "group_state" in accepted else ListingState(accepted["state"])
    for meeting in group.meetings.filter(state__in=[ListingState.PUBLIC, ListingState.PAUSED]).order_by("pk"):
        changed.append((meeting, listing_fields.apply(meeting, {"state": state.value}, **who)))
    if "group_state" in accepted:
        changed.append((group, listing_fields.apply(group, {"group_state": accepted["group_state"]}, **who)))
    return changed


def _is_held(suggestion: Suggestion) -> bool:
    """Tell whether the group has any meeting left that is not gone."""
    assert suggestion.group is not None
    return suggestion.group.meetings.exclude(state=ListingState.GONE).exists()


def _state(rows: list[SuggestedValue], whole: Verdict) -> SuggestionState:
    verdicts = {row.verdict for row in rows} or {whole}
    if verdicts == {Verdict.ACCEPTED}:
        return SuggestionState.ACCEPTED
    return SuggestionState.IN_PART if Verdict.ACCEPTED in verdicts else SuggestionState.REFUSED


def _tell(suggestion: Suggestion, *, now: datetime) -> None:
    """Send the end to whoever left an address, and forget the address."""
    if suggestion.contact is not None:
        posting.send_suggestion(suggestion, bytes(suggestion.contact), now=now)
    suggestion.contact, suggestion.contact_key, suggestion.language = None, "", ""
