"""What was noted of a feed and its rows, said again in the language of whoever asks.

A worker notes in English why a feed could not be read, why a row was left out, and how far it is:
so logs and commands say it, and it is read in every language later. What is noted is one of
`SENTENCES` with its values filled in, and is known again by it.
"""

import re
from functools import cache

from django.utils.translation import gettext, gettext_noop

SENTENCES = (
    # Fetching.
    gettext_noop("the feed took too long to come"),
    gettext_noop("the feed could not be fetched (%(kind)s)"),
    gettext_noop("the server answered %(status)s"),
    gettext_noop("the feed's address leads in circles"),
    gettext_noop("the feed's address is not a web address"),
    gettext_noop("the feed's address is not on the public internet"),
    gettext_noop("only addresses with http and https are fetched"),
    gettext_noop("the feed broke off on its way"),
    gettext_noop("the feed is packed in a way that is not read here"),
    gettext_noop("the feed is too large"),
    # The file.
    gettext_noop("the file could not be read (%(kind)s)"),
    gettext_noop("the file is no longer kept"),
    gettext_noop("the feed is empty"),
    gettext_noop("the compressed feed breaks off"),
    gettext_noop("the compressed feed is broken"),
    gettext_noop("it is a web page and no feed"),
    gettext_noop("no meetings were found in it"),
    gettext_noop("it is neither JSON nor a table of meetings"),
    gettext_noop("it is not JSON"),
    gettext_noop("it is not valid JSON"),
    gettext_noop("it is not valid JSON: text follows after its end"),
    gettext_noop("it is not valid JSON: the list breaks off"),
    gettext_noop("it is not valid JSON: an object breaks off"),
    gettext_noop("it holds an object that is too long"),
    gettext_noop("the table is broken"),
    gettext_noop("no columns of meetings were found in its first line"),
    gettext_noop("its %(part)s: %(reason)s"),
    # Taking it in.
    gettext_noop("the feed has no rows"),
    gettext_noop("none of the feed's rows can be used"),
    gettext_noop("say which approach the meetings follow: this programme does not tell"),
    gettext_noop("the catalogue is not loaded: run load_catalogue first"),
    gettext_noop("%(gone)s of %(known)s rows would go; nothing was changed. To let them go, accept the removals."),
    gettext_noop("another import of this source is running"),
    gettext_noop("the worker stopped"),
    gettext_noop("something went wrong on our side (%(kind)s)"),
    # Taking an import back.
    gettext_noop("the import is no longer on record"),
    gettext_noop("This run was rolled back already."),
    gettext_noop("This run changed nothing."),
    gettext_noop("Later runs of this source changed something: roll them back first."),
    # A row.
    gettext_noop("it has no key: neither slug nor name"),
    gettext_noop("it is not a meeting"),
    gettext_noop("it is the same as row %(number)s"),
    gettext_noop("the day could not be read"),
    gettext_noop("the time could not be read"),
    gettext_noop("no time zone could be found for it"),
    gettext_noop("it could not be read (%(kind)s)"),
    gettext_noop("not published"),
    # How far it is.
    gettext_noop("Fetching …"),
    gettext_noop("Opening the file …"),
    gettext_noop("Reading the feed …"),
    gettext_noop("Rows: %(seen)s. New or changed: %(changed)s …"),
    gettext_noop("Rows read: %(done)s …"),
    gettext_noop("Writing …"),
    gettext_noop("Working out the next dates …"),
    gettext_noop("Meetings done: %(done)s …"),
    gettext_noop("Putting everything back …"),
)
# As `re.escape` writes a value's place.
_VALUE = re.compile(r"%\\\((\w+)\\\)s")


def told(noted: str) -> str:
    """Return what was noted in the language that is active; what nobody knows stays as it is."""
    for pattern, sentence in _patterns():
        if found := pattern.fullmatch(noted):
            values = found.groupdict()
            if "reason" in values:
                values["reason"] = told(values["reason"])
            return gettext(sentence) % values if values else gettext(sentence)
    return noted


def is_known(noted: str) -> bool:
    """Tell whether what was noted can be said in every language."""
    return any(pattern.fullmatch(noted) for pattern, _sentence in _patterns())


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(_VALUE.sub(_any, re.escape(sentence)), re.DOTALL), sentence) for sentence in SENTENCES]


def _any(value: re.Match[str]) -> str:
    return f"(?P<{value[1]}>.+)"
