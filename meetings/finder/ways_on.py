"""Where to go on from a search: when it finds nothing, and to approaches near those asked for."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from groups import phrasing
from meetings.enums import Attendance
from meetings.finder import memory, places_meant, reach, words
from meetings.finder.asking import Search
from meetings.finder.conditions import hours_label, soon_label
from meetings.finder.filters import FARTHEST_KM, LONGEST_SHOWN
from meetings.finder.memory import count, positions
from meetings.finder.page import Address, Empty, Link
from meetings.finder.selection import Selection, within_reach

PLACES_OFFERED = 5
SIMILAR_OFFERED = 3
ONLINE_NOW_MINUTES = 60


def from_nothing(search: Search) -> Empty:
    """Return the ways on from a search that finds nothing."""
    if search.unknown_place:
        return _nowhere(search)
    without = _without_one(search)
    return Empty(
        without=without,
        only_near=None if without else _only_near(search),
        wider=_wider(search),
        online=_online(search),
        online_now=_online_now(search),
        similar=similar(search),
        correction=_correction(search),
        places=_places_of_words(search),
        everything=search.address.only("tz"),
    )


def _nowhere(search: Search) -> Empty:
    """Return the ways on from a place we do not know: what may have been meant, then everywhere."""
    meant = places_meant.meant(search.unknown_place[: words.LONGEST], limit=PLACES_OFFERED)
    everywhere = count(search.without["near"])
    label = _("Search everywhere") if len(search.selection.clauses) == 1 else _("The same search everywhere")
    return Empty(
        unknown_place=search.unknown_place[:LONGEST_SHOWN],
        places=[Link(match.label, search.address.having(near=match.label)) for match in meant],
        online_now=_online_now(search),
        everywhere=Link(label, search.anywhere(), everywhere) if everywhere else None,
        everything=search.address.only("tz"),
    )


def _without_one(search: Search) -> list[Link]:
    """Return the search without each single condition, the most helpful first."""
    taken_away = {"hours": {"from": None, "until": None}}
    labels = {
        "near": _where(search),
        "q": phrasing.quoted(search.typed[:LONGEST_SHOWN]),
        "hours": hours_label(search) if search.asked["from"] is not None or search.asked["until"] is not None else "",
        "soon": soon_label(search.asked["soon"]) if search.asked["soon"] else "",
    }
    links = []
    for name, others in search.without.items():
        number = count(others)
        if not number:
            continue
        label = labels.get(name) or phrasing.listed(
            search.names.labels(name)[value]
            for value in (["yes"] if search.asked[name] is True else search.asked[name])
        )
        url = search.anywhere() if name == "near" else search.address.having(**taken_away.get(name, {name: None}))
        links.append(Link(_("Without %(condition)s") % {"condition": label}, url, number))
    return sorted(links, key=lambda link: -(link.count or 0))[:5]


def _where(search: Search) -> str:
    if search.area:
        return search.area.label
    return search.centre.label or _("your position") if search.centre else ""


def _only_near(search: Search) -> Link | None:
    """Return everything near the place, for when no single condition is to blame."""
    near = next((clause for clause in search.selection.clauses if clause.facet == "near"), None)
    if near is None or len(search.selection.clauses) == 1:
        return None
    number = count(search.memory.listed & near.yes)
    url = search.address.only("near", "lat", "lon", "within", "unit", "tz")
    if search.area:
        label = _("All meetings in %(place)s") % {"place": phrasing.isolated(search.area.label)}
    else:
        label = _("All meetings within %(distance)s") % {"distance": reach.label(search.within or 0, search.unit)}
    return Link(label, url, number) if number else None


def _wider(search: Search) -> Link | None:
    """Return the same search within the smallest wider reach that finds something."""
    if not search.centre or not search.within:
        return None
    others = positions(search.without["near"])
    _at, apart = within_reach(search.memory, search.centre.latitude, search.centre.longitude, FARTHEST_KM, among=others)
    for wider in (*reach.OFFERED[search.unit], reach.farthest(search.unit) // 100 * 100):
        number = int((apart <= reach.in_km(wider, search.unit)).sum())
        if wider > search.within and number:
            label = _("Within %(distance)s") % {"distance": reach.label(wider, search.unit)}
            return Link(label, search.address.having(within=f"{wider:g}"), number)
    return None


def _online(search: Search) -> Link | None:
    """Return the same search online in place of near somewhere."""
    if "near" not in search.without or search.asked["attendance"]:
        return None
    probe = search.selection.attended([Attendance.ONLINE])
    probe.clauses = [one for one in probe.clauses if one.facet != "near"]
    probe.having("attendance", [Attendance.ONLINE])
    number = count(probe.matching(include_unsaid=search.include_unsaid))
    url = search.anywhere(attendance=Attendance.ONLINE.value)
    return Link(_("The same online"), url, number) if number else None


def _online_now(search: Search) -> Link:
    def work_out() -> int:
        probe = Selection(search.memory, search.names, now=search.now)
        probe.having("attendance", [Attendance.ONLINE])
        probe.starting_soon(ONLINE_NOW_MINUTES)
        return count(probe.matching())

    number = memory.keep_answer(search.memory, ("online now", search.now.timestamp() // 60), work_out)
    url = Address(QueryDict()).having(
        attendance=Attendance.ONLINE.value, soon=ONLINE_NOW_MINUTES, tz=search.given.get("tz") or None
    )
    return Link(_("Online, now or within the hour"), url, number)


def similar(search: Search) -> list[Link]:
    """Return approaches people also try, where the rest of the search finds something."""
    asked = search.asked["approach"]
    if not asked:
        return []
    counts = search.selection.counts(["approach"], search.without["approach"])["approach"]
    by_slug = {approach.slug: approach for approach in search.names.approaches.values()}
    offered: dict[str, Link] = {}
    for slug in asked:
        for further in by_slug[slug].try_next:
            other = further.get("slug", "") if isinstance(further, dict) else ""
            if counts.get(other) and other not in asked:
                url = search.address.having(approach=other)
                offered.setdefault(other, Link(by_slug[other].label, url, counts[other], _(further.get("why", ""))))
    return list(offered.values())[:SIMILAR_OFFERED]


def _places_of_words(search: Search) -> list[Link]:
    """Return places whose name somebody may have typed as words, near which the rest of the search is made."""
    if not search.asked["q"] or search.asked["near"] or search.centre:
        return []
    meant = places_meant.meant(search.typed[: words.LONGEST], limit=PLACES_OFFERED - 2)
    return [
        Link(
            _("Near %(place)s") % {"place": phrasing.isolated(match.label)},
            search.address.having(q=None, near=match.label),
        )
        for match in meant
    ]


def _correction(search: Search) -> Link | None:
    if not search.asked["q"]:
        return None
    text = words.correction(search.memory, search.asked["q"], search.names.folded)
    return Link(text, search.address.having(q=text)) if text else None
