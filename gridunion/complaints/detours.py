"""The detours of a case: given back, waiting, in mediation, sent elsewhere, put together with another one.

While it waits the clock stands still; `wait_until` says for how long at most.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import select

from gridunion import calendar, clock, settings
from gridunion.complaints import hands, promises, readers, turns
from gridunion.complaints.course import Course
from gridunion.complaints.life import BY_CLOCK, ON_PAGE, STEPS
from gridunion.complaints.turns import OutOfTurn
from gridunion.db import db
from gridunion.deadlines import Days
from gridunion.look import day
from gridunion.rights import Viewer
from gridunion.tree import everywhere

if TYPE_CHECKING:
    from gridunion.complaints.models import Complaint

ALARMS: list[str | None] = [None, *BY_CLOCK.values()]


class Detours(Course):
    """What may become of a case on its way."""

    __abstract__ = True

    def give_back(self, by: Viewer, words: str) -> None:
        """It came to the wrong hand: the leader gives it out anew. Once, and soon after it was given."""
        self._step("give_back", by, words=words)
        self._let_go()

    def escalate(self, by: Viewer, words: str) -> None:
        """The community cannot settle it: from here on the street decides."""
        self._step("escalate", by, words=words)
        self.escalated_at = clock.now()
        self._let_go()
        readers.let_judges_read(self)

    def _let_go(self) -> None:
        self.handler = self.handler_id = None

    # ── the clock stands still ──

    def pause(self, by: Viewer, words: str, told: str | None) -> None:
        """The worker has to bring something, and was told what."""
        self._step("pause", by, words=words, told=told)
        promises.stand_still(self, promises.workdays_on(self, STEPS["pause"].limit))

    def resume(self, by: Viewer | None, words: str | None = None) -> None:
        """What was waited for came; `by` None: the time is over."""
        if by is None:
            self._write("resume", None).happened_at = self.wait_until or clock.now()
        else:
            self._step("resume", by, words=words)
        promises.run_on(self)

    def refer(self, by: Viewer, to: str, words: str, told: str | None, number: str | None = None) -> None:
        """Somebody else works on it now; the union asks again and again how it goes."""
        self._step("refer", by, words=words, told=told, reason=to)
        self.referred_to, self.referred_number = to, number
        promises.stand_still(self, promises.workdays_on(self, STEPS["review"].limit))

    def review(self, by: Viewer, words: str, told: str | None = None) -> None:
        """How it goes there; in three weeks somebody asks again."""
        self._step("review", by, words=words, told=told)
        promises.run_on(self)
        promises.stand_still(self, promises.workdays_on(self, STEPS["review"].limit))

    def heed_the_clock(self) -> None:
        """Write down what came to pass by itself; what is written already stays as it is."""
        now = clock.now()
        if self.state == "awaiting_worker" and self.wait_until and self.wait_until < now:
            self.resume(None)
        for step, at in (("remind", self.remind_at), ("overdue", self.due_at), ("raise", self.street_at)):
            if at < now and ALARMS.index(BY_CLOCK[step]) > ALARMS.index(self.alarm):
                self._write(step, None).happened_at = at
                self.alarm = BY_CLOCK[step]

    def recount(self, edit: str, first: date, was: Days, now: Days) -> None:
        """Holidays were entered, from a day to come on: as many working days as were promised, on the new calendar.
        Once for each edit; and not what was counted after it."""
        begin = ("resolve", "confirm") if self.state == "resolved" else ("register", "reopen")
        begun = [event.recorded_at for event in self.events if event.step in begin]
        done = any(event.step == "recount" and event.reason == edit for event in self.events)
        if done or begun[-1] > datetime.fromisoformat(edit):
            return
        before, due_at = self._limits(), self.due_at
        promises.recount(self, first, was, now)
        moved = [words % {"day": day(at)} for (words, at), old in zip(self._limits(), before, strict=True)
                 if at and (words, at) != old]  # fmt: skip
        if moved:
            self._write("recount", None, words=moved[0], reason=edit).was_due_at = due_at

    def _limits(self) -> list[tuple[str, datetime | None]]:
        """What a calendar may move, the weightiest first, and how its new day is told."""
        owed = promises.running(self)
        return [
            (_("改到 %(day)s 前回访"), self.call_due_at),
            (_("改到 %(day)s 前办结"), self.due_at),
            (_("最迟等到 %(day)s"), self.wait_until),
            (_("改到 %(day)s 前给本人回音"), owed.due_at if owed else None),
            (_("改到 %(day)s 前受理"), self.accept_due_at),
        ]

    # ── mediation ──

    def mediate(self, by: Viewer, words: str, told: str | None, known_on: date | None = None) -> None:
        """Both sides come together; no agreement in 15 days opens the way to arbitration
        (劳动争议调解仲裁法 第十二、十四条)."""
        self._step("mediate", by, words=words, told=told)
        self.mediated_on, self.known_on = clock.today(), known_on or self.known_on
        days = settings.value(STEPS["mediate"].limit, self.unit.path)
        promises.stand_still(self, calendar.after_days(clock.now(), days, self.unit.path))

    def minutes(self, by: Viewer, words: str, told: str | None = None) -> None:
        """What was said at a meeting."""
        self._step("minutes", by, words=words, told=told)

    def end_mediation(self, by: Viewer, result: str, words: str, told: str | None) -> None:
        """With the terms of the agreement, or with the worker told of arbitration."""
        self._step("end_mediation", by, words=words, told=told, reason=result)
        promises.run_on(self)

    # ── more time ──

    def extend(self, by: Viewer, days: int, words: str, told: str | None) -> None:
        """More working days, for a reason the worker was told. On time is judged by the first limit all the same."""
        self.demand("extend", by)
        most = turns.longest_extension(self)
        if not 0 < days <= most:
            raise OutOfTurn(_("这次最多延 %(n)s 个工作日", n=most))
        self._step("extend", by, words=words, told=told, reason=str(days))
        promises.set_due(self, calendar.moved(self.due_at, days))

    # ── two cases about one thing ──

    def merge(self, by: Viewer, main: "Complaint", told: str | None) -> None:
        """It goes on in another case; who asked hears of every answer given there."""
        self.demand("merge", by)
        if main.id == self.id or not main.is_open or main.accepted_at is None or main.sealed:
            raise OutOfTurn(_("只能并到一件已受理、没办完的诉求里"))
        if not main.unit.path.startswith(self.community):
            raise OutOfTurn(_("只能和本社区的诉求并案"))
        if main.handler and not hands.can_tell(main.handler, self):
            name = main.handler.name
            raise OutOfTurn(_("%(name)s不管这个网格或要回避，并过去就没人告知本人了", name=name))
        self.main = main
        self._step("merge", by, words=main.code, told=told)
        self.closed_at = clock.now()

    def separate(self, by: Viewer) -> None:
        """On its own again, on the clock that never stopped."""
        self._step("separate", by)
        self._stand_alone()

    def _stand_alone(self) -> None:
        self.main = self.merged_into_id = self.closed_at = None
        self.accepted_at = self.accepted_at or clock.now()
        self._let_go()
        promises.promise(self)

    def _inform(self, also: Iterable["Complaint"], by: Viewer, words: str, told: str | None) -> None:
        """Those whose cases went into this one were told the same."""
        for case in also:
            case._write("inform", by, words=words, told=told)

    def demand_all_told(self, also: Iterable["Complaint"]) -> None:
        """Raises OutOfTurn while somebody whose case went into this one does not know the result."""
        self._demand_seen()
        known = {case.id for case in also}
        left = [case.who for case in self.joined if case.can_be_told and case.id not in known]
        if left:
            raise OutOfTurn(_("并进来的%(names)s还没告知，告知后再办结", names=_("、").join(left)))

    def _demand_seen(self) -> None:
        """Raises OutOfTurn while the viewer does not see all that went into this case: nobody there is forgotten."""
        seen = {case.id for case in self.joined}
        if any(case.id not in seen for case in self.parts()):
            raise OutOfTurn(_("并进来的有一件你看不到，先请主席或街道拆开单办，或改派"))

    def parts(self) -> list["Complaint"]:
        """All cases that went into this one, also those the viewer keeps away from or does not see."""
        into = select(type(self)).where(type(self).merged_into_id == self.id).order_by(type(self).id)
        with everywhere():
            return list(db.session.scalars(into))

    # ── an end without a result ──

    def withdraw(self, by: Viewer | None, words: str | None) -> None:
        """Who asked takes it back, `by` None: without an account; what went into this case stands alone again."""
        if by is None:
            self._write("withdraw", None, words=words, told=ON_PAGE)
        else:
            self.demand("withdraw", by)
            self._demand_seen()
            self._step("withdraw", by, words=words)
        self.closed_at, self.wait_until = clock.now(), None
        promises.keep(self)  # who takes it back was spoken with
        for case in list(self.joined):
            case._write("separate", by)
            case._stand_alone()
