"""A form of a listing's fields, prefilled: what comes of it is only what somebody changed.

For hosts, curators and strangers alike; which fields, and which values are shown, the caller
says. It never takes back what somebody else changed while the page was open: a field counts as
changed against what the page showed, not against what stands there now.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groups import dates
from meetings import listing_fields, schedules, traits
from meetings.enums import TraitKind, TraitValue
from meetings.listing_fields import Askable, Part, Section
from meetings.models import Trait

_SALT = "meetings.listing_forms"

REPEATS, WEEKDAYS, POSITIONS = "rrule_repeats", "rrule_weekdays", "rrule_positions"
_WEEKLY = {"1": 1, "2": 2, "3": 3, "4": 4}
_MONTHLY = {"month": 1, "2-months": 2, "3-months": 3}
ONCE, NEVER = "once", "never"
_REPEATS = [
    ("1", gettext_lazy("Every week")),
    ("2", gettext_lazy("Every other week")),
    ("3", gettext_lazy("Every third week")),
    ("4", gettext_lazy("Every fourth week")),
    ("month", gettext_lazy("In certain weeks of the month")),
    ("2-months", gettext_lazy("In certain weeks of every second month")),
    ("3-months", gettext_lazy("In certain weeks of every third month")),
    (ONCE, gettext_lazy("Once: on its first date")),
    (NEVER, gettext_lazy("No fixed days: by appointment, or at any time")),
]
_WEEKS = [
    (1, gettext_lazy("First")),
    (2, gettext_lazy("Second")),
    (3, gettext_lazy("Third")),
    (4, gettext_lazy("Fourth")),
    (5, gettext_lazy("Fifth")),
    (-2, gettext_lazy("Second to last")),
    (-1, gettext_lazy("Last")),
]
_TICKS = "ticks_"


@dataclass(frozen=True, slots=True)
class Group:
    """Fields of a form that belong under one heading."""

    key: str
    label: str
    fields: list[forms.BoundField]
    has_errors: bool


class ListingForm(forms.Form):
    """Fields of a group or meeting; `changes` are the values somebody changed, by field name.

    `listing` may be one that is not there yet (`listing_fields.blank`). `for_whom` says whose
    fields; `of` of which parts; `only` narrows them by name. Values of the fields named in
    `hidden` are not shown, and an empty answer there changes nothing. `traits` is "ticks" for a
    list to tick by kind, "values" for each with its value, None for none.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    # A street's line that speaks of a door, and that somebody was told of once.
    street_kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        listing: listing_fields.Listing,
        for_whom: Askable = Askable.HOSTS,
        of: Iterable[Part] = tuple(Part),
        only: Collection[str] | None = None,
        hidden: Collection[str] = frozenset(),
        traits: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.listing = listing
        self.hidden = frozenset(hidden)
        self.changes: dict[str, Any] = {}
        self._names: list[str] = []
        self._kinds_ticked: dict[str, list[Trait]] = {}
        now_here = listing_fields.values(listing)
        for field in listing_fields.fields(of=of, for_whom=for_whom):
            # Which of all places a meeting is at is chosen elsewhere.
            if field.name != "venue" and (only is None or field.name in only):
                self._add(field, now_here)
        if traits:
            self._add_traits(traits, now_here)
        shown = {name: now_here.get(name, self._empty(name)) for name in self._names if name not in self.hidden}
        self._shown = self._seen_before(shown)
        self.initial.setdefault("seen", signing.dumps(shown, salt=_SALT, compress=True))

    # ── Fields ──────────────────────────────────────────────────────────────

    def _add(self, field: listing_fields.Field, now_here: dict[str, Any]) -> None:
        self._names.append(field.name)
        value = field.empty if field.name in self.hidden else now_here.get(field.name, field.empty)
        if field.name == "rrule":
            self._add_rule(value, now_here.get("first_on"))
            return
        asked = field.kind.form_field()
        asked.label, asked.help_text = field.label, field.help
        if field.name in self.hidden:
            asked.required = False
            asked.help_text = gettext_lazy("What is there now is not shown here. Leave it empty to leave it as it is.")
        self.fields[field.name] = asked
        self.initial.setdefault(field.name, field.kind.for_form(value))

    def _add_rule(self, value: str, first_on: str | None) -> None:
        rule = schedules.parse_rrule(value or "")
        repeats, choices = _repeats_of(rule, first_on), list(_REPEATS)
        if repeats not in dict(choices):
            choices.insert(0, (repeats, gettext_lazy("As it is now")))
        self.fields[REPEATS] = forms.ChoiceField(choices=choices, label=gettext_lazy("How often"))
        self.fields[WEEKDAYS] = forms.TypedMultipleChoiceField(
            choices=dates.WEEKDAY_CHOICES, coerce=int, required=False, label=gettext_lazy("On which days"),
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
        self.fields[POSITIONS] = forms.TypedMultipleChoiceField(
            choices=_WEEKS, coerce=int, required=False, label=gettext_lazy("In which weeks of the month"),
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
        self.initial.setdefault(REPEATS, repeats)
        self.initial.setdefault(WEEKDAYS, list(rule.weekdays))
        self.initial.setdefault(POSITIONS, list(rule.positions))

    def _add_traits(self, how: str, now_here: dict[str, Any]) -> None:
        by_kind: dict[str, list[Trait]] = {}
        for trait in Trait.objects.all():
            by_kind.setdefault(trait.kind, []).append(trait)
        for kind in TraitKind:
            found = by_kind.get(kind, [])
            if how == "values":
                for trait in found:
                    self._add(listing_fields.trait_field(trait), now_here)
            elif found:
                self._add_ticks(kind, found, now_here)

    def _add_ticks(self, kind: TraitKind, found: list[Trait], now_here: dict[str, Any]) -> None:
        self._kinds_ticked[kind] = found
        names = [listing_fields.trait_name(trait.kind, trait.slug) for trait in found]
        self._names += names
        self.fields[_TICKS + kind] = forms.MultipleChoiceField(
            choices=[(trait.slug, trait.label) for trait in found],
            required=False,
            label=kind.label,
            widget=forms.CheckboxSelectMultiple,
        )
        said = [now_here.get(name, "") for name in names]
        ticked = [trait.slug for trait, value in zip(found, said, strict=True) if value not in ("", TraitValue.NO)]
        self.initial.setdefault(_TICKS + kind, ticked)

    def groups(self) -> Iterator[Group]:
        """Yield the fields under the headings of their sections, in order; none that is hidden input."""
        sections: dict[Section, list[forms.BoundField]] = {}
        for name in self._names:
            if name == "rrule":
                sections.setdefault(Section.WHEN, []).extend(self[part] for part in (REPEATS, WEEKDAYS, POSITIONS))
            elif name in self.fields:
                sections.setdefault(listing_fields.field(name).section, []).append(self[name])
        for section, fields in sections.items():
            yield Group(section.value, str(section.label), fields, any(field.errors for field in fields))
        # Lists to tick are long: each kind by itself.
        for kind in self._kinds_ticked:
            ticks = self[_TICKS + kind]
            yield Group(Section.TRAITS.value, str(ticks.label), [ticks], bool(ticks.errors))

    # ── What was changed ────────────────────────────────────────────────────

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given: dict[str, Any] = {}
        for name in self._names:
            try:
                if name == "rrule":
                    given |= self._rule(cleaned)
                elif name in cleaned:
                    given[name] = listing_fields.field(name).kind.from_form(cleaned[name])
            except listing_fields.WrongValue as wrong:
                self.add_error(name if name in self.fields else WEEKDAYS, str(wrong))
        given |= self._ticked(cleaned)
        self.changes = {name: value for name, value in given.items() if self._is_changed(name, value)}
        self._nudge_about_street()
        if not self.errors:
            for name, words in listing_fields.check(self.listing, self.values_to_check()).items():
                self._complain(name, words)
        return cleaned

    def values_to_check(self) -> dict[str, Any]:
        """Return what the listing would be changed by."""
        return self.changes

    def _nudge_about_street(self) -> None:
        """Ask once to move words about a door out of the line of the street; sent again, they stay."""
        street = self.changes.get("venue_street", "")
        if "venue_street" not in self.fields or not (words := listing_fields.directions_in(street)):
            return
        if self.data.get(self.add_prefix("street_kept")) == street:
            return
        self.data = self.data.copy()
        self.data[self.add_prefix("street_kept")] = street
        self.add_error(
            "venue_street",
            _(
                "“%(words)s” tells the way to a door: please move it to “How to find us”, so that maps find the "
                "street. If it is part of the address, send the form once more."
            )
            % {"words": words},
        )

    def _is_changed(self, name: str, value: Any) -> bool:
        if name in self.hidden:
            return value != self._empty(name)
        return value != self._shown.get(name, self._empty(name))

    def _rule(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """Return rule and first date from the three fields of a rule."""
        repeats = cleaned.get(REPEATS, "")
        weekdays, positions = tuple(cleaned.get(WEEKDAYS, ())), tuple(cleaned.get(POSITIONS, ()))
        if repeats == NEVER:
            return {"rrule": "", "first_on": None}
        if repeats == ONCE:
            if not cleaned.get("first_on"):
                self.add_error("first_on" if "first_on" in self.fields else REPEATS, _("Please give the date."))
            return {"rrule": ""}
        try:
            if repeats in _WEEKLY:
                return {"rrule": schedules.format_rrule(_weekly(weekdays, _WEEKLY[repeats]))}
            if repeats in _MONTHLY:
                rule = schedules.Rule(schedules.Frequency.MONTHLY, weekdays, _MONTHLY[repeats], positions)
                return {"rrule": schedules.format_rrule(rule)}
        except schedules.InvalidRule as invalid:
            raise listing_fields.WrongValue(str(invalid)) from None
        return {}

    def _ticked(self, cleaned: dict[str, Any]) -> dict[str, str]:
        """Return what ticks say: a trait newly ticked has its usual value, one no longer ticked is not known."""
        found = {}
        for kind, listed in self._kinds_ticked.items():
            chosen = cleaned.get(_TICKS + kind, ())
            for trait in listed:
                name = listing_fields.trait_name(kind, trait.slug)
                before = self._shown.get(name, "")
                was_ticked = before not in ("", TraitValue.NO)
                if (trait.slug in chosen) == was_ticked:
                    found[name] = before
                else:
                    found[name] = usual_value(kind, trait.slug) if trait.slug in chosen else ""
        return found

    def _complain(self, name: str, words: str) -> None:
        where = {"rrule": WEEKDAYS}.get(name, name)
        if where in self.fields:
            self.add_error(where, words)
        else:
            self.add_error(None, f"{listing_fields.label(name)}: {words}")

    def _empty(self, name: str) -> Any:
        return listing_fields.FIELDS[name].empty if name in listing_fields.FIELDS else ""

    def _seen_before(self, shown: dict[str, Any]) -> dict[str, Any]:
        """Return what the page showed that was filled in; what stands here now when it does not say."""
        if not self.is_bound:
            return shown
        try:
            said = signing.loads(self.data.get(self.add_prefix("seen"), ""), salt=_SALT)
        except signing.BadSignature:
            return shown
        return said if isinstance(said, dict) else shown


def usual_value(kind: str, slug: str) -> str:
    """Return what it means to say of a trait no more than that it is there: yes, welcome or only."""
    found = next((entry.value for entry in traits.entries() if (entry.kind, entry.slug) == (kind, slug)), "")
    return found or TraitValue.YES.value


def _weekly(weekdays: tuple[int, ...], interval: int) -> schedules.Rule:
    return schedules.Rule(schedules.Frequency.WEEKLY, weekdays, interval)


def _repeats_of(rule: schedules.Rule, first_on: str | None) -> str:
    """Return the choice that a rule is; one of its own for a rule that the choices do not have."""
    if rule.frequency == schedules.Frequency.ONCE:
        return ONCE if first_on else NEVER
    known = _WEEKLY if rule.frequency == schedules.Frequency.WEEKLY else _MONTHLY
    return next((choice for choice, interval in known.items() if interval == rule.interval), "as-it-is")
