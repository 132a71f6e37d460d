"""What every test of the desk stands on."""

import pytest

from tests.cast import Cast, make_cast


@pytest.fixture(autouse=True)
def without_a_second_step(settings):
    """Let curators in by their session alone: the second step has tests of its own."""
    settings.STAFF_NEED_SECOND_STEP = False


@pytest.fixture
def cast() -> Cast:
    return make_cast()
