"""Calendar files and feeds.

`?title=neutral` gives entries that say a time and nothing else, `?title=plain` the meeting's
name; listings are plain unless asked, somebody's own dates neutral.
"""

import hashlib
import re
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from meetings import access, calendars, finder, languages, occurrences, tokens
from meetings.enums import LinkPurpose
from meetings.models import PrivateLink, Rsvp
from meetings.views.meetings import at_its_new_address

# A file of this name says nothing in a list of downloads.
FILE_NAME = "calendar.ics"


@require_safe
def occurrence_calendar(request: HttpRequest, slug: str, on: str) -> HttpResponse:
    """Give one date as a file."""
    now = timezone.now()
    original_on = _date(on)
    try:
        meeting = access.get_meeting(slug)
        body = calendars.of_date(meeting, original_on, now=now, is_neutral=_wants(request, "neutral"))
    except access.Moved as moved:
        return at_its_new_address(request, moved)
    except access.NoLongerListed as gone:
        return _refusal(_("This meeting is no longer listed."), status=410 if gone.is_gone else 404)
    except occurrences.NoSuchDate:
        return _refusal(_("The meeting is not held on this date."))
    return _calendar(request, body, is_file=True)


@require_safe
def meeting_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Give all dates of a meeting. Of one that is gone: its dates, cancelled, with status 410."""
    now = timezone.now()
    try:
        meeting = access.get_meeting(slug)
        body = calendars.of_meeting(meeting, now=now, is_neutral=_wants(request, "neutral"))
    except access.Moved as moved:
        return at_its_new_address(request, moved)
    except access.NoLongerListed as gone:
        if not gone.is_gone:
            return _refusal(_("This meeting is no longer listed."))
        return _calendar(request, calendars.of_no_more(gone.listing, now=now), status=410)
    except calendars.NoDates:
        return _refusal(_("This meeting has no fixed dates. Please ask the group for a time."))
    return _calendar(request, body)


@require_safe
def group_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Give all dates of a group's meetings."""
    try:
        group = access.get_group(slug)
    except access.Moved as moved:
        return at_its_new_address(request, moved)
    except access.NoLongerListed as gone:
        return _refusal(_("This group is no longer listed."), status=410 if gone.is_gone else 404)
    body = calendars.of_group(group, now=timezone.now(), is_neutral=_wants(request, "neutral"))
    return _calendar(request, body)


@require_safe
def search_calendar(request: HttpRequest) -> HttpResponse:
    """Give all dates of the first meetings that a search finds, with the parameters of the finder."""
    now = timezone.now()
    asked = request.GET.copy()
    asked.pop("title", None)
    ids = finder.matching_ids(asked, now=now, visitor_zone=request.visitor_zone, limit=calendars.MOST_MEETINGS)
    return _calendar(request, calendars.of_meetings(ids, now=now, is_neutral=_wants(request, "neutral")))


@require_safe
def my_calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """Give somebody's own dates, to a program that asks again. Revoking the link ends it."""
    return _own(request, secret, LinkPurpose.CALENDAR, refreshes=True)


@require_safe
def place_calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """Give the date, or dates, of somebody's place as a file."""
    return _own(request, secret, LinkPurpose.PLACE, refreshes=False)


def _own(request: HttpRequest, secret: str, purpose: LinkPurpose, *, refreshes: bool) -> HttpResponse:
    now = timezone.now()
    try:
        link = tokens.find(secret, purpose, now=now)
    except tokens.LinkUnknown:
        return _private(_refusal(_("This address opens nothing any more.")))
    # A program that asks again and again says no language of its own, or the wrong one.
    with languages.speaking((link.rsvp or link.standing).language):
        body = calendars.of_places(_places(link), now=now, is_plain=_wants(request, "plain"), refreshes=refreshes)
    return _private(_calendar(request, body, is_file=not refreshes))


def _places(link: PrivateLink):
    if link.rsvp_id is not None:
        return Rsvp.objects.filter(pk=link.rsvp_id)
    return Rsvp.objects.filter(standing=link.standing_id)


def _wants(request: HttpRequest, title: str) -> bool:
    return request.GET.get("title") == title


def _date(text: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


def _calendar(request: HttpRequest, body: bytes, *, is_file: bool = False, status: int = 200) -> HttpResponse:
    """Answer with a calendar, or with 304 to a program that has this one already."""
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8", status=status)
    response.headers["Content-Disposition"] = f'{"attachment" if is_file else "inline"}; filename="{FILE_NAME}"'
    response.headers["X-Robots-Tag"] = "noindex"
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


def _refusal(sentence: str, *, status: int = 404) -> HttpResponse:
    """Say why there is no calendar, in words alone: a program shows them, if anything."""
    return HttpResponse(sentence + "\n", content_type="text/plain; charset=utf-8", status=status)


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
