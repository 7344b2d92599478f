"""What a password must be: long enough, not common, not about its owner. No composition rules, no expiry."""

from itertools import pairwise

from flask_babel import gettext as _

from gridunion.accounts.models import Account

SHORTEST, LONGEST = 10, 128

# Of those of ten letters and more in every leaked list; sequences and repeats are found by rule.
COMMON = frozenset(
    [
        "password12",
        "password123",
        "password1234",
        "passw0rd123",
        "qwertyuiop",
        "qwerty12345",
        "1qaz2wsx3edc",
        "qazwsxedcrfv",
        "zxcvbnm123",
        "iloveyou12",
        "iloveyou123",
        "woaini1314",
        "woaini5201314",
        "wodemima123",
        "admin12345",
        "administrator",
        "letmein123",
        "welcome123",
        "abcd123456",
        "abc123456789",
        "a123456789",
        "aa123456789",
        "qq123456789",
        "1234qwerasdf",
        "asdfghjkl123",
        "football123",
        "gridunion",
        "gridunion123",
        "gonghui123456",
        "1234567890a",
        "1234567890qwe",
        "0987654321",
        "1122334455",
        "5201314520",
    ]
)


def fault_of(password: str, account: Account | None) -> str:
    """What is wrong with a password, as a sentence; empty when nothing is."""
    if len(password) < SHORTEST:
        return str(_("密码至少 %(n)s 位，现在 %(now)s 位", n=SHORTEST, now=len(password)))
    if len(password) > LONGEST:
        return str(_("密码最多 %(n)s 位", n=LONGEST))
    if password.lower() in COMMON or _is_run(password) or len(set(password)) < 4:
        return str(_("这个密码太常见，请换一个别人猜不到的"))
    if account and any(part and part in password for part in (account.login, account.name, account.phone)):
        return str(_("密码里不要有自己的姓名、账号或手机号"))
    return ""


def _is_run(password: str) -> bool:
    """Each letter follows the one before it: 1234567890, abcdefghij, 9876543210."""
    steps = {ord(b) - ord(a) for a, b in pairwise(password)}
    return len(steps - {-9, 9}) <= 1 and steps <= {-9, -1, 0, 1, 9}
