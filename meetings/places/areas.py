"""States and countries that somebody typed where a town was asked for: "Ohio", "Bavaria", "Ireland"."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from groups.text import fold
from meetings import regions
from meetings.models import PlaceName
from meetings.places.names import Match, plain_commas

# A town so large is meant before a state of the same name.
LARGE = 200_000
# And one so small, in DEFAULT_COUNTRY, before another country: Lebanon, Tennessee.
SMALL = 5_000
# "LA" is said of Los Angeles.
_NO_STATE = frozenset({"la"})
_LONGEST_ABBREVIATION = 3
# Others are words rather: "in", "no".
_SAID_COUNTRIES = frozenset({"usa", "us", "uk", "uae"})


@dataclass(frozen=True, slots=True)
class Area:
    """A country, or one of its regions by its full name. Countries are told in the active language."""

    country: str
    region: str = ""

    @property
    def name(self) -> str:
        return self.region or regions.country_name(self.country, short=True)

    @property
    def label(self) -> str:
        """As in "Ohio, USA". Typed again, it finds the same."""
        country = regions.country_name(self.country, short=True)
        return f"{self.region}, {country}" if self.region else country


def area(text: str, towns: Sequence[Match] = ()) -> Area | None:
    """Return the state or country that a text means, None when it means none or a town rather.

    `towns` is what `search` found for the same text. A town of that very name comes first when it
    is large, or lies in the area that has its name: New York, Québec; and one of some size in
    DEFAULT_COUNTRY comes before another country. Abbreviations are those of DEFAULT_COUNTRY.
    At most one query.
    """
    parts = [part.strip() for part in plain_commas(text).split(",")]
    found = _area(parts)
    if found is None:
        return None
    best = towns[0] if towns else None
    if (
        best
        and _is_rather_meant(best, found)
        and PlaceName.objects.filter(place=best.place_id, folded=fold(parts[0])).exists()
    ):
        return None
    return found


def _is_rather_meant(town: Match, found: Area) -> bool:
    is_at_home = town.country == settings.DEFAULT_COUNTRY != found.country
    least = SMALL if is_at_home else LARGE
    return town.population >= least or found == Area(town.country, town.region)


def _area(parts: list[str]) -> Area | None:
    name, countries = parts[0], regions.countries_called(parts[-1])[:1]
    if len(parts) > 2 or not fold(name):
        return None
    short = fold(name).replace(" ", "")
    is_short = len(short) <= _LONGEST_ABBREVIATION
    if len(parts) == 2:
        within = countries
    elif is_short:
        within = [] if short in _NO_STATE else [settings.DEFAULT_COUNTRY]
    else:
        within = [country for country, _region in regions.regions_called(name)]
    known = [Area(country, region) for country, region in regions.regions_called(name) if country in within]
    if known:
        return min(known, key=lambda one: one.country != settings.DEFAULT_COUNTRY)
    is_country = len(parts) == 1 and countries and (not is_short or short in _SAID_COUNTRIES)
    return Area(countries[0]) if is_country else None
