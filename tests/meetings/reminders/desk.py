"""A channel whose other end is in this process: it answers as it is told to."""

from contextlib import contextmanager

from meetings.channels import Answer, Outcome


class Desk:
    """What came in, and what is answered next. Without a word from the test everything is accepted."""

    _only = None

    def __init__(self):
        self.clear()

    @classmethod
    def of_all(cls):
        cls._only = cls._only or cls()
        return cls._only

    def clear(self):
        self.parcels = []
        self.answers = []
        self.known = None
        self.before_begin = lambda parcel: None

    @property
    def ids(self):
        return [parcel.id for parcel in self.parcels]


class TheDesk:
    @contextmanager
    def line(self):
        yield self

    def knows(self, parcel_id):
        return Desk.of_all().known

    def hand_over(self, parcel, *, begin, now):
        desk = Desk.of_all()
        desk.before_begin(parcel)
        if not begin():
            return Answer(Outcome.WITHDRAWN)
        desk.parcels.append(parcel)
        answer = desk.answers.pop(0) if desk.answers else Answer(Outcome.ACCEPTED)
        if isinstance(answer, Exception):
            raise answer
        return answer
