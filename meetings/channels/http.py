"""One request to a provider: what can be told of its answer, and of a line that broke."""

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
)

from meetings.channels import Answer, Outcome

# In seconds. No redirects, no retries of the library's own: a repeat is ours to decide.
TIMEOUT = urllib3.Timeout(connect=10, read=20)
_pool = urllib3.PoolManager(retries=False, timeout=TIMEOUT)

# Errors of a line that was never open: nothing was handed over.
_NEVER_OPEN = (ConnectTimeoutError, NewConnectionError, NameResolutionError, SSLError)


def ask(method: str, url: str, **said) -> urllib3.BaseHTTPResponse | Answer:
    """Send a request; return the response, or the answer that a broken line amounts to."""
    try:
        return _pool.request(method, url, redirect=False, **said)
    except _NEVER_OPEN as error:
        return Answer(Outcome.LATER, type(error).__name__[:40])
    except HTTPError as error:
        return Answer(Outcome.UNCERTAIN, type(error).__name__[:40])
