"""People's names: made clean, read for the search box, and masked."""

import os
import re
import unicodedata
from typing import NamedTuple

from flask_babel import lazy_gettext as _

from gridunion.text import Unacceptable, clean_text

# Characters are asked one by one, so the dictionary of phrases is never looked at, and reading it takes a
# quarter of a second at every start.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin import lazy_pinyin

LONGEST_NAME = 40  # Uyghur and Tibetan names written out pass 20 characters

_HAN = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_DOTS = "·•‧⋅∙・･.．"
_DOT_IN_HAN = re.compile(rf"(?<=[{_HAN}]) ?(?:[{_DOTS}] ?)+(?=[{_HAN}])")
_SPACE_IN_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")
_PLAIN = re.compile("[\u4e00-\u9fff]{1,10}")  # nearly every name: nothing to clean, nothing to refuse
_SAME_SIGN = str.maketrans({**dict.fromkeys("•‧⋅∙・･", "·"), "．": ".", "’": "'"})
_WORD = re.compile(rf"[{_HAN}]|[^{_HAN}\s·.'-]+")
_FORMULA = tuple("=+-@＝＋－＠")
_BESIDE_LETTERS = frozenset(" '-’〇" + _DOTS)

# pypinyin gives the commonest reading of a character, which in front of a name is often the wrong one.
_FAMILY = {
    "曾": "zeng", "单": "shan", "單": "shan", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "區": "ou",
    "翟": "zhai", "朴": "piao", "盖": "ge", "蓋": "ge", "缪": "miao", "繆": "miao", "覃": "qin", "洗": "xian",
    "员": "yun", "貟": "yun", "秘": "bi", "乐": "yue", "樂": "yue", "召": "shao", "折": "she", "种": "chong",
    "黑": "he", "繁": "po", "祭": "zhai", "郇": "xun", "隗": "wei", "么": "yao", "藏": "zang", "能": "nai",
    "佴": "nai", "薄": "bo", "都": "du", "乜": "nie", "句": "gou", "炅": "gui", "粘": "nian", "阚": "kan",
    "贠": "yun", "颉": "xie", "逢": "pang", "角": "jue", "蔚": "yu", "适": "kuo", "六": "lu",
}  # fmt: skip
_FAMILY_OF_TWO = {
    "尉迟": ("yu", "chi"), "尉遲": ("yu", "chi"), "万俟": ("mo", "qi"), "萬俟": ("mo", "qi"),
    "长孙": ("zhang", "sun"), "長孫": ("zhang", "sun"), "单于": ("chan", "yu"), "澹台": ("tan", "tai"),
    "乐正": ("yue", "zheng"), "子车": ("zi", "ju"),
}  # fmt: skip
# Characters whose commonest reading is hardly ever meant in a given name.
_GIVEN = {"长": "chang", "曾": "zeng", "晟": "sheng", "卜": "bu", "琬": "wan", "钊": "zhao", "校": "xiao"}


class Reading(NamedTuple):
    """How a name is typed on a keyboard: all of it, and the first letter of each syllable or word."""

    full: str
    initials: str


class _Syllables(dict[str, str]):
    """How characters and words are typed. pypinyin takes 20 µs for each, so characters are asked once."""

    def __missing__(self, word: str) -> str:
        syllable = _GIVEN.get(word) or "".join(lazy_pinyin(word)).lower()
        if len(word) == 1:  # characters are a bounded set, words of other scripts are not
            self[word] = syllable
        return syllable


_SYLLABLES = _Syllables()


def clean_name(value: str) -> str:
    """A person's name as it is kept: one kind of middle dot, no blanks between Chinese characters.

    Letters of any script, ``·``, space, ``'``, ``-`` and ``.`` are allowed. Raises `Unacceptable`
    for an empty name, a formula, digits and other signs.
    """
    if _PLAIN.fullmatch(value):
        return value
    name = clean_text(value, LONGEST_NAME)
    if name.startswith(_FORMULA):
        raise Unacceptable(_("姓名里不能有公式，请填写姓名本身"))
    _refuse_signs(name)
    return _SPACE_IN_HAN.sub("", _DOT_IN_HAN.sub("·", name)).translate(_SAME_SIGN)


def name_reading(name: str) -> Reading:
    """The reading of a clean name without tones (ü is ``v``): 曾玲 → ``zengling``, ``zl``.

    The first characters are read as a family name; words of other scripts pass in lower case.
    """
    parts = syllables(name)
    return Reading("".join(parts), "".join([part[0] for part in parts]))


def syllables(name: str) -> list[str]:
    """The readings of the characters and words of a clean name, the family name as one reads it there."""
    words = name if _PLAIN.fullmatch(name) else _WORD.findall(name)
    parts = [_SYLLABLES[word] for word in words]
    if name[:1] in _FAMILY:
        parts[0] = _FAMILY[name[0]]
    if name[:2] in _FAMILY_OF_TWO:
        parts[:2] = _FAMILY_OF_TWO[name[:2]]
    return parts


def mask_name(name: str) -> str:
    """The first character, and a star for each other one: 张三丰 → ``张**``."""
    return name[:1] + "*" * (len(name) - 1)


def _refuse_signs(name: str) -> None:
    for sign in name:
        if sign.isdecimal():
            raise Unacceptable(_("姓名里不能有数字"))
        if not _is_letter(sign):
            raise Unacceptable(_("姓名里不能有“%(sign)s”", sign=sign))
    if not any(sign.isalpha() for sign in name):
        raise Unacceptable(_("请填写姓名"))


def _is_letter(sign: str) -> bool:
    return sign.isalpha() or sign in _BESIDE_LETTERS or unicodedata.category(sign).startswith("M")
