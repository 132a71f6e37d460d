"""Where made-up meetings are: some sixty towns of the world for the demo, all of them for a data set."""

from collections import defaultdict
from collections.abc import Iterable

from meetings import places
from meetings.demo.chance import Shares
from meetings.demo.listings import Town
from meetings.models import Place

AROUND_BOSTON = (
    ("Boston", "MA", "US"), ("Cambridge", "MA", "US"), ("Somerville", "MA", "US"), ("Brookline", "MA", "US"),
    ("Quincy", "MA", "US"), ("Newton", "MA", "US"), ("Medford", "MA", "US"), ("Malden", "MA", "US"),
    ("Waltham", "MA", "US"), ("Salem", "MA", "US"),
)  # fmt: skip

# Clock changes of both halves of the world, half and quarter hours, both sides of the date line.
ELSEWHERE = (
    ("Worcester", "MA", "US"), ("Providence", "RI", "US"), ("Portland", "ME", "US"), ("New York City", "NY", "US"),
    ("Brooklyn", "NY", "US"), ("Philadelphia", "PA", "US"), ("Washington", "DC", "US"), ("Chicago", "IL", "US"),
    ("Minneapolis", "MN", "US"), ("Denver", "CO", "US"), ("Phoenix", "AZ", "US"), ("Los Angeles", "CA", "US"),
    ("San Francisco", "CA", "US"), ("Portland", "OR", "US"), ("Seattle", "WA", "US"), ("Anchorage", "AK", "US"),
    ("Honolulu", "HI", "US"), ("Austin", "TX", "US"), ("New Orleans", "LA", "US"), ("Atlanta", "GA", "US"),
    ("Miami", "FL", "US"), ("Toronto", "ON", "CA"), ("Montréal", "QC", "CA"), ("Vancouver", "BC", "CA"),
    ("Halifax", "NS", "CA"), ("St. John's", "NL", "CA"), ("London", "England", "GB"),
    ("Manchester", "England", "GB"), ("Edinburgh", "Scotland", "GB"), ("Cardiff", "Wales", "GB"),
    ("Belfast", "Northern Ireland", "GB"), ("Dublin", "Leinster", "IE"), ("Paris", "", "FR"), ("Berlin", "", "DE"),
    ("Köln", "", "DE"), ("Amsterdam", "", "NL"), ("Madrid", "", "ES"), ("Lisbon", "", "PT"), ("Trieste", "", "IT"),
    ("Zagreb", "", "HR"), ("Warsaw", "", "PL"), ("Stockholm", "", "SE"), ("Reykjavík", "", "IS"),
    ("Tehran", "", "IR"), ("Mumbai", "", "IN"), ("Kathmandu", "", "NP"), ("Tokyo", "", "JP"),
    ("Sydney", "New South Wales", "AU"), ("Adelaide", "South Australia", "AU"), ("Auckland", "", "NZ"),
    ("Suva", "", "FJ"), ("Cape Town", "", "ZA"), ("Nairobi", "", "KE"), ("São Paulo", "", "BR"),
    ("Mexico City", "", "MX"),
)  # fmt: skip

# Parts of a hundred; a guess for measuring. Inside a country, towns share by population.
_COUNTRIES = {
    "US": 52, "GB": 8, "CA": 6, "AU": 4, "DE": 4, "MX": 3, "BR": 3, "IE": 2, "IN": 2, "FR": 2, "ES": 2, "IT": 1.5,
    "NL": 1, "SE": 1, "NZ": 1, "ZA": 1, "PL": 1, "JP": 1, "IR": 1,
}  # fmt: skip
_REST = 3.5
_FIELDS = ("pk", "name", "region", "region_code", "country", "latitude", "longitude", "time_zone", "population")


def named(names: Iterable[tuple[str, str, str]]) -> list[Town]:
    """Return the towns of these names; those the gazetteer lacks are left out. One query."""
    return [Town(*(getattr(place, field) for field in _FIELDS)) for place in places.find_towns(names) if place]


def of_the_world() -> Shares[Town]:
    """Return every town of the gazetteer, each as often as it would have meetings."""
    towns = [Town(*row) for row in Place.objects.order_by("pk").values_list(*_FIELDS)]
    # Small towns have more meetings for their size than large ones.
    sizes = [(town.population or 500) ** 0.8 for town in towns]
    total: dict[str, float] = defaultdict(float)
    for town, size in zip(towns, sizes, strict=True):
        total[town.country if town.country in _COUNTRIES else ""] += size
    shares = []
    for town, size in zip(towns, sizes, strict=True):
        country = town.country if town.country in _COUNTRIES else ""
        shares.append((town, size / total[country] * _COUNTRIES.get(country, _REST)))
    return Shares(shares)
