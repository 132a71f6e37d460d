"""The web server's way in."""

import os

from django.core.wsgi import get_wsgi_application

from recovery import process

process.settle_in()

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recovery.settings")

application = get_wsgi_application()

# Once there is an application: the first visitor of a worker does not wait for pages and finder.
from meetings.finder import memory, sentence  # noqa: E402
from recovery import urls  # noqa: E402, F401

sentence.read_words()
# Last: what is there by now stays, and the garbage collector never goes through it again.
memory.warm()
process.give_memory_back()
