"""What people fill in to say when and how they are reminded."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import languages
from meetings.enums import Channel
from meetings.models import ReminderWishes, Rsvp, StandingRsvp
from meetings.models.messages import LEAST_MINUTES, MOST_MINUTES, MOST_REMINDERS
from meetings.reminders import planning, wishes
from recovery.middleware import named_zone

USUAL = [(24 * 60, _("A day before")), (120, _("Two hours before")), (30, _("Half an hour before"))]
UNITS = [(1, _("minutes before")), (60, _("hours before")), (24 * 60, _("days before"))]

LONGEST_NUMBER = 20


class RemindersForm(forms.Form):
    """When, how and in which words."""

    before = forms.TypedMultipleChoiceField(
        choices=USUAL, coerce=int, required=False, widget=forms.CheckboxSelectMultiple, label=_("When")
    )
    own_number = forms.IntegerField(required=False, min_value=1, max_value=999, label=_("Another time"))
    own_unit = forms.TypedChoiceField(choices=UNITS, coerce=int, initial=1, required=False, label=_("Unit"))
    channels = forms.MultipleChoiceField(
        choices=Channel.choices, required=False, widget=forms.CheckboxSelectMultiple, label=_("How")
    )
    is_plain = forms.BooleanField(
        required=False,
        label=_("Messages may name the meeting"),
        help_text=_("Otherwise they say a time and nothing else, so that nobody learns anything from your screen."),
    )
    asks_after = forms.BooleanField(
        required=False,
        label=_("Ask me once afterwards whether it took place"),
        help_text=_("Your answer is kept without who gave it, and helps the next person."),
    )
    is_quiet = forms.BooleanField(
        required=False,
        label=_("Keep quiet hours"),
        help_text=_("A reminder that would fall into them comes in the last minute before."),
    )
    quiet_from = forms.TimeField(required=False, label=_("Quiet from"), widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_until = forms.TimeField(required=False, label=_("Until"), widget=forms.TimeInput(attrs={"type": "time"}))
    time_zone = forms.CharField(
        required=False,
        max_length=64,
        label=_("Your time zone"),
        help_text=_("Such as Europe/Dublin. Empty: that of the meeting."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-own-zone": ""}),
    )

    def __init__(self, *args: Any, ways: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        if len(ways) < 2:
            del self.fields["channels"]
        else:
            choices = [(value, label) for value, label in Channel.choices if value in ways]
            self.fields["channels"].choices = choices

    @classmethod
    def of(cls, kept: ReminderWishes, *, ways: set[str]) -> "RemindersForm":
        """Return the form with what is wished so far."""
        usual = {minutes for minutes, _label in USUAL}
        own = next((minutes for minutes in kept.offsets if minutes not in usual), None)
        number, unit = _as_told(own) if own else (None, 1)
        quiet = planning.QUIET_BY_DEFAULT
        is_new = kept.pk is None
        return cls(
            ways=ways,
            initial={
                "before": [minutes for minutes in kept.offsets if minutes in usual],
                "own_number": number,
                "own_unit": unit,
                "channels": kept.channels or sorted(ways),
                "is_plain": kept.is_plain,
                "asks_after": kept.asks_after,
                "is_quiet": is_new or kept.quiet_from is not None,
                "quiet_from": (kept.quiet_from or quiet.begins).strftime("%H:%M"),
                "quiet_until": (kept.quiet_until or quiet.ends).strftime("%H:%M"),
                "time_zone": kept.time_zone,
            },
        )

    def clean_time_zone(self) -> str:
        said = self.cleaned_data["time_zone"].strip()
        if said and named_zone(said) is None:
            raise forms.ValidationError(gettext("No such time zone is known. Write it like Europe/Dublin."))
        return said

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        offsets = set(cleaned.get("before") or [])
        if cleaned.get("own_number"):
            own = cleaned["own_number"] * (cleaned.get("own_unit") or 1)
            if not LEAST_MINUTES <= own <= MOST_MINUTES:
                self.add_error("own_number", gettext("Between five minutes and seven days, please."))
            offsets.add(own)
        if len(offsets) > MOST_REMINDERS:
            self.add_error("before", gettext("Four reminders at most."))
        if cleaned.get("is_quiet") and not (cleaned.get("quiet_from") and cleaned.get("quiet_until")):
            self.add_error("quiet_from", gettext("Please say from when and until when."))
        if "channels" in self.fields and offsets and not cleaned.get("channels") and "channels" not in self.errors:
            self.add_error("channels", gettext("Choose at least one way, or no reminder at all."))
        cleaned["offsets"] = sorted(offsets)
        return cleaned

    def save(self, kept: Rsvp | StandingRsvp, *, now) -> ReminderWishes:
        """Keep the wishes and plan anew; only for a valid form."""
        said = self.cleaned_data
        quiet = wishes.quiet_between(said["quiet_from"], said["quiet_until"]) if said["is_quiet"] else None
        return wishes.choose(
            kept,
            now=now,
            offsets=said["offsets"],
            channels=said.get("channels", []),
            is_plain=said["is_plain"],
            asks_after=said["asks_after"],
            time_zone=said["time_zone"],
            quiet=quiet,
            language=languages.in_use(),
        )


class PhoneField(forms.CharField):
    """A number to send text messages to: with its country's code, as in +1 555 0100. Cleaned to +15550100."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"})
        super().__init__(max_length=LONGEST_NUMBER + 10, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        said = super().clean(value)
        if not said:
            return ""
        digits = "".join(letter for letter in said if letter.isdigit())
        has_others = any(not (letter.isdigit() or letter in "+ ()-./\u00a0\u202f") for letter in said)
        if has_others or not said.startswith("+") or not 8 <= len(digits) <= 15:
            raise forms.ValidationError(gettext("Please write the number with + and the country's code."))
        return f"+{digits}"


class PhoneForm(forms.Form):
    number = PhoneField(
        label=_("Mobile number"),
        help_text=_("With the country's code, such as +1 555 555 0100. We send it a code to type here."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=12,
        label=_("The code we sent"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


def _as_told(minutes: int) -> tuple[int, int]:
    """Return a number and its unit: 2880 minutes are two days."""
    unit = next(unit for unit in (24 * 60, 60, 1) if minutes % unit == 0)
    return minutes // unit, unit
