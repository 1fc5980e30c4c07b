"""What is beside the lots: a province's yearly account of quota, and what lies on everybody's desk at present."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from apps import rehearsal
from apps.demo import hands
from apps.demo.histories import History, Teller
from apps.demo.organisations import HENAN, Organisations
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from apps.land.models import Project
from apps.land.rules import Ground
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.money.models import Exceptional, Outcome
from apps.money.names import (
    ACCOUNT_REGISTER,
    MONEY_COVER,
    MONEY_DECIDE,
    MONEY_IMPORT,
    REFUND_RELEASE,
    REFUND_RELEASE_ONE,
)
from apps.money.queries import refunds_due, span_of
from apps.objections.names import OBJECTION_ACCEPT, OBJECTION_DECIDE, OBJECTION_DISMISS_FLOOD, OBJECTION_RAISE
from apps.prices.names import GUIDE_COMPUTE
from apps.questions.names import QUESTION_ANSWER, QUESTION_ASK
from apps.quota.batch_models import Source
from apps.quota.burden_rules import BurdenType
from apps.quota.models import Account, Bucket
from apps.quota.names import QUOTA_BOOK, QUOTA_ENCUMBER, QUOTA_LIFT_ENCUMBRANCE, QUOTA_USE, YEAR_CLOSE
from apps.rehearsal.names import RULEBOOK_TRY
from apps.rulebook.names import RULEBOOK_APPROVE, RULEBOOK_DRAFT
from apps.rulebook.queries import in_force
from apps.rulebook.subjects import SUPPLEMENTARY
from apps.stages.announcement.names import ANNOUNCEMENT_PUBLISH
from apps.stages.application.names import LISTING_SUBMIT
from apps.stages.confirmation.names import CONFIRMATION_ISSUE
from apps.stages.filing.models import Filing
from apps.stages.filing.names import FILING_ACCEPT
from apps.stages.qualification.models import Registration
from apps.stages.qualification.names import REGISTRATION_DECIDE, REGISTRATION_SUBMIT
from apps.stages.qualification.queries import confirmation_facts
from apps.stages.qualification.states import RegistrationStatus
from apps.stages.review.names import REVIEW_DECIDE
from apps.stages.review.queries import opinion_facts
from apps.watching.commands import watch
from kernel.clock import BEIJING, beijing, iso
from kernel.clock import now as clock_now
from kernel.money import Yuan

_SAMPLES = Path(rehearsal.__file__).parent / "samples"
_GRADE = 8
_GRADE_BEFORE = 16


def _ground(area_mu: str) -> list[Ground]:
    kind = QuotaKind.FARMLAND_AREA
    return [Ground(kind, "irrigated", Quantities(area_mu).of(kind).amount, _GRADE_BEFORE, _GRADE)]


# --- a year and its close


def year_books(organisations: Organisations, *, year: int) -> History:
    """The province goes over to a yearly account; a county uses quota in December; the year is closed in January."""
    yield datetime(year, 12, 2, 10, tzinfo=BEIJING)
    book = _draft(organisations, {"use_mode": "province_year"}, valid_from=beijing(clock_now()).date())
    hands.carry_out(organisations, RULEBOOK_APPROVE, "province", subject=book)
    yield datetime(year, 12, 9, 10, tzinfo=BEIJING)
    place = organisations.by_key["seller1"].region.name
    project = hands.record_project(
        organisations,
        "seller1",
        name=f"{place}老区片区土地整理项目（演示）",
        number="901",
        grounds=_ground("60.0000"),
    )
    quota = Quantities("60.0000", 0, 48000).as_strings()
    booked = {"certificate_no": hands.certificate_no(organisations, "901"), "grade": _GRADE} | quota
    hands.carry_out(organisations, QUOTA_BOOK, "province", booked, subject=project)
    yield datetime(year, 12, 22, 10, tzinfo=BEIJING)
    hands.carry_out(
        organisations, QUOTA_USE, "seller1", {"farmland_area": "18.5000", "grain_capacity": "14800"}
    )
    yield datetime(year + 1, 1, 12, 10, tzinfo=BEIJING)
    hands.carry_out(organisations, YEAR_CLOSE, "province", {"year": year})


def _draft(organisations: Organisations, changes: dict[str, object], *, valid_from: date) -> int:
    """A further version of the province's rules with some parameters changed."""
    now = in_force(province=organisations.province.code, subject=SUPPLEMENTARY, now=clock_now())
    if now is None:
        raise LookupError(f"no rulebook of {organisations.province.name} is in force")
    facts = {
        "province": organisations.province.code,
        "name": f"{organisations.province.name}规则（演示修订）",
        "legal_basis": [*now.legal_basis, f"演示{organisations.province.sign}自然资〔{valid_from.year}〕1号"],
        "valid_from": valid_from.isoformat(),
        "parameters": now.parameters | changes,
    }
    return int(hands.carry_out(organisations, RULEBOOK_DRAFT, "province", facts).answer["rulebook"])


