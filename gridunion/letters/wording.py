"""What a letter says when nobody has changed it yet. It never says who complained."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from gridunion.complaints.models import Complaint

TOPIC, CURE = lazy_gettext("（写清是什么事）"), lazy_gettext("（写清应当怎样改正）")
EMPLOYER, OFFICE = lazy_gettext("（写清是哪个单位）"), lazy_gettext("（写清发给哪个部门）")
BLANKS = (TOPIC, CURE, EMPLOYER, OFFICE)
"""What only the writer can fill in."""


def blank_in(words: str) -> str:
    """What is still to be filled in; empty when nothing is."""
    return next((str(blank) for blank in BLANKS if str(blank) in words), "")


def words_for(kind: str, addressee: str, complaint: Complaint | None, days: int, employer: str = "") -> str:
    """A first text for a letter: to the employer, or to an office about the employer."""
    topic = complaint.topic if complaint else TOPIC
    people = _("，涉及 %(n)s 人", n=complaint.people) if complaint and complaint.people > 1 else ""
    if kind == "reminder":
        return _(
            "%(to)s：\n我会在工作中了解到，你单位在“%(topic)s”方面可能存在不符合劳动法律法规的情况%(people)s。"
            "请你单位对照法律法规自行检查，有问题的及时改正，避免引起劳动争议。\n"
            "请在收到本函后 %(days)s 个工作日内，把检查和改正情况书面告诉我会。",
            to=addressee, topic=topic, people=people, days=days,
        )  # fmt: skip
    if kind == "opinion":
        return _(
            "%(to)s：\n经我会了解，你单位在“%(topic)s”方面存在违反劳动法律法规的情况%(people)s，至今没有改正。"
            "根据工会劳动法律监督的有关规定，提出意见如下：\n一、%(cure)s\n"
            "二、请在收到本意见书后 %(days)s 个工作日内，把改正情况书面答复我会。"
            "逾期不答复或不改正的，我会将提请政府有关部门依法处理。",
            to=addressee, topic=topic, cure=CURE, people=people, days=days,
        )  # fmt: skip
    return _(
        "%(to)s：\n我会了解到，%(employer)s在“%(topic)s”方面存在违反劳动法律法规的情况%(people)s。我会已经发出意见书，"
        "该单位逾期没有答复或没有改正。现提请贵单位依法处理，并在收到本建议书后 %(days)s 个工作日内，"
        "把处理结果告诉我会。",
        to=addressee, employer=employer or EMPLOYER, topic=topic, people=people, days=days,
    )  # fmt: skip
