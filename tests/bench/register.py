"""The floor of the one write: somebody is registered by hand, with every statement the product needs for it.

In one BEGIN IMMEDIATE transaction that is on the disk before the answer leaves (synchronous=FULL): who asks, was
this sent before, is somebody known by this number or name, the person, the consent, the membership, the search
row, the figures of the cell, the trail chained by its hash, the receipt. The figures are counted anew from the
cell's records as the product does: those that people decide, each along its index, in a row that still holds.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from gridunion import clock
from gridunion.members.tokens import tokens
from gridunion.names import name_reading
from gridunion.status.periods import WINDOW
from tests.bench.floor import Asked, Floor, Start

SENT = "SELECT id FROM receipt WHERE sender = ? AND key = ?"
CELLS = """
SELECT id, uid FROM unit WHERE path >= ? AND path < ? AND kind = 'cell' AND closed_on IS NULL ORDER BY path"""
SAME_PHONE = """
SELECT id FROM person WHERE phone = ? AND unit_id IN (SELECT id FROM unit WHERE path >= ? AND path < ?) LIMIT 5"""
SAME_NAME = """
SELECT id FROM person WHERE name = ? AND unit_id IN (SELECT id FROM unit WHERE path >= ? AND path < ?) LIMIT 5"""
PERSON = """
INSERT INTO person (uid, version, recorded_at, unit_id, name, reading, initials, phone, share_birthday, key_group,
                    new_form, status, seen_at, recorded_by_id)
VALUES (?, 1, ?, ?, ?, ?, ?, ?, 0, ?, 1, 'applied', ?, ?)"""
CONSENT = """
INSERT INTO consent (uid, version, recorded_at, unit_id, person_id, wording, channel, given_at)
VALUES (?, 1, ?, ?, ?, '2026-11', 'grid_visit', ?)"""
MEMBERSHIP = """
INSERT INTO membership (uid, version, recorded_at, unit_id, person_id, status, from_on, change_type)
VALUES (?, 1, ?, ?, ?, 'applied', ?, '1')"""
ABOVE = "SELECT id FROM unit WHERE path <= ?1 AND substr(?1, 1, length(path)) = path"
SEARCH = "INSERT INTO person_search (rowid, tokens) VALUES (?, ?)"
FIGURES = """
UPDATE standing SET
    members = (SELECT count(*) FROM person WHERE unit_id = standing.unit_id AND status = 'active'),
    applied = (SELECT count(*) FROM person WHERE unit_id = standing.unit_id AND status = 'applied'),
    new_form = (SELECT count(*) FROM person WHERE unit_id = standing.unit_id AND status = 'active' AND new_form = 1),
    people_due = (
        SELECT count(*) FROM person
        WHERE unit_id = standing.unit_id AND status = 'active' AND visit_due_at IS NOT NULL),
    hardship = (
        SELECT count(*) FROM person
        WHERE unit_id = standing.unit_id AND status = 'active' AND hardship_class IS NOT NULL),
    incomplete = (
        SELECT count(*) FROM person WHERE unit_id = standing.unit_id AND status = 'active' AND gaps <> 0),
    gaps = (
        SELECT coalesce(sum(gaps), 0) FROM person
        WHERE unit_id = standing.unit_id AND status = 'active' AND gaps <> 0),
    helped = (
        SELECT count(*) FROM person
        WHERE unit_id = standing.unit_id AND status = 'active' AND hardship_class IS NOT NULL AND EXISTS (
            SELECT 1 FROM visit WHERE person_id = person.id AND voided_at IS NULL
            AND outcome IN ('met', 'phone', 'family')
            AND happened_at >= (SELECT ?2) AND happened_at < (SELECT ?3))),
    last_entry_at = max(
        (SELECT max(recorded_at) FROM person WHERE unit_id = standing.unit_id),
        (SELECT coalesce(max(recorded_at), '') FROM visit WHERE unit_id = standing.unit_id),
        (SELECT coalesce(max(recorded_at), '') FROM complaint WHERE unit_id = standing.unit_id AND sealed = 0))
