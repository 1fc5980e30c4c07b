"""What happens beside the road of a lot (题外): questions, objections, quota used, a retest that finds less."""

from datetime import timedelta

from apps.demo import hands
from apps.demo.histories import Aside, History, Teller, office_hour
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind
from apps.listings.models import Listing
from apps.objections.names import OBJECTION_ACCEPT, OBJECTION_DECIDE, OBJECTION_RAISE
from apps.questions.models import Question
from apps.questions.names import QUESTION_ANSWER, QUESTION_ASK
from apps.quota.names import QUOTA_USE
from apps.stages.transfer.names import QUALITY_CLAIM, QUALITY_CONFIRM
from kernel.clock import beijing
from kernel.clock import now as clock_now


def asides_of(teller: Teller) -> list[History]:
    """The stories that go beside a lot's own; each comes only as far as the lot has."""
    told = {
        Aside.QUESTION: _question,
        Aside.OBJECTION: _objection,
        Aside.USED: _use,
        Aside.CLAIMED: _claim,
    }
    return [tell(teller) for aside, tell in told.items() if aside in teller.plan.asides]


def _question(teller: Teller) -> History:
    """Somebody asks during the announcement and reads the answer on the lot's page."""
    _, announced, _, _ = teller.dates()
    yield office_hour(announced + timedelta(days=1), 9, 40)
    asked = {"text": "请问本项目地块现状种植情况如何，能否组织现场踏勘？"}
    _ask(teller, asked)
    yield office_hour(announced + timedelta(days=2), 15, 20)
    answer = "地块现种植小麦，由出让方统一管护。公告期内的工作日均可联系出让方踏勘，联系方式见交易公告。"
    question = _newest_question(teller)
    hands.carry_out(
        teller.organisations,
        QUESTION_ANSWER,
        "centre",
        {"published_text": asked["text"], "answer": answer},
        subject=question,
    )


def _ask(teller: Teller, asked: dict[str, str]) -> None:
    hands.carry_out(teller.organisations, QUESTION_ASK, "centre", asked, subject=teller.listing_id)


def _newest_question(teller: Teller) -> int:
    return int(Question.objects.filter(case=teller.listing_id).latest("id").pk)


def _objection(teller: Teller) -> History:
    """Somebody objects to the announcement; it is taken up, looked into, and found not to hold."""
    _, announced, _, _ = teller.dates()
    yield office_hour(announced + timedelta(days=1), 14)
    raised = {
        "text": "公告所附地块图与实地田埂走向不一致，请核实面积。",
        "name": "演示村民",
        "contact": "演示电话",
    }
    objection = hands.carry_out(
        teller.organisations, OBJECTION_RAISE, "centre", raised, subject=teller.listing_id
    ).answer["objection"]
    yield office_hour(announced + timedelta(days=2), 10)
    hands.carry_out(
        teller.organisations,
        OBJECTION_ACCEPT,
        "centre",
        {"accepted": True, "reason": ""},
        subject=objection,
    )
    yield office_hour(announced + timedelta(days=4), 16)
    decided = {"upheld": False, "reason": "经现场复核，田埂调整不影响验收面积，地块图与验收报告一致。"}
    hands.carry_out(teller.organisations, OBJECTION_DECIDE, "centre", decided, subject=objection)


_USED_AFTER = timedelta(days=29)
_CLAIMED_AFTER = timedelta(days=33)


def _use(teller: Teller) -> History:
    """The buyer retires a third of what it bought, against a construction project where the rules ask for one."""
    yield office_hour(teller.plan.closes_at + _USED_AFTER, 10)
    listing = Listing.objects.get(pk=teller.listing_id)
    if not teller.winner:
        return
    third = {str(kind): str(_third(listing.quantities, kind)) for kind, _ in listing.quantities.items()}
    sign, year = teller.organisations.province.sign, beijing(clock_now()).year
    against = {
        "project_name": "演示产业园二期项目",
        "project_approval_no": f"演示{sign}地〔{year}〕{teller.plan.number}号",
    }
    if listing.terms.land_uses:
        against["land_use"] = next(iter(listing.terms.land_uses))
    yearly = teller.rules.use_mode == "province_year"
    hands.carry_out(teller.organisations, QUOTA_USE, teller.winner, third if yearly else third | against)


def _third(quantities: Quantities, kind: QuotaKind) -> int:
    return int(quantities.of(kind).amount) // 3


def _claim(teller: Teller) -> History:
    """A retest finds less than was sold; the province confirms the claim, and the seller has yet to pay."""
    yield office_hour(teller.plan.closes_at + _CLAIMED_AFTER, 10)
    listing = Listing.objects.get(pk=teller.listing_id)
    if not teller.winner:
        return
    hands.attach(teller.organisations, teller.winner, {"retest_report": "复测报告"}, listing_id=listing.pk)
    found = {
        "area": str(listing.priced.amount - 1),
        "measurer": "演示测绘院",
        "reason": "复测时一处地块边沿被道路占用，少1亩。",
    }
    claim = hands.carry_out(
        teller.organisations, QUALITY_CLAIM, teller.winner, found, subject=listing.pk
    ).answer["claim"]
    yield office_hour(teller.plan.closes_at + _CLAIMED_AFTER + timedelta(days=3), 10)
    hands.carry_out(teller.organisations, QUALITY_CONFIRM, "province", subject=claim)
