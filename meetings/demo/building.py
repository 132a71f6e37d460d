"""Groups, rooms and meetings by seeded chance, one group at a time."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils.text import slugify

from meetings.demo import profiles, rhythm, words
from meetings.demo.chance import Shares, public_id
from meetings.demo.listings import MadeGroup, MadeMeeting, MadeVenue, Town
from meetings.demo.profiles import Profile
from meetings.enums import ChannelState, JoinVisibility, RsvpPolicy, TraitValue

_OPEN, _NONE, _SUSPENDED = ChannelState.OPEN.value, ChannelState.NONE.value, ChannelState.SUSPENDED.value

_MEETINGS_A_GROUP = Shares({1: 52, 2: 18, 3: 11, 4: 6, 5: 5, 6: 3, 7: 5})
_VISIBILITIES = Shares(
    {
        JoinVisibility.EVERYONE: 78,
        JoinVisibility.ON_PRESS: 11,
        JoinVisibility.BEFORE_START: 4,
        JoinVisibility.COMING: 3,
        JoinVisibility.ASK: 4,
    }
)
_POLICIES = Shares({RsvpPolicy.OFF: 72, RsvpPolicy.WELCOME: 23, RsvpPolicy.NEEDED: 5})
_CAPACITIES: Shares[int | None] = Shares({None: 60, 8: 8, 12: 12, 20: 12, 30: 8})
_FIRST_VISIT: Shares[bool | None] = Shares({None: 78, True: 20, False: 2})
# The language most spoken, where it is not English; others are left unknown.
_LANGUAGES = {
    "AR": "es", "AT": "de", "BE": "nl", "BR": "pt", "CL": "es", "CO": "es", "CZ": "cs", "DE": "de", "DK": "da",
    "ES": "es", "FI": "fi", "FR": "fr", "GR": "el", "HR": "hr", "HU": "hu", "IL": "he", "IR": "fa", "IS": "is",
    "IT": "it", "JP": "ja", "KR": "ko", "MX": "es", "NL": "nl", "NO": "no", "NP": "ne", "PE": "es", "PL": "pl",
    "PT": "pt", "RU": "ru", "SE": "sv", "SI": "sl", "TH": "th", "TR": "tr", "UA": "uk",
}  # fmt: skip
_ENGLISH = frozenset({"US", "GB", "CA", "AU", "NZ", "IE", "ZA", "KE", "IN", "FJ"})
_ROOMS_KEPT = 60


class Builder:
    """Makes groups with their meetings. The same seed and calls make the same groups.

    `mark` ends every slug, so that no made-up listing looks like a real one. `monday` begins the
    week that single dates are counted from. `online_share` is the share of groups without a room.
    """

    def __init__(self, *, seed: int, mark: str, monday: date, online_share: float = 0.12):
        self.chance = Random(seed)  # noqa: S311 (chance that can be repeated is the point)
        self.seed = seed
        self.mark = mark
        self.monday = monday
        self._online_share = online_share
        self._rooms: dict[int, list[MadeVenue]] = defaultdict(list)
        self._count = {"group": 0, "meeting": 0, "venue": 0}
        self._by_country: dict[str, Shares[Profile]] = {}

    def group(self, town: Town, *, profile: Profile | None = None, size: int | None = None, **given: Any) -> MadeGroup:
        """Return a group of the town with its meetings; what is `given` sets fields of the group."""
        profile = profile or self._profile(town)
        number, key = self._next("group")
        name = given.pop("name", None) or self._group_name(profile, town)
        values = {
            "public_id": public_id(self.mark, self.seed, key),
            "slug": self._slug(name, number),
            "name": name,
            "description": words.DESCRIPTION,
            "welcome_note": self._maybe(0.4, words.WELCOME_NOTES),
            "ground_rules": self._maybe(0.3, words.GROUND_RULES),
            "website": f"https://example.org/groups/{number}" if self.chance.random() < 0.3 else "",
            **given,
        }
        group = MadeGroup(key, profile.approach, profile.fellowship, values)
        is_online = not profile.is_in_person_only and self.chance.random() < (
            0.85 if profile.is_mostly_online else self._online_share
        )
        room = None if is_online else self.room(town)
        for meeting in self._meetings(group, profile, town, room, size or _MEETINGS_A_GROUP.draw(self.chance)):
            group.meetings.append(meeting)
        return group

    def _meetings(
        self, group: MadeGroup, profile: Profile, town: Town, room: MadeVenue | None, size: int
    ) -> Iterator[MadeMeeting]:
        """Yield a group's meetings: alike in who may come and how, each with its own time."""
        chance = self.chance
        open_to = profile.open_to.draw(chance)
        observers = profiles.OBSERVERS.draw(chance)
        visibility = _VISIBILITIES.draw(chance)
        is_hybrid = room is not None and not profile.is_in_person_only and chance.random() < 0.07
        for _count in range(size):
            # A large group meets in more than one room now and then.
            place = self.room(town) if room and chance.random() < 0.1 else room
            values: dict[str, Any] = {
                **rhythm.schedule(chance, monday=self.monday),
                "open_to": open_to.value,
                "observers": observers.value,
                "is_good_first_visit": _FIRST_VISIT.draw(chance),
                "rsvp_policy": _POLICIES.draw(chance).value,
                "notes": self._maybe(0.15, words.MEETING_NOTES),
            }
            if values["rsvp_policy"] != RsvpPolicy.OFF:
                values["capacity"] = _CAPACITIES.draw(chance)
            if place is None:
                values |= self.online(visibility)
                if chance.random() < 0.1:
                    values |= self.phone()
            else:
                values["in_person"] = _OPEN
                if is_hybrid:
                    values |= self.online(visibility)
                elif chance.random() < 0.01:
                    values |= {**self.online(visibility), "in_person": _SUSPENDED}
            yield self.meeting(group, town, place, values, self._traits(profile, town, values))

    def meeting(
        self,
        group: MadeGroup,
        town: Town,
        venue: MadeVenue | None,
        values: dict[str, Any],
        traits: dict[tuple[str, str], str] | None = None,
    ) -> MadeMeeting:
        """Return one meeting; `values` set its fields, the rest follows from group and town."""
        number, key = self._next("meeting")
        name = values.pop("name", None) or group.values["name"]
        return MadeMeeting(
            key=key,
            values={
                "public_id": public_id(self.mark, self.seed, key),
                "slug": self._slug(name, number),
                "name": name,
                "time_zone": town.time_zone,
                "confirmed_at": self._confirmed_at(),
                **values,
            },
            venue=venue,
            traits=traits or {},
        )

    def room(self, town: Town, *, is_new: bool = False, **given: Any) -> MadeVenue:
        """Return a room in the town: often one that another group uses too."""
        chance, known = self.chance, self._rooms[town.id]
        if known and not is_new and chance.random() < 0.4:
            return chance.choice(known)
        _number, key = self._next("venue")
        # Rooms lie closer together in a village than in a large town.
        spread = 0.004 + min(0.04, (town.population / 1_000_000) ** 0.5 * 0.03)
        venue = MadeVenue(
            key,
            {
                "public_id": public_id(self.mark, self.seed, key),
                "name": chance.choice(words.VENUE_NAMES),
                "street": f"{chance.randint(1, 240)} {chance.choice(words.STREETS)}",
                "town": town.name,
                "region": town.region_code or town.region,
                "country": town.country,
                "how_to_find": self._maybe(0.35, words.HOW_TO_FIND),
                "latitude": round(max(-89.0, min(89.0, chance.gauss(town.latitude, spread))), 5),
                "longitude": round(max(-180.0, min(180.0, chance.gauss(town.longitude, spread))), 5),
                "is_approximate": chance.random() < 0.05,
                "time_zone": town.time_zone,
                "place_id": town.id,
                **given,
            },
        )
        if not is_new and len(known) < _ROOMS_KEPT:
            known.append(venue)
        return venue

    def online(self, visibility: JoinVisibility = JoinVisibility.EVERYONE) -> dict[str, Any]:
        """Return the fields of an online meeting; its link leads to example.org."""
        chance = self.chance
        return {
            "online": _OPEN,
            "join_url": f"https://meet.example.org/room/{chance.randrange(10**9):09d}",
            "join_passcode": f"{chance.randrange(10**6):06d}" if chance.random() < 0.4 else "",
            "join_visibility": visibility.value,
        }

    def phone(self) -> dict[str, Any]:
        """Return the fields of a telephone meeting, its number of the range kept for fiction."""
        area = self.chance.choice((212, 312, 415, 617, 720))
        return {"by_phone": _OPEN, "join_phone": f"+1-{area}-555-01{self.chance.randrange(100):02d}"}

    def _traits(self, profile: Profile, town: Town, values: dict[str, Any]) -> dict[tuple[str, str], str]:
        chance = self.chance
        traits: dict[tuple[str, str], str] = {}
        for slug, share in profile.formats.items():
            if chance.random() < share:
                traits["format", slug] = TraitValue.YES.value
        for slug, share in profile.focus.items():
            if chance.random() < share:
                is_only = share >= 1 or (slug in profiles.MOSTLY_ONLY and chance.random() < 0.7)
                traits["focus", slug] = (TraitValue.ONLY if is_only else TraitValue.WELCOME).value
        for slug, share in profile.features.items():
            if chance.random() < share:
                traits["feature", slug] = TraitValue.YES.value
        tables = [profiles.ANY_TRAITS]
        if values.get("in_person", _NONE) != _NONE:
            tables.append(profiles.ROOM_TRAITS)
        if values.get("online", _NONE) != _NONE:
            tables.append(profiles.ONLINE_TRAITS)
        for table in tables:
            for trait, (yes, no) in table.items():
                drawn = chance.random()
                if drawn < yes:
                    traits[trait] = TraitValue.YES.value
                elif drawn < yes + no:
                    traits.setdefault(trait, TraitValue.NO.value)
        language = self._language(town)
        if language:
            traits["language", language] = TraitValue.YES.value
        return traits

    def _language(self, town: Town) -> str:
        drawn = self.chance.random()
        if drawn < 0.2:
            return ""
        if town.country == "US" and drawn > 0.96:
            return "es"
        if town.country == "CA" and town.region == "Quebec":
            return "fr"
        # An English meeting is found in many a capital.
        if town.country in _ENGLISH or drawn > 0.94:
            return "en"
        return _LANGUAGES.get(town.country, "")

    def _profile(self, town: Town) -> Profile:
        shares = self._by_country.get(town.country)
        if shares is None:
            here = [
                (each, each.weight)
                for each in profiles.PROFILES
                if not each.countries or town.country in each.countries
            ]
            shares = self._by_country[town.country] = Shares(here)
        return shares.draw(self.chance)

    def _group_name(self, profile: Profile, town: Town) -> str:
        drawn, name = self.chance.random(), self.chance.choice(words.GROUP_NAMES)
        if drawn < 0.4:
            return name
        return f"{town.name} {profile.title}" if drawn < 0.6 else f"{name}, {profile.title}"

    def _confirmed_at(self) -> datetime | None:
        """Half were confirmed in the last half year, the others nobody knows when."""
        if self.chance.random() < 0.5:
            return None
        at_midnight = datetime.combine(self.monday, time(), UTC)
        return at_midnight - timedelta(days=self.chance.randrange(180), hours=self.chance.randrange(24))

    def _slug(self, name: str, number: int) -> str:
        return f"{slugify(name)[:80].strip('-')}-{self.mark}-{number}".lstrip("-")

    def _next(self, what: str) -> tuple[int, str]:
        self._count[what] += 1
        return self._count[what], f"{what}-{self._count[what]}"

    def _maybe(self, share: float, texts: tuple[str, ...]) -> str:
        return self.chance.choice(texts) if self.chance.random() < share else ""
