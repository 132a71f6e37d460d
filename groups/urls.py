"""Pages of approaches, fellowships and groups."""

from django.urls import path

from groups.views import approaches, compare

app_name = "groups"

urlpatterns = [
    path("approaches/", approaches.approach_list, name="approach_list"),
    path("approaches/compare/", compare.compare, name="compare"),
    path("approaches/<slug:slug>/", approaches.approach_detail, name="approach_detail"),
    path("fellowships/<slug:slug>/", approaches.fellowship_detail, name="fellowship_detail"),
]
