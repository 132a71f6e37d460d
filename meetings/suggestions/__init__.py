"""What somebody without an account proposes: a new listing, a change of one, or that it has closed.

One row for each field, decided one by one; nothing changes before somebody decides. The sender
follows it by a private link, may take it back, and is told the end if they left an address,
which is erased then.
"""

from .deciding import AlreadyDecided, Decided, decide, forget_old, proposed, reopen, withdraw
from .sending import LONGEST_WORDS, NothingProposed, answer_by, closing, send

__all__ = [
    "LONGEST_WORDS",
    "AlreadyDecided",
    "Decided",
    "NothingProposed",
    "answer_by",
    "closing",
    "decide",
    "forget_old",
    "proposed",
    "reopen",
    "send",
    "withdraw",
]