WHERE unit_id = ?1 AND fresh_until > ?3"""
HEAD, CHAIN = "SELECT hash FROM trail_head WHERE id = 1", "UPDATE trail_head SET hash = ? WHERE id = 1"
TRAIL = """
INSERT INTO trail (at, account_id, actor, action, kind, record_uid, unit_id, detail, hash)
VALUES (?, ?, '', 'create', ?, ?, ?, ?, ?)"""
RECEIPT = """
INSERT INTO receipt (uid, version, recorded_at, sender, key, route, body_sha, status, location, message, kind, undo,
                     then_words, "then")
VALUES (?, 1, ?, ?, ?, 'members.register', ?, 303, ?, '', 'ok', '', '', '')"""
PHONE = re.compile(r"1[3-9][0-9]{9}")


class Refused(Exception):
    """The form is wrong, or somebody like this is known."""


class Register(Floor):
    """The floor with its one write."""

    def __call__(self, environ: Asked, start: Start) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST":
            return super().__call__(environ, start)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.raw.execute("BEGIN IMMEDIATE")
        try:
            location = self._register(environ, form, body)
            self.raw.execute("COMMIT")
        except BaseException:
            self.raw.execute("ROLLBACK")
            raise
        start("303 See Other", [("Location", location), ("Content-Length", "0")])
        return [b""]

    def _register(self, environ: Asked, form: dict[str, str], body: bytes) -> str:
        account, token, lo, hi = self.viewer(environ)
        if not hmac.compare_digest(form["csrf_token"], token) or not PHONE.fullmatch(form["phone"]):
            raise Refused
        sender = f"a:{account}"
        if self.raw.execute(SENT, (sender, form["client_key"])).fetchone():
            raise Refused
        cells = {uid: number for number, uid in self.raw.execute(CELLS, (lo, hi))}
        unit_id = cells[form["unit"]]
        for same, said in ((SAME_PHONE, form["phone"]), (SAME_NAME, form["name"])):
            if self.raw.execute(same, (said, lo, hi)).fetchone() and "distinct" not in form:
                raise Refused
        location = f"/members/{self._store(form, unit_id, account, lo)}"
        sha = hashlib.sha256(body).hexdigest()
        self.raw.execute(RECEIPT, (uuid4().hex, _now(), sender, form["client_key"], sha, location))
        return location

    def _store(self, form: dict[str, str], unit_id: int, account: int, path: str) -> str:
        now, uid = _now(), uuid4().hex
        reading, initials = name_reading(form["name"])
        known = (form["name"], reading, initials, form["phone"], form["key_group"])
        number = self.raw.execute(PERSON, (uid, now, unit_id, *known, now, account)).lastrowid
        agreed, span = uuid4().hex, uuid4().hex
        self.raw.execute(CONSENT, (agreed, now, unit_id, number, now))
        self.raw.execute(MEMBERSHIP, (span, now, unit_id, number, str(clock.today())))
        above = [n for (n,) in self.raw.execute(ABOVE, (path,))]
        found_by = tokens(form["name"], initials, form["phone"], None, above)
        self.raw.execute(SEARCH, (number, " ".join(found_by)))
        since = str(clock.midnight(clock.today() - timedelta(days=WINDOW)).replace(tzinfo=None))
        if self.raw.execute(FIGURES, (unit_id, since, now)).rowcount != 1:
            raise Refused
        told = [
            ("person", uid, known),
            ("consent", agreed, ("grid_visit",)),
            ("membership", span, ("applied",)),
        ]
        self._tell(account, unit_id, told, now)
        return uid

    def _tell(self, account: int, unit_id: int, rows: list[Any], now: str) -> None:
        (head,) = self.raw.execute(HEAD).fetchone()
        for kind, uid, known in rows:
            detail = json.dumps(known, ensure_ascii=False)
            head = hashlib.sha256(f"{head}{now}{uid}{account}{kind}{unit_id}{detail}".encode()).hexdigest()
            self.raw.execute(TRAIL, (now, account, kind, uid, unit_id, detail, head))
        self.raw.execute(CHAIN, (head,))


def _now() -> str:
    return str(datetime.now(UTC).replace(tzinfo=None))
