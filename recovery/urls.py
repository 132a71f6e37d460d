"""Mounts the pages of each app."""

from django.contrib import admin
from django.urls import include, path

from groups import urls as groups_urls
from meetings import urls as meetings_urls
from meetings.views import private_contacts
from recovery import gallery, languages, views

urlpatterns = [
    path("", views.home, name="home"),
    path("help/", views.help_now, name="help"),
    path("help/lines.json", views.help_lines_data, name="help_lines_data"),
    path("exit/", views.leave, name="exit"),
    path("privacy/", views.privacy, name="privacy"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("language/", languages.choose, name="language"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("account/", include("recovery.accounts.urls")),
    path("admin/", admin.site.urls),
    path("curate/contact/<slug:what>/<slug:subject>/", private_contacts.private_contact, name="private_contact"),
    # The pages of groups are about their meetings: one namespace, mounted from both apps.
    path("", include((groups_urls.urlpatterns + meetings_urls.group_urlpatterns, groups_urls.app_name))),
    path("curate/", include("meetings.urls_curate")),
    path("host/", include("meetings.urls_host")),
    path("", include(meetings_urls)),
]

handler400 = "recovery.views.bad_request"
handler403 = "recovery.views.forbidden"
handler404 = "recovery.views.not_found"
handler500 = "recovery.views.server_error"
