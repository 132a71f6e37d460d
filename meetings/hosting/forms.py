"""What hosts fill in."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from groups.enums import NoticeReaders
from meetings import claims, listing_fields, listing_forms, schedules
from meetings.hosting import duties, notice_board, roles
from meetings.models import Meeting, Venue

_DAY = {"type": "date"}
_TIME = {"type": "time"}


class PlainForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


# ── Listings ────────────────────────────────────────────────────────────────


class HostListingForm(listing_forms.ListingForm):
    """Fields of a listing for its hosts.

    `may_change_all`: the place is theirs alone, and may change for all their meetings there.
    `places` may be chosen for a meeting instead of describing one.
    """

    NEW_PLACE = ""

    def __init__(self, *args: Any, may_change_all: bool = False, places: Iterable[Venue] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if may_change_all:
            self.fields["for_all_at_venue"] = forms.BooleanField(
                required=False, initial=True, label=_("The same for all our meetings at this place")
            )
        if places:
            known = [(place.public_id, place.name or place.street or place.town) for place in places]
            self.fields["our_place"] = forms.ChoiceField(
                required=False,
                choices=[(self.NEW_PLACE, _("Online only, or a place that is described below")), *known],
                label=_("One of our places"),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if place := cleaned.get("our_place"):
            # What is said of a place besides would make it another one.
            self.changes = {name: value for name, value in self.changes.items() if not name.startswith("venue_")}
            self.changes |= {"venue": place}
            if self.changes.get("in_person", "none") == "none":
                self.changes["in_person"] = "open"
            self._drop_errors_of_place()
        return cleaned

    @property
    def is_for_all_at_venue(self) -> bool:
        return bool(self.cleaned_data.get("for_all_at_venue"))

    def _drop_errors_of_place(self) -> None:
        for name in ("in_person", "time_zone"):
            errors = listing_fields.check(self.listing, self.changes)
            if name in self.errors and name not in errors:
                del self.errors[name]


class WelcomeForm(PlainForm):
    """Notes for those who come, and for those who open the door; who reads the notice board."""

    welcome_note = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=_("For everybody who comes"),
        help_text=_("Which door, where to park, who says hello. It stands on your group's page."),
    )
    greeter_note = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=_("For the hosts alone"),
        help_text=_("Where the key is, how the heating works. It is never shown to anybody else."),
    )


# ── Dates ───────────────────────────────────────────────────────────────────


class CancelForm(PlainForm):
    reason = forms.CharField(
        required=False,
        max_length=200,
        label=_("Why"),
        help_text=_("A few words, for those who meant to come: “The hall is closed”."),
    )


class MoveForm(PlainForm):
    """Another time or place, for one date."""

    USUAL, NEW = "", "new"

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    starts_at = forms.TimeField(label=_("Starts at"), widget=forms.TimeInput(attrs=_TIME, format="%H:%M"))
    minutes = forms.IntegerField(
        required=False,
        min_value=5,
        max_value=24 * 60,
        label=_("Length in minutes"),
        help_text=_("Empty: as long as usual"),
    )
    where = forms.ChoiceField(required=False, label=_("Place"))
    place_name = forms.CharField(required=False, max_length=255, label=_("Name of the other place"))
    street = forms.CharField(required=False, max_length=255, label=_("Its street and number"))
    town = forms.CharField(required=False, max_length=160, label=_("Its town"))
    how_to_find = forms.CharField(
        required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}), label=_("How to find it")
    )

    def __init__(self, *args: Any, meeting: Meeting, places: list[Venue], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting, self.places, self.now = meeting, places, now
        others = [place for place in places if place.pk != meeting.venue_id]
        self.fields["where"].choices = [
            (self.USUAL, _("The usual place")),
            *[(place.public_id, place.name or place.street or place.town) for place in others],
            (self.NEW, _("Another place: see below")),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("day") and cleaned.get("starts_at"):
            self.to = schedules.to_instant(cleaned["day"], cleaned["starts_at"], self.meeting.time_zone)
            if self.to <= self.now:
                self.add_error("day", gettext("That is over already."))
            elif self.to > self.now + timedelta(days=366):
                self.add_error("day", gettext("That is too far ahead."))
        if cleaned.get("where") == self.NEW and not (cleaned.get("place_name") or cleaned.get("street")):
            self.add_error("place_name", gettext("Which place is it? A name or a street is enough."))
        return cleaned

    def place(self) -> Venue | None:
        """Return the other place, unsaved when it is a new one; None for the usual one."""
        said = self.cleaned_data
        if said["where"] == self.NEW:
            usual = self.meeting.venue
            return Venue(
                name=said["place_name"],
                street=said["street"],
                town=said["town"] or (usual.town if usual else ""),
                region=usual.region if usual and not said["town"] else "",
                country=usual.country if usual else "",
                how_to_find=said["how_to_find"],
                time_zone=self.meeting.time_zone,
            )
        return next((place for place in self.places if place.public_id == said["where"]), None)


class NoteForm(PlainForm):
    text = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("A note for this date"),
        help_text=_("Those who are coming are told that there is something new."),
    )


class HeadCountForm(PlainForm):
    people = forms.IntegerField(
        min_value=0,
        max_value=duties.MOST_PEOPLE,
        label=_("How many were there"),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class DutyForm(PlainForm):
    what = forms.CharField(
        max_length=duties.LONGEST_WHAT,
        label=_("What"),
        widget=forms.TextInput(attrs={"list": "usual-duties", "autocomplete": "off"}),
    )
    name = forms.CharField(
        max_length=duties.LONGEST_NAME,
        label=_("Who"),
        help_text=_("A first name is enough. Only hosts see it, and it is erased a day after the date."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PauseForm(PlainForm):
    first_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    last_on = forms.DateField(label=_("To, and including"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    reason = forms.CharField(required=False, max_length=200, label=_("Why"))
    is_for_all = forms.BooleanField(required=False, label=_("For all our meetings"))

    def __init__(self, *args: Any, today: date, has_others: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        if not has_others:
            del self.fields["is_for_all"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_on"), cleaned.get("last_on")
        if last and last < self.today:
            self.add_error("last_on", gettext("That is over already."))
        elif first and last and last < first:
            self.add_error("last_on", gettext("The pause ends before it begins."))
        elif first and last and last - first > timedelta(days=366):
            self.add_error("last_on", gettext("For more than a year, please close the meeting for now instead."))
        return cleaned


# ── The board ───────────────────────────────────────────────────────────────


class NoticeForm(PlainForm):
    text = forms.CharField(
        max_length=notice_board.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("What members should know"),
        help_text=_("No names and no numbers of people, please."),
    )
    first_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    last_on = forms.DateField(
        label=_("To, and including"),
        help_text=_("After that day it goes by itself."),
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.initial.setdefault("first_on", today)
        self.initial.setdefault("last_on", today + timedelta(days=14))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_on"), cleaned.get("last_on")
        if last and last < self.today:
            self.add_error("last_on", gettext("That is over already."))
        elif first and last and last < first:
            self.add_error("last_on", gettext("It ends before it begins."))
        elif first and last and last - max(first, self.today) > notice_board.LONGEST_TIME:
            self.add_error("last_on", gettext("A notice stays for three months at most."))
        return cleaned


class ReadersForm(PlainForm):
    notices_are_for = forms.ChoiceField(
        choices=NoticeReaders.choices, widget=forms.RadioSelect, label=_("Who reads the notice board")
    )


# ── Hosts ───────────────────────────────────────────────────────────────────


class ClaimForm(PlainForm):
    words = forms.CharField(
        required=False,
        max_length=claims.LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("What you do for the group"),
        help_text=_("It helps whoever vouches for you to know you: a first name, since when, what you look after."),
    )


class CodeForm(PlainForm):
    code = forms.CharField(
        max_length=20,
        label=_("The code"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class InviteForm(PlainForm):
    press = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    email = forms.EmailField(
        required=False,
        max_length=254,
        label=_("Their e-mail address"),
        help_text=_("We send the link there and forget the address. Empty: you get the link and give it to them."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    hands_over = forms.BooleanField(
        required=False,
        label=_("I hand over: when they accept, I stop being a host"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("press", roles.new_press())
