"""The map: pins of what the finder finds in a view, the list beside it, and the ground below."""

import re
from itertools import pairwise

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from meetings.enums import TraitKind, TraitValue
from meetings.finder import cards, index, memory, names
from meetings.map import clusters, outlines, towns, viewport
from meetings.map.viewport import Viewport
from recovery import checks
from tests.factories import MeetingFactory, PlaceFactory, VenueFactory
from tests.helpers import give_trait

URL = reverse("meetings:map_data")
WORLD = {"box": "-180,-85,180,85", "zoom": "1"}
BOSTON = {"box": "-71.5,42,-70.5,43", "zoom": "10"}


@pytest.fixture(autouse=True)
def nothing_remembered():
    for kept in (memory, cards, names):
        kept.forget()
    towns.within.cache_clear()
    yield
    for kept in (memory, cards, names):
        kept.forget()


def make_meeting(latitude: float, longitude: float, **venue):
    return MeetingFactory(venue=VenueFactory(latitude=latitude, longitude=longitude, **venue))


def shown(client, **asked) -> dict:
    index.refresh(None, now=timezone.now())
    answer = client.get(URL, asked)
    assert answer.status_code == 200
    return answer.json()


# Pins


@pytest.mark.django_db
def test_a_view_holds_the_meetings_in_it_and_no_others(client):
    inside = make_meeting(42.36, -71.06)
    make_meeting(51.5, -0.12)

    near, everywhere = shown(client, **BOSTON), shown(client, **WORLD)

    assert [one["slug"] for one in near["listed"]] == [inside.slug]
    assert near["total"] == sum(pin["count"] for pin in near["pins"]) == 1
    assert everywhere["total"] == sum(pin["count"] for pin in everywhere["pins"]) == 2
    assert f'data-meeting="{inside.slug}"' in near["cards"]


@pytest.mark.django_db
def test_the_list_and_the_pins_are_twins(client):
    for n in range(3):
        make_meeting(42.30 + n / 10, -71.06)

    found = shown(client, **BOSTON)

    listed = [one["pin"] for one in found["listed"]]
    assert len(listed) == 3
    assert sorted(listed) == sorted(pin["key"] for pin in found["pins"])


@pytest.mark.django_db
def test_the_finder_s_conditions_hold_on_the_map(client):
    yes, no = make_meeting(42.36, -71.06), make_meeting(42.37, -71.07)
    give_trait(yes, "newcomer", kind=TraitKind.FORMAT)

    every, some = shown(client, **BOSTON), shown(client, format="newcomer", **BOSTON)

    assert {one["slug"] for one in every["listed"]} == {yes.slug, no.slug}
    assert [one["slug"] for one in some["listed"]] == [yes.slug]


@pytest.mark.django_db
def test_a_private_home_is_pinned_to_its_neighbourhood_and_not_named(client):
    make_meeting(42.361234, -71.058765, is_private_home=True, name="The Millers", street="7 Elm Lane")
    make_meeting(42.501234, -71.258765, name="Town Hall")

    found = shown(client, **{**BOSTON, "zoom": "16"})

    home = next(pin for pin in found["pins"] if pin["rough"])
    hall = next(pin for pin in found["pins"] if not pin["rough"])
    assert (home["lat"], home["lon"]) == (42.36, -71.06)
    assert (hall["lat"], hall["lon"]) == pytest.approx((42.501234, -71.258765), abs=2e-5)
    assert "Town Hall" in hall["label"]
    assert "Millers" not in str(found)
    assert "Elm Lane" not in str(found)


@pytest.mark.django_db
def test_several_that_are_known_by_their_town_alone_are_told_by_it(client):
    for name in ("Town Hall", "Old Mill"):
        make_meeting(42.36, -71.06, is_approximate=True, name=name, street="", town="Boston", region="MA")
    make_meeting(42.50, -71.26, is_approximate=True, name="Far Barn", town="Lowell", region="MA")

    several, one = sorted(shown(client, **{**BOSTON, "zoom": "16"})["pins"], key=lambda pin: -pin["count"])

    assert re.sub("[\u2066-\u2069]", "", several["label"]) == "2 meetings at Boston, MA"
    assert "Far Barn" in one["label"]


