"""Who may keep what: hosts of groups, curators of a part of the catalogue, admins. Asked here and nowhere else.

Several curator roles of one person add up; what is filled in within one role narrows it. An
admin curates everything. A group is of a region when one of its meetings takes place there.

What somebody may not see answers as if it were not there (404): that a listing exists as a
draft, or who keeps it, is nobody's business. The second factor of staff is asked for by
`recovery.middleware.SecondStep`, before any view.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from groups.models import CuratorRole, Group, HostRole, Source

AnyUser = AbstractBaseUser | AnonymousUser
View = Callable[..., HttpResponse]


# ── Hosts ───────────────────────────────────────────────────────────────────


def groups_hosted_by(user: AnyUser) -> QuerySet[Group]:
    """Return the groups this person hosts now, in whatever state they are. None for somebody not signed in."""
    if not _is_somebody(user):
        return Group.objects.none()
    return Group.objects.filter(Exists(HostRole.objects.filter(group=OuterRef("pk"), user=user, ended_at=None)))


def hosts_of(group: Group) -> QuerySet[User]:
    """Return the people who host the group now, the longest first."""
    return User.objects.filter(
        is_active=True, host_roles__group=group, host_roles__ended_at=None
    ).order_by("host_roles__since", "pk")  # fmt: skip


def may_host(user: AnyUser, group: Group) -> bool:
    """Tell whether this person hosts the group now. One query."""
    return _is_somebody(user) and HostRole.objects.filter(group=group, user=user, ended_at=None).exists()


def get_hosted_group(user: AnyUser, slug: str) -> Group:
    """Return the group with this slug, with approach, fellowship and source, for one of its hosts.

    Raises Http404 for anybody else. One query.
    """
    group = groups_hosted_by(user).select_related("approach", "fellowship", "source").filter(slug=slug).first()
    if group is None:
        raise Http404
    return group


# ── Curators ────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Scope:
    """The part of the catalogue somebody curates. False when it is none."""

    is_everything: bool = False
    roles: tuple[CuratorRole, ...] = ()

    def __bool__(self) -> bool:
        return self.is_everything or bool(self.roles)

    def groups(self) -> QuerySet[Group]:
        """Return the groups in it, in whatever state they are."""
        return Group.objects.filter(self.of_groups())

    def sources(self) -> QuerySet[Source]:
        """Return the feeds in it: those of the source, approach, fellowship or whole country of a role."""
        return Source.objects.filter(self.any_of(_of_source))

    def of_groups(self) -> Q:
        """Return the condition on groups."""
        return self.any_of(_of_group)

    def covers(
        self,
        *,
        country: str = "",
        region: str = "",
        approach_id: int | None = None,
        fellowship_id: int | None = None,
        source_id: int | None = None,
    ) -> bool:
        """Tell whether something of these facts, such as a proposed group, would be in it.

        What is left out counts as not known, and no role that asks for it covers it.
        """
        return self.is_everything or any(
            role.country in ("", country)
            and role.region in ("", region)
            and role.approach_id in (None, approach_id)
            and role.fellowship_id in (None, fellowship_id)
            and role.source_id in (None, source_id)
            for role in self.roles
        )

    def any_of(self, condition: Callable[[CuratorRole], Q]) -> Q:
        """Return what is in it, from the condition of one role."""
        if self.is_everything:
            return Q()
        # Nothing is in a scope without roles.
        found = Q(pk__in=[])
        for role in self.roles:
            found |= condition(role)
        return found


NOTHING = Scope()
EVERYTHING = Scope(is_everything=True)


def is_admin(user: AnyUser) -> bool:
    """Tell whether this person keeps the whole site: roles, raw tables, everything a curator may."""
    return _is_somebody(user) and bool(user.is_superuser)  # type: ignore[union-attr]


def curator_of(user: AnyUser) -> Scope:
    """Return what this person curates now. One query, none for admins and for nobody."""
    if is_admin(user):
        return EVERYTHING
    if not _is_somebody(user):
        return NOTHING
    roles = tuple(CuratorRole.objects.filter(user=user, ended_at=None).order_by("pk"))
    return EVERYTHING if any(role.is_for_everything for role in roles) else Scope(roles=roles)


def is_curator(user: AnyUser) -> bool:
    """Tell whether this person curates anything."""
    return bool(curator_of(user))


def curated_groups(user: AnyUser) -> QuerySet[Group]:
    """Return the groups this person curates, in whatever state they are."""
    return curator_of(user).groups()


def curated_sources(user: AnyUser) -> QuerySet[Source]:
    """Return the feeds this person curates."""
    return curator_of(user).sources()


def may_curate(user: AnyUser, group: Group) -> bool:
    """Tell whether the group is in this person's part. Two queries at most."""
    return curated_groups(user).filter(pk=group.pk).exists()


