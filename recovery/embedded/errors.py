"""What goes wrong, in a sentence."""

import errno
from pathlib import Path


class ServicesUnavailable(RuntimeError):
    """PostgreSQL or Redis of our own cannot be had. The text says why and what helps."""

    def __init__(self, sentence: str, *, hint: str = "", log: str = "") -> None:
        parts = [sentence if not hint else f"{sentence} {hint}"]
        if log:
            parts.append("Its log ends:\n" + "\n".join(f"  {line}" for line in log.splitlines()))
        super().__init__("\n".join(parts))

    @classmethod
    def from_os_error(cls, error: OSError, folder: Path) -> "ServicesUnavailable":
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return cls(f"There is no room left on the disk that holds {folder}.", hint="Free some, or set VAR_DIR.")
        if error.errno == errno.EROFS:
            return cls(
                f"The disk that holds {folder} is read-only.", hint="Set VAR_DIR to a folder that can be written."
            )
        return cls(f"The data folder {folder} cannot be used: {error}.", hint="Set VAR_DIR to another folder.")
