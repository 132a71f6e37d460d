"""Collect every text that is shown, and compile what is translated.

    manage.py translate            fill recovery/locale with new texts, and compile
    manage.py translate --compile  compile alone

For those who work on the texts: it needs the program xgettext (GNU gettext) and the package
polib. The site itself needs neither, because the compiled catalogues are in the repository.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management import BaseCommand, call_command

from recovery import catalogue_texts


class Command(BaseCommand):
    help = __doc__.splitlines()[0]
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--compile", action="store_true", help="only compile what is there")

    def handle(self, **options: Any) -> None:
        codes = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        if not options["compile"]:
            self._collect(codes)
        for code in codes:
            texts = polib.pofile(str(catalogue(code)))
            texts.save_as_mofile(str(catalogue(code).with_suffix(".mo")))
            left = len(texts.untranslated_entries()) + len(texts.fuzzy_entries())
            self.stdout.write(f"{code}: {len(texts.translated_entries())} texts, {left} left")

    def _collect(self, codes: list[str]) -> None:
        # xgettext reads code alone: what the catalogue says is put into a file for it, and taken away again.
        words = settings.BASE_DIR / "recovery" / "words_of_the_catalogue.py"
        words.write_text(catalogue_texts.as_code(), encoding="utf-8")
        try:
            call_command(
                "makemessages",
                locale=codes,
                add_location="file",
                no_obsolete=True,
                ignore_patterns=["tests", "var", ".venv", "recovery/locale"],
                verbosity=0,
            )
        finally:
            words.unlink()


def catalogue(code: str) -> Path:
    """Return where the texts of a language are."""
    return Path(settings.LOCALE_PATHS[0]) / code / "LC_MESSAGES" / "django.po"
