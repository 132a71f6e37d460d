"""Meetings that two sources list each, or people and a source: found, put side by side, merged.

twins.find(now=now)                                 all listings, once a day
twins.find(source=source, now=now)                  those of one source, after an import
twins.merge(pair, keep=meeting, take={...}, …)      one is kept, both addresses go on working
twins.unmerge(decision, by=user, now=now)           for 30 days, row for row
"""

from .finding import find, open_pairs

__all__ = ["find", "open_pairs"]
