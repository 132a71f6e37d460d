"""The storage that names static files after their content and sends one stylesheet.

Styles are written one file per component. `css/site.css` names them in order, and a page
must not pay a request for each on a bad line, so `collectstatic` puts them into the one
file before it is hashed and compressed. While developing (DEBUG) the browser follows the
same `@import` lines by itself: what is seen there is what is served.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile, File
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLESHEET = "css/site.css"

_IMPORT = re.compile(r'^@import\s+"(?P<path>[^"]+)"(?:\s+layer\((?P<layer>[\w.-]+)\))?\s*;[ \t]*$', re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_END_OF_LINE = re.compile(r"(?<=[{};,])\n")
_RELATIVE_URL = re.compile(r"""url\(\s*["']?(?![a-z]+:|/|#)(?P<path>[^"')]+)["']?\s*\)""")


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Static files under names that change with their content, imports in scripts included.

    Before `collectstatic` has run there are no such names, and plain ones are given, so
    that tests and management commands need no build. Once it has run, a name that is
    missing is a mistake and raises ValueError.
    """

    support_js_module_import_aggregation = True
    # Our own modules only: other packages' scripts quote imports in their comments.
    _js_module_import_aggregation_patterns = (
        "js/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )

    def stored_name(self, name: str) -> str:
        if not self.hashed_files:
            return name
        return super().stored_name(name)

    def post_process(self, paths: dict[str, Any], *args: Any, **options: Any) -> Iterator:
        if STYLESHEET in paths and not options.get("dry_run"):
            whole = bundle(STYLESHEET, paths)
            paths = {**paths, STYLESHEET: (_InMemory(whole), STYLESHEET)}
        yield from super().post_process(paths, *args, **options)


class _InMemory:
    """Stands in for the storage of one file whose text was made here."""

    def __init__(self, text: str) -> None:
        self.text = text

    def open(self, name: str) -> File:
        return ContentFile(self.text.encode(), name=name)


def bundle(name: str, paths: dict[str, Any]) -> str:
    """Return a stylesheet with the files it imports put in their place.

    `paths` maps a static name to (storage, path), as `collectstatic` passes it. An import
    is a line of its own, `@import "tokens.css" layer(tokens);`; anything else stays as it
    is. Relative addresses of images are rewritten to the place of the whole. Comments are
    dropped, and ends of lines that mean nothing. Raises KeyError for an import of a file that is not there.
    """

    def put_in_place(match: re.Match[str]) -> str:
        imported = posixpath.normpath(posixpath.join(posixpath.dirname(name), match["path"]))
        text = _readdress(_read(imported, paths), imported, name)
        return f"@layer {match['layer']} {{\n{text}\n}}" if match["layer"] else text

    return _plain(_IMPORT.sub(put_in_place, _COMMENT.sub("", _read(name, paths))))


def _read(name: str, paths: dict[str, Any]) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        return file.read().decode()


def _readdress(text: str, imported: str, whole: str) -> str:
    def relative_to_whole(match: re.Match[str]) -> str:
        target = posixpath.join(posixpath.dirname(imported), match["path"])
        return f'url("{posixpath.relpath(target, posixpath.dirname(whole))}")'

    return _RELATIVE_URL.sub(relative_to_whole, text)


def _plain(text: str) -> str:
    lines = (line.strip() for line in _COMMENT.sub("", text).splitlines())
    return _END_OF_LINE.sub("", "\n".join(line for line in lines if line)) + "\n"
