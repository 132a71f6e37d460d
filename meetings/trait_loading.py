"""Reads the traits of the data file into the database, as often as one likes."""

from groups.catalogue_loading import Loaded, load_entries
from meetings import traits
from meetings.models import Trait


def load() -> Loaded:
    """Load every trait; a curator's edits survive. Call inside a transaction."""
    entries = (
        {
            "kind": entry.kind,
            "slug": entry.slug,
            "name": entry.name,
            "definition": entry.definition,
            "order": entry.order,
            "programme_codes": entry.programme_codes,
            "na_world_id": entry.na_world_id,
            "language_code": entry.language_code,
            "is_in_person_only": entry.is_in_person_only,
        }
        for entry in traits.entries()
    )
    return load_entries(Trait, ("kind", "slug"), entries, kind="traits")
