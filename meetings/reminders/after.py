"""One question afterwards: did it take place? Facts about a meeting, never about a person."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from meetings.enums import MessageKind, TookPlace
from meetings.models import AfterAnswer, OutgoingMessage

# Written on the message so that one question has one answer. What it was is not written there.
_ANSWERED = "answered"


def take_answer(message: OutgoingMessage, answer: TookPlace, *, now: datetime) -> bool:
    """Keep the answer, once. Returns whether it was the first."""
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
    return bool(first)


def is_answered(message: OutgoingMessage) -> bool:
    return message.answer == _ANSWERED


def answers_about(meeting_id: int) -> QuerySet[AfterAnswer]:
    """Return what visitors said of a meeting's dates, latest date first: for freshness."""
    return AfterAnswer.objects.filter(meeting_id=meeting_id).order_by("-original_on", "pk")
