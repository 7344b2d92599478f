"""What the number of a document and a credit code must be: said once, for forms and for sheets alike.

Everything takes and gives plain values and raises `Unacceptable`, whose text is a sentence for the user.
Names, phones and free text have files of their own.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from flask_babel import lazy_gettext as _
from stdnum.cn import ric, uscc

from gridunion import clock
from gridunion.text import AS_TEXT, Unacceptable, clean_code

RESIDENT_ID = "resident_id"
PASSPORT = "passport"
HK_MACAU_PERMIT = "hk_macau_permit"  # 港澳居民来往内地通行证
TAIWAN_PERMIT = "taiwan_permit"  # 台湾居民来往大陆通行证
RESIDENCE_PERMIT = "residence_permit"  # 港澳台居民居住证
PERMANENT_RESIDENCE = "permanent_residence"  # 外国人永久居留身份证

_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]+)?E\+[0-9]+|[0-9]\.[0-9]+E[0-9]+")
_RESIDENT = re.compile(r"[0-9]{17}[0-9X]")
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_SHAPES: Mapping[str, tuple[re.Pattern[str], Any]] = {
    PASSPORT: (
        re.compile(r"(?=.*[0-9])[A-Z0-9]{5,15}"),
        _("护照号码应为 5 到 15 位字母和数字，例如 E12345678"),
    ),
    HK_MACAU_PERMIT: (
        re.compile(r"[HM][A-Z0-9][0-9]{7}(?:[0-9]{2})?"),
        _("港澳居民来往内地通行证号码应为 H 或 M 加 8 位数字"),
    ),
    TAIWAN_PERMIT: (
        re.compile(r"[A-Z]?[0-9]{8}(?:[0-9]{2}[A-Z]?)?"),
        _("台湾居民来往大陆通行证号码应为 8 位数字"),
    ),
    PERMANENT_RESIDENCE: (
        re.compile(r"[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]"),
        _("外国人永久居留身份证号码应为 18 位数字，旧证为 3 位字母加 12 位数字"),
    ),
}
KINDS = (RESIDENT_ID, RESIDENCE_PERMIT, *_SHAPES)


def clean_id_number(value: str, kind: str = RESIDENT_ID, today: date | None = None) -> str:
    """The number of an identity document of a kind (one of `KINDS`), in upper case without blanks.

    Resident numbers and residence permits: length, birth date (real, not after ``today``, which is the
    day in Shanghai when left out) and check digit, GB 11643-1999. The area code never refuses: districts
    are abolished, people keep their numbers. Raises `Unacceptable` with a sentence for the fault.
    """
    number = clean_code(value, "-()" + AS_TEXT)
    _refuse_damage(number)
    if kind in (RESIDENT_ID, RESIDENCE_PERMIT):
        _check_resident(number, kind, today or clock.today())
    else:
        _check_shape(number, kind)
    return number


def birth_of(number: str) -> date:
    """The birth date in a clean number of 18 digits. Raises ValueError for other documents."""
    if not _RESIDENT.fullmatch(number):
        raise ValueError("only numbers of 18 digits tell the birth date")
    return date.fromisoformat(number[6:14])


def sex_of(number: str) -> Literal["male", "female"]:
    """The sex in a clean number of 18 digits (17th: odd is male). Raises ValueError for other documents."""
    if not _RESIDENT.fullmatch(number):
        raise ValueError("only numbers of 18 digits tell the sex")
    return "male" if int(number[16]) % 2 else "female"


def agreed_birth(number: str, said: date | None) -> date | None:
    """The birth date somebody said, or else the one in a clean number; nothing is overwritten.

    Raises `Unacceptable`, with both, when they differ.
    """
    told = birth_of(number) if _RESIDENT.fullmatch(number) and _tells_birth(number) else None
    if said and told and said != told:
        raise Unacceptable(_("填的是 %(said)s，证件号码里是 %(told)s，请核对", said=said, told=told))
    return said or told


def agreed_sex(number: str, said: str | None) -> str | None:
    """The same of the sex: male or female."""
    told = sex_of(number) if _RESIDENT.fullmatch(number) and _tells_birth(number) else None
    if said and told and said != told:
        both = {"male": _("男"), "female": _("女")}
        raise Unacceptable(
            _("填的是%(said)s，证件号码里是%(told)s，请核对", said=both[said], told=both[told])
        )
    return said or told


def _tells_birth(number: str) -> bool:
    """Cards of foreign permanent residents (9…) have 18 digits as well, and no published law of what they mean."""
    return not number.startswith("9")


def age_on(birth: date, day: date) -> int:
    """Completed years on a day; who is born on 29 February completes one on 1 March of common years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def clean_uscc(value: str) -> str:
    """A unified social credit code, GB 32100-2015: 18 signs, the last one a check.

    stdnum computes the check but wants a digit in front; farm cooperatives begin with N, others with Y.
    Raises `Unacceptable`.
    """
    code = clean_code(value, "-")
    _refuse_damage(code)
    if len(code) != 18:
        raise Unacceptable(_("统一社会信用代码应为 18 位，现在是 %(count)s 位", count=len(code)))
    if not _USCC.fullmatch(code):
        raise Unacceptable(_("统一社会信用代码只有数字和大写字母，且不用 I、O、S、V、Z，请核对"))
    if uscc.calc_check_digit(code[:17]) != code[17]:
        raise Unacceptable(_("统一社会信用代码的校验码不对，请逐位核对"))
    return code


