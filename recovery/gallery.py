"""Every component in every state on one page, to look at while changing it. Local mode alone.

The samples are made up and marked so; nothing is read from the database.
"""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from groups import dates, help_lines
from groups.catalogue import Source
from meetings.enums import Attendance
from meetings.join_step import JoinStep
from meetings.models import ReminderWishes
from meetings.reminder_forms import CodeForm, PhoneForm, RemindersForm
from meetings.reminder_page import Line, RemindersPage
from meetings.way_there import Where

STATES = ("0", "1", "2")
_STARTS_AT = datetime(2030, 1, 1, 19, tzinfo=UTC)
_LONG = "Monday Evening Candlelight Meditation and Recovery Discussion for Newcomers, Friends and Neighbours"


class SampleForm(forms.Form):
    """One field of each kind."""

    use_required_attribute = False

    town = forms.CharField(label=_("Town or postcode"), help_text=_("We use it for this search and do not keep it."))
    words = forms.CharField(label=_("Anything else"), widget=forms.Textarea(attrs={"rows": 4}), required=False)
    day = forms.ChoiceField(
        label=_("Day"), choices=[("", _("Any day")), ("monday", dates.weekday_lazy(0))], required=False
    )
    others = forms.ChoiceField(
        label=_("Who comes with you?"), choices=[("0", _("Nobody")), ("1", _("One more"))], widget=forms.RadioSelect
    )
    ways = forms.MultipleChoiceField(
        label=_("How"), choices=Attendance.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    agrees = forms.BooleanField(label=_("I have read this"))


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    if not settings.LOCAL_MODE:
        raise Http404
    asked = request.GET.get("state", "")
    return render(request, "gallery.html", samples(int(asked) if asked in STATES else 0))


def samples(state: int) -> dict[str, Any]:
    """Return what each component is shown with, by the component's name.

    A part of a page that may stand there once is shown in one of its states.
    """
    filled = {"town": "Boston", "words": _LONG, "day": "monday", "others": "1", "ways": ["online"], "agrees": True}
    paginator = Paginator(range(900), 10)
    return {
        "ways": [_way(way) for way in Attendance],
        "alert_kinds": ["info", "good", "warning", "bad"],
        "alert_texts": ["Something to know before going on.", "And one thing more."],
        "badge_kinds": ["plain", "now", "soon", "good", "bad"],
        "crumbs": [(_("Find a meeting"), "/meetings/"), (_LONG, "")],
        "part": SimpleNamespace(key="demo", label=_("Part of a listing"), has_errors=False, fields=list(_part_form())),
        "forms": [SampleForm(), SampleForm(data=filled), SampleForm(data={})],
        "results": [_card(), _card(in_progress=True), _card(starts_in=timedelta(minutes=25)), _full_card()],
        "pages": [(paginator.page(n), list(paginator.get_elided_page_range(n))) for n in (1, 45, 90)],
        "days": _week(),
        "states": STATES,
        "state": str(state),
        "join": _joins()[state],
        "where": _wheres()[state % 2],
        "approaches": [_approach("active"), _approach("unclear")],
        "sources": [Source("S00", "example.org", "https://example.org/", "What the page says", "2030", [])],
        "reminders": _reminders(),
        "lines": help_lines.for_country(settings.DEFAULT_COUNTRY).crisis,
        "icons": _ICONS,
    }


_ICONS = [
    "person",
    "people",
    "video",
    "phone",
    "message",
    "map-pin",
    "clock",
    "calendar",
    "exit",
    "heart",
    "search",
    "check",
    "cross",
    "info",
    "warning",
    "language",
    "wheelchair",
    "home",
    "bell",
    "mail",
    "link",
    "lock",
    "book",
    "flag",
    "arrow",
    "door",
    "print",
    "filter",
    "plus",
    "pause",
    "star",
    "chair",
]


def _card(name: str = "Demo meeting", **more: Any) -> SimpleNamespace:
    meeting = SimpleNamespace(
        name=name, slug="demo", get_absolute_url="#card", group=SimpleNamespace(name="Demo group")
    )
    values: dict[str, Any] = {
        "meeting": meeting,
        "days_label": "Tuesday",
        "time_label": "7:00 pm to 8:00 pm",
        "zone_label": "Eastern Time",
        "starts_at_local": _STARTS_AT,
        "in_progress": False,
        "starts_in": None,
        "distance_label": "1.2 miles",
        "place_label": "Demo Hall, 1 Demo Street",
        "attendance": [_way(Attendance.IN_PERSON)],
        "approach_label": "SMART Recovery",
        "badges": ["Open to anyone"],
    }
    return SimpleNamespace(**(values | more))


def _full_card() -> SimpleNamespace:
    return _card(
        _LONG,
        attendance=[_way(Attendance.HYBRID), _way(Attendance.PHONE)],
        is_suspended=True,
        badges=["Open to anyone", "Beginners", "Women only", "Wheelchair", "Childcare", "Spanish"],
    )


def _way(way: Attendance) -> SimpleNamespace:
    return SimpleNamespace(slug=way.value, label=way.label)


def _week() -> list[SimpleNamespace]:
    meeting = SimpleNamespace(time_label="7:00 pm", name="Demo meeting", url="#week", attendance_label="online")
    names = [dates.weekday(number) for number in range(7)]
    return [
        SimpleNamespace(label=name, is_today=number == 2, meetings=[meeting] * (number % 3))
        for number, name in enumerate(names)
    ]


def _joins() -> list[JoinStep]:
    return [
        JoinStep(is_shown=True, url="https://meet.example.org/demo", provider="Demo", passcode="demo", notes="Mute."),
        JoinStep(is_shown=True, is_missing=True),
        JoinStep(is_shown=False, how_to_get=str(_("The link appears 15 minutes before the start."))),
    ]


def _wheres() -> list[Where]:
    return [
        Where(["Demo Hall", "1 Demo Street", "Springfield"], "Blue door at the side.", "", "", False, False),
        Where([], "", str(_("Ask the group where it meets.")), "", True, True),
    ]


def _part_form() -> SampleForm:
    return SampleForm(prefix="part", data={"part-town": "Boston"})


def _approach(status: str) -> SimpleNamespace:
    return SimpleNamespace(
        slug="demo",
        get_absolute_url="#approach",
        name="Demo approach",
        label="Demo approach",
        one_line="One line that says what it is.",
        get_belief_display="No prayer, no religion",
        status=status,
    )


def _reminders() -> RemindersPage:
    moment = "Tuesday, 5:00 pm"
    return RemindersPage(
        lines=[
            Line("2 hours before", "e-mail", "planned", "planned", _STARTS_AT, moment, ""),
            Line("30 minutes before", "e-mail", "missed", "missed", _STARTS_AT, moment, "The time for it had passed."),
        ],
        form=RemindersForm.of(ReminderWishes(), ways={"email", "sms"}),
        phone_form=PhoneForm(),
        code_form=CodeForm(),
        has_phone=False,
        has_ways=True,
        has_browser=True,
        push_key="",
        is_settled=True,
        stopped=str(_("This address asked for no more messages.")),
    )
