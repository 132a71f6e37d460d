"""The small pieces that stand dozens of times on a page: icons and badges.

A template that is included costs ten times what these do. They are known to every template
without being loaded (see TEMPLATES in the settings).
"""

from functools import cache
from typing import Any

from django import template
from django.core.files.storage import Storage, storages
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# The icon that always stands for a way to take part, and its colour where it has one.
_OF_WAY = {
    "closed": ("warning", "bad"),
    "online": ("video", ""),
    "phone": ("phone", ""),
    "hybrid": ("people", ""),
    "any-time": ("clock", ""),
    "in-person": ("person", ""),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return one line icon, as tall as the text beside it: `name` is an id in static/img/icons.svg.

    Hidden from screen readers: the words beside it speak, a space apart.
    """
    return _icon(storages["staticfiles"], str(name))


@register.simple_tag
def badge(text: Any, icon: str = "", kind: str = "") -> SafeString:
    """Return a short fact in a frame. Always words; the icon and colour only repeat them.

    `kind` is one of now, soon, good, bad, plain.
    """
    colour = f" badge-{conditional_escape(kind)}" if kind else ""
    picture = _icon(storages["staticfiles"], str(icon)) if icon else ""
    # Each part is escaped by itself: what `format_html` does, without its price.
    return mark_safe(f'<span class="badge{colour}">{picture}{conditional_escape(text)}</span>\n')  # noqa: S308


@register.simple_tag
def way_badge(way: Any) -> SafeString:
    """Return one way to take part (a `meetings.wording.Way`) and the icon that always stands for it."""
    picture, kind = _OF_WAY.get(way.slug, _OF_WAY["in-person"])
    return badge(way.label, picture, kind)


@cache
def _icon(storage: Storage, name: str) -> SafeString:
    name = conditional_escape(name)
    return mark_safe(  # noqa: S308
        f'<svg class="icon icon-{name}" width="20" height="20" aria-hidden="true" focusable="false">'
        f'<use href="{conditional_escape(storage.url("img/icons.svg"))}#{name}"></use></svg>\n'
    )
