"""Every refusal code of the process is reached by name, says what to do in Chinese, and changes nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from pytest_django import DjangoDbBlocker

from apps.land.queries import with_polygons
from apps.money.accounts import open_accounts
from apps.rehearsal import scenario as scenarios
from apps.rehearsal.channels import Direct
from apps.rehearsal.engines import InProcess
from apps.rehearsal.runner import Runner
from config import scratch
from kernel import clock, entropy
from kernel.actors import Duty
from kernel.acts.act import act_called
from kernel.acts.perform import digest_waiting, perform
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refused
from tests.factories.kept import passing_database

HENAN: dict[str, Any] = json.loads((Path(__file__).parent.parent / "cases" / "henan-448.json").read_text())
SCRIPT: list[dict[str, Any]] = HENAN["script"]

SUBMITTED, APPROVED, ANNOUNCED, A_MAY_BID, B_SHORT, A_LEADS, B_LEADS = 1, 4, 6, 10, 14, 16, 20
CLOSED, CONFIRMED, COMPLETE = 23, 24, len(SCRIPT)
"""How far the script has come before the act that is refused."""

EXPLAINED = 4
"""No sentence that says what to do is shorter than this many characters."""


def step(at: str, by: str, do: str, **facts: Any) -> dict[str, Any]:
    """One action of a script."""
    return {"at": at, "by": by, "do": do, **facts}


def publish(closes: str, opens: str, ends: str) -> dict[str, Any]:
    """An announcement with other moments."""
    return step(
        "2026-03-05T09:00:00",
        "trading_centre",
        "announcement.publish",
        registration_closes=closes,
        bidding_opens=opens,
        bidding_closes=ends,
    )


def bid(at: str, by: str, price: str, **facts: Any) -> dict[str, Any]:
    """A bid."""
    return step(at, by, "bid.place", unit_price=price, **facts)


def opinion(at: str, person: str, about: str) -> dict[str, Any]:
    """One person's part in an opinion of the province."""
    facts = {"opinion": about, "outcome": "pass", "person": person}
    return step(at, "provincial_dnr", "review.decide", **facts)