# --- the present


def leave_waiting(organisations: Organisations, tellers: Iterable[Teller]) -> None:
    """What everybody of a province has on the desk: prepared, sent back, asked, objected, unmatched, watched."""
    _bidders(organisations)
    _public(organisations)
    _centre(
        organisations, [each for each in tellers if each.organisations is organisations and each.listing_id]
    )
    _sellers(organisations)
    _province(organisations)
    _finance(organisations)
    _watch(organisations)
    _guide_prices(organisations)


def _guide_prices(organisations: Organisations) -> None:
    """The centre has computed a guide price by the norms, and another with a cost of the project's own budget."""
    asked = {
        "kind": "farmland_area",
        "land_class": "irrigated",
        "region": organisations.by_key["seller1"].region_id,
        "grade": 7,
    }
    for more in ({}, {"levelling": "20000.00"}):
        hands.carry_out(organisations, GUIDE_COMPUTE, "centre", asked | more)


def _lots(organisations: Organisations, *statuses: ListingStatus) -> list[Listing]:
    return list(
        Listing.objects.filter(province=organisations.province.code, status__in=statuses).order_by("pk")
    )


def _own(organisations: Organisations, key: str, status: ListingStatus) -> list[Listing]:
    return [each for each in _lots(organisations, status) if each.seller_id == organisations.by_key[key].pk]


def _bidders(organisations: Organisations) -> None:
    """Applications to bid: one waits for the own approver, one was sent back, two wait for the centre."""
    open_lots = _lots(organisations, ListingStatus.ANNOUNCED)
    for key in ("bidder1", "bidder2", "seller1", "seller2"):
        own = organisations.by_key[key].pk
        applied = set(Registration.objects.filter(organisation_id=own).values_list("listing_id", flat=True))
        free = [
            each
            for each in open_lots
            if each.pk not in applied
            and each.seller_id != own
            and each.registration_closes_at is not None
            and each.registration_closes_at > clock_now()
        ]
        if not free:
            continue
        lot = free[-1]
        hands.attach(organisations, key, lot.terms.to_bid, listing_id=lot.pk)
        facts = confirmation_facts(lot.pk)
        if key in ("seller1", "seller2"):
            hands.carry_out(organisations, REGISTRATION_SUBMIT, key, facts, subject=lot.pk)
            continue
        hands.prepare(organisations, REGISTRATION_SUBMIT, key, facts, subject=lot.pk)
        if key == "bidder2":
            hands.send_back(
                organisations,
                REGISTRATION_SUBMIT,
                key,
                subject=lot.pk,
                remark="资金证明须为近一个月内出具，请更换。",
            )
    _prepare_use(organisations)


def _prepare_use(organisations: Organisations) -> None:
    """Two uses of what was bought wait for release: the same thing twice, told apart by its project."""
    own = Account.objects.filter(
        holder=organisations.by_key["bidder1"], bucket=Bucket.AVAILABLE, batch__source=Source.PROJECT
    )
    if (account := own.filter(balance__gte=2).order_by("id").first()) is None:
        return
    year = beijing(clock_now()).year
    for number, name in enumerate(("演示职业学院新校区项目", "演示变电站扩建项目"), start=71):
        facts = {
            account.kind: "1",
            "project_name": name,
            "project_approval_no": f"演示{organisations.province.sign}地〔{year}〕{number}号",
        }
        hands.prepare(organisations, QUOTA_USE, "bidder1", facts)


