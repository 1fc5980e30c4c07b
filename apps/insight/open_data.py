"""Open data (开放数据): the published lots, the results and the bid histories, for everybody's own machines.

Amounts and quantities are exact decimals written as text, instants are ISO 8601 with Beijing's offset. In CSV, which
people open in table programs, instants are as those read them, digests and paddles are texts, addresses are whole.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from apps.insight.market_statistics import premium_of
from apps.kinds.quantities import Quantity
from apps.kinds.table import QuotaKind, kinds_of
from apps.listings.models import Listing
from apps.listings.queries import identities_hidden
from apps.listings.states import LABELS
from apps.quota.batch_models import Source
from apps.quota.queries import Standing, standings
from apps.stages.bidding.models import Bid
from apps.surplus.models import Verification
from apps.surplus.states import LABELS as STATUS_LABELS
from kernel import sheets
from kernel.clock import iso
from kernel.money import Yuan

LICENCE = _("可自由使用、复制和传播，请注明来源“土地指标网上交易平台”和取得日期。")
_CHUNK = 1000
R = TypeVar("R")


@dataclass(frozen=True)
class Field(Generic[R]):
    """One column: its name for machines, its label and unit for people, and where it comes from.

    `cell` is the same for table programs, where they would take the value for something else.
    """

    name: str
    label: str
    unit: str
    read: Callable[[R], str | int | None]
    cell: Callable[[str | int | None], str] = sheets.inert


@dataclass(frozen=True)
class Table(Generic[R]):
    """One table that anybody may take away."""

    name: str
    title: str
    about: str
    fields: tuple[Field[R], ...]


def _time_cell(value: str | int | None) -> str:
    """An instant: with an offset behind it, it would be a text."""
    return sheets.instant_text(datetime.fromisoformat(str(value)) if value else None)


def _digest_cell(value: str | int | None) -> str:
    return sheets.digest_text(str(value or ""))


def _paddle_cell(value: str | int | None) -> str:
    """A paddle: bare, its zeros would go."""
    return f"{value}号"


def _address_cell(value: str | int | None) -> str:
    """A whole address, to be followed from a table."""
    return f"{settings.SITE_URL.rstrip('/')}{value}"


def _instant(at: datetime | None) -> str | None:
    return iso(at) if at else None


def _yuan(amount: Yuan | None) -> str | None:
    return str(amount) if amount is not None else None


def _amount_of(kind: QuotaKind, lot: Listing) -> str:
    found = lot.quantities
    return str(found.of(kind) if kind in found.amounts else Quantity(kind, 0))


_LOT: tuple[Field[Listing], ...] = (
    Field("number", _("项目编号"), "", lambda lot: lot.number),
    Field("title", _("项目名称"), "", lambda lot: lot.title),
    Field("status", _("状态代码"), "", lambda lot: lot.status),
    Field("status_label", _("状态"), "", lambda lot: LABELS[lot.state]),
    Field("seller", _("出让方"), "", lambda lot: lot.seller.name),
    Field("county_code", _("行政区划代码"), "GB/T 2260", lambda lot: lot.seller.region_id),
    Field("county", _("行政区划"), "", lambda lot: lot.seller.region.name),
    Field("quota_class", _("指标类别代码"), "", lambda lot: lot.quota_class),
    *(Field(str(kind), kind.label, kind.unit, partial(_amount_of, kind)) for kind in kinds_of(None)),
    Field("grade", _("质量等别"), _("等"), lambda lot: lot.grade),
    Field("price_unit", _("计价单位"), "", lambda lot: lot.unit.label),
)

_TRADE: tuple[Field[Listing], ...] = (
    Field("starting_price", _("起始价"), _("计价单位"), lambda lot: _yuan(lot.starting_price)),
    Field("increment", _("加价幅度"), _("计价单位"), lambda lot: _yuan(lot.increment)),
    Field("ceiling", _("最高限价"), _("计价单位"), lambda lot: _yuan(lot.ceiling)),
    Field("starting_total", _("起始总价"), _("元"), lambda lot: _yuan(lot.starting_total)),
    Field("deposit", _("竞买保证金"), _("元"), lambda lot: _yuan(lot.deposit_amount)),
    Field("highest", _("当前最高价"), _("计价单位"), lambda lot: _yuan(getattr(lot, "highest", None))),
    Field("announced_at", _("公告时间"), _("北京时间"), lambda lot: _instant(lot.announced_at), _time_cell),
    Field(
        "registration_closes_at",
        _("报名截止"),
        _("北京时间"),
        lambda lot: _instant(lot.registration_closes_at),
        _time_cell,
    ),
    Field(
        "deposit_cutoff_at",
        _("保证金到账截止"),
        _("北京时间"),
        lambda lot: _instant(lot.deposit_cutoff_at),
        _time_cell,
    ),
    Field("opens_at", _("竞价开始"), _("北京时间"), lambda lot: _instant(lot.opens_at), _time_cell),
    Field("closes_at", _("竞价截止"), _("北京时间"), lambda lot: _instant(lot.closes_at), _time_cell),
    Field("path", _("项目页面"), "", lambda lot: f"/listings/{lot.pk}/", _address_cell),
)


def _priced(lot: Listing) -> str:
    return str(lot.priced)


def _sold_at(lot: Listing) -> str | None:
    award = getattr(lot, "award", None)
    return _yuan(award.unit_price) if award else None


def _sold_for(lot: Listing) -> str | None:
    award = getattr(lot, "award", None)
    return _yuan(award.total_price) if award else None


def _premium(lot: Listing) -> str | None:
    premium = premium_of(lot, getattr(lot, "award", None))
    return f"{premium * 100:.2f}" if premium is not None else None


def _winner(lot: Listing) -> str | None:
    """Who bought, once that is public: from the confirmation on."""
    confirmation = getattr(lot, "confirmation", None)
    return confirmation.winner.name if confirmation is not None and not identities_hidden(lot) else None


def _confirmed_at(lot: Listing) -> str | None:
    confirmation = getattr(lot, "confirmation", None)
    return _instant(confirmation.issued_at) if confirmation else None


_RESULT: tuple[Field[Listing], ...] = (
    Field("priced_quantity", _("计价数量"), _("亩或公斤"), _priced),
    Field("starting_price", _("起始价"), _("计价单位"), lambda lot: _yuan(lot.starting_price)),
    Field("unit_price", _("成交单价"), _("计价单位"), _sold_at),
    Field("total_price", _("成交总价"), _("元"), _sold_for),
    Field("premium", _("溢价率"), "%", _premium),
    Field("closed_at", _("成交时间"), _("北京时间"), lambda lot: _instant(lot.closed_at), _time_cell),
    Field("confirmed_at", _("成交确认时间"), _("北京时间"), _confirmed_at, _time_cell),
    Field("winner", _("竞得人"), "", _winner),
    Field("path", _("项目页面"), "", lambda lot: f"/listings/{lot.pk}/", _address_cell),
)

_LINE: tuple[Field[Bid], ...] = (
    Field("sequence", _("序号"), "", lambda bid: bid.sequence),
    Field("paddle", _("号牌"), "", lambda bid: f"{bid.certificate.paddle:03d}", _paddle_cell),
    Field("unit_price", _("报价"), _("计价单位"), lambda bid: _yuan(bid.unit_price)),
    Field("received_at", _("受理时间"), _("北京时间"), lambda bid: _instant(bid.received_at), _time_cell),
    Field("timed_round", _("限时竞价轮次"), "", lambda bid: bid.timed_round),
    Field("previous_hash", _("上一条摘要"), "SHA-256", lambda bid: bid.previous_hash, _digest_cell),
    Field("hash", _("本条摘要"), "SHA-256", lambda bid: bid.hash, _digest_cell),
)

Certified = tuple[Verification, Standing]
"""A certificate, and what became of the quota."""

_CERTIFICATE: tuple[Field[Certified], ...] = (
    Field("number", _("登记证号"), "", lambda row: row[0].certificate_no),
    Field("title", _("项目区"), "", lambda row: row[0].title),
    Field("holder", _("权属主体"), "", lambda row: row[0].holder.name),
    Field("county_code", _("行政区划代码"), "GB/T 2260", lambda row: row[0].region_id),
    Field("county", _("行政区划"), "", lambda row: row[0].region.name),
    Field("tradeable", _("可交易指标"), _("亩"), lambda row: str(row[1].booked)),
    Field("sold", _("已售"), _("亩"), lambda row: str(row[1].sold)),
    Field("adjusted", _("已调剂"), _("亩"), lambda row: str(row[1].adjusted)),
    Field("used", _("自用"), _("亩"), lambda row: str(row[1].used)),
    Field("written_off", _("核减"), _("亩"), lambda row: str(row[1].written_off)),
    Field("left", _("剩余"), _("亩"), lambda row: str(row[1].left)),
    Field("status", _("状态代码"), "", lambda row: row[0].status),
    Field("status_label", _("状态"), "", lambda row: STATUS_LABELS[row[0].state]),
    Field(
        "certified_at", _("发证时间"), _("北京时间"), lambda row: _instant(row[0].certified_at), _time_cell
    ),
    Field("path", _("登记证页面"), "", lambda row: f"/certificates/{row[0].pk}/", _address_cell),
)

CERTIFICATES: Table[Certified] = Table(
    "certificates",
    _("指标登记证"),
    _("全部核发的建设用地指标登记证，含已撤销的；已售、已调剂、自用、核减和剩余之和等于可交易指标。"),
    _CERTIFICATE,
)
LISTINGS: Table[Listing] = Table(
    "listings", _("挂牌项目"), _("全部已公告项目的标的、价格、时间和状态。"), _LOT + _TRADE
)
OUTCOMES: Table[Listing] = Table(
    "results", _("成交结果"), _("竞价结束的项目。竞得人自成交确认起公开。"), _LOT + _RESULT
)
BID_HISTORY: Table[Bid] = Table(
    "bid_history", _("报价记录"), _("单个项目竞价截止后的全部报价，报价人以号牌表示，逐条以摘要相连。"), _LINE
)


def bids_of(listing: Listing) -> Iterable[Bid]:
    """The bids of a lot in their order."""
    return Bid.objects.filter(listing=listing).select_related("certificate").order_by("sequence")


def certified(found: QuerySet[Verification]) -> Iterator[Certified]:
    """Each certificate with what became of its quota, a chunk at a time."""
    rows = found.iterator(chunk_size=_CHUNK)
    while chunk := list(islice(rows, _CHUNK)):
        became = standings(Source.VERIFICATION, [each.pk for each in chunk])
        yield from ((each, became.get(each.pk, Standing())) for each in chunk)


class _Echo:
    def write(self, text: str) -> str:
        """Hand the line on."""
        return text


def as_csv(table: Table[R], rows: Iterable[R]) -> Iterator[str]:
    """The table as comma-separated lines under Chinese heads, UTF-8 with a mark that spreadsheets look for."""
    writer = csv.writer(_Echo())
    heads = [f"{each.label}（{each.unit}）" if each.unit else each.label for each in table.fields]
    yield "\ufeff" + writer.writerow(heads)
    for row in rows:
        yield writer.writerow([each.cell(each.read(row)) for each in table.fields])


def as_json(table: Table[R], rows: Iterable[R], *, now: datetime, **more: str) -> Iterator[str]:
    """The table as one JSON object: what it is, its fields, and `items`, row by row."""
    head: dict[str, Any] = {
        "title": table.title,
        "about": table.about,
        "licence": LICENCE,
        "generated_at": iso(now),
        **more,
        "fields": [{"name": each.name, "label": each.label, "unit": each.unit} for each in table.fields],
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "items": ['
    between = ""
    for row in rows:
        yield between + json.dumps({each.name: each.read(row) for each in table.fields}, ensure_ascii=False)
        between = ",\n"
    yield "]}\n"
