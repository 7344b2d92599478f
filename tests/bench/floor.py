"""The floor: the same pages by hand. A WSGI function, plain SQL, and `%` into a string: nothing can be faster
in this language on this database, and nobody would want to own it.

It is honest where it does what the product does: it knows who asks by the same query on the same cookie, reads
the same rows, counts and badges, escapes what people typed, and sends the product's own markup: what stands
before and after the rows is cut from a page of the product. It leaves out what the house adds: a guard,
templates, forms, rights read from a table, languages, headers, receipts of reads.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from gridunion import clock
from gridunion.keys import KeyRing
from tests.bench.bases import Base

WHO = """
SELECT s.id, s.seen_at, s.until, s.idle_seconds, a.id, a.uid, a.name, a.must_change, p.role, u.id, u.code, u.name,
       u.path, p.until_on
FROM sign_in s JOIN account a ON a.id = s.account_id
LEFT JOIN posting p ON p.account_id = a.id AND p.from_on <= ?1 AND (p.until_on IS NULL OR p.until_on > ?1)
LEFT JOIN unit u ON u.id = p.unit_id
WHERE s.token_hash = ?2 AND a.active = 1 ORDER BY p.id"""

MEMBERS = """
SELECT p.id, p.uid, p.name, p.phone, p.key_group, p.work_status, p.seen_at, p.hardship_class, p.new_form, p.status,
       p.visit_due_at, p.birth_on, p.share_birthday, u.path
FROM unit u JOIN person p ON p.unit_id = u.id
WHERE u.path >= ?1 AND u.path < ?2 AND p.status = 'active' ORDER BY u.path, p.seen_at, p.id LIMIT 21"""

TOTALS = """
SELECT sum(members), sum(people_due), sum(hardship), sum(new_form), sum(applied), sum(overdue)
FROM unit u JOIN standing s ON s.unit_id = u.id WHERE u.path >= ?1 AND u.path < ?2"""

LATE = """
SELECT c.person_id FROM complaint c JOIN unit u ON u.id = c.unit_id
WHERE u.path >= ?1 AND u.path < ?2 AND c.person_id IN (%s) AND c.sealed = 0 AND c.due_at < ?3
AND c.state IN ('registered', 'accepted', 'assigned', 'in_progress', 'reopened')"""

IN_HAND = """
SELECT count(*) FROM complaint WHERE handler_id = ?
AND state IN ('registered', 'accepted', 'assigned', 'in_progress', 'reopened')"""

OVERDUE = """
SELECT count(*) FROM unit u CROSS JOIN complaint c ON c.unit_id = u.id
WHERE u.path >= ?1 AND u.path <= ?2 AND c.sealed = 0 AND c.due_at < ?3
AND c.state IN ('registered', 'accepted', 'assigned', 'in_progress', 'reopened')"""

READY = """
SELECT u.path, u.code, u.name, s.members, s.due, s.on_time, s.overdue, s.oldest_due_at, s.visits_due, s.visits_on_time,
       s.echoes_due, s.echoes_on_time, s.hardship, s.helped, s.employers, s.organized, s.last_entry_at
