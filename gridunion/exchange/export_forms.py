"""What is asked before the register leaves the house."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, PasswordField, RadioField

from gridunion.fields import Cleaned, Form, SelectChoice, ValidationError, Words, needed
from gridunion.text import clean_text

FORMATS = {"xlsx": _("表格 XLSX"), "csv": _("文本 CSV")}
SHORTEST = 4  # signs of a reason
NUMBER_NAMES = {"phone": _("手机号"), "id_number": _("证件号码")}


def _reason(text: str) -> str:
    return clean_text(text, 100)


class ExportForm(Form):
    format = RadioField(
        _("文件格式"),
        choices=[SelectChoice(code, words) for code, words in FORMATS.items()],
        default="xlsx",
    )
    phone = BooleanField(_("手机号写全号"))
    id_number = BooleanField(_("证件号码写全号"))
    reason = Cleaned(_("用来做什么"), _reason, validators=[needed(_("请写明用来做什么"))])
    password = PasswordField(_("你的登录密码"), [needed(_("请填你的登录密码"))])

    def validate_reason(self, field: Cleaned) -> None:
        if len(field.data or "") < SHORTEST:
            raise ValidationError(_("请写具体一点，至少 %(n)s 个字", n=SHORTEST))

    @property
    def whole(self) -> frozenset[str]:
        """The numbers asked for in full."""
        return frozenset(name for name in NUMBER_NAMES if self[name].data)


class PasswordForm(Form):
    """Asked again before a large table is agreed to, and before it is fetched."""

    password = PasswordField(_("你的登录密码"), [needed(_("请填你的登录密码"))])


class RefuseForm(Form):
    words = Words(_("为什么不同意，会告诉申请的人"), most=200, validators=[needed(_("请写明原因"))])
