"""Forms for staff, with the checks a person needs beside the constraints of the database."""

import zoneinfo

from django import forms
from django.utils.translation import gettext_lazy as _

_ZONES = frozenset(zoneinfo.available_timezones())


def clean_zone(name: str) -> str:
    """Return the IANA zone's name, "" for none. Raises ValidationError for a name nobody knows."""
    name = name.strip()
    if name and name not in _ZONES:
        raise forms.ValidationError(
            _("“%(name)s” is not the name of a time zone. Write it like America/New_York."), params={"name": name[:60]}
        )
    return name


class SourceAdminForm(forms.ModelForm):
    """A source whose zone exists. The admin gives model and fields."""

    def clean_time_zone(self) -> str:
        return clean_zone(self.cleaned_data["time_zone"])

    def clean_country(self) -> str:
        return self.cleaned_data["country"].upper()