_OBJECTIONS = (
    "公告载明的质量等别与相邻地块不一致，请说明评定依据。",
    "项目区内有一处坑塘未计入，面积可能有误。",
)
_FLOOD = "反对本项目挂牌，要求立即停止交易。"


def _public(organisations: Organisations) -> None:
    """Questions and objections of the public on announced lots: new ones, one taken up, and a flood refused."""
    lots = _lots(organisations, ListingStatus.ANNOUNCED)
    if not lots:
        return
    first, last = lots[0], lots[-1]
    now = clock_now()
    askable = [each for each in lots if each.registration_closes_at and each.registration_closes_at > now]
    for lot in askable[:2]:
        for text in ("请问指标能否分两次划转？", "请问竞得后合同在何处签署？"):
            hands.carry_out(organisations, QUESTION_ASK, "centre", {"text": text}, subject=lot.pk)
    if askable:
        question = askable[0].case.questions.earliest("id")
        facts = {
            "published_text": question.text,
            "answer": "指标在价款付清后一次性划转，详见交易公告第五条。",
        }
        if question.status == "asked":
            hands.prepare(organisations, QUESTION_ANSWER, "centre", facts, subject=question.pk)
    taken_up, _ = [_object(organisations, first.pk, text) for text in _OBJECTIONS]
    facts_accepted = {"accepted": True, "reason": ""}
    hands.carry_out(organisations, OBJECTION_ACCEPT, "centre", facts_accepted, subject=taken_up)
    decided = {"upheld": False, "reason": "质量等别由验收专家组评定，评定表已随验收报告备案。"}
    hands.prepare(organisations, OBJECTION_DECIDE, "centre", decided, subject=taken_up)
    flood = [_object(organisations, last.pk, _FLOOD) for _ in range(5)]
    refused = {"up_to": flood[-1], "reason": "内容雷同且无具体事项，不予受理。"}
    hands.carry_out(organisations, OBJECTION_DISMISS_FLOOD, "centre", refused, subject=last.pk)


def _object(organisations: Organisations, listing_id: int, text: str) -> int:
    facts = {"text": text, "name": "演示公众", "contact": "演示电话"}
    return int(
        hands.carry_out(organisations, OBJECTION_RAISE, "centre", facts, subject=listing_id).answer[
            "objection"
        ]
    )


def _centre(organisations: Organisations, tellers: list[Teller]) -> None:
    """Opinions alike, announcements, an application to bid and an award that wait for release, and one sent back."""
    for lot in _lots(organisations, ListingStatus.UNDER_REVIEW)[1:]:
        facts = opinion_facts(lot.pk, "eligibility", "pass")
        hands.prepare(organisations, REVIEW_DECIDE, "centre", facts, subject=lot.pk)
    for place, lot in enumerate(_lots(organisations, ListingStatus.APPROVED)):
        teller = next(each for each in tellers if each.listing_id == lot.pk)
        hands.prepare(organisations, ANNOUNCEMENT_PUBLISH, "centre", _moments(teller), subject=lot.pk)
        if place == 0:
            remark = "竞价截止与另一项目同时，请错开一小时。"
            hands.send_back(organisations, ANNOUNCEMENT_PUBLISH, "centre", subject=lot.pk, remark=remark)
    waiting = Registration.objects.filter(
        listing__province=organisations.province.code, status=RegistrationStatus.SUBMITTED
    )
    if (first := waiting.order_by("id").first()) is not None:
        hands.prepare(
            organisations, REGISTRATION_DECIDE, "centre", {"outcome": "qualified"}, subject=first.pk
        )
    for lot in _lots(organisations, ListingStatus.CLOSED)[-1:]:
        hands.prepare(organisations, CONFIRMATION_ISSUE, "centre", subject=lot.pk)


def _moments(teller: Teller) -> dict[str, str]:
    """The lot's dates, as many days later as they have to be to be announced now."""
    while teller.dates()[1] < clock_now():
        later = replace(teller.plan, closes_at=teller.plan.closes_at + timedelta(days=1))
        teller = replace(teller, plan=later)
    _, _, registration_closes, opens = teller.dates()
    return {
        "registration_closes": iso(registration_closes),
        "bidding_opens": iso(opens),
        "bidding_closes": iso(teller.plan.closes_at),
    }


