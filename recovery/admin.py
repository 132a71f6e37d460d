"""Accounts for admins: by address, without a password, with what each keeps.

Secrets of a second factor have no page.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group as PermissionGroup
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from groups.models import CuratorRole, HostRole
from recovery.accounts import second_step, signing_in

for model in (User, PermissionGroup, EmailAddress, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class NewAccountForm(forms.ModelForm):
    """An account is its address: a code sent there opens it."""

    email = forms.EmailField(label=_("e-mail address"))

    class Meta:
        model = User
        fields = ["email"]

    def clean_email(self) -> str:
        address = self.cleaned_data["email"].lower()
        if signing_in.account_of(address) is not None:
            raise forms.ValidationError(_("There is an account with this address."))
        return address

    def save(self, commit: bool = True) -> User:
        self.instance.username = signing_in.new_name()
        self.instance.set_unusable_password()
        return super().save(commit)


class HostRoleInline(admin.TabularInline):
    model = HostRole
    fields = ["group", "came_by", "since", "ended_at"]
    autocomplete_fields = ["group"]
    extra = 0


class CuratorRoleInline(admin.TabularInline):
    model = CuratorRole
    fields = ["is_for_everything", "country", "region", "approach", "fellowship", "source", "ended_at"]
    autocomplete_fields = ["approach", "fellowship", "source"]
    extra = 0


@admin.register(User)
class AccountAdmin(admin.ModelAdmin):
    list_display = ["email", "is_active", "is_staff", "has_second_factor", "date_joined", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email"]
    ordering = ["email", "pk"]
    date_hierarchy = "date_joined"
    fields = ["email", "is_active", "is_staff", "is_superuser", "date_joined", "last_login"]
    readonly_fields = ["email", "date_joined", "last_login"]
    inlines = [CuratorRoleInline, HostRoleInline]
    actions = ["take_second_factors_away"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=second_step.KINDS)
        return super().get_queryset(request).annotate(second_factor=Exists(factors))

    def get_form(self, request: HttpRequest, obj: User | None = None, **kwargs: Any) -> Any:
        return super().get_form(request, obj, **kwargs) if obj else NewAccountForm

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return self.fields if obj else ["email"]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return self.readonly_fields if obj else []

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[Any]:
        return self.inlines if obj else []

    @admin.display(description=_("second factor"), boolean=True)
    def has_second_factor(self, user: User) -> bool:
        return user.second_factor  # type: ignore[attr-defined]

    @admin.action(description=_("Take the second factor away (the device is lost)"))
    def take_second_factors_away(self, request: HttpRequest, accounts: QuerySet[User]) -> None:
        count = accounts.filter(second_factor=True).count()
        Authenticator.objects.filter(user__in=accounts).delete()
        words = ngettext(
            "%(count)d account sets up a second factor anew.", "%(count)d accounts set up a second factor anew.", count
        )
        self.message_user(request, words % {"count": count}, messages.SUCCESS)
