"""Money in yuan as people write it, kept as whole fen so that every sum is exact."""

import re
from decimal import Decimal

from flask_babel import gettext as _

from gridunion.text import Unacceptable, clean_code

MOST = 10**12  # fen
_AMOUNT = re.compile(r"\d{1,10}(\.\d{1,2})?")


def read(text: str) -> int:
    """The fen of an amount such as 12,300.50 or ￥12300. Raises Unacceptable."""
    said = clean_code(text, ",，¥￥元").rstrip("元")
    if not _AMOUNT.fullmatch(said):
        raise Unacceptable(_("请填金额，最多两位小数，例如 12300.50"))
    return int(Decimal(said) * 100)


def words(fen: int) -> str:
    """12,300.50"""
    return f"{fen // 100:,}.{fen % 100:02}"
