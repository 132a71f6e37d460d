import pytest

from meetings.finder import memory, names


@pytest.fixture(autouse=True)
def nothing_remembered():
    """Each test starts as a fresh process does."""
    memory.forget()
    names.forget()
    yield
    memory.forget()
    names.forget()
