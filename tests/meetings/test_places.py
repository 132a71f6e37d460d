"""Towns and postcodes by name, towns and zones by position, and the loads behind them."""

import gzip
from functools import cache
from io import StringIO
from math import inf

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from groups.text import fold
from meetings import gazetteer, geo, places
from meetings.demo import towns as demo_towns
from meetings.models import Place, PlaceName, Postcode
from tests.factories import PlaceFactory, PostcodeFactory, VenueFactory
from tests.gazetteer import load_towns, shipped_rows

NAMES = {
    "Boston", "Portland", "Paris", "London", "St. Louis", "Saint Louis", "New York City", "New York Mills",
    "Washington", "Cambridge", "Mexico City", "Mexico", "Munich", "Köln", "Kolno", "El Paso", "Ciudad Juárez", "Lagos",
    "Suva", "Springfield", "Adelaide", "Kathmandu", "Allston", "Montréal", "Ontario", "Mount Vernon", "St. John's",
    "Reykjavík",
}  # fmt: skip


@pytest.fixture
def small_gazetteer(db, tmp_path, settings):
    settings.DEFAULT_COUNTRY = "US"
    return load_towns(tmp_path, lambda row: row["name"] in NAMES)


def labels(text: str, **options) -> list[str]:
    return [match.label for match in places.search(text, **options)]


# ── Names ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("Boston", "Boston, Massachusetts, USA"),
        ("  BOSTON ", "Boston, Massachusetts, USA"),
        ("Boston, MA", "Boston, Massachusetts, USA"),
        ("boston ma", "Boston, Massachusetts, USA"),
        ("boston massachusetts usa", "Boston, Massachusetts, USA"),
        ("Boston, England", "Boston, England, UK"),
        ("Boston, UK", "Boston, England, UK"),
        ("Portland, OR", "Portland, Oregon, USA"),
        ("Portland, Maine", "Portland, Maine, USA"),
        ("Paris", "Paris, France"),
        ("Paris, TX", "Paris, Texas, USA"),
        ("paris texas", "Paris, Texas, USA"),
        ("köln", "Köln, Germany"),
        ("koln", "Köln, Germany"),
        ("koeln", "Köln, Germany"),
        ("Cologne", "Köln, Germany"),
        ("München", "Munich, Germany"),
        ("london, ontario", "London, Ontario, Canada"),
        ("London Ontario Canada", "London, Ontario, Canada"),
        ("London", "London, England, UK"),
        ("St. Louis", "St. Louis, Missouri, USA"),
        ("saint louis, mo", "St. Louis, Missouri, USA"),
        ("Mt Vernon, NY", "Mount Vernon, New York, USA"),
        ("st johns newfoundland and labrador", "St. John's, Newfoundland and Labrador, Canada"),
        ("new york", "New York City, New York, USA"),
        ("New York, NY", "New York City, New York, USA"),
        ("nyc", "New York City, New York, USA"),
        ("Washington, D.C.", "Washington, District of Columbia, USA"),
        ("Washington DC", "Washington, District of Columbia, USA"),
        ("montreal", "Montréal, Quebec, Canada"),
        ("Ontario, CA", "Ontario, California, USA"),
        ("Allston, Boston", "Allston, Massachusetts, USA"),
        ("1 Main Street, Boston, MA", "Boston, Massachusetts, USA"),
    ],
)
def test_a_typed_name_finds_the_place_that_is_meant(small_gazetteer, typed, best):
    found = labels(typed)

    assert found[0] == best


def test_a_name_of_several_places_offers_the_others_larger_first(small_gazetteer):
    found = labels("Portland", limit=20)

    assert found[:2] == ["Portland, Oregon, USA", "Portland, Maine, USA"]
    assert "Portland, England, UK" in found
    assert "Portland, Victoria, Australia" in found


def test_an_equal_name_comes_before_one_that_only_begins_so(small_gazetteer):
    found = labels("Köln")

    assert found == ["Köln, Germany", "Kolno, Poland"]


