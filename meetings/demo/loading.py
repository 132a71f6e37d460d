"""Puts the demo and the data sets into the database, and takes them away."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from groups import history
from groups.models import Approach, Group, Source
from meetings.demo import people, showcase, towns
from meetings.demo.building import Builder
from meetings.demo.listings import MadeGroup, Town
from meetings.demo.profiles import PROFILES
from meetings.demo.writing import Writer, Written
from meetings.finder import index
from meetings.models import Meeting, MeetingTrait, Pause, Place, Trait, Venue

DEMO_NAME, DEMO_SLUG = "Demo data", "demo-data"
DATA_SET_NAME, DATA_SET_SLUG = "Made data set", "made-data-set"

_SEED = 20_240_101
_GROUPS_AROUND_BOSTON, _GROUPS_ELSEWHERE, _GROUPS_ONLINE = 7, 7, 25
_SHOWN_OFTEN = ("smart-recovery", "refuge-recovery", "sos", "celebrate-recovery", "recovery-dharma", "lifering")
_TOWNS_SHOWN_OFTEN = 5
_GROUPS_OF_THE_HOST = 3
_MODELS: tuple[Any, ...] = (Meeting, Group, Venue)
_ROWS_A_DELETE = 2_000

Progress = Callable[[int], None]


class CatalogueMissing(Exception):
    """Approaches and traits are not loaded yet."""


class PlacesMissing(Exception):
    """The gazetteer is not loaded yet, or lacks every town that is needed."""


def load_demo(*, now: datetime) -> Written:
    """Make the demo's listings those of this version, and refresh what the finder knows of them.

    The same listings with the same ids every time; a repeated load sets them back as they were
    and leaves changed dates alone. Dates are counted from the Monday of the week of `now`:
    single dates lie ahead of it, other weeks keep their rhythm.

    Raises CatalogueMissing and PlacesMissing.
    """
    _require_catalogue()
    monday = _monday(now)
    groups = list(_demo_groups(monday))
    with transaction.atomic(), history.untold():
        source = _source(DEMO_NAME, DEMO_SLUG)
        known = {model: dict(model.objects.filter(source=source).values_list("source_key", "pk")) for model in _MODELS}
        keys = _keys(groups)
        _clear(source, keys)
        written = Writer(source, monday=monday, known=known).write(groups)
        gone = _delete_left_over(source, keys)
        if settings.SHOWS_OUTBOX:
            kept = [group.key for group in groups[:_GROUPS_OF_THE_HOST]]
            people.make(list(Group.objects.filter(source=source, source_key__in=kept).order_by("pk")), now=now)
    index.refresh([*written.meeting_ids, *gone], now=now)
    return written


def make_data_set(
    *, meetings: int, seed: int, now: datetime, progress: Progress = lambda count: None, indexed: Progress | None = None
) -> Written:
    """Make a data set of so many meetings over the whole world, in place of any earlier one.

    The same seed gives the same listings, dates apart: they count from the Monday of the week
    of `now`. `progress` is told how many meetings are written, `indexed` how many can be found.

    Raises CatalogueMissing and PlacesMissing.
    """
    _require_catalogue()
    monday = _monday(now)
    if not Place.objects.exists():
        raise PlacesMissing
    remove(DATA_SET_NAME, now=now)
    builder = Builder(seed=seed, mark="made", monday=monday.date())
    with transaction.atomic(), history.untold():
        source = _source(DATA_SET_NAME, DATA_SET_SLUG)
        made = _so_many(builder, towns.of_the_world(), meetings)
        written = Writer(source, monday=monday, known={}).write(made, progress=progress)
    _analyze()
    index.refresh(written.meeting_ids, now=now, progress=indexed)
    return written


def remove(name: str, *, now: datetime) -> int:
    """Take away everything of a made-up source; return how many meetings that were."""
    source = Source.objects.filter(name=name, is_demo=True).first()
    if source is None:
        return 0
    ids = list(Meeting.objects.filter(source=source).order_by("pk").values_list("pk", flat=True))
    with transaction.atomic(), history.untold():
        if name == DEMO_NAME:
            people.remove()
        for model in _MODELS:
            keys = list(model.objects.filter(source=source).order_by("pk").values_list("pk", flat=True))
            for first in range(0, len(keys), _ROWS_A_DELETE):
                model.objects.filter(pk__in=keys[first : first + _ROWS_A_DELETE]).delete()
        source.delete()
    index.refresh(ids, now=now)
    return len(ids)


def _demo_groups(monday: datetime) -> Iterator[MadeGroup]:
    around_boston, elsewhere = towns.named(towns.AROUND_BOSTON), towns.named(towns.ELSEWHERE)
    if not around_boston:
        raise PlacesMissing
    builder = Builder(seed=_SEED, mark="demo", monday=monday.date())
    yield from showcase.groups(builder, around_boston, monday=monday.date())
    everywhere = [*around_boston, *elsewhere]
    for profile in PROFILES:
        # Each kind of group once at least, at home in its country where it has one.
        home = [town for town in everywhere if not profile.countries or town.country in profile.countries]
        if home:
            yield builder.group(home[0], profile=profile)
            yield builder.group(builder.chance.choice(home), profile=profile)
    # The approaches that this finder was first made for, and those nearest to them, in several towns near Boston.
    for profile in PROFILES:
        if profile.approach in _SHOWN_OFTEN:
            for town in around_boston[:_TOWNS_SHOWN_OFTEN]:
                yield builder.group(town, profile=profile)
    for several, count in ((around_boston, _GROUPS_AROUND_BOSTON), (elsewhere, _GROUPS_ELSEWHERE)):
        for town in several:
            for _group in range(count):
                yield builder.group(town)
    online = Builder(seed=_SEED + 1, mark="demo-online", monday=monday.date(), online_share=1.0)
    for _group in range(_GROUPS_ONLINE):
        group = online.group(online.chance.choice(everywhere))
        yield _with_keys(group, "online-")


def _with_keys(group: MadeGroup, prefix: str) -> MadeGroup:
    """Tell the keys of one builder's listings from those of another."""
    group.key = prefix + group.key
    for meeting in group.meetings:
        meeting.key = prefix + meeting.key
        if meeting.venue is not None and not meeting.venue.key.startswith(prefix):
            meeting.venue.key = prefix + meeting.venue.key
    return group


