"""Columns that feeds fill, as the fields of `meetings.listing_fields`: their labels, and values in words.

An import keeps values as PostgreSQL writes them to JSON; people read and choose them by field.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from groups.models import Group
from meetings import listing_fields
from meetings.listing_fields import Field, NoSuchField
from meetings.models import Meeting, Venue

_MODELS: dict[str, type[models.Model]] = {"meeting": Meeting, "group": Group, "venue": Venue}
_TABLES = {"meetings_meeting": "meeting", "groups_group": "group", "meetings_venue": "venue"}


def part_of(table: str) -> str:
    """Return "meeting", "group" or "venue" for the name of its table."""
    return _TABLES[table]


def field_of(part: str, column: str) -> Field | None:
    """Return the field of a column; None for one that people do not read, such as marks for curators."""
    name = column.removesuffix("_id")
    try:
        return listing_fields.field(name if part == "meeting" else f"{part}_{name}")
    except NoSuchField:
        return None


def field_of_trait(name: str) -> Field | None:
    """Return the field of a trait, whose name in imports is "kind/slug"."""
    kind, _slash, slug = name.partition("/")
    try:
        return listing_fields.field(listing_fields.trait_name(kind, slug))
    except NoSuchField:
        return None


def value_of(part: str, column: str, value: Any) -> Any:
    """Return a column's value in JSON as the field's value. What cannot be read counts as not said."""
    field = field_of(part, column)
    if field is None:
        return value
    held = _MODELS[part]._meta.get_field(column.removesuffix("_id"))
    if value is None:
        return field.kind.from_model(None) if isinstance(held, models.ForeignKey) else field.empty
    try:
        if isinstance(held, models.ForeignKey):
            related = held.related_model
            return field.kind.from_model(related._default_manager.filter(pk=value).first())  # type: ignore[union-attr]
        return field.kind.from_model(held.to_python(value))
    except (ValidationError, ValueError, TypeError):
        return field.empty


def words_of(part: str, column: str, value: Any) -> str:
    """Return a column's value for people, "" where nothing is said."""
    field = field_of(part, column)
    return field.words(value_of(part, column, value)) if field else ""
