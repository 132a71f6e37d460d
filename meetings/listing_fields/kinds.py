"""What kinds of values listings have: as JSON keeps them, as models do, as forms ask for them, in words.

A value is a JSON value: a text, a number, a truth, a list, or None for "nobody said". Dates are
ISO 8601, times of day "19:00", lengths whole minutes, rules the RRULE of `meetings.schedules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from groups import dates, phrasing
from groups.forms import clean_zone
from meetings import schedules

Choices = Iterable[tuple[Any, Any]]


class WrongValue(ValueError):
    """A value that such a field cannot have; the message is a plain sentence."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Any kind of value. `empty` is the value of a field about which nothing is said."""

    empty: Any = ""

    def form_field(self) -> forms.Field:
        """Return a new field that asks for a value; label and help are the caller's."""
        raise NotImplementedError

    def for_form(self, value: Any) -> Any:
        """Return a value as the form field shows it."""
        return value

    def from_form(self, cleaned: Any) -> Any:
        """Return the value of what the form field has cleaned."""
        return self.empty if cleaned is None else cleaned

    def for_model(self, value: Any) -> Any:
        """Return a value as the model's field has it."""
        return value

    def from_model(self, held: Any) -> Any:
        """Return the value of what the model's field holds."""
        return str(held) if isinstance(held, models.Choices) else held

    def parse(self, value: Any) -> Any:
        """Return the value, checked and in its one form. Raises WrongValue."""
        try:
            return self.from_form(self.form_field().clean(self.for_form(value)))
        except forms.ValidationError as error:
            raise WrongValue(" ".join(error.messages)) from None
        except (TypeError, ValueError) as error:
            raise WrongValue(str(error)) from None

    def words(self, value: Any) -> str:
        """Return the value for people, "" for nothing."""
        return "" if value is None else str(value)


@dataclass(frozen=True, kw_only=True)
class Text(Kind):
    longest: int = 255
    has_lines: bool = False
    is_required: bool = False

    def form_field(self) -> forms.Field:
        widget = forms.Textarea(attrs={"rows": 4}) if self.has_lines else forms.TextInput(attrs={"autocomplete": "off"})
        return forms.CharField(max_length=self.longest, required=self.is_required, widget=widget)

    def from_form(self, cleaned: Any) -> str:
        return "\n".join(line.rstrip() for line in str(cleaned or "").splitlines()).strip()


class _WebAddress(forms.URLField):
    # In place of Django's own, which also lets FTP through: what is wrong is said once.
    default_validators = [URLValidator(schemes=["http", "https"])]


@dataclass(frozen=True, kw_only=True)
class Link(Kind):
    longest: int = 400

    def form_field(self) -> forms.Field:
        return _WebAddress(
            max_length=self.longest,
            required=False,
            assume_scheme="https",
            widget=forms.URLInput(attrs={"autocomplete": "off"}),
        )


@dataclass(frozen=True, kw_only=True)
class OneOf(Kind):
    """One of several choices. Without "" among them one must be chosen."""

    choices: Choices | Callable[[], Choices] = ()

    def listed(self) -> list[tuple[Any, Any]]:
        return list(self.choices() if callable(self.choices) else self.choices)

    def form_field(self) -> forms.Field:
        listed = self.listed()
        return forms.ChoiceField(choices=listed, required=not any(value == "" for value, _label in listed))

    def words(self, value: Any) -> str:
        return next((str(label) for known, label in self.listed() if known == value), str(value)) if value else ""


@dataclass(frozen=True, kw_only=True)
class SeveralOf(Kind):
    empty: Any = ()
    choices: Choices = ()

    def form_field(self) -> forms.Field:
        return forms.MultipleChoiceField(
            choices=list(self.choices), required=False, widget=forms.CheckboxSelectMultiple
        )

    def from_form(self, cleaned: Any) -> list[str]:
        chosen = {str(value) for value in cleaned or ()}
        return [str(value) for value, _label in self.choices if value in chosen]

    def from_model(self, held: Any) -> list[str]:
        return [str(value) for value in held or ()]

    def words(self, value: Any) -> str:
        return phrasing.listed(label for known, label in self.choices if known in (value or ()))


