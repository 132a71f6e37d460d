"""Distances and boxes, against the ellipsoid and against every point within reach."""

import math

import pytest
from django.utils import translation
from geographiclib.geodesic import Geodesic
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meetings import geo, geo_sql
from meetings.models import Place
from tests.factories import PlaceFactory

latitudes = st.floats(min_value=-90, max_value=90)
longitudes = st.floats(min_value=-180, max_value=180)


def point_at(latitude: float, longitude: float, *, bearing: float, km: float) -> tuple[float, float]:
    """The point this far away on the sphere, by the direct formula: nothing of ours in it."""
    angle, lat, lon, course = km / 6371.0088, math.radians(latitude), math.radians(longitude), math.radians(bearing)
    there = math.asin(math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(course))
    turn = math.atan2(
        math.sin(course) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(there)
    )
    return math.degrees(there), (math.degrees(lon + turn) + 180) % 360 - 180


@settings(max_examples=300)
@given(latitudes, longitudes, latitudes, longitudes)
@example(0.0, 0.0, 0.0, 180.0)
@example(90.0, 0.0, -90.0, 0.0)
@example(10.0, 179.9, 10.0, -179.9)
def test_distance_is_that_of_the_ellipsoid_within_six_in_a_thousand(a_lat, a_lon, b_lat, b_lon):
    true_km = Geodesic.WGS84.Inverse(a_lat, a_lon, b_lat, b_lon, Geodesic.DISTANCE)["s12"] / 1000

    ours = geo.distance_km(a_lat, a_lon, b_lat, b_lon)

    assert ours == pytest.approx(true_km, rel=0.006, abs=1e-6)


def test_boston_to_cambridge_is_a_walk():
    km = geo.distance_km(42.3584, -71.0598, 42.3751, -71.1056)

    assert km == pytest.approx(4.19, abs=0.02)


@settings(max_examples=500)
@given(
    latitudes,
    longitudes,
    st.floats(min_value=0, max_value=20_000),
    st.floats(min_value=0, max_value=360),
    st.floats(min_value=0, max_value=1),
)
@example(52.0, 179.95, 30.0, 90.0, 1.0)
@example(52.0, -179.95, 30.0, 270.0, 1.0)
@example(89.9, 10.0, 50.0, 0.0, 1.0)
@example(-89.9, 10.0, 50.0, 180.0, 1.0)
@example(0.0, 180.0, 5.0, 90.0, 0.0)
def test_boxes_hold_every_point_within_the_radius(latitude, longitude, km, bearing, part):
    boxes = geo.box_around(latitude, longitude, km)
    there = point_at(latitude, longitude, bearing=bearing, km=km * part)

    assert any(box.contains(latitude, longitude) for box in boxes)
    assert any(box.contains(*there) for box in boxes)


@settings(max_examples=200)
@given(latitudes, longitudes, st.floats(min_value=0, max_value=20_000))
def test_boxes_are_on_the_map_and_do_not_overlap(latitude, longitude, km):
    boxes = geo.box_around(latitude, longitude, km)

    assert len(boxes) in (1, 2)
    for box in boxes:
        assert -90 <= box.south <= box.north <= 90
        assert -180 <= box.west <= box.east <= 180
    if len(boxes) == 2:
        assert boxes[0].east < boxes[1].west or boxes[1].east < boxes[0].west


def test_a_small_circle_far_from_the_edges_has_one_small_box():
    (box,) = geo.box_around(42.36, -71.06, 10)

    assert box.north - box.south == pytest.approx(0.1799, abs=0.0001)
    assert box.east - box.west == pytest.approx(0.2434, abs=0.0005)


def test_a_circle_over_the_antimeridian_has_a_box_on_each_side():
    boxes = geo.box_around(-16.5, 179.9, 50)

    assert any(box.contains(-16.5, 179.99) for box in boxes)
    assert any(box.contains(-16.5, -179.8) for box in boxes)
    assert not any(box.contains(-16.5, 0.0) for box in boxes)


def test_a_circle_over_the_pole_reaches_all_the_way_round():
    (box,) = geo.box_around(89.9, 25.0, 50)

    assert (box.west, box.east, box.north) == (-180.0, 180.0, 90.0)


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (math.nan, 0), (0, math.inf)])
def test_a_point_that_is_not_on_earth_is_refused(latitude, longitude):
    with pytest.raises(geo.NotOnEarth):
        geo.box_around(latitude, longitude, 5)

    assert not geo.is_on_earth(latitude, longitude)


@pytest.mark.parametrize(("country", "unit"), [("US", "mi"), ("gb", "mi"), ("LR", "mi"), ("MM", "mi"), ("DE", "km")])
def test_each_country_has_the_unit_of_its_road_signs(country, unit):
    assert geo.unit_of_country(country) == unit


def test_a_mile_is_what_it_is():
    assert geo.km_from_miles(25) == pytest.approx(40.2336)
    assert geo.miles_from_km(geo.km_from_miles(7)) == pytest.approx(7)


@pytest.mark.parametrize(
    ("km", "unit", "said"),
    [
        (0, "km", "50 m"),
        (0.6, "km", "600 m"),
        (0.97, "km", "950 m"),
        (0.99, "km", "1 km"),
        (1.24, "km", "1.2 km"),
        (9.96, "km", "10 km"),
        (14.4, "km", "14 km"),
        (0.05, "mi", "0.1 miles"),
        (0.6, "mi", "0.4 miles"),
        (1.6, "mi", "1 mile"),
        (2.5, "mi", "1.6 miles"),
        (40.2336, "mi", "25 miles"),
    ],
)
def test_distances_are_said_as_people_say_them(km, unit, said):
    assert geo.format_distance(km, unit) == said


def test_the_decimal_sign_follows_the_language():
    with translation.override("de"):
        said = geo.format_distance(1.24)

    assert said == "1,2 km"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((42.36, -71.06), (51.5, -0.12)),
        ((-16.5, 179.9), (-16.5, -179.9)),
        ((0.0, 0.0), (0.0, 180.0)),
        ((5.0, 5.0),) * 2,
    ],
)
def test_the_database_measures_the_same_distance(a, b):
    PlaceFactory(latitude=a[0], longitude=a[1])

    km = Place.objects.values_list(geo_sql.Haversine("latitude", "longitude", *b), flat=True).get()

    assert km == pytest.approx(geo.distance_km(*a, *b), rel=1e-9, abs=1e-6)


@pytest.mark.django_db
def test_distance_narrows_and_orders_rows():
    near = PlaceFactory(latitude=-16.5, longitude=-179.9)
    nearer = PlaceFactory(latitude=-16.5, longitude=179.95)
    far = PlaceFactory(latitude=-16.5, longitude=170.0)
    boxes = geo.box_around(-16.5, 179.96, 50)

    found = Place.objects.filter(geo_sql.within_boxes(boxes)).annotate(
        km=geo_sql.Haversine("latitude", "longitude", -16.5, 179.96)
    )

    assert list(found.filter(km__lte=50).order_by("km")) == [nearer, near]
    assert far in Place.objects.all()
