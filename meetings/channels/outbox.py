"""Messages of a site on one machine stay on it: a folder of small files, read at /outbox/."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

# Older ones make room, so that a machine that runs for months is not filled.
MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that would have gone. `headers` are in their order; `at` is in UTC."""

    channel: str
    at: datetime
    to: str
    subject: str
    text: str
    html: str
    link: str
    headers: list[tuple[str, str]]


def keep(
    channel: str,
    *,
    id: str,
    to: str,
    subject: str,
    text: str,
    headers: list[tuple[str, str]],
    html: str = "",
    link: str = "",
    now: datetime,
) -> None:
    """Write a message down. The same message again takes its own place."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    said: dict[str, Any] = {
        "channel": channel, "at": now.astimezone(UTC).isoformat(), "to": to, "subject": subject,
        "text": text, "html": html, "link": link, "headers": headers,
    }  # fmt: skip
    draft = folder / f".{id}"
    draft.write_text(json.dumps(said, ensure_ascii=False))
    draft.replace(folder / f"{id}.json")
    _make_room(folder)


def kept() -> list[Kept]:
    """Return what was written down, newest first. A file that is no message is passed over."""
    found = []
    for path in _folder().glob("*.json"):
        try:
            said = json.loads(path.read_text())
            said["at"] = datetime.fromisoformat(said["at"])
            said["headers"] = [(name, value) for name, value in said["headers"]]
            found.append(Kept(**said))
        except (OSError, ValueError, TypeError, KeyError):
            continue
    return sorted(found, key=lambda message: message.at, reverse=True)


def _folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def _make_room(folder: Path) -> None:
    files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in files[:-MOST_KEPT]:
        path.unlink(missing_ok=True)
