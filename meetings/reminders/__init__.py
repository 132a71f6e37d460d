"""Reminders and every other message: none lost, none twice, none that gives anybody away.

PostgreSQL holds what is due, one row per message; Celery only wakes the sender up.

    planning   when: offsets, clock changes, quiet hours (pure)
    ways       how somebody is reached
    rows       planned, re-timed and made void together with the place and the date
    claiming   whose turn it is to send
    sending    hand over, try again, write down
    consent    who wants nothing more
"""

from .rows import plan, retime, void, void_of_place

__all__ = ["plan", "retime", "void", "void_of_place"]
