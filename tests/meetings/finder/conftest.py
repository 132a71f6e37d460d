import time

import pytest

from meetings.finder import cards, memory, names


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    """Each test starts as a fresh process does, whose times have just been moved on.

    They would be moved on beside it, in a thread that does not see what a test writes and may outlive it.
    """
    monkeypatch.setattr(memory, "_moved_on_at", time.monotonic())
    memory.forget()
    cards.forget()
    names.forget()
    yield
    memory.forget()
    cards.forget()
    names.forget()
