"""Small things many tests need: instants, what a page says, traits of a meeting."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape
from zoneinfo import ZoneInfo

import time_machine
from django.conf import settings
from django.http import HttpResponse

from meetings import limits
from meetings.enums import TraitKind, TraitValue
from meetings.finder import memory, names
from meetings.models import Meeting, MeetingTrait, Trait

_SCRIPT = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def instant(local: str, zone: str = "UTC") -> datetime:
    """Return the instant, in UTC, of a wall time such as "2026-12-01 19:00" in an IANA zone."""
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@contextmanager
def finding_at(now: datetime) -> Iterator[None]:
    """Let the clock stand still, for a finder that has read nothing yet."""
    memory.forget()
    names.forget()
    with time_machine.travel(now, tick=False):
        yield
    memory.forget()
    names.forget()


def fill_buckets() -> None:
    """Let everybody try as often as on a first day (`meetings.limits`), and empty the cache."""
    limits._client(settings.REDIS_URL).flushdb()


def words(response: HttpResponse) -> str:
    """Return what a person reads on the page: no tags, no script, single spaces."""
    text = _TAG.sub(" ", _SCRIPT.sub(" ", response.content.decode()))
    return " ".join(unescape(text).split())


def give_trait(meeting: Meeting, slug: str, value: str = TraitValue.YES, *, kind: str = TraitKind.FORMAT) -> Trait:
    """Say one thing of the meeting, with the trait of that slug made when it is not there."""
    trait, _made = Trait.objects.get_or_create(kind=kind, slug=slug, defaults={"name": slug.capitalize()})
    MeetingTrait.objects.create(meeting=meeting, trait=trait, value=value)
    return trait
