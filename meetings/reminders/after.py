"""One question afterwards: did it take place? Facts about a meeting, never about a person."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from meetings import confirmations, reports
from meetings.enums import MessageKind, ReportKind, TookPlace
from meetings.models import AfterAnswer, OutgoingMessage

# Written on the message so that one question has one answer. What it was is not written there.
_ANSWERED = "answered"


def take_answer(message: OutgoingMessage, answer: TookPlace, *, now: datetime, device: str = "") -> bool:
    """Keep the answer, once. Returns whether it was the first.

    That nobody was there is a report (`device` as in `reports.device_key`); that it took place
    may confirm the listing, together with what others said.
    """
    with transaction.atomic():
        first = (
            OutgoingMessage.objects.filter(pk=message.pk, kind=MessageKind.AFTER)
            .exclude(answer=_ANSWERED)
            .update(answer=_ANSWERED)
        )
        if first:
            AfterAnswer.objects.create(
                meeting_id=message.occurrence.meeting_id,
                original_on=message.occurrence.original_on,
                answer=answer,
                answered_on=now.date(),
            )
            if answer == TookPlace.NOBODY_THERE:
                reports.send(
                    message.occurrence.meeting,
                    ReportKind.NOBODY_THERE,
                    now=now,
                    device=device,
                    original_on=message.occurrence.original_on,
                )
            elif answer == TookPlace.YES:
                confirmations.heed_visitors(message.occurrence.meeting_id, now=now)
    return bool(first)


def is_answered(message: OutgoingMessage) -> bool:
    return message.answer == _ANSWERED


def answers_about(meeting_id: int) -> QuerySet[AfterAnswer]:
    """Return what visitors said of a meeting's dates, latest date first: for freshness."""
    return AfterAnswer.objects.filter(meeting_id=meeting_id).order_by("-original_on", "pk")
