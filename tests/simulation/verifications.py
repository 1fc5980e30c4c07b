"""Random walks through verifications of surplus quota (节余指标核定), every invariant looked at after every step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from apps.documents.states import AttachmentKind as K
from apps.objections.models import Objection
from apps.objections.states import ObjectionStatus
from apps.quota.queries import faults as quota_faults
from apps.surplus.models import Verification
from apps.surplus.queries import faults as surplus_faults
from apps.surplus.states import ENDED, VerificationStatus
from kernel.actors import PUBLIC
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from tests.factories.ziyun import (
    CITY,
    COUNTY,
    FAR_CITY,
    FAR_PROVINCE,
    MEASURER,
    OTHER_MEASURER,
    PROVINCE,
    TO_SUBMIT,
    Ziyun,
    at,
    facts,
    parcels,
    report,
)
from tests.simulation.case_walk import ASTRAY, CaseWalk, walked

_AREAS = {"dry": "20.0000", "forest": "30.0000"}
_DECLARED, _RESERVED, _TOO_MUCH = "50.0000", "10.0000", "53.7800"


@dataclass
class Walk(CaseWalk[Ziyun, Verification]):
    """A walk; the world's people act on whichever verification was chosen."""

    def choose(self, key: int) -> None:
        """Let them act on this one."""
        self.world.verification_id = key

    def astray(self) -> bool:
        """Whether somebody makes a mistake."""
        return self.rng.random() < ASTRAY


Step = Callable[[Walk], object]


# --- the county and its measurer ---


def _facts(walk: Walk, number: str) -> dict[str, Any]:
    declared = _TOO_MUCH if walk.astray() else _DECLARED
    return facts(
        title=f"演示项目区{number}",
        acceptance_no=f"紫验{number}",
        declared=declared,
        reserved=_RESERVED,
        parts=parcels(_AREAS),
    )


def draft(walk: Walk) -> None:
    """The county declares an area, sometimes under a number that was used."""
    number = "来文〔2026〕1号" if walk.astray() else walk.number()
    walk.world.draft(walk.when, **_facts(walk, number))


def amend(walk: Walk) -> None:
    """It declares other ground, or the same under another name."""
    found = walk.world.verification
    changed = _facts(walk, walk.number()) | {"acceptance_no": found.acceptance_no}
    if walk.rng.random() < 0.7:
        changed |= {"parts": walk.world.parts(), "declared": _DECLARED}
    walk.world.alone(COUNTY, "verification.amend", walk.when, **changed)


def commission(walk: Walk) -> None:
    """It commissions a measurer."""
    chosen = walk.rng.choice((MEASURER, MEASURER, MEASURER, OTHER_MEASURER))
    walk.both(
        COUNTY, "verification.commission", measurer_id=walk.world.organisation_id(chosen),
        contract_no=walk.number(), contract_price="120000.00",
    )  # fmt: skip


def measure(walk: Walk) -> None:
    """The measurer reports what was declared; sometimes one that is not commissioned, or of another total."""
    by = walk.rng.choice((MEASURER, MEASURER, MEASURER, OTHER_MEASURER))
    walk.world.attach(by, K.MEASUREMENT_REPORT, when=walk.when)
    declared = _TOO_MUCH if walk.astray() else _DECLARED
    said = report(walk.world.parts(), declared=declared, measured_on=f"{walk.now:%Y-%m-%d}")
    walk.both(by, "verification.report", **said)


def submit(walk: Walk) -> None:
    """The county hands it in, sometimes without its papers."""
    if not walk.astray():
        walk.world.attach(COUNTY, *TO_SUBMIT, when=walk.when)
    walk.both(COUNTY, "verification.submit")


def withdraw(walk: Walk) -> None:
    """It gives it up."""
    walk.both(COUNTY, "verification.withdraw", reason="另有安排")


# --- the offices ---


def _decide(walk: Walk, offices: tuple[str, ...]) -> None:
    outcome = walk.rng.choice(("pass", "pass", "pass", "correct", "fail"))
    reason = "" if outcome == "pass" else "资料不全"
    walk.world.decide(walk.rng.choice(offices), outcome, walk.when, reason)


def decide_in_city(walk: Walk) -> None:
    """The prefecture reviews; sometimes another one tries."""
    _decide(walk, (CITY, CITY, CITY, CITY, FAR_CITY))


