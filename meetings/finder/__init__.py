"""The one search: parameters -> meetings, in order, with counts beside every choice.

`search` gives a page, `matching_ids` the meetings alone; pages, feeds and print all ask here.
`meetings.finder.index` keeps what they read true.
"""

from meetings.finder.searching import matching_ids, search

__all__ = ["matching_ids", "search"]
