"""What people write in a column of choices, and the code it stands for."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _

from gridunion import settings
from gridunion.cells import cell_text
from gridunion.peoples import PEOPLES
from gridunion.text import Unacceptable, clean_code

NOTHING = frozenset({"", "无", "/", "-", "—", "否", "暂无", "不详", "未知", "未说明"})
MOST_SHOWN = 12

# 汉, 汉族 and 01 are one.
ETHNICITIES = {
    said: name for name, _zh, _en, tags in PEOPLES for said in (name, name.removesuffix("族"), tags["gb"])
}

# Other words for the same thing, as older templates and other systems write them.
SYNONYMS: dict[str, dict[str, str | None]] = {
    # GB/T 2261.1: 0 unknown, 9 not said.
    "sex": {"1": "male", "2": "female", "男性": "male", "女性": "female", "0": None, "9": None},
    "education": {
        "博士": "10", "硕士": "10", "硕士研究生": "10", "博士研究生": "10", "本科": "20", "大专": "30",
        "大学专科": "30",
        "中专": "40", "职高": "40", "技校": "40", "中技": "40", "高中": "60", "初中及以下": "70",
    },
    "political_status": {"党员": "01", "预备党员": "02", "团员": "03", "无党派": "12"},
    "skill_level": {"一级": "1", "二级": "2", "三级": "3", "四级": "4", "五级": "5", "高级工": "3",
    "中级工": "4", "初级工": "5"},
    "work_status": {"在职": "1", "下岗": "2", "待岗": "2", "内退": "7"},
    "id_kind": {"身份证": "resident_id", "二代身份证": "resident_id", "港澳台居住证": "residence_permit"},
    "key_group": {"外卖骑手": "food_rider", "外卖配送员": "food_rider", "外卖员": "food_rider"},
    "union_state": {"是": "organized", "否": "unorganized", "联合建会": "joint"},
}  # fmt: skip

Reader = Callable[[Any], str | None]


def reader(name: str) -> Reader:
    """A function that reads a cell of a column of choices: the code, None when it is empty; raises
    Unacceptable."""
    entries = settings.codes(name)
    known: dict[str, str | None] = {clean_code(entry.label_zh, "()"): entry.code for entry in entries}
    known |= {entry.code: entry.code for entry in entries}
    known |= {clean_code(words, "()"): code for words, code in SYNONYMS.get(name, {}).items()}
    shown = "、".join([entry.label_zh for entry in entries if not entry.tags.get("of")][:MOST_SHOWN])
    seen: dict[Any, str | None] = {None: None}

    def read(value: Any) -> str | None:
        if value not in seen:
            seen[value] = _choice(cell_text(value), known, shown)
        return seen[value]

    return read


def _choice(words: str, known: dict[str, str | None], shown: str) -> str | None:
    key = clean_code(words, "()")
    if key in known:
        return known[key]
    if key in NOTHING:
        return None
    raise Unacceptable(_("没有“%(words)s”这一项，可以填：%(shown)s", words=words[:20], shown=shown))


def ethnicity(value: Any) -> str | None:
    """汉 and 汉族 alike. Raises Unacceptable."""
    words = cell_text(value)
    if words in ETHNICITIES:
        return ETHNICITIES[words]
    key = clean_code(words)
    if key in ETHNICITIES or key in NOTHING:
        return ETHNICITIES.get(key)
    raise Unacceptable(_("没有“%(words)s”这个民族，请写全称，例如 汉族、回族、维吾尔族", words=words[:20]))
