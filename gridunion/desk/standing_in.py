"""Two desks in one hand: whoever stands in for somebody of another role finds their day beside the own."""

from flask import request, url_for
from flask_babel import gettext as _

from gridunion.menu import NOTICES
from gridunion.rights import Viewer

DESKS = {"leader": ("desk.inbox", "see inbox"), "grid_worker": ("desk.today", "see today")}


def other_desk(who: Viewer) -> list[tuple[str, str]]:
    """The desk of somebody the viewer stands in for, unless it is the one they look at."""
    for held in who.postings:
        endpoint, right = DESKS.get(held.role, ("", ""))
        if held.for_name and endpoint not in ("", request.endpoint) and who.can(right):
            name = held.for_name
            words = (
                _("代%(name)s看待办", name=name)
                if held.role == "leader"
                else _("代%(name)s看今日", name=name)
            )
            return [(words, url_for(endpoint))]
    return []


NOTICES.append(other_desk)
