"""Forms for staff, with the checks a person needs beside the constraints of the database."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from groups.forms import clean_zone
from meetings import schedules
from meetings.enums import ChannelState


class MeetingAdminForm(forms.ModelForm):
    """A meeting whose rule can be followed and whose ways in exist.

    A zone left empty is that of the venue. The admin gives model and fields.
    """

    def clean_rrule(self) -> str:
        try:
            return schedules.format_rrule(schedules.parse_rrule(self.cleaned_data["rrule"]))
        except schedules.InvalidRule as error:
            raise forms.ValidationError(str(error)) from error

    def clean_time_zone(self) -> str:
        return clean_zone(self.cleaned_data["time_zone"])

    def clean_join_url(self) -> str:
        url = self.cleaned_data["join_url"]
        if url and urlsplit(url).scheme not in ("http", "https"):
            raise forms.ValidationError(_("The link is a web address; a phone number has its own field."))
        return url

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        venue = data.get("venue")
        if not data.get("time_zone") and venue is not None and "time_zone" not in self.errors:
            data["time_zone"] = venue.time_zone
        self._check_schedule(data)
        is_in_person = data.get("in_person", ChannelState.NONE) != ChannelState.NONE
        if is_in_person and venue is None and "venue" not in self.errors:
            self.add_error("venue", _("A meeting in person needs a place, even one without an exact address."))
        return data

    def _check_schedule(self, data: dict[str, Any]) -> None:
        if self.errors.keys() & {"rrule", "first_on", "last_on", "start_time", "duration", "time_zone"}:
            return
        if not data["rrule"] and data["first_on"] is None:
            return
        for name in ("start_time", "time_zone"):
            if not data[name]:
                self.add_error(name, _("A meeting with a rule or a date needs a start and a time zone."))
        if self.errors.keys() & {"start_time", "time_zone"}:
            return
        try:
            schedules.Schedule(
                rule=schedules.parse_rrule(data["rrule"]),
                start_time=data["start_time"],
                time_zone=data["time_zone"],
                first_on=data["first_on"],
                last_on=data["last_on"],
                duration=data["duration"],
            )
        except schedules.InvalidSchedule as error:
            self.add_error("first_on" if data["first_on"] is None else "last_on", str(error))


class VenueAdminForm(forms.ModelForm):
    """A venue that can always be saved: no position, an approximate one, or a pin set by hand."""

    def clean_time_zone(self) -> str:
        return clean_zone(self.cleaned_data["time_zone"])

    def clean_country(self) -> str:
        return self.cleaned_data["country"].upper()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            self.add_error("longitude", _("A position is a latitude and a longitude; leave both empty if unknown."))
        return data
