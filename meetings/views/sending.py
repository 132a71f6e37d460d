"""How the sending of messages is, for those who run the site: numbers, and nobody's name."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from groups.access import for_curators
from meetings.reminders import health
from recovery.templatetags.plain_words import spoken


@require_safe
@for_curators
def sending(request: HttpRequest) -> HttpResponse:
    """Show what `/readyz` tells to machines, in words."""
    found = health.health(now=timezone.now())
    context = {"health": found, "rows": _rows(found), "part": "sending"}
    return render(request, "curate/sending.html", context)


def _rows(found: health.Health) -> list[tuple[str, str]]:
    return [
        (_("Overdue, five minutes after their time"), str(found.overdue)),
        (_("The oldest that is due has waited"), spoken(timedelta(seconds=found.oldest_due_seconds))),
        (_("The clock that wakes the senders was last seen"), _ago(found.beat_seconds)),
        (_("A sender was last seen"), _ago(found.worker_seconds)),
        (_("Sent in the last day"), str(found.sent_last_day)),
        (_("Perhaps sent, in the last day"), str(found.uncertain_last_day)),
        (_("Missed in the last day"), str(found.missed_last_day)),
        (_("Refused for good, of those tried in the last day"), f"{found.bounce_rate:.1%}"),
    ]


def _ago(seconds: int | None) -> str:
    return _("never") if seconds is None else _("%(length)s ago") % {"length": spoken(timedelta(seconds=seconds))}
