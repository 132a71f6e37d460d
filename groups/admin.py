"""Sources, imports, help lines and references for staff.

Approaches, fellowships and groups are registered in `meetings.admin`: the finder keeps a copy
of what they say, and must hear of a change.
"""

from typing import Any

from django.contrib import admin
from django.db.models import URLField
from django.http import HttpRequest

from groups.forms import SourceAdminForm
from groups.models import EmergencyNumber, HelpLine, ImportChange, ImportRun, Reference, Source


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that a program writes: staff look, and do not change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Reference)
class ReferenceAdmin(admin.ModelAdmin):
    list_display = ["key", "address", "kind", "date"]
    list_filter = ["kind"]
    search_fields = ["key", "address", "supports"]


@admin.register(HelpLine)
class HelpLineAdmin(admin.ModelAdmin):
    list_display = ["name", "country", "kind", "order", "is_shown", "confidence", "checked_on"]
    list_filter = ["is_shown", "kind", "country"]
    search_fields = ["name", "key", "note"]


@admin.register(EmergencyNumber)
class EmergencyNumberAdmin(admin.ModelAdmin):
    list_display = ["country", "value"]
    search_fields = ["country"]


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    form = SourceAdminForm
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    list_display = ["name", "format", "programme", "is_active", "is_demo", "last_ok_at", "failing_since"]
    list_filter = ["is_active", "is_demo", "format", "programme"]
    search_fields = ["name", "slug", "address", "owner_name"]
    prepopulated_fields = {"slug": ["name"]}
    autocomplete_fields = ["approach", "fellowship"]
    readonly_fields = ["last_tried_at", "last_ok_at", "failing_since", "last_error", "etag", "last_modified"]


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = [
        "started_at", "source", "outcome", "seen", "created", "updated", "unchanged", "removed", "skipped",
    ]  # fmt: skip
    list_filter = ["outcome", "source"]
    list_select_related = ["source"]
    date_hierarchy = "started_at"


@admin.register(ImportChange)
class ImportChangeAdmin(ReadOnlyAdmin):
    list_display = ["key", "action", "run"]
    list_filter = ["action"]
    list_select_related = ["run__source"]
    search_fields = ["key"]
    show_full_result_count = False
