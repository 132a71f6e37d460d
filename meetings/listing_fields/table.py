"""The table itself: every field of a listing that people may read and change, in the order they are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from groups import enums as group_enums
from groups.models import Approach, Fellowship
from meetings import enums
from meetings.listing_fields import kinds
from meetings.models import Trait, Venue

TRAIT = "trait_"


class Part(StrEnum):
    """What row of the listing a field is kept in."""

    GROUP = "group"
    MEETING = "meeting"
    VENUE = "venue"


class Section(TextChoices):
    """Fields that are asked and told together."""

    NAMES = "names", _("What it is called")
    WHEN = "when", _("When")
    WHERE = "where", _("Where")
    JOIN = "join", _("Joining from afar")
    WHO = "who", _("Who may come")
    LIKE = "like", _("What it is like")
    TRAITS = "traits", _("How it runs and what is there")
    SEATS = "seats", _("Keeping seats")
    GROUP = "group", _("The group")
    LISTING = "listing", _("The listing")


class Askable(StrEnum):
    """Who may propose or make a change of the field. Whoever comes later may what those before may."""

    ANYONE = "anyone"
    HOSTS = "hosts"
    CURATORS = "curators"
    NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field. `column` is its name on the row of its part; `kind` reads, checks and words values.

    `is_join_detail` is never told to a stranger unless the meeting tells everyone.
    """

    name: str
    label: Any
    part: Part
    column: str
    section: Section
    kind: kinds.Kind
    help: Any = ""
    askable: Askable = Askable.ANYONE
    is_join_detail: bool = False
    is_address: bool = False

    @property
    def empty(self) -> Any:
        return list(self.kind.empty) if isinstance(self.kind.empty, tuple) else self.kind.empty

    def parse(self, value: Any) -> Any:
        """Return a proposed value, checked and in its one form. Raises kinds.WrongValue."""
        return self.kind.parse(value)

    def words(self, value: Any) -> str:
        """Return a value for people, "" where nothing is said."""
        return self.kind.words(value)


def _with_unknown(choices: Any) -> list[tuple[str, Any]]:
    listed = list(choices.choices)
    return listed if any(value == "" for value, _label in listed) else [("", _("Not said")), *listed]


def _meeting(name: str, label: Any, section: Section, kind: kinds.Kind, **more: Any) -> Field:
    return Field(name=name, label=label, part=Part.MEETING, column=name, section=section, kind=kind, **more)


def _venue(name: str, label: Any, kind: kinds.Kind, **more: Any) -> Field:
    return Field(
        name=f"venue_{name}", label=label, part=Part.VENUE, column=name, section=Section.WHERE, kind=kind, **more
    )


def _group(name: str, label: Any, kind: kinds.Kind, section: Section = Section.GROUP, **more: Any) -> Field:
    return Field(name=f"group_{name}", label=label, part=Part.GROUP, column=name, section=section, kind=kind, **more)


_CHANNEL = kinds.OneOf(choices=enums.ChannelState.choices, empty=enums.ChannelState.NONE.value)
_LINES = kinds.Text(longest=4000, has_lines=True)