def mask_id(number: str) -> str:
    """Area and last four of an 18-digit number: ``610702********8415``; of others only the last four."""
    return f"{number[:6]}********{number[-4:]}" if _RESIDENT.fullmatch(number) else mask_id_tail(number)


def mask_id_tail(number: str) -> str:
    """Only the last four signs: ``**************8415``."""
    return "*" * max(len(number) - 4, 4) + number[4:][-4:]


def _refuse_damage(number: str) -> None:
    if not number:
        raise Unacceptable(_("请填写号码"))
    if "E" in number and _SCIENTIFIC.fullmatch(number):
        raise Unacceptable(_("号码被表格改成了科学计数法，末几位已经丢失，请把这一列设为文本格式后重新填写"))


def _check_resident(number: str, kind: str, today: date) -> None:
    if not _RESIDENT.fullmatch(number):
        raise _misshapen(number)
    if kind == RESIDENCE_PERMIT and not number.startswith(("810000", "820000", "830000")):
        raise Unacceptable(_("港澳台居民居住证号码应以 810000、820000 或 830000 开头"))
    _check_birth(number, today)
    _check_digit(number)


def _misshapen(number: str) -> Unacceptable:
    if len(number) == 15 and number.isdecimal():
        return Unacceptable(_("15 位的旧身份证号码已经停用，请填写 18 位号码"))
    if len(number) != 18:
        return Unacceptable(_("号码应为 18 位，现在是 %(count)s 位", count=len(number)))
    return Unacceptable(_("号码的前 17 位应为数字，最后一位为数字或 X"))


def _check_birth(number: str, today: date) -> None:
    try:
        birth = date.fromisoformat(number[6:14])
    except ValueError:
        raise Unacceptable(_("号码里的出生日期 %(text)s 不存在，请核对", text=number[6:14])) from None
    if birth > today:
        raise Unacceptable(_("号码里的出生日期 %(text)s 晚于今天，请核对", text=number[6:14]))


def _check_digit(number: str) -> None:
    if ric.calc_check_digit(number) != number[17]:
        raise Unacceptable(_("号码的校验码不对，请逐位核对"))


def _check_shape(number: str, kind: str) -> None:
    shape, sentence = _SHAPES[kind]
    if not shape.fullmatch(number):
        raise Unacceptable(sentence)
    if kind == PERMANENT_RESIDENCE and len(number) == 18:
        _check_digit(number)
