"""Many people pressing at the same moment: real threads, each with a connection of its own."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

WAIT_SECONDS = 60


class Crowd:
    """Threads that stay: a connection to the database is made once for each."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._threads = ThreadPoolExecutor(max_workers=size)

    def at_once(self, *actions: Callable) -> list:
        """Run each action in a thread, all starting together. Returns results, or the errors raised."""
        assert len(actions) <= self.size
        barrier = threading.Barrier(len(actions))

        def run(action):
            barrier.wait(timeout=WAIT_SECONDS)
            try:
                return action()
            except Exception as error:
                return error

        return [future.result(timeout=WAIT_SECONDS) for future in [self._threads.submit(run, a) for a in actions]]

    def go_home(self) -> None:
        if not hasattr(self, "_gone"):
            barrier = threading.Barrier(self.size)

            def leave():
                barrier.wait(timeout=WAIT_SECONDS)
                # Whoever only asks over HTTP has no database.
                if settings.configured:
                    connection.close()

            for future in [self._threads.submit(leave) for _ in range(self.size)]:
                future.result(timeout=WAIT_SECONDS)
            self._threads.shutdown()
            self._gone = True


@contextmanager
def crowd_of(size: int) -> Iterator[Crowd]:
    crowd = Crowd(size)
    try:
        yield crowd
    finally:
        crowd.go_home()
