"""The part of the world whose towns an import reads."""

import pytest

from meetings import geo
from meetings.feeds import locating


@pytest.mark.parametrize(("latitude", "longitude"), [(0.0, 0.0), (40.7, -74.0), (-33.9, 151.2), (69.6, 18.9)])
def test_every_town_within_reach_of_a_point_is_read(latitude, longitude):
    within_reach = geo.box_around(latitude, longitude, 500)

    covered, around = locating._area_of({(latitude, longitude, "")})

    assert covered.contains(latitude, longitude)
    for box in within_reach:
        assert around.contains(box.south, box.west)
        assert around.contains(box.north, box.east)


def test_far_points_widen_the_area_on_their_own_side():
    berlin, lisbon = (52.52, 13.4, "DE"), (38.72, -9.14, "PT")

    covered, around = locating._area_of({berlin, lisbon})

    assert (covered.south, covered.west, covered.north, covered.east) == (38.72, -9.14, 52.52, 13.4)
    assert around.contains(35.0, -14.0)
    assert not around.contains(52.0, 30.0)


@pytest.mark.parametrize(("latitude", "longitude"), [(-17.7, 178.0), (-13.8, -178.0), (84.0, 20.0), (-89.0, 20.0)])
def test_at_the_line_of_the_date_and_the_poles_every_town_is_read(latitude, longitude):
    assert locating._area_of({(0.0, 0.0, "")}) is not None

    area = locating._area_of({(latitude, longitude, "")})

    assert area is None
