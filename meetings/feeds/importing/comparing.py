"""A feed beside what is known of it: which rows are new, which may have changed, which are gone.

A row that stands in the feed letter for letter as last time, and is read by the same rules, is
known by a digest of its text and not looked at further.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field

from groups.models import Source
from meetings import contacts
from meetings.feeds.decoding import Feed
from meetings.feeds.readers import Reader
from meetings.feeds.rows import Skipped, UnusableFeed
from meetings.models import Place, SourceRow

# A digest in `SourceRow` has two halves of this many letters: of the row's text with the rules
# it was read by, and of what was read. A row that is gone from its feed has none.
HALF = 16


@dataclass(slots=True)
class Comparison:
    """What became of each row of a feed, by number from 1; a key of None is a row left out."""

    keys: list[str | None] = field(default_factory=list)
    text_digests: list[str] = field(default_factory=list)
    to_read: set[int] = field(default_factory=set)
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    vanished: set[str] = field(default_factory=set)

    @property
    def seen(self) -> int:
        return len(self.keys)

    @property
    def known_before(self) -> int:
        """How many rows were in the feed last time."""
        return sum(1 for digest in self.known.values() if digest)


def digest(data: bytes, key: bytes) -> str:
    """Return one half of a digest. Keyed: who sees it cannot try out telephone numbers."""
    return urlsafe_b64encode(hashlib.blake2b(data, digest_size=12, key=key).digest()).decode()


def text_key(source: Source, reader: Reader) -> bytes:
    """Return the key for digests of text, another one whenever rows would be read otherwise."""
    gazetteer = Place.objects.count()
    homes = f"{source.approach_id}|{source.fellowship_id}|{gazetteer}"
    return contacts.derived_key(f"feed text|{reader.context()}|{homes}")


def compare(source: Source, feed: Feed, reader: Reader) -> Comparison:
    """Read the feed once through. Raises UnusableFeed when it is broken or has no rows."""
    found = Comparison()
    if source.pk:
        rows = SourceRow.objects.filter(source=source).order_by().values_list("key", "digest")
        found.known = dict(rows.iterator(chunk_size=10_000))
    key = text_key(source, reader)
    first_of: dict[str, int] = {}
    shared: dict[str, list[int]] = {}
    withdrawn: set[int] = set()
    for number, raw, record in feed.records():
        own = reader.key_of(record) if reader.is_record(record) else ""
        found.text_digests.append(digest(raw.encode("utf-8", "surrogatepass"), key))
        found.keys.append(own or None)
        if not own:
            reason = "it has no key: neither slug nor name" if reader.is_record(record) else "it is not a meeting"
            found.skipped.append(Skipped(number, "", reason))
            continue
        if own in first_of:
            shared.setdefault(own, [first_of[own]]).append(number)
        else:
            first_of[own] = number
        if reader.is_withdrawn(record):
            withdrawn.add(number)
    if not found.keys:
        raise UnusableFeed("the feed has no rows")
    if shared:
        _share_out(found, feed, reader, shared)
    _sort_out(found, withdrawn)
    return found


def _share_out(found: Comparison, feed: Feed, reader: Reader, shared: dict[str, list[int]]) -> None:
    """Give rows of one key keys of their own; rows that are the same but for words are one."""
    numbers = {number for listed in shared.values() for number in listed}
    words = {number: reader.tell_apart(record) for number, _raw, record in feed.records() if number in numbers}
    for own, listed in shared.items():
        last_text = found.known.get(own, "")[:HALF]

        def order(number: int, last_text: str = last_text) -> tuple[bool, str, str]:
            # Whoever had the plain key keeps it; otherwise the order of the feed plays no part.
            return found.text_digests[number - 1] != last_text, words[number], found.text_digests[number - 1]

        taken: dict[str, int] = {}
        for number in sorted(listed, key=order):
            if words[number] in taken:
                found.keys[number - 1] = None
                found.skipped.append(Skipped(number, own, f"it is the same as row {taken[words[number]]}"))
                continue
            if taken:
                suffix = hashlib.blake2b(words[number].encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
                found.keys[number - 1] = f"{own[:240]}~{suffix}"
            taken[words[number]] = number


def _sort_out(found: Comparison, withdrawn: Iterable[int]) -> None:
    there = set()
    withdrawn = set(withdrawn)
    for number, own in enumerate(found.keys, start=1):
        if own is None:
            continue
        if number not in withdrawn:
            there.add(own)
        known = found.known.get(own, "")
        if known and number not in withdrawn and known[:HALF] == found.text_digests[number - 1]:
            found.unchanged += 1
        else:
            found.to_read.add(number)
    found.vanished = {own for own, last in found.known.items() if last and own not in there}