@dataclass(frozen=True, kw_only=True)
class YesOrNo(Kind):
    """Yes, no, or nobody said (None)."""

    empty: Any = None

    def form_field(self) -> forms.Field:
        return forms.TypedChoiceField(
            choices=[("", gettext_lazy("Not said")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
            coerce=lambda chosen: chosen == "yes",
            empty_value=None,
            required=False,
        )

    def for_form(self, value: Any) -> str:
        if value not in (True, False, None):
            raise WrongValue(_("It is yes, no, or not said."))
        return {True: "yes", False: "no", None: ""}[value]

    def words(self, value: Any) -> str:
        return {True: _("Yes"), False: _("No")}.get(value, "")


@dataclass(frozen=True, kw_only=True)
class Flag(Kind):
    """True or False; nothing said is False."""

    empty: Any = False

    def form_field(self) -> forms.Field:
        return forms.BooleanField(required=False)

    def words(self, value: Any) -> str:
        return _("Yes") if value else _("No")


@dataclass(frozen=True, kw_only=True)
class Number(Kind):
    empty: Any = None
    least: int = 0
    most: int = 10_000

    def form_field(self) -> forms.Field:
        return forms.IntegerField(min_value=self.least, max_value=self.most, required=False)


@dataclass(frozen=True, kw_only=True)
class Minutes(Number):
    """A length in whole minutes, None for an unknown one."""

    least: int = 1
    most: int = 24 * 60

    def for_model(self, value: Any) -> timedelta | None:
        return None if value is None else timedelta(minutes=value)

    def from_model(self, held: timedelta | None) -> int | None:
        return None if held is None else max(1, round(held / timedelta(minutes=1)))

    def words(self, value: Any) -> str:
        if value is None:
            return ""
        return ngettext("%(n)d minute", "%(n)d minutes", value) % {"n": value}


@dataclass(frozen=True, kw_only=True)
class Day(Kind):
    empty: Any = None

    def form_field(self) -> forms.Field:
        return forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def from_form(self, cleaned: date | None) -> str | None:
        return cleaned.isoformat() if cleaned else None

    def for_model(self, value: str | None) -> date | None:
        return date.fromisoformat(value) if value else None

    def from_model(self, held: date | None) -> str | None:
        return held.isoformat() if held else None

    def words(self, value: str | None) -> str:
        return dates.day_long(date.fromisoformat(value)) if value else ""


@dataclass(frozen=True, kw_only=True)
class TimeOfDay(Kind):
    empty: Any = None

    def form_field(self) -> forms.Field:
        return forms.TimeField(
            required=False,
            input_formats=["%H:%M", "%H:%M:%S", "%I:%M %p", "%I %p", "%I:%M%p", "%I%p"],
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        )

    def from_form(self, cleaned: time | None) -> str | None:
        return cleaned.strftime("%H:%M") if cleaned is not None else None

    def for_model(self, value: str | None) -> time | None:
        return time.fromisoformat(value) if value else None

    def from_model(self, held: time | None) -> str | None:
        return held.strftime("%H:%M") if held is not None else None

    def words(self, value: str | None) -> str:
        return schedules.describe_time(time.fromisoformat(value)) if value else ""


@dataclass(frozen=True, kw_only=True)
class Zone(Kind):
    def form_field(self) -> forms.Field:
        return forms.CharField(
            max_length=64,
            required=False,
            validators=[clean_zone],
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )

    def words(self, value: str | None) -> str:
        return (value or "").replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class Rule(Kind):
    """An RRULE as `schedules.format_rrule` writes it; "" is one date, or by appointment."""

    def form_field(self) -> forms.Field:
        return forms.CharField(max_length=120, required=False)

    def parse(self, value: Any) -> str:
        try:
            return schedules.format_rrule(schedules.parse_rrule(str(value or "")))
        except schedules.InvalidRule as error:
            raise WrongValue(str(error)) from None

    def words(self, value: str) -> str:
        if not value:
            return _("One date, or by appointment")
        return schedules.describe_days(schedules.parse_rrule(value))


@dataclass(frozen=True, kw_only=True)
class Country(Kind):
    """Two letters; people may write it in any usual way."""

    def form_field(self) -> forms.Field:
        return forms.CharField(max_length=60, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def from_form(self, cleaned: Any) -> str:
        from meetings import regions

        text = str(cleaned or "").strip()
        code = regions.country_code(text)
        if text and not code:
            raise WrongValue(_("We do not know a country of that name."))
        return code

    def for_form(self, value: Any) -> str:
        from meetings import regions

        return regions.country_name(value) if value else ""

    def words(self, value: str) -> str:
        return self.for_form(value)


@dataclass(frozen=True, kw_only=True)
class Degrees(Kind):
    empty: Any = None
    most: float = 180.0

    def form_field(self) -> forms.Field:
        return forms.FloatField(
            min_value=-self.most,
            max_value=self.most,
            required=False,
            widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        )


@dataclass(frozen=True, kw_only=True)
class Entry(Kind):
    """An entry of another table, known by its slug or public id; None or "" for none."""

    model: type[models.Model] = models.Model
    key: str = "slug"
    is_required: bool = False

    def form_field(self) -> forms.Field:
        return _EntryField(
            queryset=self.model._default_manager.all(),
            to_field_name=self.key,
            required=self.is_required,
            empty_label=gettext_lazy("None of these"),
        )

    def from_form(self, cleaned: Any) -> str:
        return getattr(cleaned, self.key) if cleaned is not None else ""

    def for_model(self, value: str) -> models.Model | None:
        if not value:
            return None
        found = self.model._default_manager.filter(**{self.key: value}).first()
        if found is None:
            raise WrongValue(_("There is no such entry any more."))
        return found

    def from_model(self, held: models.Model | None) -> str:
        return getattr(held, self.key) if held is not None else ""

    def parse(self, value: Any) -> str:
        self.for_model(value)
        return str(value or "")

    def words(self, value: str) -> str:
        found = self.model._default_manager.filter(**{self.key: value}).first() if value else None
        return _name_of(found) if found is not None else str(value or "")


class _EntryField(forms.ModelChoiceField):
    def label_from_instance(self, obj: models.Model) -> str:
        return _name_of(obj)


def _name_of(entry: models.Model) -> str:
    """Return the name of an entry, in the reader's language where it has one."""
    return str(getattr(entry, "label", entry))