def test_an_equal_name_is_found_among_many_larger_that_begin_so(db):
    for n in range(40):
        place = PlaceFactory(id=n + 1, name=f"Newton {n}", slug=f"newton-{n}", population=20_000)
        PlaceName.objects.create(place=place, folded=f"newton {n}", population=20_000)
    small = PlaceFactory(id=99, name="Newton", slug="newton", population=10_000)
    PlaceName.objects.create(place=small, folded="newton", population=10_000)

    found = places.search("Newton")

    assert found[0].place_id == small.pk


def test_a_place_nobody_knows_is_one_query(small_gazetteer, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = places.search("Xqzzvwk")

    assert found == []


def test_a_far_larger_place_that_begins_so_comes_before_an_equal_name(small_gazetteer):
    found = labels("Mexico")

    assert found[:2] == ["Mexico City, Mexico", "Mexico, Philippines"]


def test_on_a_near_tie_the_default_country_is_preferred(small_gazetteer, settings):
    at_home = labels("Cambridge")
    settings.DEFAULT_COUNTRY = "GB"
    in_britain = labels("Cambridge")

    assert at_home[0] == "Cambridge, Massachusetts, USA"
    assert in_britain[0] == "Cambridge, England, UK"


def test_a_country_leaves_out_all_others(small_gazetteer):
    everywhere, in_canada = labels("London"), labels("London", country="ca")

    assert len(everywhere) > 1
    assert in_canada == ["London, Ontario, Canada"]


def test_each_label_typed_again_finds_the_same_place(small_gazetteer):
    matches = [match for name in sorted(NAMES) for match in places.search(name)]

    assert len(matches) > 50
    for match in matches:
        assert places.search(match.label)[0] == match


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("de", "München, Deutschland"),
        ("fr", "München, Allemagne"),
        ("ar", "München, ألمانيا"),
    ],
)
def test_a_label_has_the_country_in_the_language_of_the_page(small_gazetteer, language, label):
    with translation.override(language):
        found = places.search("Munich", country="DE", limit=1)[0].label.replace("Munich", "München")

    assert found == label
    # Read in any other language, it finds the same.
    assert labels(label)[0].partition(",")[2] == " Germany"


@pytest.mark.parametrize("typed", ["Boston، الولايات المتحدة", "Boston, Estados Unidos", "boston états unis"])
def test_a_country_may_be_typed_in_any_language_after_a_town(small_gazetteer, typed):
    assert labels(typed)[0] == "Boston, Massachusetts, USA"


def test_a_match_carries_what_a_search_near_it_needs(small_gazetteer):
    match = places.search("Adelaide, South Australia")[0]

    assert (match.kind, match.country, match.time_zone) == ("place", "AU", "Australia/Adelaide")
    assert geo.distance_km(match.latitude, match.longitude, -34.93, 138.60) < 5
    assert match.population > 1_000_000
    assert Place.objects.get(pk=match.place_id).name == "Adelaide"


@pytest.mark.parametrize(
    "nothing", ["", "   ", "s", "%", "_", ",", ", ,", "zzyzzx", "💤", "'; DROP TABLE", "\x00", "x" * 5000]
)
def test_what_means_nothing_finds_nothing_and_breaks_nothing(small_gazetteer, nothing):
    assert places.search(nothing) == []
    assert places.suggest(nothing) == []


@pytest.mark.django_db
@settings(max_examples=60)
@given(text=st.text(max_size=40))
def test_any_text_is_answered(text):
    matches = places.search(text)

    assert isinstance(matches, list)


def test_limits_are_kept(small_gazetteer):
    assert len(places.search("Springfield", limit=3)) == 3
    assert places.search("Springfield", limit=0) == []


def test_suggestions_come_while_the_name_is_unfinished(small_gazetteer):
    names = [match.label for match in places.suggest("bos")]
    with_region = [match.label for match in places.suggest("portland, o")]

    assert names[0] == "Boston, Massachusetts, USA"
    assert with_region == ["Portland, Oregon, USA"]


