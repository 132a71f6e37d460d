"""One reader for every format: records in, rows out."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from groups.enums import FeedFormat
from meetings.feeds import bmlt, meeting_guide
from meetings.feeds.rows import READING, Reading, Row

_DATA = Path(__file__).resolve().parent.parent / "data"
_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Reader:
    """How the records of one feed are read."""

    format: str
    reading: Reading
    server: bmlt.Server = field(default_factory=bmlt.Server)
    server_digest: str = ""

    @property
    def _module(self) -> Any:
        return bmlt if self.format == FeedFormat.BMLT else meeting_guide

    def is_record(self, record: Any) -> bool:
        return self._module.is_record(record)

    def key_of(self, record: Mapping[str, Any]) -> str:
        """Return the record's own key, "" when it has none; one too long keeps its start and a digest."""
        key = self._module.key_of(record)
        if len(key) <= _LONGEST_KEY - 30:
            return key
        return f"{key[:200]}~{hashlib.blake2b(key.encode(), digest_size=8).hexdigest()}"

    def tell_apart(self, record: Mapping[str, Any]) -> str:
        return self._module.tell_apart(record)

    def is_withdrawn(self, record: Mapping[str, Any]) -> bool:
        """Return whether the source itself takes the meeting from the public."""
        return self.format == FeedFormat.BMLT and bmlt.is_withdrawn(record)

    def read(self, record: Mapping[str, Any]) -> Row:
        """Return the record as a row. Raises SkipRow."""
        if self.format == FeedFormat.BMLT:
            return bmlt.read(record, self.reading, self.server)
        return meeting_guide.read(record, self.reading, types_are_names=self.format == FeedFormat.CSV)

    def context(self) -> str:
        """Return a text that changes whenever the same record would be read otherwise."""
        reading = self.reading
        return "|".join(
            (
                str(READING),
                self.format,
                reading.programme,
                reading.time_zone,
                reading.country,
                self.server_digest,
                _tables_digest(),
            )
        )


@cache
def _tables_digest() -> str:
    """Return a digest of the code tables: new meanings are read into rows that did not change."""
    both = b"".join((_DATA / name).read_bytes() for name in ("codes.json", "traits.json"))
    return hashlib.blake2b(both, digest_size=8).hexdigest()
