"""Forms for staff, with the checks a person needs beside the constraints of the database."""

import zoneinfo
from typing import Any

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


class CuratorRoleAdminForm(forms.ModelForm):
    """A part of the catalogue that is one: everything, or what is filled in. The admin gives model and fields."""

    def clean_country(self) -> str:
        return self.cleaned_data["country"].upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        names = ("country", "region", "approach", "fellowship", "source")
        narrowed = [name for name in names if cleaned.get(name)]
        if cleaned.get("is_for_everything"):
            for name in narrowed:
                self.add_error(name, _("You typed this and chose another way. Please empty it, or choose it."))
        elif cleaned.get("region") and not cleaned.get("country"):
            self.add_error("country", _("Please choose"))
        elif not narrowed:
            self.add_error("is_for_everything", _("Please choose"))
        return cleaned
