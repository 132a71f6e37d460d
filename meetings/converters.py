"""Parts of addresses that are more than words. Importing this makes them known: once, for all lists of addresses."""

from datetime import date

from django.urls import register_converter


class DateConverter:
    """A date as 2026-12-01. One that no calendar has is no page."""

    regex = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DateConverter, "date")
