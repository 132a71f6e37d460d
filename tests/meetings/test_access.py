"""The meetings and venues of those who keep them."""

import pytest
from django.http import Http404

from meetings import access
from tests import factories
from tests.cast import Cast, make_cast, make_curator

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_host_keeps_the_meetings_of_the_group(cast):
    assert list(access.hosted_meetings(cast.host)) == [cast.meeting]
    assert access.get_hosted_meeting(cast.host, "boston") == cast.meeting
    for user in (cast.host_elsewhere, cast.member, cast.curator):
        with pytest.raises(Http404):
            access.get_hosted_meeting(user, "boston")


def test_a_curator_keeps_the_meetings_of_the_part(cast):
    assert list(access.curated_meetings(cast.curator)) == [cast.meeting]
    assert access.may_curate_meeting(cast.admin, cast.meeting)
    assert access.get_curated_meeting(cast.curator, "boston") == cast.meeting
    for user in (cast.host, cast.member, cast.curator_elsewhere):
        with pytest.raises(Http404):
            access.get_curated_meeting(user, "boston")


def test_a_meeting_without_a_venue_is_where_its_group_meets(cast):
    online = factories.MeetingFactory(is_online=True, group=cast.group)
    factories.MeetingFactory(is_online=True)

    assert set(access.curated_meetings(cast.curator)) == {cast.meeting, online}


def test_a_meeting_elsewhere_of_a_group_here_is_kept_elsewhere(cast):
    there = factories.MeetingFactory(group=cast.group, venue__country="IE", venue__region="Leinster")

    assert there not in access.curated_meetings(cast.curator)
    assert there in access.curated_meetings(cast.curator_elsewhere)


def test_a_part_by_kind(cast):
    source = factories.SourceFactory()
    cast.meeting.source, cast.meeting.source_key = source, "1"
    cast.meeting.save()

    for part in ({"approach": cast.group.approach}, {"source": source}):
        user = make_curator(f"by-{next(iter(part))}", **part)
        assert list(access.curated_meetings(user)) == [cast.meeting]
        assert list(access.curated_venues(user)) == [cast.meeting.venue]


def test_venues_of_a_part(cast):
    empty = factories.VenueFactory()

    assert set(access.curated_venues(cast.curator)) == {cast.meeting.venue, empty}
    assert access.get_curated_venue(cast.curator, empty.public_id) == empty
    with pytest.raises(Http404):
        access.get_curated_venue(cast.curator_elsewhere, empty.public_id)
