"""What the worker is asked to do. Domain modules know nothing of Celery."""

from contextlib import suppress

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from groups.enums import ReadingKind
from meetings import claims, erasure, occurrences, reports, rsvps, still_true, suggestions, twins
from meetings.curation import bulk
from meetings.feeds import readings, refreshing
from meetings.finder import index
from meetings.printing import orders
from meetings.reminders import consent, health, sending


@shared_task
def refresh_next_starts(**_kwargs) -> int:
    """Move on the meetings whose date has passed; beat asks every minute."""
    return index.refresh_due(now=timezone.now())


@shared_task
def follow_changed_meetings(**_kwargs) -> int:
    """Move the dates people have joined along with their meetings, and tell them."""
    return occurrences.follow_changes(now=timezone.now())


@shared_task
def keep_seats_moving(**_kwargs) -> None:
    """Give back what nobody confirmed or took, offer what is free, and join standing places to their dates."""
    now = timezone.now()
    rsvps.give_back_unconfirmed(now=now)
    rsvps.expire_offers(now=now)
    rsvps.fill_free_places(now=now)
    rsvps.ask_whether_to_go_on(now=now)
    rsvps.expand_all(now=now)


@shared_task
def forget_past_people(**_kwargs) -> int:
    """Erase who came to dates that are over for a day."""
    return erasure.erase_past(now=timezone.now())


@shared_task
def send_due_messages(*, by_beat: bool = False, **_kwargs) -> dict[str, int]:
    """Hand over what is due. The database says what that is; asking twice, or at once, sends nothing twice."""
    now = timezone.now()
    health.note_pulse(health.WORKER, *([health.BEAT] if by_beat else []), now=now)
    return dict(sending.send_due(now=now))


@shared_task
def forget_old_messages(**_kwargs) -> int:
    """Remove messages that ended a month ago, and try addresses again that bounced then."""
    now = timezone.now()
    consent.forget_old_bounces(now=now)
    return health.forget_old(now=now)


@shared_task
def close_old_claims(**_kwargs) -> int:
    """Close claims that nobody vouched for in time, and forget what was said with old ones."""
    return claims.run_out(now=timezone.now())


@shared_task
def read_feeds(**_kwargs) -> int:
    """Read the feeds whose time has come and those that people wait for, one after another."""
    refreshing.order_due(now=timezone.now())
    done = 0
    # The next call goes on: a worker that is told to stop waits for this one.
    while done < 20 and (reading := readings.work(now=timezone.now())):
        done += 1
        run = reading.run
        if reading.kind == ReadingKind.IMPORT and run is not None and (run.created or run.updated):
            twins.find(source=reading.source, now=timezone.now())
    return done


@shared_task
def look_after_sources(**_kwargs) -> int:
    """Tell owners of feeds that cannot be read for days, and let go of files nobody decided about."""
    now = timezone.now()
    readings.forget_old(now=now)
    return refreshing.tell_owners(now=now)


@shared_task
def find_twins(**_kwargs) -> int:
    """Look through all listings for those that two sources have."""
    return twins.find(now=timezone.now())


@shared_task
def change_listings(**_kwargs) -> int:
    """Go on with changes of many listings that somebody ordered, or takes back; returns how many were finished."""
    now = timezone.now()
    finished = 0
    for order in bulk.unfinished():
        while bulk.resume(order, now=now) or bulk.resume_undo(order, now=now):
            pass
        finished += 1
    return finished


@shared_task
def keep_listings_true(**_kwargs) -> dict[str, int]:
    """Ask keepers what was not confirmed for long, take off what nobody answered for, and forget who reported."""
    now = timezone.now()
    reports.forget_devices(now=now)
    suggestions.forget_old(now=now)
    unlisted = reports.unlist_unanswered(now=now)
    done = still_true.look_after(now=now)
    return {"reported": unlisted, "aged": index.refresh_aged(now=now), **done}


def nudge_listings() -> None:
    """Let a worker begin at once with what was ordered; without a broker beat does within the minute."""
    with suppress(OperationalError):
        change_listings.delay()


@shared_task
def make_print(*, token: str, **_kwargs) -> bool:
    """Make the paper somebody ordered; asking twice makes it once."""
    return orders.work(token, now=timezone.now())