def may_keep(user: AnyUser, group: Group) -> bool:
    """Tell whether this person may change the listing: one of its hosts, or its curator."""
    return may_host(user, group) or may_curate(user, group)


def get_curated_group(user: AnyUser, slug: str) -> Group:
    """Return the group with this slug, with approach, fellowship and source, for a curator of it.

    Raises Http404 for anybody else, a curator elsewhere included.
    """
    group = curated_groups(user).select_related("approach", "fellowship", "source").filter(slug=slug).first()
    if group is None:
        raise Http404
    return group


def get_curated_source(user: AnyUser, slug: str) -> Source:
    """Return the feed with this slug for a curator of it. Raises Http404 for anybody else."""
    source = curated_sources(user).select_related("approach", "fellowship").filter(slug=slug).first()
    if source is None:
        raise Http404
    return source


# ── Whole pages ─────────────────────────────────────────────────────────────


def for_members(view: View) -> View:
    """Let a view be reached by people who are signed in; others are led to signing in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_somebody(request.user):
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def for_curators(view: View) -> View:
    """Let a view be reached by curators, and give it their part as `request.scope`.

    Somebody not signed in is led to signing in; for everybody else there is no such page (404).
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_somebody(request.user):
            return redirect_to_login(request.get_full_path())
        scope = curator_of(request.user)
        if not scope:
            raise Http404
        request.scope = scope  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded


def for_admins(view: View) -> View:
    """Let a view be reached by admins alone, as `for_curators` does for curators."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _is_somebody(request.user):
            return redirect_to_login(request.get_full_path())
        if not is_admin(request.user):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _is_somebody(user: AnyUser) -> bool:
    return user.is_authenticated and user.is_active


def _of_group(role: CuratorRole) -> Q:
    found = Q()
    if role.country:
        found &= Q(pk__in=Group.objects.filter(**of_place(role, "meetings__venue__")).values("pk"))
    if role.approach_id:
        found &= Q(approach=role.approach_id)
    if role.fellowship_id:
        found &= Q(fellowship=role.fellowship_id)
    if role.source_id:
        found &= Q(source=role.source_id) | Q(pk__in=Group.objects.filter(meetings__source=role.source_id).values("pk"))
    return found


def _of_source(role: CuratorRole) -> Q:
    # A feed is no region's: it may reach beyond it.
    if role.region:
        return Q(pk__in=[])
    found = Q()
    if role.country:
        found &= Q(country=role.country)
    if role.approach_id:
        found &= Q(approach=role.approach_id) | Q(fellowship__approach=role.approach_id)
    if role.fellowship_id:
        found &= Q(fellowship=role.fellowship_id)
    if role.source_id:
        found &= Q(pk=role.source_id)
    return found


def of_place(role: CuratorRole, prefix: str) -> dict[str, str]:
    """Return the filter of venues by the role's country and region."""
    found = {f"{prefix}country": role.country}
    if role.region:
        found[f"{prefix}region"] = role.region
    return found
