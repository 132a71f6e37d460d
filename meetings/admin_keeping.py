"""What hosts, curators and visitors said of listings, for staff to look at. Nothing in it names a visitor."""

from django.contrib import admin

from groups.admin import ReadOnlyAdmin
from meetings.models import (
    Confirmation,
    Decision,
    FormerAddress,
    HeadCount,
    Notice,
    Report,
    SuggestedValue,
    Suggestion,
    Twins,
)


@admin.register(Confirmation)
class ConfirmationAdmin(ReadOnlyAdmin):
    list_display = ["meeting", "said_at", "role", "how", "is_true"]
    list_filter = ["role", "how", "is_true"]
    list_select_related = ["meeting"]
    search_fields = ["meeting__name", "meeting__slug"]
    date_hierarchy = "said_at"
    show_full_result_count = False


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ["meeting", "kind", "role", "state", "made_at", "decided_at"]
    list_filter = ["state", "kind", "role"]
    list_select_related = ["meeting"]
    search_fields = ["meeting__name", "meeting__slug", "public_id"]
    date_hierarchy = "made_at"


class SuggestedValueInline(admin.TabularInline):
    model = SuggestedValue
    can_delete = False
    extra = 0
    max_num = 0


@admin.register(Suggestion)
class SuggestionAdmin(ReadOnlyAdmin):
    """Suggestions are decided at the curator's desk. Their senders' contacts are read there, for a reason."""

    list_display = ["kind", "group", "meeting", "role", "state", "sent_at", "answer_by"]
    list_filter = ["state", "kind", "role"]
    list_select_related = ["group", "meeting"]
    search_fields = ["group__name", "meeting__name", "public_id"]
    inlines = [SuggestedValueInline]
    date_hierarchy = "sent_at"


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["title", "kind", "role", "made_by", "made_at", "undone_at"]
    list_filter = ["kind", "role", ("undone_at", admin.EmptyFieldListFilter)]
    list_select_related = ["made_by"]
    search_fields = ["title", "subject", "public_id"]
    date_hierarchy = "made_at"


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    list_display = ["group", "text", "first_on", "last_on", "taken_down_at"]
    list_filter = [("taken_down_at", admin.EmptyFieldListFilter)]
    list_select_related = ["group"]
    search_fields = ["group__name", "text"]
    autocomplete_fields = ["group"]
    date_hierarchy = "first_on"


@admin.register(HeadCount)
class HeadCountAdmin(ReadOnlyAdmin):
    list_display = ["occurrence", "people", "counted_at"]
    list_select_related = ["occurrence__meeting"]
    search_fields = ["occurrence__meeting__name"]


@admin.register(FormerAddress)
class FormerAddressAdmin(admin.ModelAdmin):
    list_display = ["slug", "meeting", "group", "since"]
    list_select_related = ["meeting", "group"]
    search_fields = ["slug", "meeting__name", "group__name"]
    autocomplete_fields = ["meeting", "group"]


@admin.register(Twins)
class TwinsAdmin(ReadOnlyAdmin):
    list_display = ["one", "other", "likeness", "state", "found_at", "decided_at"]
    list_filter = ["state"]
    list_select_related = ["one", "other"]
    search_fields = ["one__name", "other__name"]