FROM standing s JOIN unit u ON u.id = s.unit_id WHERE u.path >= ?1 AND u.path < ?2 ORDER BY u.path LIMIT 200"""

MEMBER = """\
<li><div class="cell"><span class="ava" aria-hidden="true">%s</span><span class="main"><a href="/members/%s">%s</a>\
%s<span class="sub"><span>%s</span><span class="vh">，</span><span>%s</span></span></span>
<a class="btn btn-q over" href="tel:%s" aria-label="打电话给%s"><svg class="i" aria-hidden="true">\
<use href="/static/icons.svg?v=dfecff7bf6#i-phone"/></svg></a></div></li>"""

UNIT = """\
<tr><th scope="row"><a class="xpd" href="/status/%s">%s</a></th><td><a href="/status/%s/on_time">%d</a>/%d %d%%</td>\
<td>%d</td><td>%s</td><td><a href="/status/%s/visits_on_time">%d</a>/%d %d%%</td><td><a href="/status/%s/echoes">%d</a>\
/%d %d%%</td><td>%d/%d</td><td>%d/%d</td><td><a href="/status/%s/members">%d</a></td><td>%s</td></tr>"""

Start = Callable[[str, list[tuple[str, str]]], Any]
Asked = dict[str, Any]


class NotIn(Exception):
    """Nobody is signed in with this cookie."""


class Floor:
    """The whole site by hand: three pages and one write."""

    def __init__(self, base: Base, list_page: str, board_page: str) -> None:
        self.raw, self.secret, self.ring = (
            base.raw,
            base.site.secret_key,
            base.site.extensions["gridunion.keys"],
        )
        self.labels = dict(
            self.raw.execute("SELECT code, label_zh FROM code WHERE list IN ('key_group', 'work_status')")
        )
        self.list_head, self.list_foot = _cut(list_page, r"<li><div.*</div></li>")
        self.board_head, self.board_foot = _cut(board_page, r"<tr><th scope=\"row\">.*</tr>(?=\s*</tbody>)")

    def __call__(self, environ: Asked, start: Start) -> Iterable[bytes]:
        pages = {"/members/": self.members, "/status/": self.board}
        body = pages[environ["PATH_INFO"]](environ).encode()
        start("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))])
        return [body]

    def viewer(self, environ: Asked) -> tuple[int, str, str, str]:
        """(account, token for forms, the two ends of the branch)."""
        cookie = environ["HTTP_COOKIE"].partition("gu=")[2]
        now = datetime.now(UTC).replace(tzinfo=None)
        given = (str(clock.today()), hashlib.sha256(cookie.encode()).hexdigest())
        for _id, seen_at, until, idle, account, *_rest, _code, _name, path, _until in self.raw.execute(
            WHO, given
        ):
            if now > datetime.fromisoformat(until) or now - datetime.fromisoformat(seen_at) > timedelta(
                seconds=idle
            ):
                break
            return account, self.token(cookie), path, f"{path[:-1]}0"
        raise NotIn

    def token(self, cookie: str) -> str:
        return hmac.digest(self.secret, cookie.encode(), "sha256").hex()

    def members(self, environ: Asked) -> str:
        account, token, lo, hi = self.viewer(environ)
        rows = self.raw.execute(MEMBERS, (lo, hi)).fetchall()
        ids = [row[0] for row in rows[:20]]
        counts = self.raw.execute(TOTALS, (lo, hi)).fetchone()
        now = str(datetime.now(UTC).replace(tzinfo=None))
        late = {n for (n,) in self.raw.execute(LATE % ",".join(map(str, ids)), (lo, hi, now))}
        in_hand = self.raw.execute(IN_HAND, (account,)).fetchone()[0]
        today = clock.today()
        shown = "\n".join([self._member(row, today, late) for row in rows[:20]])
        after = _after(self.ring, rows[19]) if len(rows) > 20 else ""
        return (
            self.list_head % {"token": token}
            + shown
            + self.list_foot % {"token": token}
            + f"{counts}{in_hand}{after}"
        )

    def _member(self, row: Any, today: Any, late: set[int]) -> str:
        (
            number,
            uid,
            name,
            phone,
            group,
            work,
            seen_at,
            hardship,
            new_form,
            status,
            due,
            born,
            greeted,
            _path,
        ) = row
        said = escape(name)
        days = (today - (datetime.fromisoformat(seen_at) + timedelta(hours=8)).date()).days
        seen = (
            f'<b class="c-warn">{days} 天没联系</b>'
            if days > 60
            else f"{days} 天前联系过"
            if days
            else "今天联系过"
        )
        tags = (
            (' <span class="tag tag-warn">困难</span>' if hardship else "")
            + (' <span class="tag tag-act">待审批</span>' if status == "applied" else "")
            + (' <span class="tag tag-warn">该走访</span>' if due else "")
            + (' <span class="tag tag-act">新就业</span>' if new_form else "")
            + (
                ' <span class="tag">今天生日</span>'
                if greeted and born and born[5:] == str(today)[5:]
                else ""
            )
            + (' <span class="tag tag-bad">诉求超期</span>' if number in late else "")
        )
        words = self.labels.get(group) or self.labels.get(work) or "工作没填"
        address = f"{uid[:8]}-{uid[8:12]}-{uid[12:16]}-{uid[16:20]}-{uid[20:]}"
        return MEMBER % (name[0], address, said, tags, words, seen, phone, said)

    def board(self, environ: Asked) -> str:
        """Two hundred ready rows, as many figures a row as the product's board has; in the menu, what is overdue
        in these two hundred units."""
        _account, token, lo, hi = self.viewer(environ)
        rows = self.raw.execute(READY, (lo, hi)).fetchall()
        now = str(datetime.now(UTC).replace(tzinfo=None))
        overdue = self.raw.execute(OVERDUE, (lo, rows[-1][0], now)).fetchone()[0]
        shown = "\n".join([_unit(*row) for _path, *row in rows])
        return self.board_head % {"token": token} + shown + self.board_foot % {"token": token} + f"{overdue}"


def _after(ring: KeyRing, row: Any) -> str:
    """The address of the next page, twice: for a browser without scripts, and for htmx."""
    place = ring.encrypt(f'["{row[-1]}","{row[6]}+00:00",{row[0]}]', "bookmark.members").rstrip("=")
    address = f"/members/?show=all&after={place}"
    return f'href="{escape(address)}" hx-get="{escape(address)}"'


def _unit(
    code: str, name: str, members: int, due: int, on_time: int, overdue: int, oldest: str | None, visits: int,
    visited: int, echoes: int, echoed: int, hardship: int, helped: int, employers: int, organized: int,
    latest: str | None,
) -> str:  # fmt: skip
    return UNIT % (
        code, escape(name), code, on_time, due, 100 * on_time // (due or 1), overdue, (oldest or "")[:10],
        code, visited, visits, 100 * visited // (visits or 1), code, echoed, echoes, 100 * echoed // (echoes or 1),
        helped, hardship, organized, employers, code, members, (latest or "")[:16],
    )  # fmt: skip


def _cut(page: str, rows: str) -> tuple[str, str]:
    """What stands before and after the rows of a page of the product, as `%` templates."""
    found = re.search(rows, page, re.S)
    assert found, "the page of the product has no rows"
    return _template(page[: found.start()]), _template(page[found.end() :])


def _template(text: str) -> str:
    return re.sub(r'(name="csrf_token" value=")[^"]+', r"\1%(token)s", text.replace("%", "%%"))
