"""Bring a database and static files to where the site can be served. Safe to repeat."""

import contextlib
import hashlib
import json
import time
from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import ProgrammingError, connection

# Two of us at once, as when a service is scaled out, take turns. The number is arbitrary.
TURN = 7_012_025


class Command(BaseCommand):
    help = "Migrate, load what the site knows (approaches, places), and collect static files. Safe to repeat."
    # `migrate` checks the database; the rest is checked by `manage.py check`.
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--demo", action="store_true", help="load demo listings too, once, into an empty database")
        parser.add_argument("--no-static", action="store_true", help="leave static files as they are")

    def handle(self, *, demo, no_static, **options):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [TURN])
        try:
            self._prepare(demo=demo)
            if not no_static:
                self._static_files()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [TURN])

    def _prepare(self, *, demo: bool) -> None:
        self._step("Preparing the database", "migrate", interactive=False, verbosity=0)
        for command, sentence, model, sources in (
            (
                "load_catalogue",
                "Loading approaches and fellowships",
                "groups.Approach",
                ["groups/data", "meetings/data"],
            ),
            # How a name may be spelled is no data.
            (
                "load_places",
                "Loading places of the whole world",
                "meetings.Place",
                ["meetings/data", "meetings/gazetteer.py"],
            ),
        ):
            content = _digest(file for source in sources for file in _files(settings.BASE_DIR / source))
            if _noted().get(command) != content or not _has(model):
                self._step(sentence, command, verbosity=0)
                _note(command, content)
        # Into an empty database alone: the listings of a real site are never joined by
        # invented ones, and demo listings taken away do not come back. Begun but not done
        # is the mark of a load that was cut short.
        if demo and (
            _noted().get("load_demo") == "begun" or ("load_demo" not in _noted() and not _has("groups.Group"))
        ):
            _note("load_demo", "begun")
            self._step("Loading demo listings", "load_demo")
            _note("load_demo", "done")

    def _static_files(self) -> None:
        files = (
            Path(storage.path(name))
            for finder in get_finders()
            for name, storage in finder.list(ignore_patterns=["CVS", ".*", "*~"])
        )
        content = _digest(files)
        kept = Path(settings.STATIC_ROOT) / ".content"
        if kept.exists() and kept.read_text() == content:
            return
        self._step("Collecting static files", "collectstatic", interactive=False, clear=True, verbosity=0)
        kept.write_text(content)

    def _step(self, sentence: str, command: str, **options) -> None:
        started = time.monotonic()
        self.stdout.write(f"{sentence} …")
        self.stdout.flush()
        call_command(command, stdout=self.stdout, stderr=self.stderr, **options)
        if (took := time.monotonic() - started) > 1:
            self.stdout.write(f"  done in {took:.0f} s")
            self.stdout.flush()


def _noted() -> dict[str, str]:
    """Return what was loaded: a comment on the database itself, so that it goes when that goes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        comment = cursor.fetchone()[0]
    try:
        return json.loads(comment or "")
    except ValueError:
        return {}


def _note(command: str, content: str) -> None:
    noted = json.dumps(_noted() | {command: content})
    database = connection.ops.quote_name(connection.settings_dict["NAME"])
    # Somebody else's database may not be commented on; then the loads are repeated, which does no harm.
    with contextlib.suppress(ProgrammingError), connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON DATABASE {database} IS %s", [noted])


def _has(model: str) -> bool:
    return apps.get_model(model).objects.exists()


def _files(source: Path) -> list[Path]:
    return [source] if source.is_file() else [path for path in source.rglob("*") if path.is_file()]


def _digest(files: Iterable[Path]) -> str:
    """Return a short text that changes when one of the files does, without reading them."""
    seen = hashlib.sha256()
    for path in sorted(files):
        status = path.stat()
        seen.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return seen.hexdigest()[:20]
