"""The process guide (办事指南): who does what by when, counted from the rules in force and the official calendar."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop as _

from apps.rulebook.parameters import Parameters
from kernel.deadlines.commands import Period, calendar_days, end_of, working_days
from kernel.deadlines.states import Unit
from kernel.workdays.queries import current


@dataclass(frozen=True)
class Step:
    """One stage of the guide. `latest` is when it ends if today's application takes every stage's whole time."""

    name: str
    who: str
    what: str
    period: Period | None
    after: str = ""
    latest: datetime | None = None
    provisional: bool = False

    @property
    def working(self) -> bool:
        """Counted in working days."""
        return self.period is not None and self.period.unit is Unit.WORKING_DAYS


def steps(rules: Parameters, *, now: datetime) -> list[Step]:
    """The twelve stages under these rules, with the dates of an application that is submitted now."""
    end = rules.daily_end
    least = rules.announcement_min
    announced = (
        working_days(least.days, daily_end=end)
        if least.unit == "wd"
        else calendar_days(least.days, daily_end=end)
    )

    def days(count: int) -> Period:
        return working_days(count, daily_end=end)

    count = _Counting(now)
    review, review_guess = count.on(days(rules.review_wd))
    closes, closes_guess = count.on(announced)
    opens, opens_guess = count.on(days(rules.qualification_wd))
    closed, closed_guess = count.by(timedelta(days=rules.bidding_min_days))
    confirmed, confirmed_guess = count.on(days(rules.confirmation_wd))
    signed, signed_guess = count.on(days(rules.contract_wd))
    paid, paid_guess = count.on(days(rules.payment_wd))
    moved, moved_guess = count.on(days(rules.transfer_wd))
    filed, filed_guess = count.to(days(rules.filing_wd))
    count.on(days(rules.publication_start_wd))
    published, published_guess = count.on(calendar_days(rules.publication_days, daily_end=end))
    return [
        Step(
            _("出让申请"),
            _("出让方"),
            _("填报标的、价格和交付账户，上传该类指标规定的材料；经办填报，审核提交，提交时冻结指标。"),
            None,
            "",
            now,
        ),
        Step(
            _("三重审查"),
            _("省级自然资源主管部门"),
            _("三人分别就合法性、有效性、资格提出意见；需补正的书面退回，补正时间不计入期限。"),
            days(rules.review_wd),
            _("提交申请后"),
            review,
            review_guess,
        ),
        Step(
            _("交易公告"),
            _("交易机构"),
            _("在门户发布公告，载明标的、价格、保证金、时间和规则；发布后内容固定，变更须发补充公告。"),
            announced,
            _("发布至报名截止，不少于"),
            closes,
            closes_guess,
        ),
        Step(
            _("竞买申请与审核"),
            _("竞买人、交易机构"),
            _("竞买人提交该类指标规定的材料，交易机构逐件审核。"),
            days(rules.qualification_wd),
            _("提交后"),
            opens,
            opens_guess,
        ),
        Step(
            _("缴纳保证金"),
            _("竞买人"),
            _("向系统分配的子账户缴纳保证金，以银行到账时间为准；足额到账后取得竞买资格确认书和号牌。"),
            None,
            _("截止时间以公告为准"),
            opens,
            opens_guess,
        ),
        Step(
            _("网上挂牌报价"),
            _("竞买人"),
            _("在报价期内竞价，报价不可撤回；按规则进入限时竞价，价高者得。"),
            calendar_days(rules.bidding_min_days),
            _("报价期不少于"),
            closed,
            closed_guess,
        ),
        Step(
            _("成交确认"),
            _("交易机构"),
            _("出具成交确认书，公开竞得人；未竞得人的保证金按期退还。"),
            days(rules.confirmation_wd),
            _("竞价截止后"),
            confirmed,
            confirmed_guess,
        ),
        Step(
            _("签订三方合同"),
            _("出让方、竞得人、交易机构"),
            _("三方在线签署，最后一方签署时合同生效。"),
            days(rules.contract_wd),
            _("成交确认后"),
            signed,
            signed_guess,
        ),
        Step(
            _("支付价款"),
            _("竞得人"),
            _("保证金抵作价款，可分次付清；逾期按日计收违约金。"),
            days(rules.payment_wd),
            _("合同生效后"),
            paid,
            paid_guess,
        ),
        Step(
            _("指标划转"),
            _("省级自然资源主管部门"),
            _("在台账中由出让方划转至竞得人，出具指标划转证明。"),
            days(rules.transfer_wd),
            _("价款付清后"),
            moved,
            moved_guess,
        ),
        Step(
            _("备案"),
            _("交易机构、省级自然资源主管部门"),
            _("报送公告、报价记录、确认书、合同、凭证和划转证明。"),
            days(rules.filing_wd),
            _("划转后"),
            filed,
            filed_guess,
        ),
        Step(
            _("结果公示"),
            _("交易机构"),
            _("在门户公示，期满无异议且备案受理后办结。"),
            calendar_days(rules.publication_days, daily_end=end),
            _("公示期"),
            published,
            published_guess,
        ),
    ]


class _Counting:
    """One date after another on the official calendar."""

    def __init__(self, now: datetime) -> None:
        self._calendar = current()
        self._at = now
        self.guess = False

    def to(self, period: Period) -> tuple[datetime, bool]:
        """The end of a period from here; the next one still begins here."""
        due = end_of(period, triggered_at=self._at, calendar=self._calendar)
        return due.at, due.provisional or self.guess

    def on(self, period: Period) -> tuple[datetime, bool]:
        """The end of a period from here; the next one begins there."""
        self._at, self.guess = self.to(period)
        return self._at, self.guess

    def by(self, span: timedelta) -> tuple[datetime, bool]:
        """So much later, to the minute."""
        self._at += span
        return self._at, self.guess
