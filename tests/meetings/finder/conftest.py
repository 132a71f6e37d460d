import pytest

from meetings.finder import cards, memory, names


@pytest.fixture(autouse=True)
def nothing_remembered():
    """Each test starts as a fresh process does."""
    memory.forget()
    cards.forget()
    names.forget()
    yield
    memory.forget()
    cards.forget()
    names.forget()