def test_two_letters_are_enough_for_suggestions(small_gazetteer):
    names = [match.name for match in places.suggest("lo")]

    assert names[0] == "London"


# ── Postcodes ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("typed", ["02134", " 02134 ", "02134-1234", "Boston, MA 02134", "1 Main St, Boston, MA 02134"])
@pytest.mark.django_db
def test_a_zip_code_is_found_by_itself_and_within_an_address(typed):
    PostcodeFactory(code="02134", name="Allston", region="Massachusetts")

    (match,) = places.search(typed)

    assert (match.kind, match.postcode, match.label) == ("postcode", "02134", "02134 Allston, Massachusetts, USA")


@pytest.mark.django_db
def test_a_postcode_of_two_countries_offers_both_the_default_country_first(settings):
    settings.DEFAULT_COUNTRY = "US"
    PostcodeFactory(code="10115", country="DE", name="Berlin", region="")
    PostcodeFactory(code="10115", country="US", name="New York", region="New York")

    found = labels("10115")
    in_germany = labels("10115, Germany")

    assert found == ["10115 New York, New York, USA", "10115 Berlin, Germany"]
    assert in_germany == ["10115 Berlin, Germany"]


@pytest.mark.parametrize(("country", "code", "typed"), [("CA", "M5V", "M5V 2T6"), ("GB", "SW1A", "sw1a 1aa")])
@pytest.mark.django_db
def test_where_only_the_first_half_is_known_it_is_near_enough(country, code, typed):
    PostcodeFactory(country=country, code=code)

    (match,) = places.search(typed)

    assert match.postcode == code


@pytest.mark.django_db
def test_three_digits_suggest_zip_codes():
    PostcodeFactory(code="02134")
    PostcodeFactory(code="02108")
    PostcodeFactory(code="90210")

    codes = [match.postcode for match in places.suggest("021")]

    assert codes == ["02108", "02134"]
    assert places.suggest("02") == []


# ── Positions ───────────────────────────────────────────────────────────────


def test_the_nearest_town_is_found_with_its_distance(small_gazetteer):
    place = places.nearest_place(42.35, -71.13)

    assert place.name == "Allston"
    assert place.km == pytest.approx(0.5, abs=0.5)


def test_a_border_town_has_the_time_of_its_own_side(small_gazetteer):
    # In El Paso, but nearer to the middle of Ciudad Juárez.
    point = (31.737, -106.47)

    nearest, own = places.nearest_place(*point), places.nearest_place(*point, country="US")
    zones = places.zones_of([point, point], countries=["MX", "US"], grid=places.Grid.load())

    assert (nearest.country, own.country) == ("MX", "US")
    assert zones == ["America/Ciudad_Juarez", "America/Denver"]


def test_across_the_antimeridian_is_near(small_gazetteer):
    place = places.nearest_place(-18.1, -179.9)

    assert place.name == "Suva"
    assert places.Grid.load().nearest(-18.1, -179.9).place_id == place.pk


def test_far_from_every_town_there_is_no_zone(small_gazetteer):
    middle_of_the_ocean, boston = (-48.9, -123.4), (42.36, -71.06)

    assert places.zone_of(*boston) == "America/New_York"
    assert places.zone_of(*middle_of_the_ocean) is None
    assert places.zones_of([boston, None, middle_of_the_ocean, (91.0, 0.0)], grid=places.Grid.load()) == [
        "America/New_York",
        None,
        None,
        None,
    ]


def test_many_points_and_one_by_one_give_the_same_zones(small_gazetteer):
    points = [(place.latitude + 0.1, place.longitude - 0.1) for place in Place.objects.order_by("pk")]

    assert len(points) > 100
    assert places.zones_of(points) == [places.zone_of(*point) for point in points]


