"""What a curator fills in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groups import dates, phrasing
from groups.access import Scope
from meetings import access, listing_fields
from meetings.curation.bulk import Action, Change
from meetings.enums import TraitValue, Verdict
from meetings.models import SuggestedValue, Trait, Venue

LONGEST_REASON = 300


class _Plain(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class ReasonForm(_Plain):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=LONGEST_REASON, required=False)


@dataclass(frozen=True)
class SuggestedLine:
    """One field of a suggestion on the page. `here` is what the listing says now."""

    name: str
    label: str
    here: str
    was: str
    proposed: str
    changed_since: bool
    verdict: forms.BoundField
    reason: forms.BoundField


class SuggestionForm(_Plain):
    """A verdict and a reason for each field, and what the sender reads."""

    answer = forms.CharField(
        label=gettext_lazy("What the sender reads"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Beside the verdicts and reasons above. Nothing private: it is sent by mail."),
    )
    for_all = forms.BooleanField(label=gettext_lazy("Put the place right for every meeting there"), required=False)

    def __init__(self, *args: Any, rows: Iterable[SuggestedValue], here: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rows = list(rows)
        self._here = here
        choices = [(Verdict.ACCEPTED.value, gettext_lazy("Accept")), (Verdict.REFUSED.value, gettext_lazy("Refuse"))]
        for row in self._rows:
            label = listing_fields.label(row.name)
            self.fields[f"verdict-{row.pk}"] = forms.ChoiceField(
                label=_("Verdict on “%(field)s”") % {"field": label}, choices=choices, required=False,
                widget=forms.RadioSelect,
            )  # fmt: skip
            self.fields[f"reason-{row.pk}"] = forms.CharField(
                label=_("Reason about “%(field)s”") % {"field": label}, max_length=LONGEST_REASON, required=False
            )
        if not any(row.name.startswith("venue_") for row in self._rows):
            del self.fields["for_all"]

    def lines(self) -> list[SuggestedLine]:
        words = listing_fields.words
        return [
            SuggestedLine(
                name=row.name,
                label=listing_fields.label(row.name),
                here=words(row.name, self._here.get(row.name, row.current)),
                was=words(row.name, row.current),
                proposed=words(row.name, row.proposed),
                changed_since=row.name in self._here and self._here[row.name] != row.current,
                verdict=self[f"verdict-{row.pk}"],
                reason=self[f"reason-{row.pk}"],
            )
            for row in self._rows
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.data.get("whole"):
            return cleaned
        for row in self._rows:
            if not cleaned.get(f"verdict-{row.pk}"):
                self.add_error(f"verdict-{row.pk}", _("Please accept or refuse it."))
        return cleaned

    def verdicts(self) -> dict[str, tuple[Verdict, str]]:
        """Return the verdict on each field; `whole` in what was sent is the verdict on all of them."""
        whole = {"accept": Verdict.ACCEPTED, "refuse": Verdict.REFUSED}.get(self.data.get("whole", ""))
        found = {
            row.name: (
                whole or Verdict(self.cleaned_data[f"verdict-{row.pk}"]),
                self.cleaned_data.get(f"reason-{row.pk}", ""),
            )
            for row in self._rows
        }
        return found | {"*": (whole or Verdict.REFUSED, "")}


class BulkForm(_Plain):
    """What is to be done with the chosen listings: what an action needs, and nothing else."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=LONGEST_REASON, required=False,
        help_text=gettext_lazy("Kept in the history of each listing"),
    )  # fmt: skip

    def __init__(self, *args: Any, action: Action, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.action = action
        self._scope = scope
        match action:
            case Action.MOVE:
                self._add("place", forms.CharField(
                    label=gettext_lazy("Place"), max_length=300,
                    help_text=gettext_lazy("Name, street or town of a place that is listed; or its code"),
                ))  # fmt: skip
            case Action.TRAIT:
                traits = [(f"{t.kind}/{t.slug}", f"{t.get_kind_display()}: {t.name}") for t in Trait.objects.all()]
                self._add("trait", forms.ChoiceField(label=gettext_lazy("What"), choices=traits))
                values = [*TraitValue.choices, ("", gettext_lazy("Nobody said"))]
                self._add("value", forms.ChoiceField(label=gettext_lazy("Is"), choices=values, required=False))
            case Action.HOST:
                self._add("host", forms.EmailField(
                    label=gettext_lazy("Address of the new host's account"),
                    help_text=gettext_lazy("They need an account here: signing in once makes one."),
                ))  # fmt: skip
                self._add("is_only_host", forms.BooleanField(
                    label=gettext_lazy("The hosts before are hosts no more"), required=False,
                ))  # fmt: skip

    def _add(self, name: str, field: forms.Field) -> None:
        self.fields[name] = field
        self.order_fields([name for name in self.fields if name != "reason"])

    def clean_place(self) -> str:
        """Return the public id of the one place that is meant; it says which there are when several are."""
        said = self.cleaned_data["place"].strip()
        ours = Venue.objects.filter(access.of_venues(self._scope))
        exact = ours.filter(public_id=said).first()
        if exact is not None:
            return exact.public_id
        found = list(places_named(ours, said)[:6])
        if not found:
            raise forms.ValidationError(_("No place of your part is called so."))
        if len(found) > 1:
            names = phrasing.listed_long(f"{venue} ({venue.public_id})" for venue in found[:5])
            raise forms.ValidationError(_("Several are: %(names)s. Please give its code.") % {"names": names})
        return found[0].public_id

    def change(self) -> Change:
        """Return what was asked for. The form is valid."""
        said = self.cleaned_data
        match self.action:
            case Action.MOVE:
                return Change.of(self.action, {"venue": said["place"]})
            case Action.TRAIT:
                kind, _slash, slug = said["trait"].partition("/")
                return Change.of(self.action, {listing_fields.trait_name(kind, slug): said["value"]})
            case Action.HOST:
                return Change(self.action, host=said["host"], is_only_host=said["is_only_host"])
        return Change.of(self.action)


def places_named(venues: Any, said: str) -> Any:
    """Return the venues whose name, street or town has every one of these words."""
    from django.db.models import Q

    for word in said.split()[:6]:
        venues = venues.filter(
            Q(name__icontains=word) | Q(street__icontains=word) | Q(town__icontains=word) | Q(postcode__icontains=word)
        )
    return venues.order_by("town", "name", "pk")


class DaysForm(_Plain):
    """Days and a time for copies of a meeting, each at its own day."""

    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Also on"), choices=dates.WEEKDAY_CHOICES, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    start_time = forms.TimeField(
        label=gettext_lazy("Starts at"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("Empty: as this one"),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=255, required=False, help_text=gettext_lazy("Empty: as this one")
    )
    together = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[
            ("copies", gettext_lazy("A listing of its own for each day")),
            ("one", gettext_lazy("One listing with all these days and its own")),
        ],
        initial="copies",
        widget=forms.RadioSelect,
    )
