"""Who is told about a group's listings by mail: its hosts, else the contact it left."""

from groups.models import Group, HostRole
from meetings import questions


def addresses_of(group: Group) -> list[str]:
    """Return the e-mail addresses that news of the group's listings goes to, [] for none. One query.

    Hosts who want no mail are left out. A group without hosts is told by its contact on record,
    which is the one that also proves a claim; nobody is ever shown either.
    """
    hosts = HostRole.objects.filter(group=group, ended_at=None, user__is_active=True)
    found = list(hosts.order_by("since", "pk").values_list("user__email", "is_asked_by_mail"))
    if found:
        return list(dict.fromkeys(email for email, is_asked in found if email and is_asked))
    address = questions.address_of(group)
    return [address] if address else []
