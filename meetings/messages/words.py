"""What every message is made of: its words, and an address on this site."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Words:
    """`lines` are paragraphs; `link` is what `press` is written on, the one thing to do."""

    subject: str
    lines: list[str]
    press: str = ""
    link: str = ""


def address(name: str, *args: str) -> str:
    """Return the whole address of one of our pages, by its name."""
    return settings.SITE_URL + reverse(name, args=args)
