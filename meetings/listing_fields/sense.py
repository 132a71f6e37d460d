"""Whether the values of a meeting make sense together: what does not is told by the name of its field."""

from django.utils.translation import gettext as _

from meetings import schedules
from meetings.enums import ChannelState
from meetings.models import Meeting


def check_schedule(meeting: Meeting, errors: dict[str, str]) -> None:
    if not meeting.rrule and meeting.first_on is None:
        return
    if meeting.start_time is None:
        errors["start_time"] = _("A meeting with days or a date needs the time it starts.")
    if not meeting.time_zone:
        errors["time_zone"] = _("Which time zone is that? We do not know it from the place.")
    if "INTERVAL=" in meeting.rrule and meeting.first_on is None:
        errors["first_on"] = _("A meeting that is not held every week or month needs one of its dates as first date.")
    if meeting.last_on and meeting.first_on and meeting.last_on < meeting.first_on:
        errors["last_on"] = _("The last date is before the first.")
    if errors.keys() & {"start_time", "time_zone", "first_on", "last_on"}:
        return
    try:
        schedules.Schedule(
            rule=schedules.parse_rrule(meeting.rrule),
            start_time=meeting.start_time,
            time_zone=meeting.time_zone,
            first_on=meeting.first_on,
            last_on=meeting.last_on,
            duration=meeting.duration,
        )
    except schedules.InvalidSchedule as error:
        errors["rrule"] = str(error)


def check_rest(meeting: Meeting, errors: dict[str, str]) -> None:
    if not meeting.name:
        errors["name"] = _("A meeting needs a name.")
    if meeting.in_person != ChannelState.NONE and meeting.venue is None:
        errors["in_person"] = _("A meeting in person needs a place, even one without an exact address.")
    if meeting.min_age is not None and meeting.max_age is not None and meeting.max_age < meeting.min_age:
        errors["max_age"] = _("The upper age is below the lower one.")
    if meeting.venue is not None and (meeting.venue.latitude is None) != (meeting.venue.longitude is None):
        errors["venue_longitude"] = _("A position is a latitude and a longitude.")