SCRIPTED: list[tuple[Code, int, list[dict[str, Any]], dict[str, Any]]] = [
    (Code.NOT_PERMITTED, 0, [step("2026-03-02T10:00", "seller", "listing.submit", person="approver")], {}),
    (Code.NOT_PERMITTED, ANNOUNCED, [step("2026-03-06T10:00", "a", "confirmation.issue")], {}),
    (Code.WRONG_STATUS, ANNOUNCED, [step("2026-03-06T10:00", "trading_centre", "confirmation.issue")], {}),
    (
        Code.SAME_PERSON,
        SUBMITTED,
        [
            opinion("2026-03-04T10:00", "operator", "legality"),
            opinion("2026-03-04T10:01", "reviewer2", "legality"),
            opinion("2026-03-04T10:02", "operator", "validity"),
            opinion("2026-03-04T10:03", "reviewer2", "validity"),
        ],
        {},
    ),
    (Code.MISSING_DOCUMENT, 0, [step("2026-03-02T10:00", "seller", "listing.submit", documents=[])], {}),
    (
        Code.MISSING_DOCUMENT,
        ANNOUNCED,
        [step("2026-03-06T10:00", "a", "registration.submit", documents=["fund_proof"])],
        {},
    ),
    (Code.INVALID, ANNOUNCED, [step("2026-03-06T10:00", "a", "registration.submit", confirm=False)], {}),
    (Code.QUOTA_FROZEN, SUBMITTED, [step("2026-03-02T11:00", "seller", "listing.submit", lot="another")], {}),
    (Code.QUOTA_INSUFFICIENT, 0, [step("2026-03-02T10:00", "a", "quota.use", farmland_area="1.0000")], {}),
    (Code.ANNOUNCEMENT_TOO_SHORT, APPROVED, [SCRIPT[4]], {}),
    (Code.TOO_EARLY, APPROVED, [publish("2026-03-20T00:00", "2026-03-24T09:00", "2026-03-30T10:00")], {}),
    (Code.TOO_EARLY, APPROVED, [publish("2026-03-20T00:00", "2026-03-25T09:00", "2026-03-28T08:59")], {}),
    (Code.TOO_LATE, ANNOUNCED, [step("2026-03-20T00:00", "a", "registration.submit")], {}),
    (Code.SELF_DEALING, ANNOUNCED, [SCRIPT[6]], {}),
    (Code.NOT_QUALIFIED, B_SHORT, [bid("2026-03-25T09:01", "c", "50000.00")], {}),
    (Code.DEPOSIT_MISSING, B_SHORT, [bid("2026-03-25T09:01", "b", "50000.00")], {}),
    (
        Code.PAYER_MISMATCH,
        9,
        [
            step(
                "2026-03-12T15:00", "bank", "deposit.arrive", of="a", amount="1.00", payer="他人", entry="X-1"
            )
        ],
        {},
    ),
    (Code.BIDDING_NOT_OPEN, A_MAY_BID, [bid("2026-03-25T08:59:59.999999", "a", "50000.00")], {}),
    (Code.BIDDING_CLOSED, A_MAY_BID, [bid("2026-03-30T10:00", "a", "50000.00")], {}),
    (
        Code.SUSPENDED,
        A_LEADS,
        [
            step("2026-03-25T10:00", "trading_centre", "listing.suspend", reason="核查"),
            bid("2026-03-25T11:00", "a", "60000.00"),
        ],
        {},
    ),
    (Code.BELOW_START, A_MAY_BID, [bid("2026-03-25T09:00", "a", "49999.99")], {}),
    (Code.BELOW_INCREMENT, A_LEADS, [bid("2026-03-25T10:00", "a", "54999.99")], {}),
    (
        Code.NOT_A_MULTIPLE,
        A_LEADS,
        [bid("2026-03-25T10:00", "a", "57000.00")],
        {"rulebook": {"use": "baseline", "set": {"increment_multiple": True}}},
    ),
    (
        Code.ABOVE_CEILING,
        A_LEADS,
        [bid("2026-03-25T10:00", "a", "75000.01")],
        {"rulebook": {"use": "baseline", "set": {"ceiling": {"kind": "percent_of_start", "value": "1.5"}}}},
    ),
    (Code.STALE_PRICE, B_LEADS, [bid("2026-03-26T10:00", "a", "65000.00", seen_price="50000.00")], {}),
    (
        Code.DUPLICATE_REQUEST,
        A_MAY_BID,
        [
            bid("2026-03-25T09:00", "a", "50000.00", request_id="r-1"),
            bid("2026-03-25T09:01", "a", "60000.00", request_id="r-1"),
        ],
        {},
    ),
    (Code.ALREADY_SIGNED, COMPLETE, [step("2026-06-01T10:00", "b", "contract.sign")], {}),
    (
        Code.TEXT_CHANGED,
        CONFIRMED,
        [
            step("2026-04-01T09:00", "seller", "contract.sign"),
            step("2026-04-01T10:00", "trading_centre", "contract.revise", special="分两期交付"),
            step("2026-04-01T11:00", "b", "contract.sign", text_sha256="0" * 64),
        ],
        {},
    ),
    (Code.AMOUNT_EXCEEDS, COMPLETE, [step("2026-06-01T10:00", "b", "quality.claim", retested="20.0000")], {}),
    (
        Code.OBJECTION_OPEN,
        ANNOUNCED,
        [
            step("2026-03-24T10:00", "public", "objection.raise"),
            step("2026-03-24T11:00", "trading_centre", "objection.accept", suspend=True),
            step("2026-03-25T10:00", "trading_centre", "listing.resume"),
        ],
        {},
    ),
    (
        Code.NOT_FOUND,
        ANNOUNCED,
        [step("2026-03-06T10:00", "trading_centre", "registration.decide", of="b", outcome="qualified")],
        {},
    ),
    (Code.INVALID, A_MAY_BID, [bid("2026-03-25T09:00", "a", "伍万")], {}),
]


def _performance(through: int, more: list[dict[str, Any]], changes: dict[str, Any]) -> scenarios.Scenario:
    script = [*SCRIPT[:through], *more]
    moments = [each["at"] for each in script] or ["2026-03-02T09:30:00"]
    parties = {
        **HENAN["organisations"],
        "c": {"kind": "county_government", "name": "尉氏县人民政府", "region": "410223"},
    }
    data = HENAN | {"organisations": parties, "script": script, "stop_at": moments[-1]} | changes
    return scenarios.parse(json.dumps(data))


def _rows() -> dict[str, int]:
    """How many rows every table has, but for the record of what was tried."""
    kept = [model for model in apps.get_models() if model._meta.label != "audit.AuditEntry"]
    return {model._meta.label: model._default_manager.count() for model in kept}


