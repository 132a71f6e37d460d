"""From a query string to a page of meetings, with counts beside every choice."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _

from meetings import wording
from meetings.finder import choices, conditions, reach, ways_on
from meetings.finder.asking import Search
from meetings.finder.filters import LONGEST_SHOWN
from meetings.finder.memory import count
from meetings.finder.page import PER_PAGE, Centre, Link, Page, Pages, SortLink
from meetings.finder.selection import SORT_BY_DISTANCE, SORT_BY_NAME, SORT_BY_TIME


def search(
    given: QueryDict,
    *,
    now: datetime,
    visitor_zone: ZoneInfo | None = None,
    per_page: int = PER_PAGE,
    around: Centre | None = None,
) -> Page:
    """Return the page of meetings that a query string asks for.

    Whatever it holds, it is answered: what is not understood is in the page's `messages`. The
    visitor's zone is the one in `tz`, else `visitor_zone`; without either every day and time
    is the meeting's own. At most twelve queries, however many meetings there are. `around` is a
    place that is known already, in place of one in the query string.
    """
    return _page(Search(given, now=now, visitor_zone=visitor_zone, around=around), per_page=per_page)


def matching_ids(given: QueryDict, *, now: datetime, visitor_zone: ZoneInfo | None = None, limit: int) -> list[int]:
    """Return the ids of the first meetings a query string asks for, in order. For feeds, print and API."""
    return Search(given, now=now, visitor_zone=visitor_zone).ids(first=0, end=limit)


def _page(search: Search, *, per_page: int) -> Page:
    selection = search.selection
    left = search.left()
    total = count(left)
    said = count(selection.matching()) if search.include_unsaid else total
    unsaid = (total if search.include_unsaid else count(selection.matching(include_unsaid=True))) - said
    pages = _pages(search, total, per_page=per_page)
    first = (pages.number - 1) * per_page
    at = selection.in_order(left, search.sort, first=first, end=first + per_page)
    shown = search.results(at)
    return Page(
        now=search.now,
        asked=search.asked,
        total=total,
        unsaid=unsaid,
        results=shown,
        pages=pages,
        messages=search.messages,
        facets=choices.facets(search, left),
        chips=conditions.chips(search),
        centre=search.centre,
        others=search.others,
        unit=search.unit,
        within=search.within,
        reach_label=reach.label(search.within, search.unit) if search.within else "",
        visitor_zone=search.visitor_zone,
        zone_label=wording.zone_label(str(search.visitor_zone), at=search.now) if search.visitor_zone else "",
        sort=search.sort,
        area=search.area.label if search.area else "",
        unsaid_link=_unsaid_link(search, unsaid),
        sort_links=_sort_links(search),
        empty=None if total else ways_on.from_nothing(search),
        similar=ways_on.similar(search) if total else [],
    )


def _pages(search: Search, total: int, *, per_page: int) -> Pages:
    last = max(1, -(-total // per_page))
    text = search.given.get("page", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if text and not 1 <= number <= last:
        search.messages.append(_("There is no page “%(page)s” of this search.") % {"page": text[:LONGEST_SHOWN]})
    return Pages(min(max(1, number), last), last)


def _sort_links(search: Search) -> list[SortLink]:
    labels = {SORT_BY_TIME: _("Next to start"), SORT_BY_NAME: _("Name")}
    if search.centre:
        labels = {SORT_BY_TIME: _("Next to start"), SORT_BY_DISTANCE: _("Nearest"), SORT_BY_NAME: _("Name")}
    return [
        SortLink(label, search.address.having(sort=None if sort == SORT_BY_TIME else sort), sort == search.sort)
        for sort, label in labels.items()
    ]


def _unsaid_link(search: Search, unsaid: int) -> Link | None:
    if not unsaid:
        return None
    if search.include_unsaid:
        return Link(_("Leave out those that do not say"), search.address.having(unknown=None), unsaid)
    return Link(_("Show those too"), search.address.having(unknown="include"), unsaid)
