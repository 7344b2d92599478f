"""The course of a case: whose step it is, and the story that keeps each one."""

from typing import TYPE_CHECKING, Any, cast

from gridunion import clock
from gridunion.complaints import hands, promises, turns
from gridunion.complaints.case import Case
from gridunion.complaints.hands import held_over
from gridunion.complaints.life import STEPS
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.records import ComplaintEvent
from gridunion.complaints.turns import NotYours, OutOfTurn
from gridunion.db import db
from gridunion.rights import Viewer

if TYPE_CHECKING:
    from gridunion.complaints.models import Complaint


class Course(Case):
    """A case that moves by the table of life.py and in no other way."""

    __abstract__ = True

    # ── whose step it is ──

    def demand(self, name: str, by: Viewer, leaders: set[int] | None = None) -> None:
        """Raises OutOfTurn, NotYours unless the viewer may take a step now."""
        turns.demand(self, name, by, leaders)

    def opening(self, name: str) -> str:
        """The step with which a verb begins: assigning a fresh case accepts it first."""
        return "accept" if name == "assign" and self.state == "registered" else name

    def may(self, name: str, by: Viewer, leaders: set[int] | None = None) -> bool:
        """Whether the viewer could take a step now; pages show only what can be done."""
        try:
            self.demand(self.opening(name), by, leaders)
        except (OutOfTurn, NotYours):
            return False
        return True

    def steps_for(self, by: Viewer) -> list[str]:
        """The steps the viewer could take now."""
        leaders = hands.leaders(self.unit, self.accused, self.id)
        asked = [
            name for name, step in STEPS.items() if step.who not in ("itself", "worker") and name != "close"
        ]
        return [name for name in asked if self.may(name, by, leaders)]

    @property
    def running_promise(self) -> ReplyDue | None:
        """The next word the worker is owed."""
        return promises.running(self)

    # ── the story ──

    def _step(self, name: str, by: Viewer, **said: Any) -> None:
        self.demand(name, by)
        turns.demand_given(self, name, said.get("words"), said.get("told"))
        self._write(name, by, **said)

    def _write(
        self,
        name: str,
        by: Viewer | None,
        words: str | None = None,
        told: str | None = None,
        reason: str | None = None,
    ) -> ComplaintEvent:
        """Append to the story. `by` None: the clock, or somebody without an account."""
        before = "" if name == "register" else self.state
        self.state = STEPS[name].to or self.state
        event = ComplaintEvent(
            step=name, before=before, after=self.state, told=told, reason=reason, sealed=self.sealed
        )
        event.was_due_at = self.due_at if before else None
        event.happened_at, event.words = clock.now(), words
        if by is not None:
            self.spoke_at = self.spoke_at if name == "urge" else None
            event.actor_id, event.actor = by.account_id, by.signs(self.unit.path)
            event.role = self._role_of(by, name)
        event.unit, event.complaint = self.unit, cast("Complaint", self)
        db.session.add(event)
        if told and name != "register":
            promises.keep(self)
        return event

    def _role_of(self, by: Viewer, name: str) -> str:
        """The role in which somebody takes a step."""
        path = self.unit.path
        held = held_over(by, STEPS[name].right, path) or held_over(by, "see complaints", path)
        return held[0].role if held else ""