def _sellers(organisations: Organisations) -> None:
    """Projects that nobody has booked yet, an application that waits for the own approver, an account sent back."""
    for key, number in (("seller1", "902"), ("seller2", "903")):
        place = organisations.by_key[key].region.name
        name = f"{place}东乡片区土地开垦项目（演示）"
        hands.record_project(organisations, key, name=name, number=number, grounds=_ground("45.0000"))
        account = {
            "name": f"{organisations.by_key[key].name}土地专户",
            "bank": "演示银行城中支行",
            "number": f"{organisations.province.code}88{organisations.by_key[key].pk:06d}",
        }
        hands.prepare(organisations, ACCOUNT_REGISTER, key, account)
        if key == "seller1":
            remark = "开户银行请写至支行全称。"
            hands.send_back(organisations, ACCOUNT_REGISTER, key, slot=account["number"], remark=remark)
        for lot in _own(organisations, key, ListingStatus.DRAFT):
            hands.attach(organisations, key, lot.terms.to_list, listing_id=lot.pk)
            hands.prepare(organisations, LISTING_SUBMIT, key, subject=lot.pk)
            if key == "seller2":
                remark = "起始价低于同类项目，请说明定价依据后再报。"
                hands.send_back(organisations, LISTING_SUBMIT, key, subject=lot.pk, remark=remark)


def _province(organisations: Organisations) -> None:
    """Opinions alike, a booking and a filing that wait for release; a burden; a draft of the rules that is tried."""
    for lot in _lots(organisations, ListingStatus.UNDER_REVIEW)[1:]:
        facts = opinion_facts(lot.pk, "validity", "pass")
        hands.prepare(organisations, REVIEW_DECIDE, "province", facts, subject=lot.pk)
    unbooked = Project.objects.filter(region__code__startswith=organisations.province.code[:2], batches=None)
    if (project := unbooked.order_by("id").first()) is not None:
        quota = Quantities("45.0000", 0, 36000).as_strings()
        booked = {"certificate_no": hands.certificate_no(organisations, "902"), "grade": _GRADE} | quota
        hands.prepare(organisations, QUOTA_BOOK, "province", booked, subject=project.pk)
    _burden(organisations)
    for filing in Filing.objects.filter(listing__province=organisations.province.code, accepted_at=None)[:1]:
        hands.prepare(organisations, FILING_ACCEPT, "province", subject=filing.listing_id)
    draft = _draft(
        organisations, {"deposit_rate": "0.25"}, valid_from=date(beijing(clock_now()).year + 1, 1, 1)
    )
    sample = "two-at-the-ceiling" if organisations.province is HENAN else "hunan-89-default"
    case = json.loads((_SAMPLES / f"{sample}.json").read_text(encoding="utf-8"))
    hands.carry_out(organisations, RULEBOOK_TRY, "province", {"case": case}, subject=draft)


def _burden(organisations: Organisations) -> None:
    """A burden on quota that is not for sale, and its lifting prepared."""
    free = Account.objects.filter(
        holder__in=[organisations.by_key[key].pk for key in organisations.sellers],
        bucket=Bucket.AVAILABLE,
        balance__gt=0,
        batch__source=Source.PROJECT,
    )
    if (account := free.order_by("id").first()) is not None:
        reason = {"type": str(BurdenType.DISPUTE), "reason": "项目地块涉及权属争议，诉讼保全中"}
        burden = hands.carry_out(organisations, QUOTA_ENCUMBER, "province", reason, subject=account.batch_id)
        hands.prepare(
            organisations, QUOTA_LIFT_ENCUMBRANCE, "province", subject=int(burden.answer["encumbrance"])
        )


def _no_account(organisations: Organisations, number: int) -> str:
    """The number of an account that there is not."""
    return f"61{organisations.province.code}9999999{number:04d}"


def _payer(organisations: Organisations, number: int) -> str:
    return f"{organisations.province.name}演示建设公司{'甲乙丙丁戊己'[number - 1]}"


