"""What a search asks for, in words: each condition with the search that goes without it."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from groups import dates, phrasing
from meetings.finder.asking import Search
from meetings.finder.choices import BY_CLOCK, FACETS
from meetings.finder.filters import LONGEST_SHOWN
from meetings.finder.page import Link


def chips(search: Search) -> list[Link]:
    """Return everything that is asked for, each with the search without it."""
    asked, address = search.asked, search.address
    found = []
    if asked["q"]:
        found.append(Link(phrasing.quoted(search.typed[:LONGEST_SHOWN]), address.having(q=None)))
    if search.centre:
        # The heading says how far and in which country.
        town = search.centre.label.partition(",")[0]
        here = _("This part of the map") if asked["view"] == "map" else _("Near you")
        words = _("Near %(place)s") % {"place": phrasing.isolated(town)} if town else here
        found.append(Link(words, search.anywhere()))
    if search.area:
        words = _("In %(place)s") % {"place": phrasing.isolated(search.area.name)}
        found.append(Link(words, search.anywhere()))
    if search.unknown_place:
        words = _("Near %(place)s") % {"place": phrasing.isolated(search.unknown_place[:LONGEST_SHOWN])}
        found.append(Link(words, search.anywhere()))
    for name in (*FACETS, *BY_CLOCK):
        if not asked[name]:
            continue
        labels = search.names.labels(name)
        if asked[name] is True:
            found.append(Link(labels["yes"], address.having(**{name: None})))
        else:
            found += [Link(labels[value], address.without(name, value)) for value in asked[name]]
    if asked["soon"]:
        found.append(Link(soon_label(asked["soon"]), address.having(soon=None)))
    if asked["from"] is not None or asked["until"] is not None:
        found.append(Link(hours_label(search), address.having(**{"from": None, "until": None})))
    if search.include_unsaid:
        found.append(Link(_("Also those that do not say"), address.having(unknown=None)))
    return found


def hours_label(search: Search) -> str:
    first, last = (
        "" if minute is None else dates.clock(time(minute // 60, minute % 60))
        for minute in (search.asked["from"], search.asked["until"])
    )
    if not last:
        return _("Starts at %(time)s or later") % {"time": first}
    if not first:
        return _("Starts at %(time)s or before") % {"time": last}
    return _("Starts from %(first)s to %(last)s") % {"first": first, "last": last}


def soon_label(minutes: int) -> str:
    if minutes % 60 == 0 and minutes > 60:
        hours = minutes // 60
        return ngettext("On now or within %(hours)s hour", "On now or within %(hours)s hours", hours) % {"hours": hours}
    if minutes == 60:
        return _("On now or within the hour")
    return ngettext("On now or within %(minutes)s minute", "On now or within %(minutes)s minutes", minutes) % {
        "minutes": minutes
    }