_ALL = (
    _group("name", _("Name of the group"), kinds.Text(is_required=True), Section.NAMES),
    _meeting("name", _("Name of the meeting"), Section.NAMES, kinds.Text(is_required=True)),
    _group(
        "approach",
        _("Approach"),
        kinds.Entry(model=Approach, is_required=True),
        Section.NAMES,
        help=_("The way of recovering"),
    ),
    _group("fellowship", _("Fellowship"), kinds.Entry(model=Fellowship), Section.NAMES),
    # ── When ──
    _meeting("rrule", _("Days"), Section.WHEN, kinds.Rule()),
    _meeting("first_on", _("First date"), Section.WHEN, kinds.Day(), help=_("Of a single date, that date")),
    _meeting("last_on", _("Last date"), Section.WHEN, kinds.Day(), help=_("Only if it comes to an end")),
    _meeting("start_time", _("Starts at"), Section.WHEN, kinds.TimeOfDay()),
    _meeting("duration", _("Length in minutes"), Section.WHEN, kinds.Minutes()),
    _meeting(
        "time_zone",
        _("Time zone"),
        Section.WHEN,
        kinds.Zone(),
        help=_("Like America/New_York. Of a place we know, it may stay empty."),
    ),
    # ── Where ──
    _meeting("in_person", _("In person"), Section.WHERE, _CHANNEL),
    _meeting(
        "venue",
        _("Place"),
        Section.WHERE,
        kinds.Entry(model=Venue, key="public_id"),
        askable=Askable.CURATORS,
    ),
    _venue("name", _("Name of the place"), kinds.Text(), is_address=True, help=_("As on the door: “St. Mark’s Hall”")),
    _venue(
        "street",
        _("Street and number"),
        kinds.Text(),
        is_address=True,
        help=_("The address alone. Doors, floors and bells go under “How to find us”."),
    ),
    _venue("area", _("Neighborhood or area"), kinds.Text(longest=160)),
    _venue("town", _("Town"), kinds.Text(longest=160), is_address=True),
    _venue("region", _("State or region"), kinds.Text(longest=80), is_address=True),
    _venue("postcode", _("Postcode"), kinds.Text(longest=20), is_address=True),
    _venue("country", _("Country"), kinds.Country(), is_address=True),
    _venue("how_to_find", _("How to find us"), _LINES, help=_("Which door, which floor, which bell, where to park")),
    _venue("is_private_home", _("It is somebody’s home"), kinds.Flag(), help=_("Its address is never shown.")),
    _venue("latitude", _("Latitude"), kinds.Degrees(most=90.0), askable=Askable.HOSTS),
    _venue("longitude", _("Longitude"), kinds.Degrees(), askable=Askable.HOSTS),
    _venue("is_approximate", _("The position is not the door’s"), kinds.Flag(), askable=Askable.HOSTS),
    _venue("time_zone", _("Time zone of the place"), kinds.Zone(), askable=Askable.CURATORS),
    # ── Joining from afar ──
    _meeting("online", _("Online"), Section.JOIN, _CHANNEL),
    _meeting("by_phone", _("By phone"), Section.JOIN, _CHANNEL),
    _meeting("any_time", _("At any time, by forum or chat"), Section.JOIN, _CHANNEL),
    _meeting("join_url", _("Link"), Section.JOIN, kinds.Link(longest=1000), is_join_detail=True),
    _meeting("join_passcode", _("Passcode"), Section.JOIN, kinds.Text(longest=120), is_join_detail=True),
    _meeting("join_phone", _("Phone number"), Section.JOIN, kinds.Text(longest=160), is_join_detail=True),
    _meeting("join_notes", _("Notes on joining"), Section.JOIN, _LINES, is_join_detail=True),
    _meeting("join_phone_notes", _("Notes on dialling in"), Section.JOIN, _LINES, is_join_detail=True),
    _meeting(
        "join_visibility",
        _("Who may see link, passcode and number"),
        Section.JOIN,
        kinds.OneOf(choices=enums.JoinVisibility.choices, empty=enums.JoinVisibility.EVERYONE.value),
        askable=Askable.HOSTS,
    ),
    # ── Who may come ──
    _meeting("open_to", _("Open to"), Section.WHO, kinds.OneOf(choices=_with_unknown(enums.OpenTo))),
    _meeting("observers", _("Observers"), Section.WHO, kinds.OneOf(choices=_with_unknown(enums.Observers))),
    _meeting("is_good_first_visit", _("Good for a first visit"), Section.WHO, kinds.YesOrNo()),
    _meeting("min_age", _("From age"), Section.WHO, kinds.Number(most=120)),
    _meeting("max_age", _("Up to age"), Section.WHO, kinds.Number(most=120)),
    _meeting("gender_rule", _("Gender, in the group’s own words"), Section.WHO, kinds.Text(longest=120)),
    _meeting("sober_hours", _("Hours without use before coming"), Section.WHO, kinds.Number(most=1000)),
    _meeting("needs_camera", _("Camera on"), Section.WHO, kinds.YesOrNo()),
    _meeting("needs_account", _("An account with the service"), Section.WHO, kinds.YesOrNo()),
    _meeting("agreement", _("What people are asked to agree to"), Section.WHO, _LINES),
    _meeting(
        "is_teen_consented",
        _("The fellowship agrees to show a teen meeting’s place"),
        Section.WHO,
        kinds.Flag(),
        askable=Askable.CURATORS,
    ),
    # ── What it is like ──
    _meeting("notes", _("In the group’s own words"), Section.LIKE, _LINES),
    _meeting("own_belief", _("Belief"), Section.LIKE, kinds.OneOf(choices=_with_unknown(group_enums.Belief))),
    _meeting("own_goals", _("Goals"), Section.LIKE, kinds.SeveralOf(choices=group_enums.Goal.choices)),
    _meeting("own_covers", _("What it is about"), Section.LIKE, kinds.SeveralOf(choices=group_enums.Covers.choices)),
    # ── Seats ──
    _meeting(
        "rsvp_policy",
        _("Keeping a seat"),
        Section.SEATS,
        kinds.OneOf(choices=enums.RsvpPolicy.choices, empty=enums.RsvpPolicy.OFF.value),
        askable=Askable.HOSTS,
    ),
    _meeting(
        "capacity",
        _("Places"),
        Section.SEATS,
        kinds.Number(least=1, most=100_000),
        help=_("Empty: as many as come"),
        askable=Askable.HOSTS,
    ),
    _meeting(
        "host_sees_aliases",
        _("People may give a name for the host"),
        Section.SEATS,
        kinds.Flag(),
        askable=Askable.HOSTS,
    ),
    # ── The group ──
    _group("description", _("About the group"), _LINES),
    _group(
        "welcome_note",
        _("Welcome note"),
        _LINES,
        help=_("Which door, where to park, who says hello"),
    ),
    _group("ground_rules", _("Ground rules"), _LINES),
    _group("website", _("Website"), kinds.Link(longest=400)),
    _group("service_body", _("Service body"), kinds.Text(longest=160)),
    _group("venmo", _("Venmo"), kinds.Text(longest=60), askable=Askable.HOSTS),
    _group("cash_app", _("Cash App"), kinds.Text(longest=60), askable=Askable.HOSTS),
    _group("paypal", _("PayPal"), kinds.Text(longest=60), askable=Askable.HOSTS),
    _group("homegroup_online", _("Homegroup Online"), kinds.Text(longest=60), askable=Askable.HOSTS),
    # ── The listing: changed by buttons, not by filling in ──
    _meeting(
        "state",
        _("State"),
        Section.LISTING,
        kinds.OneOf(choices=group_enums.ListingState.choices, empty=group_enums.ListingState.PUBLIC.value),
        askable=Askable.NOBODY,
    ),
    _meeting(
        "unlisted_why",
        _("Why it is not shown"),
        Section.LISTING,
        kinds.OneOf(choices=enums.UnlistedWhy.choices),
        askable=Askable.NOBODY,
    ),
    _group(
        "state",
        _("State of the group"),
        kinds.OneOf(choices=group_enums.GroupState.choices, empty=group_enums.GroupState.PUBLIC.value),
        Section.LISTING,
        askable=Askable.NOBODY,
    ),
)