@pytest.mark.django_db
def test_a_place_that_may_not_be_told_is_on_no_map(client):
    hidden, open_to_see = make_meeting(42.36, -71.06), make_meeting(42.5, -71.2)
    give_trait(hidden, "teens", TraitValue.ONLY, kind=TraitKind.FOCUS)

    found = shown(client, **BOSTON)

    assert [one["slug"] for one in found["listed"]] == [open_to_see.slug]
    assert found["elsewhere"].startswith("1 more")


@pytest.mark.django_db
def test_online_meetings_are_counted_beside_the_map(client):
    make_meeting(42.36, -71.06)
    MeetingFactory(is_online=True)

    found = shown(client, **BOSTON)

    assert found["summary"] == "1 meeting in this part of the map."
    assert found["elsewhere"].startswith("1 more is online")


@pytest.mark.django_db
@pytest.mark.parametrize("west", [170, -190, 530], ids=["from the west", "from the east", "once around"])
def test_a_view_across_the_antimeridian_is_one_piece(client, west):
    make_meeting(-17, 179.9)
    make_meeting(-17, -179.9)
    make_meeting(-17, 0)

    found = shown(client, box=f"{west},-20,{west + 20},-10", zoom="9")

    assert found["total"] == 2
    assert sorted(pin["lon"] for pin in found["pins"]) == pytest.approx([west + 9.9, west + 10.1], abs=2e-5)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "bad", ["", "1,2,3", "a,b,c,d", "10,0,5,1", "nan,0,1,1", "0,0,1,inf", "0,9,1,1", "1e9,0,2e9,1"]
)
def test_a_view_that_is_none_is_refused_in_words(client, bad):
    good = client.get(URL, {"box": "0,0,1,1", "zoom": "5"})
    answers = [client.get(reverse(f"meetings:{name}"), {"box": bad, "zoom": "5"}) for name in ROUTES]

    assert good.status_code == 200
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert "box=" in answers[0].json()["error"]


ROUTES = ("map_data", "map_outlines", "map_towns")


@pytest.mark.django_db
def test_without_a_view_it_is_the_world(client):
    make_meeting(42.36, -71.06)
    make_meeting(-42, 171)

    assert shown(client)["total"] == 2


@pytest.mark.django_db
@pytest.mark.parametrize("zoom", ["", "-1", "21", "x", "5.5"])
def test_a_zoom_that_is_none_is_refused(client, zoom):
    assert client.get(URL, {"box": "0,0,1,1", "zoom": zoom}).status_code == 400


@pytest.mark.django_db
def test_one_meeting_and_three_take_as_many_queries(client, django_assert_max_num_queries):
    counts = []
    for n in (0, 1, 2):
        make_meeting(42.30 + n / 10, -71.06)
        if n == 1:
            continue
        index.refresh(None, now=timezone.now())
        shown(client, **BOSTON)
        cards.forget()
        with django_assert_max_num_queries(12) as queries:
            total = client.get(URL, BOSTON).json()["total"]
        counts.append((total, len(queries)))

    assert [total for total, _queries in counts] == [1, 3]
    assert counts[0][1] == counts[1][1]


# Clusters


