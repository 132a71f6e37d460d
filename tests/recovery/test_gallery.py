"""The gallery shows every component, on this machine alone."""

from pathlib import Path

from django.conf import settings
from django.template import loader
from django.test import override_settings
from django.urls import reverse

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"


def test_the_gallery_shows_every_component(client, db):
    page = loader.get_template("gallery.html").template.source + loader.get_template("base.html").template.source
    names = sorted(file.name for file in COMPONENTS.glob("*.html"))

    missing = [name for name in names if f"components/{name}" not in page]

    assert len(names) > 10
    assert missing == []


def test_the_gallery_is_shown_in_local_mode_alone(client):
    shown = client.get(reverse("gallery"))

    with override_settings(LOCAL_MODE=False):
        hidden = client.get(reverse("gallery"))

    assert (shown.status_code, hidden.status_code) == (200, 404)


def test_the_gallery_reads_no_database(client):
    response = client.get(reverse("gallery"))

    assert response.status_code == 200
    assert b"Demo meeting" in response.content
