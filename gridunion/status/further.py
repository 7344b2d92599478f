"""What the indicators count beyond the board: each figure with its kind of record, its condition and its words.

They are counted when somebody asks, from the records, by the same statements that list the records.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import BindParameter, bindparam, case, func, select

from gridunion import settings
from gridunion.accounts.models import Posting
from gridunion.complaints.life import OPEN
from gridunion.complaints.models import Complaint
from gridunion.complaints.records import ComplaintEvent
from gridunion.db import written
from gridunion.employers.models import Employer
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.members.transfer import STAY, Transfer
from gridunion.status.past import BEGAN, FIRST, HELD, JUDGED_THEN, LAST, THEN, state_at
from gridunion.status.staffing import hired, is_open, professional, staffed, stood
from gridunion.status.walks import (
    ACTIVE,
    ALL,
    CONDITIONS,
    FROM,
    HI,
    JUDGED,
    LO,
    MET,
    NONE,
    NOT_SEALED,
    TO,
    WORKS,
    Condition,
    Way,
    within,
)  # fmt: skip
from gridunion.tree import Unit
from gridunion.visits.models import Visit

_p, _e, _c, _v, _t, _u = (it.__table__.c for it in (Person, Employer, Complaint, Visit, Transfer, Unit))
_s, _m = ComplaintEvent.__table__.c, Membership.__table__.c


@dataclass(frozen=True)
class Figure:
    """A count of records with its words; `then`: how it is counted as it stood at the end of a dated period."""

    name: str
    way: Way
    words: object
    rule: object
    then: Way | None = None


_who: Any = (Person.__table__, _p.id == _m.person_id)


def _members(name: str, asks: Condition, words: object, rule: object) -> Figure:
    """Members of whom something is known; at the end of a period, those who were members then."""
    return Figure(name, Way(Person, ACTIVE, asks), words, rule, Way(Membership, HELD, asks, _who))


def _taken(*steps: str) -> Condition:
    """Steps of some kinds, taken in the period."""
    return _s.sealed.is_(False) & _s.step.in_([written(step) for step in steps]) & within(_s.recorded_at)


def _ended(*reasons: str) -> Condition:
    """Of steps: those that ended in one of some ways."""
    return _s.reason.in_([written(reason) for reason in reasons])


def _of_size(workers: int) -> Condition:
    return _e.headcount >= workers


def _in_group(name: str) -> Condition:
    """Members whose group stands in one of the sets of the list, whatever it says by now."""
    codes: BindParameter[Any] = bindparam(
        f"set_{name}", expanding=True, callable_=lambda: settings.codes_in("key_group", name)
    )
    return _p.key_group.in_(codes)


_known_size = CONDITIONS["organized"] & _of_size(1)
_organized = select(_e.id).where(_e.id == _p.employer_id, _known_size).exists()
_seen = select(_v.id).where(_v.person_id == _p.id, MET, within(_v.happened_at)).exists()
_called_at = select(_v.id).where(_v.employer_id == _e.id, MET, within(_v.happened_at)).exists()
_other = Visit.__table__.alias("other")
_again = select(_other.c.id).where(_other.c.together == _v.together, _other.c.id < _v.id).exists()
# Whom an entry was about: who lives at one address in one cell is one household, and so is an employer.
_household = (_v.unit_id, _v.employer_id, _p.address, case((_p.address.is_(None), _v.person_id)))
_visited = Visit.__table__.join(Unit.__table__, _u.id == _v.unit_id).outerjoin(
    Person.__table__, _p.id == _v.person_id
)
_firsts = (
    select(func.min(_v.id))
    .select_from(_visited)
    .where(_u.path >= LO, _u.path < HI, MET, within(_v.happened_at), ~_again)
    .group_by(*_household)
    .correlate(None)
)
_raised = select(_c.id).where(_c.visit_id == _v.id, NOT_SEALED).exists()
_made = _v.voided_at.is_(None) & within(_v.happened_at)
_accepted = NOT_SEALED & within(_c.accepted_at) & _c.state.not_in([written("refused"), written("merged")])
_state_then = state_at(TO)
_closed = NOT_SEALED & within(_c.closed_at) & (_c.state == written("closed"))
_judged = _c.kind != written("consult")
# That it was taken down is no reply: who reports in person knows it anyway.
_reply = (_s.complaint_id == _c.id) & _s.told.is_not(None) & (_s.step != written("register"))
_told, _told_then = (select(_s.id).where(_reply, by).exists() for by in (ALL, _s.recorded_at < TO))
_taken_on, _taken_on_then = _c.accepted_at.is_not(None), _c.accepted_at < TO
_gone = _c.accepted_at.is_(None) & _c.state.in_([written("withdrawn"), written("merged")])
_answered_at = func.coalesce(_c.accepted_at, _c.closed_at)
_early = _answered_at < _c.accept_due_at
_answer_due = NOT_SEALED & within(case((_early, _answered_at), else_=_c.accept_due_at)) & ~_gone
# What was resolved and not yet called back is closed in some later period, too.
_not_closed = [written(state) for state in (*OPEN, "resolved")]
_open_before = (
    NOT_SEALED & (_c.accepted_at < FROM) & (_c.closed_at < FROM).is_not(True)
    & state_at(FROM).in_(_not_closed)
)  # fmt: skip
_accepted_then = NOT_SEALED & within(_c.accepted_at) & (_state_then != written("merged"))
_asked = within(_t.recorded_at) & (_t.state != written("withdrawn"))
_called = _taken("call_back", "rate")  # by phone, or the worker says so himself on the page
_mediated = _taken("end_mediation")
_GIVEN = ("satisfied", "mostly", "not_satisfied")
_RATED = [written(answer) for answer in _GIVEN]
_covered = _e.union_state != written("unorganized")
_are, _were = is_open(Unit.__table__), stood(Unit.__table__, LAST)
_cells, _cells_then = ((_u.kind == written("cell")) & there for there in (_are, _were))
_unions, _unions_then = ((_u.kind == written("community_union")) & there for there in (_are, _were))

FURTHER = (
    Figure("cells", Way(Unit, _cells), _("网格"), _("没撤销的网格；过去的看期末"), Way(Unit, _cells_then)),
    Figure("staffed", Way(Unit, _cells, staffed(_u.id)), _("有网格员的网格"),
           _("其中有网格员在岗的；过去的看期末，账号后来停用的不算"), Way(Unit, _cells_then, staffed(_u.id, LAST))),
    Figure("community_unions", Way(Unit, _unions), _("社区工会"), _("没撤销的社区工会；过去的看期末"),
           Way(Unit, _unions_then)),
    Figure("unions_with_officer", Way(Unit, _unions, professional(_u.id)), _("有职业化工会工作者的社区工会"),
           _("其中有职业化工会工作者在岗的；过去的看期末，账号后来停用的不算"),
           Way(Unit, _unions_then, professional(_u.id, LAST))),
    Figure("professionals", Way(Posting, hired(LO, HI)), _("职业化工会工作者"),
           _("在岗、聘来专职做工会工作的，一个人有几个岗位也只算一次；过去的看期末，账号后来停用的不算"),
           Way(Posting, hired(LO, HI, LAST))),
    Figure("own_unions", Way(Employer, WORKS, _e.union_state == written("organized")), _("单独建会的单位"),
           _("现在开业、自己建了会的用人单位")),
    Figure("with_workers", Way(Employer, WORKS, _of_size(1)), _("有职工的单位"),
           _("现在开业、写明至少有 1 人的用人单位")),
    Figure("with_workers_organized", Way(Employer, WORKS, _of_size(1) & _covered), _("有职工并已建会的单位"),
           _("其中自己建会或联合工会覆盖的")),
    Figure("large", Way(Employer, WORKS, _of_size(25)), _("25 人以上的单位"),
           _("现在开业、写明至少有 25 人的用人单位")),
    Figure("large_organized", Way(Employer, WORKS, _of_size(25) & _covered), _("25 人以上已建会的单位"),
           _("其中自己建会或联合工会覆盖的")),
    Figure("largest", Way(Employer, WORKS, _of_size(100)), _("100 人以上的单位"),
           _("现在开业、写明至少有 100 人的用人单位")),
    Figure("largest_organized", Way(Employer, WORKS, _of_size(100) & _covered), _("100 人以上已建会的单位"),
           _("其中自己建会或联合工会覆盖的")),
    Figure("founded", Way(Employer, _covered & _e.founded_on.between(FIRST, LAST)), _("新建会单位"),
           _("建会日期在期内、有工会覆盖的单位；后来注销的也算")),
    Figure("undated", Way(Employer, _covered & _e.founded_on.is_(None)), _("没填建会日期的已建会单位"),
           _("有工会覆盖、台账上没填建会日期的单位，不知道是哪一年建的，哪一年都没算")),
    Figure("before", THEN["before"], _("期初会员"), _("这段时间开始前一天是会员的人")),
    Figure("joined", Way(Membership, BEGAN.over), _("新发展会员"),
           _("期内批准入会的人，算在入会时的网格；转入、换网格、恢复会籍的不算，后来离开的也算")),
    Figure("retained", THEN["retained"], _("保留会籍"), _("期末保留会籍的，不算在会员里")),
    Figure("people", Way(Person, _p.status.in_([written(status) for status in STAY])), _("登记在册的职工"),
           _("现在登记在册的人，是不是会员都算")),
    _members("migrants", _p.migrant.is_(True), _("农民工会员"), _("会员里，写明是农民工的")),
    _members("women", _p.sex == written("female"), _("女会员"), _("会员里的女性")),
    _members("eight_groups", _in_group("eight"), _("八大群体会员"), _("会员里，所属群体在八大群体里的")),
    _members("nine_groups", _in_group("nine"), _("九大群体会员"), _("会员里，所属群体在九大群体里的")),
    _members("new_form_members", _p.new_form, _("新就业形态会员"),
             _("会员里的货车司机、网约车司机、快递员、外卖配送员")),
    _members("verified", _p.id_index.is_not(None), _("实名会员"), _("会员里，证件号码填了并通过校验的")),
    _members("member_files", ALL, _("会员的档案"), _("会员里每个人的实名档案")),
    _members("complete", _p.gaps == NONE, _("档案齐全的会员"), _("会员里，实名档案十二项都填齐的")),
    _members("union_staff", _organized, _("已建会单位的会员"), _("会员里，单位已建会、写明人数的")),
    Figure("transfers", Way(Transfer, _asked), _("提出的转会"), _("期内提出的转会，自己撤回的不算")),
    Figure("transfers_in_time", Way(Transfer, _asked, _t.decided_at <= _t.due_at), _("按时答复的转会"),
           _("其中 10 个工作日内同意或拒绝的")),
    Figure("visits", Way(Visit, _made), _("走访记录"), _("期内的走访，没见到的也算，作废的不算")),
    Figure("visits_met", Way(Visit, _made, MET), _("走访人次"), _("期内联系上的走访，重复的也算")),
    Figure("entries", Way(Visit, _made, MET & ~_again), _("走访户次"), _("期内联系上的走访，同一次见了几个人只算一次")),
    Figure("households", Way(Visit, _made, _v.id.in_(_firsts)), _("走访户数"),
           _("期内联系上的户，去过几次都只算一户；同一网格里住址相同的算一户，一个单位也算一户")),
    _members("seen", _seen, _("走访到的会员"), _("会员里，期内联系上过的")),
    Figure("employers_seen", Way(Employer, WORKS, _called_at), _("走访到的单位"), _("现在开业的单位里，期内去过的")),
    Figure("visits_raised", Way(Visit, _made, _raised), _("带出诉求的走访"), _("其中登记了诉求的")),
    Figure("accepted", Way(Complaint, _accepted), _("受理的诉求"), _("期内受理的诉求；不予受理、并案的不算"),
           Way(Complaint, _accepted_then)),
    Figure("accepted_closed", Way(Complaint, _accepted, _c.state == written("closed")), _("受理并办完的诉求"),
           _("其中已办完归档的；过去的看期末"), Way(Complaint, _accepted_then, _state_then == written("closed"))),
    Figure("taken_on_due", Way(Complaint, _answer_due), _("该响应的诉求"),
           _("期内到受理期限的诉求，更早受理或答复的算在那天；没受理就撤回、并案的不算")),
    Figure("taken_on", Way(Complaint, _answer_due, _answered_at <= _c.accept_due_at), _("按时响应的诉求"),
           _("其中期限前受理，或答复不予受理的")),
    Figure("open_before", Way(Complaint, _open_before), _("期初没归档的诉求"),
           _("这段时间开始以前受理、开始时还没归档的诉求")),
    Figure("closed", Way(Complaint, _closed), _("办完归档的诉求"), _("期内回访、归档的诉求")),
    Figure("closed_late", Way(Complaint, _closed, _c.first_resolved_at > _c.first_due_at), _("超期才办完的"),
           _("期内归档的诉求里，过了第一次期限才办结的")),
    Figure("judged", Way(Complaint, _closed, _judged), _("要解决的诉求"), _("期内归档的诉求，咨询不算")),
    Figure("solved", Way(Complaint, _closed, _judged & (_c.result == written("solved"))), _("解决了的诉求"),
           _("其中结果是“解决了”的；解决一部分的不算")),
    Figure("partly_solved", Way(Complaint, _closed, _judged & (_c.result == written("partly_solved"))),
           _("解决了一部分的诉求"), _("其中结果是“解决了一部分”的")),
    Figure("with_outcome", Way(Complaint, _closed, _c.result.is_not(None)), _("有着落的诉求"),
           _("期内归档的诉求里，写明解决了，或写明原因的")),
    Figure("rated", Way(ComplaintEvent, _called, _ended(*_GIVEN)), _("说了满意不满意"),
           _("期内回访时说的，和本人在网上评的")),
    Figure("pleased", Way(ComplaintEvent, _called, _ended(*_GIVEN[:2])), _("满意和基本满意"),
           _("其中满意和基本满意的")),
    Figure("in_contact", Way(Complaint, _closed, _c.can_be_told), _("找得到本人的诉求"),
           _("期内归档、本人留了电话或姓名的诉求")),
    Figure("gave_rating", Way(Complaint, _closed, _c.can_be_told & (_c.answer.in_(_RATED) | _c.rating.in_(_RATED))),
           _("本人评过的诉求"), _("其中回访时或在网上说了满意不满意的")),
    Figure("mediations", Way(ComplaintEvent, _mediated, _ended("agreed", "not_agreed")), _("结束的调解"),
           _("期内结束的调解")),
    Figure("agreements", Way(ComplaintEvent, _mediated, _ended("agreed")), _("调解成功"), _("其中达成协议的")),
    Figure("answerable", Way(Complaint, JUDGED, _taken_on), _("该有回音的诉求"), _("期内到期、已受理的诉求"),
           Way(Complaint, JUDGED_THEN, _taken_on_then)),
    Figure("answered", Way(Complaint, JUDGED, _taken_on & _told), _("有回音的诉求"),
           _("其中记下了怎样告诉本人的；只是收到时登记的不算"),
           Way(Complaint, JUDGED_THEN, _taken_on_then & _told_then)),
    Figure("money_owed", Way(Complaint, _closed, _c.amount_owed > 0), _("涉及钱的诉求"),
           _("期内归档、写明欠了多少钱的诉求")),
    Figure("money_back", Way(Complaint, _closed, _c.amount_recovered > 0), _("追回钱的诉求"),
           _("期内归档、追回了欠款的诉求")),
    Figure("repeats", Way(Complaint, _accepted, _c.repeat_of_id.is_not(None)), _("重复诉求"),
           _("受理的诉求里，同一人、同一单位、同一类 90 天内又来的"),
           Way(Complaint, _accepted_then, _c.repeat_of_id.is_not(None))),
    *(
        Figure(f"hardship_{kind}", Way(Person, ACTIVE, _p.hardship_class == written(kind)), words, rule,
               Way(Person, THEN["hardship"].over, _p.hardship_class == written(kind)))
        for kind, words, rule in (
            ("deep", _("深度困难职工"), _("会员里，现在标为深度困难的")),
            ("relative", _("相对困难职工"), _("会员里，现在标为相对困难的")),
            ("accidental", _("意外致困职工"), _("会员里，现在标为意外致困的")),
        )
    ),
)  # fmt: skip