def scattered(size: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(7)
    return chance.uniform(-60, 70, size), chance.uniform(-180, 180, size)


@pytest.mark.parametrize("zoom", [0, 3, 8, 14, 17, 20])
def test_25000_places_are_never_more_than_500_pins_and_none_is_lost(zoom):
    latitudes, longitudes = scattered(25_000)

    found = clusters.gather(latitudes, longitudes, zoom=zoom)

    assert 0 < len(found.keys) <= clusters.MOST
    assert found.counts.sum() == 25_000
    assert len(set(found.keys)) == len(found.keys)
    assert (found.souths <= found.latitudes).all()
    assert (found.latitudes <= found.norths).all()
    assert (np.bincount(found.of_point) == found.counts).all()
    assert (latitudes <= found.norths[found.of_point]).all()


def test_close_up_meetings_of_one_place_are_one_and_neighbours_two():
    latitudes, longitudes = np.array([42.36, 42.36, 42.3601]), np.array([-71.06, -71.06, -71.06])

    close, far = (clusters.gather(latitudes, longitudes, zoom=zoom) for zoom in (18, 5))

    assert sorted(close.counts.tolist()) == [1, 2]
    assert close.are_one_place.all()
    assert far.counts.tolist() == [3]
    assert not far.are_one_place.any()


def test_pins_do_not_cover_each_other():
    latitudes, longitudes = scattered(300)

    found = clusters.gather(latitudes, longitudes, zoom=2)

    x, y = clusters.pixels(found.latitudes, found.longitudes, 2)
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    np.fill_diagonal(apart, np.inf)
    assert len(found.keys) > 20
    # A middle moves when a neighbour is taken in, and by less than half a pin.
    assert (apart > clusters.COVERS / 2).all()


def test_nothing_found_is_no_pin():
    assert clusters.gather(np.empty(0), np.empty(0), zoom=5).keys == []


# Ground


def area(ring: list[tuple[float, float]]) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def test_outlines_end_at_the_edges_of_the_view():
    view = Viewport(-72.0, 41.0, -70.0, 43.0, 8)

    found = outlines.within(view)

    points = [point for ring in found["states"] for point in ring]
    assert len(points) > 50
    assert all(-72 <= x <= -70 and 41 <= y <= 43 for x, y in points)
    assert 2 < sum(map(area, found["states"])) < 4


def test_far_inland_the_view_is_all_land():
    found = outlines.within(Viewport(19.0, -22.0, 20.0, -21.0, 8))

    assert sum(map(area, found["land"])) == pytest.approx(1.0, abs=0.01)


def test_the_world_is_drawn_with_few_points_and_no_line_across_it():
    found = outlines.within(Viewport(-180.0, -80.0, 180.0, 80.0, 2))

    leaps = [
        (before, here)
        for ring in found["land"]
        for before, here in pairwise(ring)
        if abs(before[0] - here[0]) > 60 and abs(before[1]) < 75
    ]
    assert 1000 < sum(map(len, found["land"])) < 10_000
    assert leaps == []


@pytest.mark.django_db
def test_large_towns_are_named_first_and_none_upon_another(client):
    PlaceFactory(name="Large", population=700_000, latitude=42.36, longitude=-71.06)
    PlaceFactory(name="Beside", population=100_000, latitude=42.361, longitude=-71.061)
    PlaceFactory(name="Apart", population=90_000, latitude=42.8, longitude=-71.4)
    PlaceFactory(name="Elsewhere", population=90_000, latitude=52.8, longitude=-1.4)

    found = client.get(reverse("meetings:map_towns"), BOSTON)

    assert [name for name, _latitude, _longitude in found.json()["towns"]] == ["Large", "Apart"]
    assert "public" in found.headers["Cache-Control"]


def test_what_is_read_of_a_view_is_what_was_written():
    assert viewport.read("-71.5,42,-70.5,43", "10") == Viewport(-71.5, 42.0, -70.5, 43.0, 10)
    assert viewport.read("-360,-90,360,90", "0") == Viewport(-360.0, -85.06, 0.0, 85.06, 0)


# The page


@pytest.mark.django_db
def test_the_map_s_files_are_asked_for_by_the_map_alone_and_the_list_stays(client):
    meeting = make_meeting(42.36, -71.06)
    index.refresh(None, now=timezone.now())
    url = reverse("meetings:meeting_list")

    as_map, as_list = (client.get(url, asked).content.decode() for asked in ({"view": "map"}, {}))

    for text in ("leaflet/leaflet", "js/map", "css/map", "data-map=", "needs JavaScript", 'value="map"'):
        assert text in as_map
        assert text not in as_list
    assert f'data-meeting="{meeting.slug}"' in as_map
    assert "view=map" in as_list


@pytest.mark.django_db
def test_tiles_of_the_operator_take_the_place_of_the_outlines(client, settings):
    url = reverse("meetings:meeting_list")
    without = client.get(url, {"view": "map"}).content.decode()
    settings.MAP_TILES_URL, settings.MAP_TILES_CREDIT = "/tiles/{z}/{x}/{y}.png", "© <b>Makers"

    page = client.get(url, {"view": "map"}).content.decode()

    assert 'data-tiles=""' in without
    assert "Natural Earth" in without
    assert 'data-tiles="/tiles/{z}/{x}/{y}.png"' in page
    assert "© &lt;b&gt;Makers" in page


def test_tiles_of_another_site_are_found_by_the_checks(settings):
    settings.SITE_URL = "https://chairs.example.org"
    found = {}
    for url in (
        "",
        "/tiles/{z}/{x}/{y}.png",
        "https://chairs.example.org/t/{z}/{x}/{y}",
        "https://tiles.example.net/{z}",
    ):
        settings.MAP_TILES_URL = url
        found[url] = [message.id for message in checks.map_tiles_are_our_own(None)]

    assert [bool(messages) for messages in found.values()] == [False, False, False, True]
