"""What people fill in to keep a seat, and how a person is told from a machine without asking one."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetings import channels, languages, rsvps
from meetings.enums import Channel, ContactKind
from meetings.models import Meeting
from meetings.models.rsvps import MOST_OTHERS
from meetings.reminder_forms import PhoneField

# Nobody reads and presses faster; a page left open longer is shown afresh.
QUICKEST = timedelta(seconds=1.5)
STAMP_LIVES = timedelta(hours=24)
_SALT = "meetings.rsvp_forms"

LONGEST_ALIAS = 40

_OTHERS = [(0, _("Only me")), (1, _("One more")), (2, _("Two more")), (3, _("Three more"))]


class NotAPerson(Exception):
    """The field nobody sees was filled in."""


def stamp(*, now: datetime) -> str:
    """Return a signed note of when a form was shown. No two are the same."""
    return signing.dumps([round(now.timestamp(), 1), secrets.token_urlsafe(9)], salt=_SALT)


class PersonForm(forms.Form):
    """Any form a stranger may send: with a field no person fills in, and a stamp of when it was shown.

    `is_valid` raises NotAPerson when the hidden field is filled in.
    """

    # Named as machines like it; people neither see nor reach it.
    website = forms.CharField(
        required=False,
        max_length=200,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.label_suffix = ""
        self.initial.setdefault("shown", stamp(now=now))

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise NotAPerson
        return ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        try:
            shown_at, _unlike_others = signing.loads(self.data.get("shown", ""), salt=_SALT)
        except (signing.BadSignature, TypeError, ValueError):
            shown_at = None
        gone_by = self.now.timestamp() - shown_at if isinstance(shown_at, float | int) else None
        if gone_by is None or gone_by > STAMP_LIVES.total_seconds():
            self._ask_again(gettext("This page was open for a long time. Please press once more."))
        elif gone_by < QUICKEST.total_seconds():
            self._ask_again(gettext("That was very quick. Please press once more, so that we know you are a person."))
        return cleaned

    def _ask_again(self, words: str) -> None:
        # The form comes back as it was filled in, with a stamp of now.
        self.data = self.data.copy()
        self.data["shown"] = stamp(now=self.now)
        self.add_error(None, words)


class RsvpForm(PersonForm):
    """Keep a seat: just count me, or with an e-mail address, or with a phone where texts are offered."""

    JUST_ME, BY_EMAIL, BY_PHONE = "just-me", "email", "phone"
    ONE, FOUR, EVERY = "one", "four", "every"
    _KINDS = {JUST_ME: ContactKind.NONE, BY_EMAIL: ContactKind.EMAIL, BY_PHONE: ContactKind.PHONE}
    # As on the page, so that what is wrong is told from top to bottom.
    field_order = ["agrees", "others", "dates", "alias", "way", "email", "phone"]
    # The field of a way has its name.
    _MISSING = {
        BY_EMAIL: _("Please type the address, or choose “Just count me”."),
        BY_PHONE: _("Please type the number, or choose “Just count me”."),
    }

    others = forms.TypedChoiceField(
        choices=_OTHERS, coerce=int, initial=0, label=_("Who is coming"), help_text=_("A number is enough, no names.")
    )
    dates = forms.ChoiceField(
        choices=[
            (ONE, _("Only this date")),
            (FOUR, _("This one and the next three")),
            (EVERY, _("Every time, until I stop")),
        ],
        initial=ONE,
        widget=forms.RadioSelect,
        label=_("For which dates"),
    )
    way = forms.ChoiceField(
        choices=[
            (JUST_ME, _("Just count me: nothing else is asked")),
            (BY_EMAIL, _("With an e-mail address")),
            (BY_PHONE, _("With a mobile number")),
        ],
        initial=JUST_ME,
        widget=forms.RadioSelect,
        label=_("How shall we keep it"),
    )
    email = forms.EmailField(
        required=False,
        max_length=254,
        label=_("E-mail address"),
        help_text=_(
            "One message comes with a link to press. It names a time, nothing else. "
            "The address is kept encrypted and erased a day after the meeting."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    phone = PhoneField(
        required=False,
        label=_("Mobile number"),
        help_text=_(
            "With the country's code, such as +1 555 555 0100. A code comes as a text message, to type on the next "
            "page. The number is kept encrypted and erased a day after the meeting."
        ),
    )
    alias = forms.CharField(
        required=False,
        max_length=LONGEST_ALIAS,
        label=_("A name for the host"),
        help_text=_("Any name will do. Erased a day after the meeting."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    agrees = forms.BooleanField(label=_("I have read who this meeting is for, and it is right for me"))

    def __init__(self, *args: Any, meeting: Meeting, has_rules: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not meeting.rrule:
            del self.fields["dates"]
        if not meeting.host_sees_aliases:
            del self.fields["alias"]
        if not has_rules:
            del self.fields["agrees"]
        if not channels.is_offered(Channel.SMS):
            del self.fields["phone"]
            way = self.fields["way"]
            way.choices = [choice for choice in way.choices if choice[0] != self.BY_PHONE]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chosen = cleaned.get("way")
        for way, missing in self._MISSING.items():
            if way not in self.fields:
                continue
            has_typed = bool(self.data.get(way, "").strip())
            if chosen == way and not has_typed:
                self.add_error(way, str(missing))
            elif chosen and chosen != way and has_typed:
                # Nothing is taken that was not meant to be given.
                self.add_error(way, gettext("You typed this and chose another way. Please empty it, or choose it."))
        return cleaned

    def person(self, on: date) -> rsvps.Person:
        """Return what was given for a date; only for a valid form."""
        said = self.cleaned_data
        alias = said.get("alias", "").strip()
        kind = self._KINDS[said["way"]]
        return rsvps.Person(
            kind=kind,
            address=said[said["way"]] if kind != ContactKind.NONE else "",
            alias=alias,
            host_sees_alias=bool(alias),
            others=said["others"],
            language=languages.in_use(),
            press=" ".join(str(part) for part in (on, self.data["shown"], said["others"], said.get("dates"), alias)),
        )

    @property
    def is_for_one_date(self) -> bool:
        return self.cleaned_data.get("dates", self.ONE) == self.ONE

    @property
    def number_of_dates(self) -> int | None:
        """How many dates, None for every one until stopped."""
        return rsvps.DATES_OF_A_SHORT_ONE if self.cleaned_data["dates"] == self.FOUR else None


class ChangeForm(forms.Form):
    """Come with more or fewer others, or by another name."""

    others = forms.TypedChoiceField(choices=_OTHERS, coerce=int, label=_("Who is coming"))
    alias = forms.CharField(
        required=False,
        max_length=LONGEST_ALIAS,
        label=_("A name for the host"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, has_alias: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        if not has_alias:
            del self.fields["alias"]


class AboutMeForm(PersonForm):
    """An e-mail address, or a number where texts are offered."""

    email = forms.EmailField(
        required=False,
        max_length=254,
        label=_("Your e-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    phone = PhoneField(
        required=False,
        label=_("Or your mobile number"),
        help_text=_("With the country's code, such as +1 555 555 0100."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not channels.is_offered(Channel.SMS):
            del self.fields["phone"]
            self.fields["email"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        typed = [name for name in ("email", "phone") if self.data.get(name, "").strip()]
        if not typed and "phone" in self.fields:
            self.add_error("email", gettext("Please type an address or a number."))
        elif len(typed) > 1:
            self.add_error("phone", gettext("One of the two, please: each has a page of its own."))
        return cleaned

    def address(self) -> tuple[ContactKind, str]:
        """Return what was given, and its kind; only for a valid form."""
        if self.cleaned_data["email"]:
            return ContactKind.EMAIL, self.cleaned_data["email"]
        return ContactKind.PHONE, self.cleaned_data["phone"]


class AskForm(PersonForm):
    words = forms.CharField(
        max_length=2000,
        label=_("Your question"),
        help_text=_("No name is needed."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    email = forms.EmailField(
        required=False,
        max_length=254,
        label=_("E-mail address for the answer"),
        help_text=_("The group does not see it: the answer comes through us. It is erased then, or in two weeks."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


class AnswerForm(forms.Form):
    words = forms.CharField(max_length=2000, label=_("Your answer"), widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


assert len(_OTHERS) == MOST_OTHERS + 1