FIELDS: dict[str, Field] = {field.name: field for field in _ALL}
JOIN_DETAILS = tuple(field.name for field in _ALL if field.is_join_detail)
ADDRESS = tuple(field.name for field in _ALL if field.is_address)

_ORDER = {Askable.ANYONE: 0, Askable.HOSTS: 1, Askable.CURATORS: 2, Askable.NOBODY: 3}


class NoSuchField(KeyError):
    """No field of listings has this name."""


def field(name: str) -> Field:
    """Return the field of this name, that of a trait included. Raises NoSuchField.

    The names of traits are `trait_` + kind + `_` + slug; theirs is a query, remembered.
    """
    if name in FIELDS:
        return FIELDS[name]
    if name.startswith(TRAIT) and (found := _trait_field(name)):
        return found
    raise NoSuchField(name)


def fields(*, of: Iterable[Part] = tuple(Part), for_whom: Askable = Askable.CURATORS) -> Iterator[Field]:
    """Yield the fields of these parts that somebody may propose or change, in order, without traits."""
    parts = set(of)
    for found in _ALL:
        if found.part in parts and _ORDER[found.askable] <= _ORDER[for_whom]:
            yield found


def trait_name(kind: str, slug: str) -> str:
    """Return the name of a trait's field."""
    return f"{TRAIT}{kind}_{slug}"


def trait_key(name: str) -> tuple[str, str]:
    """Return kind and slug of the trait of a field's name."""
    kind, _line, slug = name.removeprefix(TRAIT).partition("_")
    return kind, slug


def trait_field(trait: Trait) -> Field:
    """Return the field of a trait. Its value is one of `TraitValue`, "" where nobody said."""
    return Field(
        name=trait_name(trait.kind, trait.slug),
        label=trait.label,
        part=Part.MEETING,
        column="",
        section=Section.TRAITS,
        kind=kinds.OneOf(choices=_with_unknown(enums.TraitValue)),
        help=trait.meaning,
    )


@cache
def _known_trait_field(kind: str, slug: str, label: str, definition: str) -> Field:
    return trait_field(Trait(kind=kind, slug=slug, name=label, definition=definition))


def _trait_field(name: str) -> Field | None:
    kind, slug = trait_key(name)
    row = Trait.objects.filter(kind=kind, slug=slug).values_list("name", "definition").first()
    return _known_trait_field(kind, slug, *row) if row else None
