"""What the worker does without an account, with a receipt number and its code: the steps that are the worker's own."""

from typing import TYPE_CHECKING, Any

from gridunion import clock
from gridunion.complaints import turns
from gridunion.complaints.life import ON_PAGE, OWN, WRITTEN
from gridunion.complaints.turns import OutOfTurn

if TYPE_CHECKING:
    from gridunion.complaints.case import Case

    Base = Case
else:
    Base = object


class Own(Base):
    """The verbs of who asked. None of them needs an account; each is a step of the story without a name."""

    events: Any
    _step: Any
    _write: Any
    _open_again: Any
    withdraw: Any

    def add(self, words: str) -> None:
        """Tell more of the case."""
        self._take_own("add", words=words)

    def rate(self, answer: str, words: str | None = None) -> None:
        """Satisfied, mostly or not, once for each time it was dealt with. Not satisfied opens the case again, for a
        reason, as long as the worker may."""
        self._take_own("rate", words=words, reason=answer)
        self.rating = answer
        if answer == "not_satisfied" and self.may_own("reopen"):
            self.reopen_own(words)

    def reopen_own(self, words: str | None) -> None:
        """Once more, in half the time. Raises OutOfTurn when too late, or for the third time."""
        turns.demand_own(self, "reopen")
        turns.demand_words(words)
        self._open_again(None, words)
        self.spoke_at = clock.now()

    def withdraw_own(self, words: str | None = None) -> None:
        """The worker does not want it any more. Whoever has it hears so."""
        turns.demand_own(self, "withdraw")
        self.withdraw(None, words)
        self.spoke_at = clock.now()

    def see(self) -> None:
        """The worker read on the page what was written there since the last look: it is noted, and counts as told
        where nobody told it otherwise."""
        if (news := self._unseen()) and self.may_own("see"):
            untold = any(event.told is None for event in news)
            self._write("see", None, told=ON_PAGE if untold else None)

    def may_own(self, name: str) -> bool:
        """Whether the worker could take a step now."""
        try:
            turns.demand_own(self, name)
        except OutOfTurn:
            return False
        return True

    def own_steps(self) -> list[str]:
        """What the worker could do now, beside reading."""
        return [name for name in (*OWN, "reopen") if name != "see" and self.may_own(name)]

    def heard(self, by: Any) -> None:
        """Somebody of the union took notice of what the worker did last."""
        self._step("heard", by)

    def _take_own(self, name: str, **said: Any) -> None:
        turns.demand_own(self, name)
        self._write(name, None, **said)
        if name != "rate":
            self.spoke_at = clock.now()

    def _unseen(self) -> list[Any]:
        """What was written for the worker since the last look."""
        looks = [at for at, event in enumerate(self.events) if event.step == "see"]
        since = self.events[looks[-1] + 1 :] if looks else self.events
        return [event for event in since if event.step in WRITTEN]
