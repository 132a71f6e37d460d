"""Addresses that speak about one message: stop, answer, report; and what one machine shows of its own.

Opening a link changes nothing: each page has a button. The one POST without a page is the one
a mail program makes for its reader (RFC 8058).
"""

from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings import limits
from meetings import reports as found_wrong
from meetings.channels import outbox
from meetings.enums import StopReason, TookPlace
from meetings.models import OutgoingMessage, StoppedAddress
from meetings.reminders import after, consent, reports, signing
from meetings.views.private import count, open_form, secret
from meetings.views.rsvps import link_expired
from recovery import views as plain


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def messages_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop all messages to the address a message went to, or allow them again.

    Needs no cookie and no referrer: a mail program presses for its reader.
    """
    now = timezone.now()
    message = _message("stop", token)
    if message is None or not message.recipient_key:
        return _unknown(request)
    is_allowed_again = False
    if request.method == "POST":
        if request.POST.get("action") == "allow":
            consent.allow(message.recipient_key, now=now, reasons=[StopReason.BY_PERSON])
            is_allowed_again = True
        else:
            consent.stop(message.recipient_key, now=now)
    stopped = StoppedAddress.objects.filter(contact_key=message.recipient_key).first()
    context = {"stopped": stopped, "is_allowed_again": is_allowed_again}
    return secret(render(request, "meetings/messages_stop.html", context))


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
def after_date(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether a date took place. The answer is kept without who gave it, once."""
    now = timezone.now()
    message = _message("after", token)
    if message is None or message.occurrence is None:
        return _unknown(request)
    if request.method == "POST":
        count(request, limits.PLACE_FROM_NETWORK, now=now)
        said = request.POST.get("answer", "")
        if said not in TookPlace.values:
            return render(request, "meetings/after.html", {"choices": TookPlace.choices}, status=422)
        after.take_answer(message, TookPlace(said), now=now, device=found_wrong.device_key(request))
        message.refresh_from_db(fields=["answer"])
    context = {"choices": TookPlace.choices, "is_answered": after.is_answered(message)}
    return render(request, "meetings/after.html", context)


# ── What providers tell us ──────────────────────────────────────────────────


@csrf_exempt
@require_POST
def text_came_in(request: HttpRequest) -> HttpResponse:
    """Take a text message to our number: STOP, START and HELP are answered, nothing else is read.

    Signed by the provider, else 403. The number is not kept.
    """
    came = reports.text_message(request.body, request.headers, request.POST)
    if came is None:
        return HttpResponse(status=403)
    reply = reports.answer_text(came, now=timezone.now())
    if came.wants_xml:
        return render(request, "emails/reply.xml", {"reply": reply}, content_type="text/xml")
    return JsonResponse({"reply": reply})


@csrf_exempt
@require_POST
def mail_came_back(request: HttpRequest) -> HttpResponse:
    """Take a delivery report as it arrived by mail. Signed with `WEBHOOK_KEY`, else 403."""
    if not reports.is_signed(request.body, request.headers.get("X-Signature", "")):
        return HttpResponse(status=403)
    stopped = reports.take_delivery_report(request.body, now=timezone.now())
    return JsonResponse({"stopped": stopped})


# ── Notifications, and a machine of one's own ───────────────────────────────


@require_safe
@cache_control(max_age=0)
def notifications_worker(request: HttpRequest) -> HttpResponse:
    """Give the one worker of the site: it shows notifications, and pages kept on a device without a network.

    At an address whose reach is the whole site, where a browser allows one worker and no more.
    """
    parts = []
    for name in ("js/notifications_worker.js", "js/offline_worker.js"):
        path = finders.find(name)
        if path is None:
            raise Http404
        parts.append(Path(path).read_text(encoding="utf-8"))
    return HttpResponse("\n".join(parts), content_type="text/javascript; charset=utf-8")


@require_safe
def outbox_list(request: HttpRequest) -> HttpResponse:
    """Show what would have gone, on a machine that sends nothing."""
    if not settings.SHOWS_OUTBOX:
        raise Http404
    return secret(render(request, "meetings/outbox.html", {"kept": outbox.kept()}))


def _message(purpose: str, token: str) -> OutgoingMessage | None:
    try:
        message_id = signing.opened(purpose, token)
    except signing.BadSignature:
        return None
    return OutgoingMessage.objects.select_related("occurrence").filter(public_id=message_id).first()


def _unknown(request: HttpRequest) -> HttpResponse:
    try:
        return secret(link_expired(request, now=timezone.now()))
    except limits.TooMany as refused:
        return plain.too_many_requests(request, retry_after=refused.retry_after)
