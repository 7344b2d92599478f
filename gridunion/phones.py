"""Telephone numbers as people write them, and as they are shown."""

import re

from flask_babel import lazy_gettext as _

from gridunion.text import AS_TEXT, Unacceptable, clean_code

_DROP = "-‐‑‒–—―−()·." + AS_TEXT
_COUNTRY = re.compile(r"^(?:\+86|0086|86(?=1[0-9]{9,11}$)|0(?=1[3-9][0-9]{9}$))")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_AREA = r"(?:10|2[0-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(rf"(?:(0{_AREA})-?)?([2-8][0-9]{{6,7}})(?:(?:-|转|EXT\.?|X)([0-9]{{1,6}}))?")
_SERVICE = re.compile(r"(?:400|800)-?[0-9]{3}-?[0-9]{4}|1[0-9]{4}|9[0-9]{4,7}")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


def clean_phone(value: str) -> str:
    """A mobile number as eleven digits. Raises `Unacceptable` saying what is wrong and what right looks like.

    Blanks, dashes, full-width digits, +86 and the old 0 in front are understood.
    """
    if _MOBILE.fullmatch(value):
        return value
    digits = _COUNTRY.sub("", clean_code(value, _DROP))
    if not _MOBILE.fullmatch(digits):
        raise _fault(digits)
    return digits


def phone_from_cell(value: object) -> str:
    """A mobile number from a cell of a sheet, where it may have become a number: 13809165520.0.

    Raises `Unacceptable`, also for a number in scientific notation, whose last digits are lost.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = re.sub(r"\.0+$", "", str(value).strip())
    if _SCIENTIFIC.fullmatch(text):
        raise Unacceptable(_("手机号被表格改成了科学计数法，请把这一列设为文本格式后重新填写"))
    return clean_phone(text)


def clean_landline_or_phone(value: str) -> str:
    """A mobile number, or a fixed one as 0916-4868147, with -12 behind it for an extension.

    Local numbers without area code and service numbers (400…, 12351) pass. Raises `Unacceptable`.
    """
    text = clean_code(value).translate(_DASHES)
    mobile = _COUNTRY.sub("", clean_code(text, _DROP))
    if _MOBILE.fullmatch(mobile):
        return mobile
    return _landline(text)


def show_phone(phone: str) -> str:
    """A clean mobile number in three groups: ``138 0916 5520``; others as they are."""
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}" if _MOBILE.fullmatch(phone) else phone


def mask_phone(phone: str) -> str:
    """A number with its middle hidden: ``138 **** 5520``; of others only the last four stay."""
    if _MOBILE.fullmatch(phone):
        return f"{phone[:3]} **** {phone[7:]}"
    return "*" * max(len(phone) - 4, 4) + phone[4:][-4:]


def _fault(digits: str) -> Unacceptable:
    if not digits:
        return Unacceptable(_("请填写手机号"))
    if not re.fullmatch(r"[0-9]+", digits):
        return Unacceptable(_("手机号只能有数字，应为 1 开头的 11 位数字"))
    if len(digits) < 11:
        return Unacceptable(_("手机号少了 %(count)s 位，应为 11 位", count=11 - len(digits)))
    if len(digits) > 11:
        return Unacceptable(_("手机号多了 %(count)s 位，应为 11 位", count=len(digits) - 11))
    if digits[0] != "1":
        return Unacceptable(_("手机号应为 1 开头的 11 位数字"))
    return Unacceptable(_("手机号的第 2 位应为 3 到 9，请核对"))


def _landline(text: str) -> str:
    plain = re.sub(r"^(?:\+86|0086)-?0?", "0", text).replace("(", "").replace(")", "-")
    found = _LANDLINE.fullmatch(plain)
    if found:
        return "-".join(part for part in found.groups() if part)
    if _SERVICE.fullmatch(plain):
        return plain
    raise Unacceptable(_("电话应为手机号，或区号加号码，例如 0916-2213456"))
