"""Made-up listings: a demo to look around in, and data sets to measure with.

Nothing in them is real: names are invented, streets are "Example Street", telephone numbers
are of the range 555-01xx that is kept for fiction, links lead to example.org. Their sources
are marked `is_demo`, and every page that shows one says so.
"""

from .loading import (
    DATA_SET_NAME,
    DEMO_NAME,
    CatalogueMissing,
    PlacesMissing,
    load_demo,
    make_data_set,
    remove,
)

__all__ = [
    "DATA_SET_NAME",
    "DEMO_NAME",
    "CatalogueMissing",
    "PlacesMissing",
    "load_demo",
    "make_data_set",
    "remove",
]
