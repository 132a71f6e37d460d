"""Sources, imports, help lines, references, and who keeps what, for staff.

Approaches, fellowships and groups are registered in `meetings.admin`: the finder keeps a copy
of what they say, and must hear of a change.
"""

from typing import Any

from django.contrib import admin
from django.db.models import URLField
from django.http import HttpRequest

from groups.forms import CuratorRoleAdminForm, SourceAdminForm
from groups.models import (
    Claim,
    ContactRead,
    CuratorRole,
    EmergencyNumber,
    FeedReading,
    HelpLine,
    HostInvitation,
    HostRole,
    ImportChange,
    ImportRun,
    Reference,
    Source,
)


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


@admin.register(FeedReading)
class FeedReadingAdmin(ReadOnlyAdmin):
    list_display = ["source", "kind", "state", "asked_at", "asked_by", "ended_at", "error"]
    list_filter = ["state", "kind", "source"]
    list_select_related = ["source", "asked_by"]
    search_fields = ["source__name", "public_id"]
    date_hierarchy = "asked_at"


# ── People ──────────────────────────────────────────────────────────────────


@admin.register(HostRole)
class HostRoleAdmin(admin.ModelAdmin):
    """Who keeps which group. Ending a role keeps the record; deleting is for mistakes."""

    list_display = ["group", "user", "came_by", "since", "ended_at", "is_asked_by_mail"]
    list_filter = ["came_by", ("ended_at", admin.EmptyFieldListFilter), "is_asked_by_mail"]
    list_select_related = ["group", "user"]
    search_fields = ["group__name", "group__slug", "user__email"]
    autocomplete_fields = ["group", "user"]
    date_hierarchy = "since"


@admin.register(CuratorRole)
class CuratorRoleAdmin(admin.ModelAdmin):
    """Who curates which part. Several roles of one person add up; what is filled in narrows one."""

    form = CuratorRoleAdminForm
    list_display = [
        "user", "is_for_everything", "country", "region", "approach", "fellowship", "source", "since", "ended_at",
    ]  # fmt: skip
    list_filter = ["is_for_everything", ("ended_at", admin.EmptyFieldListFilter), "country", "approach", "fellowship"]
    list_select_related = ["user", "approach", "fellowship", "source"]
    search_fields = ["user__email", "country", "region"]
    autocomplete_fields = ["user", "approach", "fellowship", "source"]


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    list_display = ["group", "user", "state", "made_at", "decided_at", "decided_by"]
    list_filter = ["state"]
    list_select_related = ["group", "user", "decided_by"]
    search_fields = ["group__name", "group__slug", "user__email"]
    date_hierarchy = "made_at"


@admin.register(HostInvitation)
class HostInvitationAdmin(ReadOnlyAdmin):
    list_display = ["group", "made_by", "hands_over", "made_at", "expires_at", "taken_at", "revoked_at"]
    list_filter = ["hands_over", ("taken_at", admin.EmptyFieldListFilter), ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["group", "made_by"]
    search_fields = ["group__name", "group__slug"]


@admin.register(ContactRead)
class ContactReadAdmin(ReadOnlyAdmin):
    """Who read a private contact, when and why: for admins to look at, for nobody to change."""

    list_display = ["read_at", "user", "what", "subject", "why"]
    list_filter = ["what"]
    list_select_related = ["user"]
    search_fields = ["subject", "user__email", "why"]
    date_hierarchy = "read_at"