def _so_many(builder: Builder, shares, count: int) -> Iterator[MadeGroup]:
    left = count
    while left > 0:
        town: Town = shares.draw(builder.chance)
        group = builder.group(town)
        del group.meetings[left:]
        left -= len(group.meetings)
        yield group


def _keys(groups: list[MadeGroup]) -> dict[type[Model], set[str]]:
    meetings = [meeting for group in groups for meeting in group.meetings]
    return {
        Meeting: {meeting.key for meeting in meetings},
        Group: {group.key for group in groups},
        Venue: {meeting.venue.key for meeting in meetings if meeting.venue},
    }


def _clear(source: Source, keys: dict[type[Model], set[str]]) -> None:
    """Delete the rows that are written again, with the same ids, before the transaction ends.

    What others hang on a meeting (dates, and who is coming) stays: the database checks what
    refers to what at the end of the transaction.
    """
    for child in (MeetingTrait, Pause):
        child.objects.filter(meeting__source=source)._raw_delete(using="default")
    for model in _MODELS:
        model.objects.filter(source=source, source_key__in=keys[model])._raw_delete(using="default")


def _delete_left_over(source: Source, keys: dict[type[Model], set[str]]) -> list[int]:
    """Delete listings that an earlier version had and this one has not; return the meetings' ids."""
    gone = list(
        Meeting.objects.filter(source=source).exclude(source_key__in=keys[Meeting]).values_list("pk", flat=True)
    )
    for model in _MODELS:
        model.objects.filter(source=source).exclude(source_key__in=keys[model]).delete()
    return gone


def _require_catalogue() -> None:
    if not (Approach.objects.exists() and Trait.objects.exists()):
        raise CatalogueMissing


def _source(name: str, slug: str) -> Source:
    source, _is_new = Source.objects.update_or_create(
        slug=slug, defaults={"name": name, "is_demo": True, "owner_name": name}
    )
    return source


def _monday(now: datetime) -> datetime:
    """Return midnight UTC of the week's Monday."""
    return (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)


def _analyze() -> None:
    with connection.cursor() as cursor:
        for model in (*_MODELS, MeetingTrait):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