class Stage:
    """A performance that has been played, and in whose database and time more can be tried."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    def refusal(
        self, act: str, subject_id: int, data: dict[str, Any], key: str, duty: Duty = Duty.OPERATOR
    ) -> Code:
        """The code with which an act is refused; nothing else has changed."""
        before = _rows()
        with pytest.raises(Refused) as no:
            self.perform(act, subject_id, data, key, duty)
        assert _rows() == before
        return no.value.refusal.code

    def perform(
        self, act: str, subject_id: int, data: dict[str, Any], key: str, duty: Duty = Duty.OPERATOR
    ) -> Any:
        """Do an act."""
        by = self.runner.participants.actor(key, duty)
        seen = digest_waiting(act_called(act), subject_id=subject_id, data=data, by=by)
        return perform(
            act_called(act), subject_id=subject_id, data=data, by=by, now=clock.now(), seen=seen
        ).answer


def on_stage(blocker: DjangoDbBlocker, case: scenarios.Scenario, then: Callable[[Stage], None]) -> None:
    """Play a case in a database of its own, then try more there."""
    with (
        blocker.unblock(),
        passing_database("refusal") as name,
        scratch.point_at(name),
        entropy.seeded(case.case),
        clock.simulated(case.start) as moved,
    ):
        runner = Runner(case=case, channel=Direct(), engine=InProcess(), clock=moved)
        runner.play()
        then(Stage(runner))


@pytest.mark.parametrize(
    ("code", "through", "more", "changes"),
    SCRIPTED,
    ids=[f"{code}-{index}" for index, (code, *_) in enumerate(SCRIPTED)],
)
def test_the_code_is_reached(
    code: Code,
    through: int,
    more: list[dict[str, Any]],
    changes: dict[str, Any],
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    def last_is_refused(stage: Stage) -> None:
        persons = [line for line in stage.runner.timeline if line["by"] != "system"]
        assert (persons[-1]["outcome"], persons[-1].get("code")) == ("refused", code), persons[-1]

    on_stage(django_db_blocker, _performance(through, more, changes), last_is_refused)


def test_quota_under_a_burden_is_not_listed(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    def try_it(stage: Stage) -> None:
        for duty in (Duty.OPERATOR, Duty.APPROVER):
            stage.perform(
                "quota.encumber", stage.runner.batch_id, {"reason": "法院查封"}, "provincial_dnr", duty
            )
        listing = stage.runner.listing_id
        stage.runner._attach(scenarios.Submit(at=clock.now(), by="seller", do="listing.submit"), listing)
        assert stage.refusal("listing.submit", listing, {}, "seller") is Code.QUOTA_ENCUMBERED

    on_stage(django_db_blocker, _performance(0, [], {}), try_it)


def test_parts_that_do_not_add_up_are_not_booked(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """A published source has parts of 817.40 亩 under a stated total of 821.18 亩."""

    def try_it(stage: Stage) -> None:
        areas = ("242.82", "13.26", "411.81", "149.51")
        parts = [
            {
                "kind": "farmland_area",
                "land_class": "dry",
                "quantity": area,
                "grade_before": 16,
                "grade_after": 13,
            }
            for area in areas
        ]
        facts = {
            "name": "演示",
            "approval_no": "演1",
            "acceptance_no": "演2",
            "region": "410222",
            "farmland_before": "0",
            "farmland_after": "817.40",
            "farmland_area": "821.18",
            "paddy_area": "0",
            "grain_capacity": "245220",
            "parts": parts,
        }
        with pytest.raises(Refused) as no:
            stage.perform("project.record", 0, facts, "seller")
        assert no.value.refusal.code is Code.TOTALS_MISMATCH
        assert no.value.refusal.detail["difference"] == "3.7800"
        facts |= {"farmland_area": "817.40"}
        project = stage.perform("project.record", 0, with_polygons(facts), "seller")["project"]
        booked = {"certificate_no": "演3", "farmland_area": "821.18", "grade": 13}
        with pytest.raises(Refused) as no:
            stage.perform("quota.book", project, booked, "provincial_dnr")
        assert no.value.refusal.code is Code.TOTALS_MISMATCH
        assert no.value.refusal.detail["difference"] == "3.7800"

    on_stage(django_db_blocker, _performance(0, [], {}), try_it)


def test_announced_facts_are_frozen(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    def try_it(stage: Stage) -> None:
        lot = {
            "title": "改名",
            "farmland_area": "20.0000",
            "grain_capacity": "18000",
            "lines": [
                {"batch": stage.runner.batch_id, "kind": "farmland_area", "amount": "20.0000"},
                {"batch": stage.runner.batch_id, "kind": "grain_capacity", "amount": "18000"},
            ],
            "grade": 7,
            "starting_price": "40000.00",
            "price_unit": "yuan_per_mu",
            "fiscal_account": open_accounts(stage.runner.participants.organisations["seller"].pk)[0].pk,
        }
        assert stage.refusal("listing.amend", stage.runner.listing_id, lot, "seller") is Code.FACTS_FROZEN

    on_stage(django_db_blocker, _performance(ANNOUNCED, [], {}), try_it)


def test_nothing_punitive_is_done_by_hand_on_a_provisional_date(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    case = scenarios.read(Path(__file__).parent.parent / "cases" / "year-end-unconfirmed.json")

    def try_it(stage: Stage) -> None:
        payment = Deadline.objects.get(kind="payment")
        code = stage.refusal("deadline.attend", payment.pk, {}, "trading_centre")
        assert code is Code.CALENDAR_UNCONFIRMED

    on_stage(django_db_blocker, case, try_it)


def test_who_defaulted_is_barred_from_the_relisting(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    more: list[dict[str, Any]] = [
        step("2026-10-20T09:00", "seller", "listing.relist"),
        step("2026-10-20T10:00", "seller", "listing.submit"),
        step("2026-10-21T10:00", "provincial_dnr", "review.decide", opinion="legality", outcome="pass"),
        step("2026-10-21T10:10", "provincial_dnr", "review.decide", opinion="validity", outcome="pass"),
        step("2026-10-21T10:20", "trading_centre", "review.decide", opinion="eligibility", outcome="pass"),
        step(
            "2026-10-22T09:00",
            "trading_centre",
            "announcement.publish",
            registration_closes="2026-11-10T00:00",
            bidding_opens="2026-11-16T09:00",
            bidding_closes="2026-11-23T10:00",
        ),
        step("2026-10-26T09:00", "a", "registration.submit"),
    ]
    data = json.loads((Path(__file__).parent.parent / "cases" / "hunan-89-default.json").read_text())
    case = scenarios.parse(
        json.dumps(data | {"script": [*data["script"], *more], "stop_at": "2026-10-26T09:00"})
    )

    def last_is_refused(stage: Stage) -> None:
        assert stage.runner.timeline[-1].get("code") == Code.BARRED

    on_stage(django_db_blocker, case, last_is_refused)


def test_every_code_of_the_process_is_tried_here() -> None:
    tried = {code for code, *_ in SCRIPTED} | {
        Code.QUOTA_ENCUMBERED,
        Code.TOTALS_MISMATCH,
        Code.FACTS_FROZEN,
        Code.CALENDAR_UNCONFIRMED,
        Code.BARRED,
        Code.PARCEL_CONFLICT,  # tests/quota
        Code.NOT_VERIFIED,  # tests/surplus
        Code.BAN_LIST,
        Code.RULE_EXPIRED,
        Code.PRICE_OUT_OF_GUIDANCE,  # tests/prices
        Code.USE_BANNED,  # tests/surplus
        Code.SHARE_OUT_OF_RANGE,  # tests/funds
        Code.VOUCHER_USED,  # tests/funds
        Code.PRICE_MISMATCH,  # tests/crossprovince
        Code.NOT_PAIRED,  # tests/process/test_agreement.py
    }
    assert tried == set(Code)


def test_a_refusal_speaks_chinese_and_is_on_record(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    def try_it(stage: Stage) -> None:
        with pytest.raises(Refused) as no:
            stage.perform("bid.place", stage.runner.listing_id, {"unit_price": "1.00"}, "a")
        sentence = no.value.refusal.sentence
        assert len(sentence) > EXPLAINED
        assert any("一" <= sign <= "鿿" for sign in sentence)
        entry = apps.get_model("audit", "AuditEntry").objects.filter(outcome="refused").latest("id")
        assert (entry.verb, entry.code) == ("bid.place", no.value.refusal.code)
        assert entry.after["detail"] == dict(no.value.refusal.detail)

    on_stage(django_db_blocker, _performance(A_LEADS, [], {}), try_it)