@settings(max_examples=150)
@given(
    st.floats(min_value=-90, max_value=90),
    st.floats(min_value=-180, max_value=180),
    st.sampled_from(["", "US", "FJ", "RU"]),
)
def test_the_grid_finds_what_measuring_every_town_finds(latitude, longitude, country):
    towns, grid = _towns_and_grid()
    distances = [(geo.distance_km(latitude, longitude, town[1], town[2]), town) for town in towns]
    km, nearest = min(distances)
    own_km, own = min((pair for pair in distances if pair[1][4] == country), default=(inf, None))

    found = grid.nearest(latitude, longitude, country=country, within_km=2000)

    if own_km <= 99:
        nearest, km = own, own_km
    if km > 2000:
        assert found is None
    elif not 99 < own_km < 101:
        assert found.km == pytest.approx(km, abs=0.05)
        assert found.place_id == nearest[0] or found.km == pytest.approx(km, abs=0.01)


@cache
def _towns_and_grid() -> tuple[list[tuple[int, float, float, str, str]], places.Grid]:
    """Every hundredth town of the world, as rows and as a grid."""
    towns = [
        (int(row["geonameid"]), float(row["latitude"]), float(row["longitude"]), row["time_zone"], row["country"])
        for row in shipped_rows()[::100]
    ]
    return towns, places.Grid(towns)


def test_towns_of_addresses_are_found_in_one_query(small_gazetteer, django_assert_num_queries):
    rows = [
        ("Boston", "MA", "US"), ("boston", "massachusetts", "us"), ("Köln", "", "DE"), ("Koeln", "NRW", "DE"),
        ("Montreal", "QC", "CA"), ("Nowhere", "", "US"), ("Boston", "TX", "US"), ("", "", "US"), ("London", "", "GB"),
    ]  # fmt: skip

    with django_assert_num_queries(1):
        found = places.find_towns(rows)

    assert [place and str(place) for place in found] == [
        "Boston, MA, US", "Boston, MA, US", "Köln, DE", "Köln, DE",
        "Montréal, QC, CA", None, None, None, "London, England, GB",
    ]  # fmt: skip


# ── Addresses of pages ──────────────────────────────────────────────────────


def test_a_town_is_found_by_the_address_of_its_page(small_gazetteer):
    for parts in [("us", "ma", "boston"), ("gb", "england", "london"), ("de", "-", "koln"), ("us", "or", "portland")]:
        place = places.place_by_path(*parts)

        assert place.path_parts == parts


def test_an_address_that_is_not_a_towns_own_finds_nothing(small_gazetteer):
    assert places.place_by_path("us", "ma", "boston") is not None
    assert places.place_by_path("us", "-", "boston") is None
    assert places.place_by_path("US", "ma", "boston") is not None
    assert places.place_by_path("us", "ma", "nowhere") is None


# ── Loading ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Köln", {"koln", "koeln"}),
        ("St. Louis", {"st louis", "saint louis"}),
        ("Mount Vernon", {"mount vernon", "mt vernon"}),
        ("O'Fallon", {"ofallon"}),
        ("The Bronx", {"the bronx", "bronx"}),
        ("Boston", {"boston"}),
    ],
)
def test_a_name_has_the_spellings_people_type(name, spelled):
    assert gazetteer.spellings(name, fold(name)) == spelled


def test_a_second_load_changes_nothing(small_gazetteer, tmp_path):
    ids = set(PlaceName.objects.values_list("pk", flat=True))

    counts = load_towns(tmp_path, lambda row: row["name"] in NAMES)

    assert {what: (count.written, count.removed) for what, count in counts.items()} == {
        "places": (0, 0),
        "names": (0, 0),
    }
    assert set(PlaceName.objects.values_list("pk", flat=True)) == ids


def test_a_load_takes_away_what_is_gone_and_venues_keep_the_rest(small_gazetteer, tmp_path):
    boston, koln = Place.objects.get(slug="boston", region_code="MA"), Place.objects.get(slug="koln")
    in_boston, in_koln = VenueFactory(place=boston), VenueFactory(place=koln)
    Place.objects.filter(pk=boston.pk).update(population=1)

    counts = load_towns(tmp_path, lambda row: row["name"] in NAMES - {"Köln"})

    in_boston.refresh_from_db()
    in_koln.refresh_from_db()
    boston.refresh_from_db()
    assert (counts["places"].written, counts["places"].removed) == (1, 1)
    assert (in_boston.place, boston.population) == (boston, 653_833)
    assert in_koln.place_id is None
    assert not PlaceName.objects.filter(folded="koeln").exists()


