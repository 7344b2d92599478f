"""What people write in a column of choices, and the code it stands for."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _

from gridunion import settings
from gridunion.cells import cell_text
from gridunion.text import Unacceptable, clean_code

NOTHING = frozenset({"", "无", "/", "-", "—", "否", "暂无", "不详"})
MOST_SHOWN = 12

# GB/T 3304-1991, with the two entries for those outside the 56.
PEOPLES = (  # noqa: SIM905
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 "
    "傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 "
    "毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 "
    "塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
).split()
ETHNICITIES = {name: f"{name}族" for name in PEOPLES} | {f"{name}族": f"{name}族" for name in PEOPLES}
ETHNICITIES |= {"其他": "其他", "外国血统": "外国血统"}

# Other words for the same thing, as older templates and other systems write them.
SYNONYMS: dict[str, dict[str, str]] = {
    "sex": {"1": "male", "2": "female", "男性": "male", "女性": "female"},
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
    known = {clean_code(entry.label_zh, "()"): entry.code for entry in entries}
    known |= {entry.code: entry.code for entry in entries}
    known |= {clean_code(words, "()"): code for words, code in SYNONYMS.get(name, {}).items()}
    shown = "、".join(entry.label_zh for entry in entries[:MOST_SHOWN])
    seen: dict[Any, str | None] = {None: None}

    def read(value: Any) -> str | None:
        if value not in seen:
            seen[value] = _choice(cell_text(value), known, shown)
        return seen[value]

    return read


def _choice(words: str, known: dict[str, str], shown: str) -> str | None:
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
