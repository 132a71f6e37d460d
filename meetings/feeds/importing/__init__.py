"""Rows of a feed -> listings: preview, apply, roll back.

What an import promises:

- Either all of it happens or nothing: one transaction, one import of a source at a time.
- A row is known by the source's own key. An unchanged feed changes nothing, in whatever order
  its rows come. An empty or broken feed changes nothing; a bad row is left out and named.
- What a person corrected stays: field by field, a listing's value that is not what the feed
  last said is kept, and the difference is recorded as a conflict when the feed says something new.
- Meetings that are no longer in the feed become "gone" and come back when they are seen again.
  When more than a tenth would go, nothing happens until somebody says so.
- Every change is kept with what was before, and can be taken back.
- Private contacts go encrypted to the group and nowhere else. Nothing of a row is logged.
"""

from .rolling_back import CannotRollBack, roll_back
from .running import REMOVAL_BRAKE, ImportIsRunning, ImportOutcome, Report, record_failure, record_unchanged, run
from .sources import Wanted, settle_source

__all__ = [
    "REMOVAL_BRAKE",
    "CannotRollBack",
    "ImportIsRunning",
    "ImportOutcome",
    "Report",
    "Wanted",
    "record_failure",
    "record_unchanged",
    "roll_back",
    "run",
    "settle_source",
]
