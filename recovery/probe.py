"""Whether a process of the service is well, for a container's health check.

    python -I recovery/probe.py web     the web server answers
    python -I recovery/probe.py beat    beat has written down its schedule lately

Ends with status 0 when it is. Imports nothing of the project: it runs every few seconds.
"""

import http.client
import os
import sys
import time
from pathlib import Path

# Celery's beat writes its schedule every three minutes.
BEAT_SECONDS = 600


def main() -> None:
    well = {"web": web_is_well, "beat": beat_is_well}[sys.argv[1]]
    sys.exit(0 if well(os.environ) else 1)


def web_is_well(environment) -> bool:
    # By the site's own name, as Django answers to no other.
    host = environment.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".") or "127.0.0.1"
    connection = http.client.HTTPConnection("127.0.0.1", int(environment.get("PORT") or 8000), timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def beat_is_well(environment) -> bool:
    files = Path(environment.get("VAR_DIR") or "var").glob("beat-schedule*")
    return any(time.time() - file.stat().st_mtime < BEAT_SECONDS for file in files)


if __name__ == "__main__":
    main()
