#!/usr/bin/env python
"""Open Chair's command line: `python manage.py help` lists what it can do."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")
    from django.core.management import execute_from_command_line

    from recovery.embedded import ServicesUnavailable

    try:
        execute_from_command_line(sys.argv)
    except ServicesUnavailable as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main()
