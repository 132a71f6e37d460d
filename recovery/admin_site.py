"""Django's admin behind our own sign-in: no password, a second factor first, in the site's clothes."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

PASSWORDS = ("password_change", "password_change_done")


class Site(AdminSite):
    site_header = site_title = _("Raw tables")
    index_title = _("Tables")
    enable_nav_sidebar = True

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the sign-in of everybody. Somebody signed in without the right finds nothing here."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.GET.get("next") or "/admin/")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account_logout")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # Nobody has a password.
        return [url for url in super().get_urls() if getattr(url, "name", "") not in PASSWORDS]
