"""The other end of messages in fault tests: it takes everything at once, and writes down what it took."""

import os
import time
import uuid
from contextlib import contextmanager

from django.apps import AppConfig

from meetings.channels import Answer, Outcome


class Null:
    """Take every message, and add its id to the file `TEST_TAKEN`: a line each, written in one piece."""

    @contextmanager
    def line(self):
        self._file = os.open(os.environ["TEST_TAKEN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            yield self
        finally:
            os.close(self._file)

    def knows(self, parcel_id):
        return None

    def hand_over(self, parcel, *, begin, now):
        if not begin():
            return Answer(Outcome.WITHDRAWN)
        os.write(self._file, f"{parcel.id} {time.time()}\n".encode())
        return Answer(Outcome.ACCEPTED)


class WithoutClaim(AppConfig):
    """Let every worker take what is due, whoever has it already: what would be without the claim."""

    name = "tests.faults"

    def ready(self):
        from meetings.models import OutgoingMessage
        from meetings.reminders import claiming, consent

        taken = []

        def claim(*, now, limit):
            due = OutgoingMessage.objects.filter(state="planned", due_at__lte=now).order_by("due_at", "pk")
            taken[:] = due.values_list("pk", flat=True)[:limit]
            return uuid.uuid4() if taken else None

        def claimed(lease):
            rows = OutgoingMessage.objects.filter(pk__in=taken).select_related("rsvp__occurrence__meeting__group")
            return rows.annotate(stopped_for=consent.stopped_for("recipient_key"))

        def record(message, lease, state, *, now, reason="", answer=""):
            OutgoingMessage.objects.filter(pk=message.pk).update(
                state=state, sent_at=now, ended_at=now, recipient=None, reason=reason, answer=answer
            )

        claiming.claim, claiming.claimed, claiming.record = claim, claimed, record
        claiming.begin = lambda message, lease, *, now: True
