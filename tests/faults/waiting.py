"""Waiting for a race: until one of two transactions stands still for the other."""

import time

from django.db import connection

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def until_somebody_waits_for_a_row():
    """Wait until a transaction of this database waits for a lock; fail when none does."""
    for _ in range(400):
        with connection.cursor() as cursor:
            # Within a transaction the same answer is given again until it is thrown away.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(_WAITING)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waited: nothing was raced")
