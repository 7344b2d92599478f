"""Whether a search answers exactly what LIKE would answer: the same people in the same order, the same count."""

import re

from gridunion.members.finding import FINDABLE, MOST_FOUND
from gridunion.members.rows import PAGE
from gridunion.names import syllables
from tests.bench.bases import Base
from tests.bench.pages import Browser

ASKED = ("张", "王秀", "欧阳娜", "zh", "wxl", "7", "87", "62087", "wang", "xiul", "快递", "q")
EVERYBODY = """
SELECT lower(p.uid) FROM unit u CROSS JOIN person p ON p.unit_id = u.id
WHERE u.path >= ? AND u.path < ? AND p.status IN ({statuses}) AND ({alike}) ORDER BY p.id"""


def wrong_answers(base: Base, browser: Browser, branch: tuple[str, str]) -> list[str]:
    """The questions on which the product and LIKE do not agree."""
    return [asked for asked in ASKED if _product(browser, asked) != _like(base, branch, asked)]


def _product(browser: Browser, asked: str) -> tuple[int, list[str]]:
    page = browser.post("/members/search", {"q": asked})().decode()
    total = re.search(r'data-total="(\d+)"', page)
    people = re.findall(r'href="/members/([0-9a-f-]{36})"', page)
    return int(total[1]) if total else 0, [uid.replace("-", "") for uid in people]


def _like(base: Base, branch: tuple[str, str], asked: str) -> tuple[int, list[str]]:
    alike = ["p.phone LIKE '%' || ?3"] if asked.isdigit() else ["p.name LIKE '%' || ?3 || '%'"]
    if asked.isascii() and asked.isalpha():
        alike.append("p.initials LIKE '%' || ?3 || '%'")
        alike += ["reads(p.name, ?3)"] if len(asked) > 1 else []
    if len(asked) > 1 and not asked.isdigit():
        alike.append("p.employer_name LIKE '%' || ?3 || '%'")
    statuses = ", ".join(f"'{status}'" for status in FINDABLE)
    sql = (
        EVERYBODY.format(statuses=statuses, alike=" OR ".join(alike))
        .replace("?", "?1", 1)
        .replace("< ?", "< ?2")
    )
    base.raw.create_function("reads", 2, _reads, deterministic=True)
    people = [uid for (uid,) in base.all(sql, *branch, asked)]
    return min(len(people), MOST_FOUND), people[:PAGE]


def _reads(name: str, asked: str) -> bool:
    """The pinyin of the name begins like this, or that of the given name."""
    parts = syllables(name)
    return any("".join(parts[start:]).startswith(asked) for start in range(3))
