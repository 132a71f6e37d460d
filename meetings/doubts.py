"""What pages say while reports about a meeting are open: one is mentioned, two or more warn."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from meetings import provenance, reports
from meetings.enums import ReportKind
from meetings.models import Meeting


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is reported. `is_serious`: several people on their own, or a curator; the way in is hidden."""

    title: str
    text: str
    is_serious: bool


def of_meeting(meeting: Meeting, *, now: datetime) -> Doubt | None:
    """Return what to say of the open reports about a meeting, None when there are none. One query."""
    found = list(reports.of_meeting(meeting))
    if not found:
        return None
    kind = next((report.kind for report in found if report.kind in reports.DOUBTING), found[0].kind)
    if meeting.doubted_at is not None:
        title = {
            ReportKind.WRONG_LINK: _("People report that the way in does not work"),
            ReportKind.CLOSED: _("People report that it has closed"),
        }.get(ReportKind(kind), _("People report that nobody was there"))
        return Doubt(
            title, _("Please ask the group before you go or join. It was told, and has not answered yet."), True
        )
    title = {
        ReportKind.NOBODY_THERE: _("One person found nobody there"),
        ReportKind.WRONG_LINK: _("One person could not get in"),
        ReportKind.CLOSED: _("One person says that it has closed"),
    }.get(ReportKind(kind), _("One person says that something here is wrong"))
    text = _("Told to us %(ago)s. Nobody else has said so, and the group was asked.") % {
        "ago": provenance.ago(found[0].made_at, now=now)
    }
    return Doubt(title, text, False)


def before_you_go(meeting: Meeting) -> str:
    """Return the sentence that stands beside the place of a meeting in doubt, "" for any other. No query."""
    if meeting.doubted_at is None:
        return ""
    return _("People report that nobody was there. Please ask before you go.")
