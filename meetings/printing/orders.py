"""Large prints, which the worker makes while a page says how far it is.

An order and its file stand in Redis for an hour under a name nobody can guess, and are then gone:
all web servers and workers see the same, and nothing is left to be tidied away. An order holds
the search and nothing of who made it.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups import help_lines
from groups.phrasing import isolated
from meetings import finder
from meetings.finder.clock import DAYS
from meetings.hosting.poster import PAPERS
from meetings.printing import entries
from meetings.printing.entries import LAYOUTS

logger = logging.getLogger(__name__)

# So many are made while the visitor waits.
AT_ONCE = 300
# Nobody carries more paper than this.
MOST = 5000
KEPT_FOR = timedelta(hours=1)
TOKEN_LENGTH = 32
_OWN = frozenset({"layout", "paper", "order", "page", "view", "left", "here", "date", "csrfmiddlewaretoken"})


class NoSuchOrder(LookupError):
    """There is no such order: its hour is over, or there never was one."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be printed: a search, as a query string, and how."""

    search: str
    layout: str
    paper: str
    language: str


@dataclass(frozen=True, slots=True)
class Order:
    """A print in the making. `done` of `total` steps are made; `state` is waiting, working, ready or failed."""

    wish: Wish
    total: int
    done: int = 0
    state: str = "waiting"

    @property
    def is_ready(self) -> bool:
        return self.state == "ready"

    @property
    def is_over(self) -> bool:
        return self.state in ("ready", "failed")


def wish_of(given: QueryDict, *, language: str) -> Wish:
    """Return what somebody wishes; a layout or paper that is none becomes the usual one."""
    asked = given.copy()
    layout, sheet = asked.get("layout", ""), asked.get("paper", "")
    for name in _OWN:
        asked.pop(name, None)
    return Wish(
        search=asked.urlencode(),
        layout=layout if layout in LAYOUTS else LAYOUTS[0],
        paper=sheet if sheet in PAPERS else usual_paper(),
        language=language,
    )


def usual_paper() -> str:
    """Return the paper people have at home in the site's country."""
    return "letter" if settings.DEFAULT_COUNTRY in ("US", "CA", "MX", "PH") else "a4"


def found(wish: Wish, *, now: datetime) -> list[int]:
    """Return the meetings that are printed."""
    return finder.matching_ids(search_of(wish), now=now, limit=MOST)


def make(wish: Wish, *, now: datetime, progress=lambda done, total: None) -> bytes:
    """Return the PDF, in the language of whoever asked. `progress` is told how many steps of how many are done."""
    from meetings.printing import paper

    with translation.override(wish.language):
        ids = found(wish, now=now)
        # Reading and setting are about as long as each other.
        total = 2 * len(ids)
        listing = entries.of_meetings(ids, now=now, only_days=_days(wish), progress=lambda done: progress(done, total))
        return paper.make(
            listing,
            paper.About(now=now, **_cover(wish, listing.total, now=now)),
            layout=wish.layout,
            paper=wish.paper,
            progress=lambda sheet, sheets: progress(len(ids) + len(ids) * sheet // max(1, sheets), total),
        )


def search_of(wish: Wish) -> QueryDict:
    return QueryDict(wish.search)


def new_token() -> str:
    return get_random_string(TOKEN_LENGTH)


def place(token: str, wish: Wish, *, total: int) -> bool:
    """Write an order down. The same order again, of a second press, changes nothing: then False."""
    return cache.add(_key(token), asdict(Order(wish, total=total)), timeout=_seconds())


def get(token: str) -> Order:
    """Return an order. Raises NoSuchOrder."""
    kept = cache.get(_key(token))
    if kept is None:
        raise NoSuchOrder(token)
    return Order(**{**kept, "wish": Wish(**kept["wish"])})


def file(token: str) -> bytes:
    """Return what was made. Raises NoSuchOrder, also while it is not ready."""
    made = cache.get(_file_key(token))
    if made is None:
        raise NoSuchOrder(token)
    return made


def work(token: str, *, now: datetime) -> bool:
    """Make what was ordered; twice, or too late, does nothing. Returns whether it was made."""
    try:
        order = get(token)
    except NoSuchOrder:
        return False
    # One worker, though a task may come twice; a worker that was stopped is followed by another.
    if order.is_over or not cache.add(f"{_key(token)}:worker", 1, timeout=300):
        return False
    told = 0

    def progress(done: int, total: int) -> None:
        nonlocal told
        if done - told >= max(1, total // 50):
            told = done
            _put(token, replace(order, state="working", done=done, total=total))

    try:
        made = make(order.wish, now=now, progress=progress)
    except Exception:
        _put(token, replace(order, state="failed"))
        raise
    cache.set(_file_key(token), made, timeout=_seconds())
    _put(token, replace(order, state="ready", done=order.total, total=order.total))
    return True


def _put(token: str, order: Order) -> None:
    cache.set(_key(token), asdict(order), timeout=_seconds())


def _days(wish: Wish) -> frozenset[int]:
    """Return the days of the week that were asked for by name."""
    return frozenset(DAYS.index(day) for day in search_of(wish).getlist("day") if day in DAYS)


def _cover(wish: Wish, total: int, *, now: datetime) -> dict[str, Any]:
    """Return what the cover says."""
    search = finder.search(search_of(wish), now=now)
    words = [chip.label for chip in search.chips]
    if search.reach_label and words:
        words.append(_("Within %(distance)s") % {"distance": search.reach_label})
    shown = ngettext("%(n)d meeting", "%(n)d meetings", total) % {"n": total}
    if total >= MOST:
        shown = ngettext("The first %(n)d meeting", "The first %(n)d meetings", total) % {"n": total}
    address = settings.SITE_URL + reverse("meetings:meeting_list")
    return {
        "site": settings.SITE_NAME,
        "title": _("Recovery meetings"),
        "conditions": (*words, shown),
        "address": f"{address}?{wish.search}" if wish.search else address,
        "help_line": _help(help_lines.for_country(settings.DEFAULT_COUNTRY)),
    }


def _help(known: help_lines.Help) -> str:
    words = [_("In danger: %(number)s") % {"number": known.emergency}] if known.emergency else []
    for line in known.crisis[:1]:
        words += [f"{isolated(line.name)}: {isolated(channel['value'])}" for channel in line.channels[:1]]
    return " · ".join(words)


def _key(token: str) -> str:
    return f"print:{token}"


def _file_key(token: str) -> str:
    return f"print-file:{token}"


def _seconds() -> int:
    return int(KEPT_FOR.total_seconds())
