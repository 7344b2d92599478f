"""How a record reads in the list behind a figure: its deadline, its name, its facts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from gridunion import clock, settings
from gridunion.accounts.models import Posting
from gridunion.complaints.life import ANSWERS, LEFT, MEDIATED, STEPS
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.records import ComplaintEvent
from gridunion.employers.models import Employer
from gridunion.look import day
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.members.transfer import Transfer
from gridunion.rights import ROLES
from gridunion.tree import Unit
from gridunion.visits.due import GONE, DueVisit
from gridunion.visits.models import Visit


@dataclass(frozen=True)
class Shown:
    """One row; without a `href` there is nothing the reader may open. `urge`: the case can be pressed."""

    href: str
    name: str
    topic: str
    facts: list[str]
    due: str = ""
    due_at: datetime | None = None
    face: str = ""
    tags: list[tuple[str, str]] = field(default_factory=list)
    urge: Complaint | None = None


def shown(record: Any) -> Shown:
    return _HOW[type(record)](record)


def against(due_at: datetime, done_at: datetime | None) -> str:
    """How something stands to its deadline: late or early by so many days, as on a calendar."""
    days = (clock.local(done_at or clock.now()).date() - clock.local(due_at).date()).days
    if (done_at or clock.now()) > due_at:
        return str(ngettext("超 %(num)s 天", "超 %(num)s 天", max(days, 1)))
    if done_at is None:
        return str(_("期限"))
    return str(ngettext("早 %(num)s 天", "早 %(num)s 天", -days) if days else _("按时"))


def _case(it: Complaint) -> Shown:
    facts = [_("诉求 %(n)s", n=it.number)]
    if it.answer:
        facts.append(_("回访：%(answer)s", answer=ANSWERS[it.answer]))
    else:
        facts += [it.state_words, it.handler.name if it.handler and it.state != "reopened" else _("没派人")]
    due = it.state_words if it.state in LEFT else _how_late(it)
    urge = it if it.is_open and it.overdue else None
    return Shown(f"/complaints/{it.uid}", it.who, it.topic, facts, due, it.due_at, urge=urge)


def _how_late(it: Complaint) -> str:
    return against(it.due_at, None) if it.is_open else against(it.first_due_at, it.first_resolved_at)


def _word(it: ReplyDue) -> Shown:
    told = _("%(at)s告诉了本人", at=day(it.told_at)) if it.told_at else _("还没告诉本人")
    due, case = against(it.due_at, it.told_at), it.complaint
    if case is None:
        return Shown("", str(_("已移交的诉求")), "", [told], due, it.due_at)
    facts = [_("诉求 %(n)s", n=case.number), told]
    return Shown(f"/complaints/{case.uid}", case.who, case.topic, facts, due, it.due_at)


def _due_visit(it: DueVisit) -> Shown:
    met = _("%(at)s联系上", at=day(it.done_at)) if it.done_at else _("还没联系上")
    met = _("本人不愿见") if it.state == "refused" else met
    due = it.words if it.state in GONE else against(it.due_at, it.done_at)
    if it.whom is None:
        return Shown("", str(_("已转走的会员")), it.topic, [it.unit.name, met], due, it.due_at)
    href = f"/members/{it.whom.uid}" if it.person_id else f"/employers/{it.whom.uid}"
    return Shown(href, it.whom.name, it.topic, [it.unit.name, met], due, it.due_at)


def _person(it: Person) -> Shown:
    hard = [(settings.label("hardship_class", it.hardship_class), "warn")] if it.hardship_class else []
    where = it.employer_name or _("单位没填")
    return Shown(f"/members/{it.uid}", it.name, "", [it.unit.name, where], face=it.name[0], tags=hard)


def _step(it: ComplaintEvent) -> Shown:
    """A step of a case: a call, the end of a mediation."""
    case, ways = it.complaint, ANSWERS | MEDIATED
    said = [str(STEPS[it.step].words), str(ways.get(it.reason or "", "")), day(it.recorded_at)]
    return Shown(
        f"/complaints/{case.uid}", case.who, case.topic, [_("诉求 %(n)s", n=case.number), *filter(None, said)]
    )


def _visit(it: Visit) -> Shown:
    whom = it.person or it.employer
    return Shown(
        f"/visits/{it.uid}",
        whom.name if whom else it.who,
        "",
        [day(it.happened_at), it.words, it.visitor_name],
    )


def _transfer(it: Transfer) -> Shown:
    answer = _("%(at)s答复", at=day(it.decided_at)) if it.decided_at else _("还没答复")
    due = against(it.due_at, it.decided_at)
    return Shown("", it.name, "", [_("%(at)s提出", at=day(it.recorded_at)), answer], due, it.due_at)


def _posting(it: Posting) -> Shown:
    since = _("%(day)s 起", day=day(it.from_on))
    return Shown("", it.account.name, "", [str(ROLES[it.role]), it.unit.name, since], face=it.account.name[0])


def _unit(it: Unit) -> Shown:
    return Shown(f"/status/{it.code}", it.name, "", [_("%(day)s 设立", day=day(it.opened_on))])


def _span(it: Membership) -> Shown:
    """A membership as it was; the person may have gone elsewhere since."""
    since = str(_("%(day)s 起", day=day(it.from_on)))
    if it.person is None:
        return Shown("", str(_("已转走的会员")), "", [it.unit.name, since])
    return Shown(
        f"/members/{it.person.uid}", it.person.name, "", [it.unit.name, since], face=it.person.name[0]
    )


def _employer(it: Employer) -> Shown:
    people = ngettext("%(num)s 人", "%(num)s 人", it.headcount) if it.headcount is not None else _("人数没填")
    state = (settings.label("union_state", it.union_state), "ok" if it.organized else "warn")
    founded = [_("%(day)s建会", day=day(it.founded_on))] if it.founded_on else []
    return Shown(f"/employers/{it.uid}", it.name, "", [it.unit.name, people, *founded], tags=[state])


_HOW: dict[type, Callable[[Any], Shown]] = {
    Complaint: _case, ReplyDue: _word, DueVisit: _due_visit, Person: _person, Membership: _span, Employer: _employer,
    ComplaintEvent: _step, Visit: _visit, Transfer: _transfer, Unit: _unit, Posting: _posting,
}  # fmt: skip
