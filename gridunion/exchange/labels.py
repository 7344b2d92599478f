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

# 汉, 汉族, 01, and the 1 a sheet makes of it, are one.
ETHNICITIES = {
    said: name
    for name, _zh, _en, tags in PEOPLES
    for said in (name, name.removesuffix("族"), tags["gb"], tags["gb"].lstrip("0"))
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
    "political_status": {
        "党员": "01", "中国共产党党员": "01", "预备党员": "02", "中国共产党预备党员": "02", "团员": "03",
        "共青团": "03",
        "中国共产主义青年团团员": "03", "民革": "04", "民革会员": "04", "民盟": "05", "民建": "06", "民进": "07",
        "农工": "08", "农工党": "08",
        "致公": "09", "致公党": "09", "九三": "10", "九三学社": "10", "台盟": "11", "无党派": "12",
        "无党派民主人士": "12", "群众(现称普通公民)": "13", "普通公民": "13",
    },
    "skill_level": {
        said: code
        for code, rank, title in (
            ("1", "一级", "高级技师"), ("2", "二级", "技师"), ("3", "三级", "高级"), ("4", "四级", "中级"),
            ("5", "五级", "初级"),
        )
        for worker in (title, f"{title}工")
        for said in (rank, worker, f"{worker}({rank})", f"{rank}({worker})", f"{rank}/{worker}")
    },
    "work_status": {"在职": "1", "下岗": "2", "待岗": "2", "退养": "7", "内退": "7"},
    "id_kind": {
        "身份证": "resident_id", "二代身份证": "resident_id", "港澳台居住证": "residence_permit",
        "港澳居民居住证": "residence_permit", "香港居民居住证": "residence_permit",
        "澳门居民居住证": "residence_permit", "台湾居民居住证": "residence_permit",
        "港澳通行证": "hk_macau_permit", "回乡证": "hk_macau_permit",
        "台胞证": "taiwan_permit", "台湾通行证": "taiwan_permit", "台湾居民来往内地通行证": "taiwan_permit",
        "外国护照": "passport", "普通护照": "passport", "中国护照": "passport",
        "外国人永久居留身份证": "permanent_residence", "永久居留证": "permanent_residence",
    },
    "key_group": {
        "外卖骑手": "food_rider", "外卖配送员": "food_rider", "外卖员": "food_rider",
        "网约送餐员(外卖配送员)": "food_rider", "货运司机": "truck_driver", "护工": "care_worker",
        "护理员": "care_worker", "家政员": "domestic_worker", "保安": "guard", "网约车驾驶员": "ride_hailing_driver",
    },
    "union_state": {"是": "organized", "否": "unorganized", "联合建会": "joint"},
}  # fmt: skip

Reader = Callable[[Any], str | None]


def reader(name: str) -> Reader:
    """A function that reads a cell of a column of choices: the code, None when it is empty; raises
    Unacceptable."""
    entries = settings.codes(name)
    known: dict[str, str | None] = {clean_code(entry.label_zh, "()"): entry.code for entry in entries}
    known |= {entry.code.lstrip("0"): entry.code for entry in entries}  # what a sheet makes of 01
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
