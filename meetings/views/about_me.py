"""Everything kept about an address, behind a link that is mailed to it; and a group's answer."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from meetings import about_me as kept_data
from meetings import contacts, languages, limits, posting, questions, rsvp_forms, tokens
from meetings.enums import LinkPurpose
from meetings.views.private import count, open_form, see_other
from meetings.views.rsvps import link_expired


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
def about_me(request: HttpRequest) -> HttpResponse:
    """Ask for the link. The answer is the same for every address."""
    now = timezone.now()
    form = rsvp_forms.AboutMeForm(request.POST if request.method == "POST" else None, now=now)
    if request.method != "POST":
        return render(request, "meetings/about_me.html", {"form": form})
    count(request, limits.ABOUT_ME_FROM_NETWORK, now=now)
    if not form.is_valid():
        return render(request, "meetings/about_me.html", {"form": form}, status=422)
    kind, address = form.address()
    if limits.allows(limits.MAIL_TO_ADDRESS, contacts.match_key(kind, address), now=now):
        posting.send_about_me(kind, address, now=now, language=languages.in_use())
    return see_other("meetings:rsvp_sent")


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
def about_me_kept(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is kept; erase it when the button is pressed."""
    now = timezone.now()
    try:
        link = tokens.find(token, LinkPurpose.ABOUT_ME, now=now)
    except tokens.LinkUnknown:
        return link_expired(request, now=now)
    if request.method == "POST" and request.POST.get("action") == "erase":
        kept_data.erase(link.contact_key, now=now)
        return render(request, "meetings/about_me_kept.html", {"is_erased": True})
    kept = kept_data.kept_under(link.contact_key)
    context = {"kept": kept, "data": kept_data.in_words(kept), "token": token}
    return render(request, "meetings/about_me_kept.html", context)


@open_form
@require_safe
def about_me_download(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    try:
        link = tokens.find(token, LinkPurpose.ABOUT_ME, now=now)
    except tokens.LinkUnknown:
        return link_expired(request, now=now)
    data = kept_data.as_data(kept_data.kept_under(link.contact_key))
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = 'attachment; filename="about-me.json"'
    return response


@open_form
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Let the group answer a question. Neither side sees the other's address."""
    now = timezone.now()
    try:
        link = tokens.find(token, LinkPurpose.ANSWER, now=now)
    except tokens.LinkUnknown:
        return link_expired(request, now=now)
    question = link.question
    context = {"question": question, "words": questions.words_of(question), "can_answer": question.contact is not None}
    form = rsvp_forms.AnswerForm(request.POST if request.method == "POST" else None)
    context["form"] = form
    if request.method == "POST":
        if not form.is_valid():
            return render(request, "meetings/answer.html", context, status=422)
        try:
            questions.answer(question, words=form.cleaned_data["words"], now=now)
        except questions.AlreadyAnswered:
            context["can_answer"] = False
            return render(request, "meetings/answer.html", context, status=409)
        context["is_sent"] = True
    return render(request, "meetings/answer.html", context)
