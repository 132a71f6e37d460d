"""What a source remembers, and what a caller says of it this time."""

from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import urlsplit

from django.utils.text import slugify

from groups import programmes
from groups.enums import FeedFormat, Programme
from groups.models import Approach, Fellowship, Source
from meetings.feeds import addresses, fetching, times
from meetings.feeds.rows import UnusableFeed


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a caller says of a source; what is empty stays as the source remembers it."""

    address: str
    name: str = ""
    format: str = ""
    programme: str = ""
    approach: str = ""
    fellowship: str = ""
    time_zone: str = ""
    country: str = ""


def settle_source(wanted: Wanted) -> Source:
    """Return the source with what is wanted set on it, not saved; a new one when there is none.

    Raises UnusableFeed when something of it is unknown.
    """
    name = wanted.name or _name_of(wanted.address)
    source = Source.objects.filter(name=name).first() or Source(name=name[:160], slug=free_slug(name))
    # A password in an address is used for this fetch and kept nowhere.
    source.address = fetching.without_secrets(wanted.address)[:600]
    source.programme = _known_programme(wanted.programme) or source.programme
    if wanted.time_zone:
        source.time_zone = times.zone(wanted.time_zone)
        if not source.time_zone:
            raise UnusableFeed("the time zone is not one that we know; say it as in America/New_York")
    if wanted.country:
        source.country = addresses.country(wanted.country)
        if not source.country:
            raise UnusableFeed("the country is not one that we know; say it as in US")
    if wanted.fellowship:
        source.fellowship = Fellowship.objects.filter(slug=wanted.fellowship).select_related("approach").first()
        if source.fellowship is None:
            raise UnusableFeed(f"there is no fellowship {wanted.fellowship[:60]}")
        source.approach = source.fellowship.approach
    if wanted.approach:
        source.approach = Approach.objects.filter(slug=wanted.approach).first()
        if source.approach is None:
            raise UnusableFeed(f"there is no approach {wanted.approach[:60]}")
    return source


def settle_format(source: Source, found: str) -> None:
    """Take the format that was found, and what follows from it and from the programme.

    A BMLT server is Narcotics Anonymous', and the Meeting Guide format is Alcoholics
    Anonymous', unless something else was said.

    Raises UnusableFeed when nothing says which approach the meetings follow.
    """
    source.format = found
    if not source.programme:
        if source.approach_id:
            source.programme = Programme.SG
        else:
            source.programme = Programme.NA if found == FeedFormat.BMLT else Programme.AA
    if source.approach_id:
        return
    home = programmes.home_of(source.programme)
    if home is None:
        raise UnusableFeed("say which approach the meetings follow: this programme does not tell")
    source.approach = Approach.objects.filter(slug=home.approach).first()
    if source.approach is None:
        raise UnusableFeed("the catalogue is not loaded: run load_catalogue first")
    if home.fellowship and not source.fellowship_id:
        source.fellowship = Fellowship.objects.filter(slug=home.fellowship).first()


def _known_programme(text: str) -> str:
    if text and text not in Programme.values:
        raise UnusableFeed(f"there is no programme {text[:20]}; known are {', '.join(Programme.values)}")
    return text


def _name_of(address: str) -> str:
    """Return a name for a source that was given none: the file's, or the host's."""
    if not fetching.is_address(address):
        return PurePath(address).name
    host = urlsplit(address).hostname or "feed"
    # Two feeds of one host are two sources.
    other = Source.objects.filter(name=host).exclude(address=fetching.without_secrets(address)[:600]).exists()
    return f"{host}{urlsplit(address).path}" if other else host


def free_slug(name: str) -> str:
    """Return a slug for a new source that no other has."""
    plain = slugify(name)[:70] or "feed"
    if plain == "new":
        # Its page would be that of a new feed.
        plain = "new-feed"
    taken = set(Source.objects.filter(slug__startswith=plain).values_list("slug", flat=True))
    return next(
        slug
        for number in range(1, len(taken) + 2)
        if (slug := plain if number == 1 else f"{plain}-{number}") not in taken
    )