POSTAL_LINES = (
    "DE\t10115\tBerlin\tLand Berlin\tBE\t\t\t\t\t52.5323\t13.3846\t4\n"
    "CA\tM5V\tDowntown Toronto\tOntario\tON\tToronto\t\t\t\t43.6404\t-79.3995\t6\n"
    "DE\t50667\tKöln\tNordrhein-Westfalen\tNW\t\t\t\t\t50.9380\t6.9570\t4\n"
    "DE\t50667\tAltstadt\tNordrhein-Westfalen\tNW\t\t\t\t\t50.9400\t6.9590\t4\n"
)


@pytest.mark.parametrize("ending", [".txt", ".txt.gz"])
def test_postal_files_of_geonames_are_loaded(small_gazetteer, tmp_path, ending):
    path = tmp_path / f"postcodes{ending}"
    path.write_bytes(gzip.compress(POSTAL_LINES.encode()) if ending.endswith("gz") else POSTAL_LINES.encode())
    PostcodeFactory(code="99999", country="DE")
    PostcodeFactory(code="02134", country="US")

    call_command("load_places", postcodes=path, stdout=StringIO())

    assert set(Postcode.objects.values_list("country", "code")) == {
        ("DE", "10115"),
        ("DE", "50667"),
        ("CA", "M5V"),
        ("US", "02134"),
    }
    in_cologne = Postcode.objects.get(code="50667")
    assert (in_cologne.name, in_cologne.time_zone) == ("Köln", "Europe/Berlin")
    assert in_cologne.latitude == pytest.approx(50.939)


@pytest.mark.parametrize("content", ["", "DE\tonly\tthree\n", "DE\t1\tA\tB\tC\t\t\t\t\tnorth\teast\t4\n"])
@pytest.mark.django_db
def test_a_file_that_is_no_postal_file_changes_nothing(tmp_path, content):
    path = tmp_path / "postcodes.txt"
    path.write_text(content)
    PostcodeFactory(code="99999", country="DE")

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("load_places", postcodes=path)

    assert Postcode.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db
def test_the_whole_gazetteer_loads_gives_each_town_an_address_and_answers_by_index():
    told = StringIO()

    call_command("load_places", stdout=told)

    assert Place.objects.count() == 170_391
    assert Place.objects.values("country", "region", "slug").distinct().count() == 170_391
    assert not Place.objects.exclude(slug__regex=r"^[-a-z0-9_]+$").exists()
    assert Postcode.objects.filter(country="US").count() > 40_000
    assert not Postcode.objects.filter(time_zone="").exists()
    assert labels("Boston")[0] == "Boston, Massachusetts, USA"
    assert labels("02134") == ["02134 Allston, Massachusetts, USA"]
    assert "GeoNames" in told.getvalue()
    missing = [
        name
        for name, town in zip(
            [*demo_towns.AROUND_BOSTON, *demo_towns.ELSEWHERE],
            places.find_towns([*demo_towns.AROUND_BOSTON, *demo_towns.ELSEWHERE]),
            strict=True,
        )
        if town is None
    ]
    assert missing == []
    for typed in ("bo", "san ", "saint", "springf"):
        with connection.execute_wrapper(_RefuseScans()):
            assert len(places.suggest(typed)) == 8


class _RefuseScans:
    """Asks the planner how it would answer each statement: never by reading whole tables."""

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("SELECT"):
            with context["connection"].connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + sql, params)
                plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan" not in plan, plan
        return execute(sql, params, many, context)


def test_a_slug_that_is_taken_carries_the_id_of_the_smaller_town(small_gazetteer):
    larger = PlaceFactory.build(country="US", region="Massachusetts", region_code="MA", slug="boston")

    assert places.place_by_path(*larger.path_parts).population == 653_833
