"""Mounts the pages of each app."""

from django.contrib import admin
from django.urls import include, path

from recovery import views

urlpatterns = [
    path("", views.home, name="home"),
    path("help/", views.help_now, name="help"),
    path("help/lines.json", views.help_lines_data, name="help_lines_data"),
    path("exit/", views.leave, name="exit"),
    path("privacy/", views.privacy, name="privacy"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("", include("groups.urls")),
    path("", include("meetings.urls")),
]

handler400 = "recovery.views.bad_request"
handler403 = "recovery.views.forbidden"
handler404 = "recovery.views.not_found"
handler500 = "recovery.views.server_error"
