"""What a listing said before: every public field, when it changed, in what role and by whose hand.

Contacts, join details and notes for hosts are left out, and nothing is known of the device.
Rows written in bulk (imports, the demo) leave no history of their own: an import run keeps what
it changed. The first change by hand writes down how the listing was before it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.dispatch import receiver
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record

from groups.enums import Role


class _Unsaid(Enum):
    """Stands for whose hand it is while nobody says: that of whoever is signed in on the page."""

    UNSAID = auto()


@dataclass(frozen=True)
class _Telling:
    role: str = ""
    why: str = ""
    by: AbstractBaseUser | _Unsaid | None = _Unsaid.UNSAID
    is_kept: bool = True


_AS_USUAL = _Telling()
_telling: ContextVar[_Telling] = ContextVar("telling", default=_AS_USUAL)

# Pages of a role: whoever saves there acts in it.
_ROLE_OF_PATH = {"/host/": Role.HOST, "/curate/": Role.CURATOR, "/admin/": Role.CURATOR}


@contextmanager
def told(
    *, role: str | None = None, why: str | None = None, by: AbstractBaseUser | _Unsaid | None = _Unsaid.UNSAID
) -> Iterator[None]:
    """Write down what is saved meanwhile as changed in this role, for this reason, by this hand.

    What is not given stays as it was told around this. `by` of None is somebody without an
    account, or the site itself; while nobody says, it is whoever is signed in on the page.
    """
    said = {"role": role, "why": why}
    changes: dict[str, Any] = {name: words for name, words in said.items() if words is not None}
    if by is not _Unsaid.UNSAID:
        changes["by"] = by
    token = _telling.set(replace(_telling.get(), **changes))
    try:
        yield
    finally:
        _telling.reset(token)


@contextmanager
def untold() -> Iterator[None]:
    """Write nothing down meanwhile: for made-up listings, and rows that a program sets back."""
    token = _telling.set(_Telling(is_kept=False))
    try:
        yield
    finally:
        _telling.reset(token)


class ToldRow(models.Model):
    """What every row of history says beside the fields: the role in which it was changed."""

    role: "models.CharField[str, str]" = models.CharField(max_length=10, choices=Role, blank=True)

    class Meta:
        abstract = True


class ListingHistory(HistoricalRecords):
    """History of a model without the fields `apart`: private ones, and those a program derives."""

    def __init__(self, *, apart: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(bases=[ToldRow], excluded_fields=[*apart], **kwargs)

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        super().finalize(sender, **kwargs)
        if sender is self.cls:
            models.signals.pre_save.connect(self._write_down_what_was, sender=sender, weak=False)

    def post_delete(self, instance: models.Model, using: str | None = None, **kwargs: Any) -> None:
        if _telling.get().is_kept:
            super().post_delete(instance, using=using, **kwargs)

    def create_historical_record(self, instance: models.Model, history_type: str, using: str | None = None) -> None:
        if not _telling.get().is_kept:
            return
        if history_type == "~":
            last = self._rows(instance).first()
            if last is not None and all(
                getattr(last, field.attname) == getattr(instance, field.attname)
                for field in self.fields_included(instance)
            ):
                return
        super().create_historical_record(instance, history_type, using=using)

    def get_change_reason_for_object(self, instance: models.Model, history_type: str, using: str | None) -> str | None:
        return _telling.get().why or super().get_change_reason_for_object(instance, history_type, using)

    def get_history_user(self, instance: models.Model) -> AbstractBaseUser | None:
        by = _telling.get().by
        return super().get_history_user(instance) if by is _Unsaid.UNSAID else by

    def _write_down_what_was(self, instance: models.Model, raw: bool = False, **kwargs: Any) -> None:
        """Keep the state before the first change by hand, of a listing that has no history yet."""
        if raw or instance._state.adding or not _telling.get().is_kept or self._rows(instance).exists():
            return
        before: Any = type(instance)._base_manager.filter(pk=instance.pk).first()
        if before is None:
            return
        before._history_date = getattr(before, "created_at", None) or getattr(before, "updated_at", None)
        if before._history_date is None:
            del before._history_date
        with told(role="", why="", by=None):
            super().create_historical_record(before, "+")

    def _rows(self, instance: models.Model) -> models.QuerySet:
        rows = getattr(type(instance), self.manager_name)
        # The key of a row of history is its own: the listing's stands beside it.
        return rows.filter(**{instance._meta.pk.attname: instance.pk}).order_by("-history_date", "-history_id")


@receiver(pre_create_historical_record)
def note_the_role(sender: Any, history_instance: Any, **kwargs: Any) -> None:
    """Put the role on a row: as it was said, else that of the page where it was saved."""
    if not issubclass(sender, ToldRow):
        return
    role = _telling.get().role
    request = getattr(HistoricalRecords.context, "request", None)
    if not role and request is not None and history_instance.history_user is not None:
        role = next((role for path, role in _ROLE_OF_PATH.items() if request.path.startswith(path)), "")
    history_instance.role = role
