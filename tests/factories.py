"""Listings for tests. The defaults are plain and visible: what a test needs, it says.

A meeting is public, weekly, Tuesdays 7–8 pm in New York, in person at a venue in Boston.
The parameters `is_online`, `is_hybrid`, `is_by_phone`, `is_any_time`, `is_by_appointment` and
`is_once` change all the fields that belong together.
"""

from datetime import UTC, date, datetime, time, timedelta

import factory
from factory.django import DjangoModelFactory

from groups import enums as group_enums
from groups.models import (
    Approach,
    EmergencyNumber,
    Fellowship,
    Group,
    HelpLine,
    ImportChange,
    ImportRun,
    Reference,
    Source,
)
from meetings import enums
from meetings.models import Meeting, MeetingTrait, Occurrence, Pause, Place, Postcode, SourceRow, Trait, Venue


class ApproachFactory(DjangoModelFactory):
    class Meta:
        model = Approach

    slug = factory.Sequence(lambda n: f"approach-{n}")
    name = factory.Sequence(lambda n: f"Approach {n}")
    kind = group_enums.ApproachKind.PROGRAM
    family = group_enums.Family.SECULAR
    status = group_enums.ApproachStatus.ACTIVE
    one_line = "People help each other"
    description = "People meet and help each other."
    first_meeting = "You may listen and say nothing."
    belief = group_enums.Belief.ANY
    goals = [group_enums.Goal.ABSTINENCE]
    led_by = group_enums.LedBy.PEER
    cost = group_enums.Cost.FREE
    mentor_availability = group_enums.MentorAvailability.OPTIONAL
    label_custom = group_enums.LabelCustom.OPTIONAL
    crosstalk = group_enums.Crosstalk.VARIES
    open_closed = group_enums.OpenClosed.MIXED
    covers = [group_enums.Covers.ALCOHOL]
    for_whom = [group_enums.ForWhom.PERSON]
    attendance_proof = group_enums.AttendanceProof.VARIES
    evidence_strength = group_enums.EvidenceStrength.NONE_FOUND


class FellowshipFactory(DjangoModelFactory):
    class Meta:
        model = Fellowship

    slug = factory.Sequence(lambda n: f"fellowship-{n}")
    name = factory.Sequence(lambda n: f"Fellowship {n}")
    approach = factory.SubFactory(ApproachFactory)


class ReferenceFactory(DjangoModelFactory):
    class Meta:
        model = Reference

    key = factory.Sequence(lambda n: f"S{n}")
    address = factory.Sequence(lambda n: f"https://example.org/paper-{n}")
    supports = "A fact"


class HelpLineFactory(DjangoModelFactory):
    class Meta:
        model = HelpLine

    key = factory.Sequence(lambda n: f"line-{n}")
    country = "US"
    name = factory.Sequence(lambda n: f"Line {n}")
    kind = group_enums.HelpLineKind.CRISIS
    channels = [{"type": "call", "value": "988", "note": ""}]


class EmergencyNumberFactory(DjangoModelFactory):
    class Meta:
        model = EmergencyNumber

    country = factory.Sequence(lambda n: f"X{n:02}")
    value = "112"


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source

    slug = factory.Sequence(lambda n: f"source-{n}")
    name = factory.Sequence(lambda n: f"Source {n}")


class ImportRunFactory(DjangoModelFactory):
    class Meta:
        model = ImportRun

    source = factory.SubFactory(SourceFactory)
    started_at = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    outcome = group_enums.ImportOutcome.DONE


class ImportChangeFactory(DjangoModelFactory):
    class Meta:
        model = ImportChange

    run = factory.SubFactory(ImportRunFactory)
    key = factory.Sequence(lambda n: f"row-{n}")
    action = group_enums.ImportAction.CREATED


class GroupFactory(DjangoModelFactory):
    class Meta:
        model = Group

    slug = factory.Sequence(lambda n: f"group-{n}")
    name = factory.Sequence(lambda n: f"Group {n}")
    approach = factory.SubFactory(ApproachFactory)
    state = group_enums.GroupState.PUBLIC


