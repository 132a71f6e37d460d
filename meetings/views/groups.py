"""The list of groups and the page of one group."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from meetings import access, group_pages
from meetings.hosting import notice_board
from meetings.views.meetings import tells_of_the_gone


@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    page = group_pages.group_list(request.GET, now=timezone.now())
    return render(
        request,
        "groups/group_list.html",
        {"page": page, "section": "groups", "shows_demo": page.shows_demo},
    )


@require_safe
@tells_of_the_gone
def group_detail(request: HttpRequest, slug: str) -> HttpResponse:
    group = access.get_group(slug)
    now = timezone.now()
    page = group_pages.group_page(group, now=now)
    return render(
        request,
        "groups/group_detail.html",
        {
            "page": page,
            "group": group,
            "notices": notice_board.for_everyone(group, day=now.date()),
            "section": "groups",
            "shows_demo": page.shows_demo,
        },
    )
