"""Meetings that two sources list each, or people and a source: found, put side by side, merged.

twins.find(now=now)                                 all listings, once a day
twins.find(source=source, now=now)                  those of one source, after an import
twins.merge(pair, keep=meeting, take={...}, …)      one is kept, both addresses go on working
decisions.undo(decision, by=user, now=now)          for 30 days, row for row
"""

from .finding import find, open_pairs
from .merging import CannotMerge, Choice, choices, keep_apart, merge, values_taken

__all__ = ["CannotMerge", "Choice", "choices", "find", "keep_apart", "merge", "open_pairs", "values_taken"]
