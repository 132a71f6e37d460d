"""The notice board of a group, and notes for those who come and those who open the door."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from groups.models import Group
from meetings import listing_fields
from meetings.hosting import dates, editing, forms, notice_board
from meetings.views.hosting.shared import done, name_in, of_group, page


@require_http_methods(["GET", "HEAD", "POST"])
@of_group
def notices(request: HttpRequest, group: Group) -> HttpResponse:
    """Show the board to its hosts: write, take down, put back, and say who reads it."""
    now = timezone.now()
    today = _today(group, now=now)
    form, readers = forms.NoticeForm(today=today), forms.ReadersForm(initial={"notices_are_for": group.notices_are_for})
    status = 200
    if request.method == "POST":
        number = name_in(request.POST, "id")
        match request.POST.get("action"):
            case "take-down" if number.isdecimal():
                notice_board.take_down(group, int(number), now=now)
                return done("host:notices", group.slug, said="notice-down", notice=number)
            case "put-back" if number.isdecimal():
                notice_board.put_back(group, int(number))
                return done("host:notices", group.slug, said="notice")
            case "readers":
                readers = forms.ReadersForm(request.POST)
                status = 422
                if readers.is_valid():
                    group.notices_are_for = readers.cleaned_data["notices_are_for"]
                    group.save(update_fields=["notices_are_for"])
                    return done("host:notices", group.slug, said="kept")
            case _:
                form = forms.NoticeForm(request.POST, today=today)
                status = 422
                if form.is_valid():
                    try:
                        notice_board.write(group, **form.cleaned_data, now=now)
                        return done("host:notices", group.slug, said="notice")
                    except notice_board.BoardFull:
                        words = _("The board is full: people read five lines. Please take one down first.")
                        form.add_error(None, words)
    taken_down = name_in(request.GET, "notice")
    context = {
        "group": group,
        "form": form,
        "readers": readers,
        "notices": notice_board.on_the_host_page(group, day=today),
        "today": today,
        "taken_down": notice_board.taken_down(group, int(taken_down)) if taken_down.isdecimal() else None,
    }
    return page(request, "notices", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@of_group
def welcome(request: HttpRequest, group: Group) -> HttpResponse:
    """Change the note for everybody and the one for hosts."""
    here = {"welcome_note": group.welcome_note, "greeter_note": group.greeter_note}
    form = forms.WelcomeForm(request.POST or None, initial=here)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if said["greeter_note"] != group.greeter_note:
            Group.objects.filter(pk=group.pk).update(greeter_note=said["greeter_note"])
        decision = None
        if said["welcome_note"] != group.welcome_note:
            try:
                changes = {"group_welcome_note": said["welcome_note"]}
                decision = editing.change(group, changes, by=request.user, now=timezone.now())
            except listing_fields.InvalidChange as invalid:
                for words in invalid.errors.values():
                    form.add_error("welcome_note", words)
                return page(request, "welcome", {"group": group, "form": form}, status=422)
        return done("host:welcome", group.slug, said="kept", decision=decision)
    return page(request, "welcome", {"group": group, "form": form}, status=422 if request.method == "POST" else 200)


def _today(group: Group, *, now: datetime) -> date:
    """Return the day it is where the group meets."""
    return now.astimezone(ZoneInfo(dates.zone_of(group) or "UTC")).date()