def decide_in_province(walk: Walk) -> None:
    """The province reviews; sometimes another one tries."""
    _decide(walk, (PROVINCE, PROVINCE, PROVINCE, PROVINCE, FAR_PROVINCE))


def send_back(walk: Walk) -> None:
    """Whoever reviews returns it."""
    by = CITY if walk.world.verification.state is VerificationStatus.CITY_REVIEW else PROVINCE
    walk.world.alone(by, "verification.return", walk.when, reason="资料不全")


def review(walk: Walk) -> None:
    """What is next of the review at whose level it is."""
    found = walk.world.verification
    in_city = found.state is VerificationStatus.CITY_REVIEW
    level = "city" if in_city else "province"
    said = found.opinions.filter(review_round=found.review_round, level=level).exists()
    step = send_back if said else decide_in_city if in_city else decide_in_province
    step(walk)


def _told(walk: Walk) -> dict[str, Any]:
    walk.world.attach(PROVINCE, K.INCOMING_DOCUMENT, when=walk.when)
    day = walk.now + timedelta(days=1) if walk.astray() else walk.now
    return {"body": "自然资源部", "document_no": walk.number(), "document_date": f"{day:%Y-%m-%d}"}


def record(walk: Walk) -> None:
    """The ministry's number is entered, sometimes one that another has."""
    number = "部备〔2026〕1号" if walk.astray() else f"部备{walk.number()}"
    walk.both(PROVINCE, "verification.record", record_no=number, **_told(walk))


def reopen(walk: Walk) -> None:
    """The ministry sends it back."""
    walk.both(PROVINCE, "verification.reopen", reason="验收资料不齐", **_told(walk))


def certify(walk: Walk) -> None:
    """The province books and certifies."""
    walk.world.certify(walk.when)


def reduce(walk: Walk) -> None:
    """A re-check found less, once in a while less than nothing."""
    amount = walk.rng.choice(("0.5000", "5.0000", "39.0000", "40.0001"))
    number = "核减1号" if walk.astray() else walk.number()
    walk.both(PROVINCE, "verification.reduce", amount=amount, finding_no=number, reason="复核少地")


def revoke(walk: Walk) -> None:
    """The province takes it back."""
    walk.both(PROVINCE, "verification.revoke", reason="复核不实")


# --- the public ---


def objects(walk: Walk) -> None:
    """Somebody reports what is wrong with a certificate."""
    said = {"text": "地块不实", "name": "某人", "contact": "13800000000"}
    act = act_called("objection.raise_on_case")
    perform(act, subject_id=walk.world.verification_id, data=said, by=PUBLIC, now=at(walk.when))


def answer(walk: Walk) -> None:
    """The province accepts or refuses the last report, then decides on it."""
    last = Objection.objects.order_by("pk").last()
    key = last.pk if last is not None else 0
    if last is None or last.status == ObjectionStatus.RAISED:
        yes = walk.rng.random() < 0.7
        said = {"subject": key, "accepted": yes, "reason": "" if yes else "无关"}
        walk.world.alone(PROVINCE, "objection.accept", walk.when, **said)
    else:
        upheld = walk.rng.random() < 0.5
        walk.both(PROVINCE, "objection.decide", subject=key, upheld=upheld, reason="经核实")


S = VerificationStatus
STEPS: dict[str, list[Step]] = {
    S.DRAFT: [*[commission] * 5, amend, withdraw],
    S.COMMISSIONED: [*[measure] * 6, commission, withdraw],
    S.MEASURED: [*[submit] * 6, amend, measure, commission, withdraw],
    S.CITY_REVIEW: [*[review] * 8, decide_in_city, send_back, withdraw],
    S.PROVINCE_REVIEW: [*[review] * 8, decide_in_province, send_back, withdraw],
    S.RETURNED: [*[submit] * 5, amend, measure, commission, withdraw],
    S.VERIFIED: [*[record] * 5, reopen, revoke],
    S.RECORDED: [*[certify] * 5, revoke],
    S.CERTIFIED: [reduce, reduce, objects, objects, answer, answer, answer, draft, draft, draft, revoke],
}

_FAULTS = (quota_faults, surplus_faults)


def verify(seed: int, world: Ziyun) -> Walk:
    """Walk through verifications."""
    walk = Walk(world, Verification, Random(seed), ended=tuple(map(str, ENDED)), faults=_FAULTS)
    return walked(walk, STEPS, draft)


__all__ = ["STEPS", "Walk", "verify"]
