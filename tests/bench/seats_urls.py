"""The site with one address more: a write as bare as a page can make, to hold keeping a seat against."""

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from groups.identifiers import new_public_id
from recovery import urls


@csrf_exempt
def bare_write(request: HttpRequest) -> HttpResponse:
    """Add one row to the same table of places, under the same lock, and nothing else."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM meetings_occurrence WHERE id = %s FOR UPDATE", [request.GET["occurrence"]])
        cursor.execute(
            "INSERT INTO meetings_rsvp (public_id, occurrence_id, state, reason, created_at, confirmed_at, contact_key,"
            " contact_kind, host_sees_alias, others, language)"
            " VALUES (%s, %s, 'going', '', now(), now(), '', 'none', false, 0, '')",
            [new_public_id(), request.GET["occurrence"]],
        )
    return HttpResponse(status=303, headers={"Location": "/"})


urlpatterns = [*urls.urlpatterns, path("bare-write/", bare_write)]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