class PlaceFactory(DjangoModelFactory):
    """Boston as the gazetteer has it, unless said otherwise."""

    class Meta:
        model = Place

    id = factory.Sequence(lambda n: 4_930_956 + n)
    name = "Boston"
    slug = factory.Sequence(lambda n: f"boston-{n}" if n else "boston")
    country = "US"
    region = "Massachusetts"
    region_code = "MA"
    latitude = 42.35843
    longitude = -71.05977
    population = 653_833
    time_zone = "America/New_York"


class PostcodeFactory(DjangoModelFactory):
    class Meta:
        model = Postcode

    country = "US"
    code = factory.Sequence(lambda n: f"{n:05}")
    name = "Boston"
    region = "MA"
    latitude = 42.35843
    longitude = -71.05977
    time_zone = "America/New_York"


class VenueFactory(DjangoModelFactory):
    class Meta:
        model = Venue

    name = factory.Sequence(lambda n: f"Hall {n}")
    street = "12 Maple Street"
    town = "Boston"
    region = "MA"
    postcode = "02134"
    country = "US"
    latitude = 42.35843
    longitude = -71.05977
    time_zone = "America/New_York"


class TraitFactory(DjangoModelFactory):
    class Meta:
        model = Trait

    kind = enums.TraitKind.FORMAT
    slug = factory.Sequence(lambda n: f"trait-{n}")
    name = factory.Sequence(lambda n: f"Trait {n}")
    definition = "What it means, in plain words."


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = Meeting

    class Params:
        is_online = factory.Trait(
            venue=None,
            in_person=enums.ChannelState.NONE,
            online=enums.ChannelState.OPEN,
            join_url="https://zoom.us/j/5550100",
        )
        is_hybrid = factory.Trait(online=enums.ChannelState.OPEN, join_url="https://zoom.us/j/5550100")
        is_by_phone = factory.Trait(
            venue=None,
            in_person=enums.ChannelState.NONE,
            by_phone=enums.ChannelState.OPEN,
            join_phone="+1-555-0100",
        )
        is_any_time = factory.Trait(
            venue=None,
            in_person=enums.ChannelState.NONE,
            any_time=enums.ChannelState.OPEN,
            join_url="https://forum.example.org/",
            rrule="",
            start_time=None,
            time_zone="",
            duration=None,
        )
        is_by_appointment = factory.Trait(rrule="", start_time=None, time_zone="", duration=None)
        is_once = factory.Trait(rrule="", first_on=date(2026, 12, 1))

    slug = factory.Sequence(lambda n: f"meeting-{n}")
    name = factory.Sequence(lambda n: f"Meeting {n}")
    group = factory.SubFactory(GroupFactory)
    rrule = "FREQ=WEEKLY;BYDAY=TU"
    start_time = time(19, 0)
    duration = timedelta(hours=1)
    time_zone = "America/New_York"
    in_person = enums.ChannelState.OPEN
    venue = factory.SubFactory(VenueFactory)
    state = group_enums.ListingState.PUBLIC


class MeetingTraitFactory(DjangoModelFactory):
    class Meta:
        model = MeetingTrait

    meeting = factory.SubFactory(MeetingFactory)
    trait = factory.SubFactory(TraitFactory)
    value = enums.TraitValue.YES


class PauseFactory(DjangoModelFactory):
    class Meta:
        model = Pause

    meeting = factory.SubFactory(MeetingFactory)
    first_on = date(2026, 12, 22)
    last_on = date(2026, 12, 31)


class OccurrenceFactory(DjangoModelFactory):
    class Meta:
        model = Occurrence

    meeting = factory.SubFactory(MeetingFactory)
    original_on = date(2026, 12, 1)


class SourceRowFactory(DjangoModelFactory):
    class Meta:
        model = SourceRow

    source = factory.SubFactory(SourceFactory)
    key = factory.Sequence(lambda n: f"row-{n}")
    digest = "0" * 32
    values = {}
    meeting = factory.SubFactory(MeetingFactory)