def _finance(organisations: Organisations) -> None:
    """Refunds alike that wait, money that names no account, held money, lines that wait and one sent back."""
    by = organisations.actor("finance")
    strays, payees = [], []
    for refund in refunds_due(by).select_related("entry__sub_account").order_by("id"):
        account = refund.entry.sub_account
        if account is None:
            strays.append(refund.pk)
        elif (account.case_id, account.organisation_id) not in payees:
            payees.append((account.case_id, account.organisation_id))
    for place, refund_id in enumerate(strays[:2]):
        release = hands.prepare if place else hands.carry_out
        release(organisations, REFUND_RELEASE_ONE, "finance", subject=refund_id)
    for listing_id, organisation_id in payees[:-1] or payees:
        hands.prepare(
            organisations,
            REFUND_RELEASE,
            "finance",
            {"organisation_id": organisation_id},
            subject=listing_id,
        )
    _held(organisations)
    _lines(organisations)


_STRAYS_CAME = timedelta(minutes=20)
_STRAYS_COUNT = timedelta(minutes=18)


def strays(organisations: Organisations, *, now: datetime) -> History:
    """Money that names no account of ours comes shortly before the present; its statement is closed soon after."""
    yield now - _STRAYS_CAME
    for number, amount in ((1, "120000.00"), (2, "86000.00"), (3, "240000.00")):
        _stray(organisations, number, amount)
    yield now - _STRAYS_COUNT
    hands.close_common_statement(organisations)


def _stray(organisations: Organisations, number: int, amount: str) -> None:
    hands.line(
        organisations,
        reference=f"DEMO-STRAY-{organisations.province.code}-{number}",
        number=_no_account(organisations, number),
        amount=Yuan(amount),
        payer_name=_payer(organisations, number),
        payer_account=f"6299{organisations.province.code}{number:06d}",
    )


def _held(organisations: Organisations) -> None:
    held = Exceptional.objects.filter(entry__province=organisations.province.code, held=True, decided_at=None)
    for each in held.order_by("id")[:1]:
        facts = {"outcome": str(Outcome.RETURN), "remark": "经与付款单位核实，同意原路退回。"}
        hands.prepare(organisations, MONEY_DECIDE, "finance", facts, subject=each.pk)


def _lines(organisations: Organisations) -> None:
    """Lines that were typed by hand: one waits for the colleague, one was sent back; and a statement to be closed."""
    _stray(organisations, 4, "51000.00")
    for number, remark in ((5, ""), (6, "金额与回单不符，请核对。")):
        reference = f"DEMO-HAND-{organisations.province.code}-{number}"
        entry = {
            "reference": reference,
            "credited_number": _no_account(organisations, number),
            "amount": f"{number}0000.00",
            "payer_name": _payer(organisations, number),
            "payer_account": f"6299{organisations.province.code}{number:06d}",
            "arrived_at": iso(clock_now()),
        }
        hands.prepare(organisations, MONEY_IMPORT, "finance", entry)
        if remark:
            hands.send_back(organisations, MONEY_IMPORT, "finance", slot=reference, remark=remark)
    now, common = clock_now(), settings.COLLECTION_ACCOUNT["number"]
    span = span_of(account=common, province=organisations.province.code, until=now)
    statement = {
        "account": common,
        "covers_until": iso(now),
        "opening_balance": str(span.opening or Yuan(0)),
        "debit_total": str(span.debits),
        "closing_balance": str(span.closing),
    }
    hands.prepare(organisations, MONEY_COVER, "finance", statement)


_WATCHERS = (
    "seller1",
    "seller2",
    "bidder1",
    "bidder2",
    "bidder3",
    "centre",
    "province",
    "finance",
    "supervisor",
)


def _watch(organisations: Organisations) -> None:
    """Everybody keeps an eye on some lots that are announced or take bids."""
    lots = _lots(organisations, ListingStatus.BIDDING, ListingStatus.ANNOUNCED)
    for place, key in enumerate(_WATCHERS):
        for lot in lots[place % 2 :][:3]:
            watch(listing_id=lot.pk, reminds=place % 2 == 0, by=organisations.actor(key), now=clock_now())
