"""What holds for a process that answers visitors, before it does anything else."""

import contextlib
import ctypes
import sys

# Of glibc's malloc.h. Other libraries do without.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE = 1024 * 1024


def settle_in() -> None:
    """Take little memory, and let threads of one process wait for each other no longer than they must.

    Called once, before there are threads.
    """
    # A thread that comes back from the database, holding a lock there, has to wait for the
    # interpreter: 5 ms each time unless told otherwise, while everybody who wants that lock waits.
    sys.setswitchinterval(0.0005)
    # By default each thread's memory is a heap of its own, of which little is ever given back,
    # and a large array is given back only until one was.
    with contextlib.suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(_ARENA_MAX, 1)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_TRIM_THRESHOLD, _LARGE)


def give_memory_back() -> None:
    """Give the system what the process has no use for at the moment. Does nothing where there is no glibc."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
