"""The rail of a desk: which pages each role works with, in the order of its day."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_noop as _

from apps.parties.roles import Can
from kernel.actors import Actor, Duty


@dataclass(frozen=True)
class Entry:
    """One page on the rail. `label` is Chinese and translated where it is shown."""

    label: str
    url: str
    icon: str
    capability: Can = Can.TAKE_PART
    duty: Duty | None = None


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        _("日常办理"),
        (
            Entry(_("待办"), "/desk/", "checklist"),
            Entry(_("工作概览"), "/desk/overview/", "layout-dashboard", Can.OVERSEE, Duty.APPROVER),
            Entry(_("挂牌项目"), "/desk/listings/", "list-details"),
            Entry(_("竞买看板"), "/desk/board/", "layout-dashboard", Can.BUY),
            Entry(_("文书"), "/desk/documents/", "file-text"),
            Entry(_("竞买申请"), "/desk/registrations/", "gavel", Can.BUY),
            Entry(_("我的关注"), "/desk/watching/", "star"),
            Entry(_("竞价监控"), "/desk/auctions/", "activity", Can.RUN_TRADES),
        ),
    ),
    (
        _("指标"),
        (
            Entry(_("指标台账"), "/desk/quota/", "plant-2", Can.BUY),
            Entry(_("土地整治项目"), "/desk/projects/", "tractor", Can.SELL),
            Entry(_("节余指标核定"), "/desk/verifications/", "recycle", Can.WORK_ON_VERIFICATIONS),
            Entry(_("跨省域调剂"), "/desk/adjustments/", "transfer", Can.WORK_ON_ADJUSTMENTS),
            Entry(_("跨省域调入"), "/desk/demands/", "transfer", Can.WORK_ON_DEMANDS),
            Entry(_("对口关系"), "/desk/pairings/", "link", Can.DECIDE_FOR_PROVINCE),
            Entry(_("批量导入"), "/desk/quota/import/", "file-import", Can.SELL),
            Entry(_("批量入库"), "/desk/quota/import/", "file-import", Can.DECIDE_FOR_PROVINCE),
            Entry(_("指导价测算"), "/desk/guide-prices/", "calculator", Can.COMPUTE_GUIDE_PRICES),
            Entry(_("储备库"), "/desk/reserve/", "building-warehouse", Can.OVERSEE),
            Entry(_("划转与备案"), "/desk/reserve/handovers/", "transfer", Can.OVERSEE),
        ),
    ),
    (
        _("资金"),
        (
            Entry(_("款项"), "/desk/proceeds/", "coin-yuan", Can.SELL),
            Entry(_("资金"), "/desk/finance/", "coin-yuan", Can.SEE_MONEY),
            Entry(_("应缴保证金"), "/desk/finance/expected/", "cash", Can.BOOK_MONEY),
            Entry(_("银行对账单"), "/desk/finance/statement/", "table-import", Can.BOOK_MONEY),
            Entry(_("未匹配款项"), "/desk/money/", "arrows-exchange", Can.SEE_UNMATCHED_MONEY),
            Entry(_("收益资金"), "/desk/funds/", "coin-yuan", Can.SEE_FUNDS),
            Entry(_("资金核对"), "/desk/reconciliation/", "scale", Can.SEE_MONEY),
        ),
    ),
    (
        _("规则与期限"),
        (
            Entry(_("交易规则"), "/desk/rulebooks/", "book-2", Can.OVERSEE),
            Entry(_("工作日历"), "/desk/calendars/", "calendar", Can.OVERSEE),
            Entry(_("期限"), "/desk/deadlines/", "hourglass", Can.OVERSEE),
            Entry(_("统计"), "/desk/statistics/", "chart-bar", Can.OVERSEE),
        ),
    ),
    (
        _("监督"),
        (
            Entry(_("审计记录"), "/desk/record/", "list-search", Can.SUPERVISE),
            Entry(_("链条校验"), "/desk/record/chains/", "link", Can.SUPERVISE),
            Entry(_("异常提示"), "/desk/anomalies/", "alert-triangle", Can.SUPERVISE),
        ),
    ),
    (
        _("平台管理"),
        (
            Entry(_("人员与机构"), "/desk/people/", "users", Can.ADMINISTER),
            Entry(_("登记簿"), "/admin/", "address-book", Can.ADMINISTER),
        ),
    ),
    (
        _("本单位事务"),
        (
            Entry(_("通知"), "/desk/notices/", "bell"),
            Entry(_("单位信息"), "/desk/organisation/", "building"),
            Entry(_("提醒设置"), "/desk/preferences/", "settings"),
            Entry(_("账户安全"), "/account/", "lock"),
        ),
    ),
)


def menu_of(by: Actor) -> list[tuple[str, list[Entry]]]:
    """The groups of the rail with the pages that `by` may open; groups without any are left out."""
    groups = [
        (
            title,
            [
                each
                for each in entries
                if by.can(each.capability) and each.duty in (None, by.duty) and _is_there(each)
            ],
        )
        for title, entries in MENU
    ]
    return [(title, entries) for title, entries in groups if entries]


def _is_there(entry: Entry) -> bool:
    """Django's own administration is on no server."""
    return entry.url != "/admin/" or bool(settings.DJANGO_ADMIN)
