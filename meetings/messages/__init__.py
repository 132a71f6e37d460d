"""What messages say, made in the moment they go, so that they are true then.

Discreet unless somebody asked otherwise: a time and neutral words, never a group, fellowship,
approach or address. In plain words a message may name the meeting. A message to an address
that nobody confirmed is always discreet: it may be anybody's.
"""

from meetings.messages.parcels import language_of, parcel_of, words_of

__all__ = ["language_of", "parcel_of", "words_of"]
