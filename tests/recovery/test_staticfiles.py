"""One stylesheet, names that follow content, and what a first visit weighs."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command

from groups import help_lines
from recovery.staticfiles import HashedStorage, bundle

# The whole, and those that one kind of page loads beside it.
STAND_ALONE = {"site.css", "admin.css", "map.css"}


@pytest.fixture
def collected(tmp_path, settings) -> Path:
    """Static files as a service has them."""
    settings.STATIC_ROOT = tmp_path / "static"
    # The admin's files are many and not ours.
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django.contrib.admin"]
    call_command("collectstatic", interactive=False, verbosity=0)
    return settings.STATIC_ROOT


def _only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def test_the_stylesheet_is_one_response_with_every_layer_in_order(collected):
    text = _only(collected, "css/site.????????????.css").read_text()

    assert "@import" not in text
    assert text.index("@layer reset, tokens, base") < text.index("@layer reset {")
    assert text.index("--paper:") < text.index(".meeting-card {") < text.index(".home-hero {")
    assert text.count("{") == text.count("}")


def test_every_component_style_is_named_in_the_stylesheet(settings):
    folder = settings.BASE_DIR / "static/css"
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*.css")} - STAND_ALONE
    named = re.findall(r'@import "([^"]+)"', (folder / "site.css").read_text())

    assert len(written) > 20
    assert set(named) == written
    assert len(named) == len(written)


def test_modules_import_each_other_by_their_hashed_names(collected):
    text = _only(collected, "js/site.????????????.js").read_text()

    imported = re.findall(r'from "\./(\w+\.[0-9a-f]{12}\.js)"', text)
    assert len(imported) >= 2
    assert all((collected / "js" / name).exists() for name in imported)


def test_a_missing_import_is_an_error(tmp_path):
    (tmp_path / "site.css").write_text('@import "none.css" layer(base);\n')

    with pytest.raises(KeyError):
        bundle("site.css", {"site.css": (FileSystemStorage(tmp_path), "site.css")})


def test_addresses_in_an_imported_file_still_lead_to_the_image(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "site.css").write_text('@import "parts/a.css" layer(base);\n')
    (tmp_path / "parts/a.css").write_text('p { background: url("../img/a.svg"); }')
    storage = FileSystemStorage(tmp_path)

    text = bundle("site.css", {name: (storage, name) for name in ("site.css", "parts/a.css")})

    assert text == '@layer base {p { background: url("img/a.svg"); }}\n'


def test_an_end_of_a_line_is_kept_where_it_parts_two_words(tmp_path):
    (tmp_path / "site.css").write_text("p,\nmain\n.lead {\n  margin: 0;\n\n  inset:\n    0 1px;\n}\n")

    text = bundle("site.css", {"site.css": (FileSystemStorage(tmp_path), "site.css")})

    assert text == "p,main\n.lead {margin: 0;inset:\n0 1px;}\n"


def test_names_are_plain_before_anything_is_collected(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path

    assert HashedStorage().url("css/site.css") == "/static/css/site.css"


def test_a_name_that_was_not_collected_is_an_error(collected):
    storage = HashedStorage()
    assert storage.url("css/site.css") != "/static/css/site.css"

    with pytest.raises(ValueError, match=r"none\.css"):
        storage.url("css/none.css")


def test_a_first_visit_weighs_at_most_22_kilobytes(client, collected):
    help_lines.keep_file()
    html = client.get("/").content
    data = client.get("/help/lines.json").content
    files = [
        "css/site.????????????.css.gz",
        "img/icons.????????????.svg.gz",
        "img/favicon.????????????.svg.gz",
        *(f"js/{name}.????????????.js.gz" for name in ("site", "quick_exit", "help_line", "visitor_zone")),
    ]

    weight = sum(_only(collected, name).stat().st_size for name in files)
    weight += len(gzip.compress(html)) + len(gzip.compress(data))

    help_lines.forget()
    assert 5_000 < weight <= 22_000


def test_the_site_uses_this_storage():
    assert staticfiles_storage.support_js_module_import_aggregation
