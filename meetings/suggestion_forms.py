"""What people without an account fill in about listings: something new, a change, a closing, a report."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groups import dates
from meetings import listing_fields, reports, schedules, suggestions, wording
from meetings.enums import ChannelState, ReportKind, SuggestionKind
from meetings.listing_fields import Askable
from meetings.listing_forms import REPEATS, ListingForm
from meetings.models import Meeting
from meetings.rsvp_forms import PersonForm

_CHANNELS = ("in_person", "online", "by_phone", "any_time")
# What is asked about a new group. The rest its hosts add later.
_OF_A_NEW_ONE = frozenset(
    {
        "group_name", "group_approach", "group_fellowship", "rrule", "first_on", "start_time", "duration",
        "time_zone", *_CHANNELS, "venue_name", "venue_street", "venue_town", "venue_region", "venue_postcode",
        "venue_country", "venue_how_to_find", "venue_is_private_home", *listing_fields.JOIN_DETAILS, "open_to",
        "group_description", "group_website", "group_welcome_note",
    }
)  # fmt: skip
_RECENT = timedelta(days=35)
MOST_DATES = 5


def _words_field(label: Any, help_text: Any = "", longest: int = suggestions.LONGEST_WORDS) -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=longest,
        label=label,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _email_field() -> forms.EmailField:
    return forms.EmailField(
        required=False,
        max_length=254,
        label=gettext_lazy("E-mail address, to hear what became of it"),
        help_text=gettext_lazy("One message comes, then the address is erased. Nobody else sees it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


class NewListingForm(ListingForm, PersonForm):
    """A group that is not listed yet, with one of its meetings."""

    words = _words_field(
        gettext_lazy("How do you know, and what else should be said?"),
        gettext_lazy("Further meetings of the same group can be told here, too."),
    )
    email = _email_field()

    def __init__(self, *args: Any, visitor_zone: ZoneInfo | None = None, **kwargs: Any) -> None:
        super().__init__(
            *args, listing=listing_fields.blank(), for_whom=Askable.ANYONE, only=_OF_A_NEW_ONE, traits="ticks", **kwargs
        )
        self.initial[REPEATS] = "1"
        # Most meet in a room; the place is asked for then.
        self.initial["in_person"] = ChannelState.OPEN.value
        if visitor_zone is not None:
            self.initial["time_zone"] = visitor_zone.key
        self.fields["group_approach"].empty_label = gettext_lazy("Please choose")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not any(self.changes.get(name) == ChannelState.OPEN for name in _CHANNELS):
            self.add_error("in_person", _("How do people take part? Please choose at least one way."))
        return cleaned

    def values_to_check(self) -> dict[str, Any]:
        return {"name": self.changes.get("group_name", "")} | self.changes


class ChangeListingForm(ListingForm, PersonForm):
    """A change of one meeting, or that it has closed: prefilled with what is known now."""

    kind = forms.ChoiceField(
        choices=[
            (SuggestionKind.CHANGE.value, gettext_lazy("Something about it is different")),
            (SuggestionKind.CLOSED_FOR_NOW.value, gettext_lazy("It is closed for now, and comes back")),
            (SuggestionKind.CLOSED_FOR_GOOD.value, gettext_lazy("It has closed for good")),
        ],
        initial=SuggestionKind.CHANGE.value,
        widget=forms.RadioSelect,
        label=gettext_lazy("What should be said?"),
    )
    is_whole_group = forms.BooleanField(
        required=False, label=gettext_lazy("All meetings of the group, not only this one")
    )
    words = _words_field(
        gettext_lazy("How do you know, and what else should be said?"),
        gettext_lazy("No name is needed. “I was there on Tuesday” helps already."),
    )
    email = _email_field()

    def __init__(self, *args: Any, listing: Meeting, has_others: bool, **kwargs: Any) -> None:
        super().__init__(
            *args,
            listing=listing,
            for_whom=Askable.ANYONE,
            hidden=listing_fields.hidden_from_strangers(listing),
            traits="ticks",
            **kwargs,
        )
        if not has_others:
            del self.fields["is_whole_group"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_closing:
            # Nothing of the listing itself is asked then, so nothing of it can be wrong.
            asked = {name for group in self.groups() for name in (field.name for field in group.fields)}
            for name in asked & self.errors.keys():
                del self.errors[name]
            self.changes = {}
        elif not self.errors and not self.changes and not cleaned.get("words", "").strip():
            self.add_error("words", _("Nothing is different yet. Please change a field, or say it in your own words."))
        return cleaned

    @property
    def is_closing(self) -> bool:
        return self.cleaned_data.get("kind") in (SuggestionKind.CLOSED_FOR_GOOD, SuggestionKind.CLOSED_FOR_NOW)

    @property
    def is_for_group(self) -> bool:
        return self.is_closing and bool(self.cleaned_data.get("is_whole_group"))

    def values(self) -> dict[str, Any]:
        """Return what is proposed; only for a valid form."""
        if self.is_closing:
            return suggestions.closing(self.cleaned_data["kind"], is_whole_group=self.is_for_group)
        return self.changes


class ReportForm(PersonForm):
    """Something about a meeting is wrong: what, when, and in one's own words."""

    kind = forms.ChoiceField(
        choices=ReportKind.choices, widget=forms.RadioSelect, label=gettext_lazy("What did you find?")
    )
    original_on = forms.ChoiceField(required=False, label=gettext_lazy("On which date?"))
    words = _words_field(
        gettext_lazy("What happened?"), gettext_lazy("No name is needed."), longest=reports.LONGEST_WORDS
    )

    def __init__(self, *args: Any, meeting: Meeting, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, now=now, **kwargs)
        dates = _recent_dates(meeting, now)
        self.fields["original_on"].choices = [("", _("I do not know any more")), *dates]  # type: ignore[attr-defined]
        if not dates:
            del self.fields["original_on"]


def _recent_dates(meeting: Meeting, now: datetime) -> list[tuple[str, str]]:
    schedule = meeting.schedule()
    if schedule is None:
        return []
    past = schedules.starts(schedule, after=now - _RECENT, before=now)
    zone = ZoneInfo(meeting.time_zone)
    return [
        (start.original_on.isoformat(), dates.at_start(wording.day_label(start.starts_at.astimezone(zone))))
        for start in reversed(past[-MOST_DATES:])
    ]
