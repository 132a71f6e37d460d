"""The finder's checkboxes. There are some two hundred on a page, so they are not templates each."""

from django import template
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from meetings.finder.page import Choice, Facet

register = template.Library()

# Styled by components/choice.css.
_CHOICE = (
    '<label class="choice" for="{id}"><input type="checkbox" id="{id}" name="{name}" value="{value}"{checked}>'
    '<span>{label} <span class="choice-count">({count})</span></span></label>\n'
)


@register.filter
def grouped(number: int) -> str:
    """Return a count as the language writes it: "3,253"."""
    return number_format(number, force_grouping=True)


@register.simple_tag
def choices(facet: Facet) -> SafeString:
    """Return a facet's choices with their counts, the first in sight and the rest behind a line to press."""
    html = _boxes(facet.name, facet.first)
    rest = facet.rest
    if rest:
        words = ngettext("%(n)d more", "%(n)d more", len(rest)) % {"n": len(rest)}
        html += format_html(
            '<details id="rest-{}"><summary>{}</summary>{}</details>', facet.name, words, _boxes(facet.name, rest)
        )
    return html


def _boxes(name: str, boxes: list[Choice]) -> SafeString:
    # Each part is escaped by itself: what `format_html` does, without its price two hundred times.
    return mark_safe(  # noqa: S308
        "".join(
            _CHOICE.format(
                id=f"{name}-{conditional_escape(box.value)}",
                name=name,
                value=conditional_escape(box.value),
                checked=" checked" if box.selected else "",
                label=conditional_escape(box.label),
                count=grouped(box.count),
            )
            for box in boxes
        )
    )
