"""Every act of two persons: its approver finds each bound fact on the page, in words; a day later it is the same."""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connections, transaction
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from apps.documents.states import AttachmentKind as K
from apps.objections.models import Objection
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Membership, Person
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from apps.portal.templatetags.exchange import fact_text
from apps.rehearsal import scenario as scenarios
from apps.rehearsal.channels import Answer, Direct
from apps.rehearsal.engines import InProcess
from apps.rehearsal.runner import Runner
from apps.rulebook import presets
from config import scratch
from kernel import clock, entropy
from kernel.access.models import Preparation
from kernel.actors import SYSTEM, Actor, Duty
from kernel.acts.act import Act, act_called, all_acts
from kernel.acts.bound import Bound, Sort
from kernel.acts.perform import approval_of, digest_waiting, perform
from kernel.deadlines.runner import run_due
from kernel.web.opaque import shown
from tests.factories.across import Across, upheld_by_province
from tests.factories.kept import passing_database
from tests.factories.taking import Taking
from tests.factories.ziyun import CITY, COUNTY, MEASURER, PROVINCE, Ziyun, at, report

CASES = Path(__file__).parent.parent / "cases"
_DAY = timedelta(days=1)


@dataclass
class Reader(Direct):
    """Acts as a rehearsal does, and reads the approval page of everything that comes to wait."""

    read: dict[str, list[str]] = field(default_factory=dict)

    def act(self, act: Act, *, subject_id: int, data: dict[str, Any], member: Membership | None) -> Answer:
        """The act; what it leaves waiting is read at once."""
        answer = super().act(act, subject_id=subject_id, data=data, member=member)
        if answer.outcome == "prepared":
            self.look(Preparation.objects.get(pk=answer.detail["preparation"]))
        return answer

    def look(self, prepared: Preparation) -> None:
        """Everything that is wrong with the approval page of what waits."""
        faults = self.read.setdefault(prepared.act, [])
        approvers = (
            Membership.objects.filter(
                organisation_id=prepared.organisation_id, duty=Duty.APPROVER, active=True
            )
            .select_related("person", "organisation")
            .order_by("id")
        )
        # In a review each opinion takes another person.
        fit = [
            each
            for each in approvers
            if approval_of(prepared, by=actor_of(each), now=clock.now()).refusal is None
        ]
        approver = (fit or list(approvers))[0]
        bound = msgspec.convert(prepared.bound, Bound)
        faults += _faults_of_bound(bound)
        faults += _faults_of_page(prepared, bound, approver)
        faults += _faults_a_day_later(prepared, actor_of(approver))


def _faults_of_bound(bound: Bound) -> list[str]:
    faults = []
    if not (bound.facts and bound.effect and bound.button):
        faults.append("facts, effect or button missing")
    for fact in bound.facts:
        if fact.sort is Sort.TEXT and re.fullmatch(r"[0-9]{1,9}|[0-9a-f]{64}", fact.value):
            faults.append(f"{fact.label} is a bare number or hash: {fact.value}")
        if fact.label != "用户名" and re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", fact.value):
            faults.append(f"{fact.label} is a code word: {fact.value}")
    return faults


def _text(page: str) -> str:
    """What a reader sees, without what a machine reads."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page)))


def _faults_of_page(prepared: Preparation, bound: Bound, approver: Membership) -> list[str]:
    browser = Client()
    browser.force_login(approver.person, backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.get(f"/desk/preparations/{shown(prepared.pk, 'preparation')}/")
    if answer.status_code != 200:
        return [f"page answers {answer.status_code}"]
    page = answer.content.decode()
    seen = _text(page)
    wanted = [each.label for each in bound.facts] + [fact_text(each) for each in bound.facts]
    wanted += [each.name for each in bound.evidence] + [bound.effect, bound.button, prepared.prepared_by_name]
    faults = [f"not on the page: {said}" for said in wanted if re.sub(r"\s+", " ", said) not in seen]
    faults += [f"a bare hash on the page: {each}" for each in re.findall(r"\b[0-9a-f]{64}\b", seen)]
    if 'value="release"' not in page:
        faults.append("nothing to release with")
    told = browser.get(f"/api/v1/preparations/{shown(prepared.pk, 'preparation')}/").json()
    said = [(each["label"], each["value"]) for each in told["facts"]]
    kept = [(each.label, "" if each.sort is Sort.SEALED else each.value) for each in bound.facts]
    if (said, told["digest"], told["changed"]) != (kept, prepared.digest, False):
        faults.append(f"the API shows something else: {told}")
    return faults


def _faults_a_day_later(prepared: Preparation, by: Actor) -> list[str]:
    """Whatever falls due meanwhile is taken back again."""
    with transaction.atomic():
        later = approval_of(prepared, by=by, now=clock.now() + _DAY)
        transaction.set_rollback(True)
    if later.changes or (later.refusal is None and later.changed):
        return [f"another digest a day later: {later.changes}"]
    return []


def _more(name: str) -> list[dict[str, Any]]:
    script: list[dict[str, Any]] = json.loads((CASES / f"{name}.json").read_text())["script"]
    return script


def _step(at: str, by: str, do: str, **rest: Any) -> dict[str, Any]:
    return {"at": f"2026-{at}", "by": by, "do": do, **rest}


def _of_projects(runner: Runner) -> list[tuple[str, str, int, dict[str, Any]]]:
    """Acts on things beside the lot: who prepares what on which, with which facts."""
    return [
        ("seller", "organisation.describe", 0, {
            "credit_code": "114102220052820732", "representative": "演示负责人", "address": "通许县咸平大道1号",
            "phone": "0371-24971234"}),
        ("seller", "account.register", 0, {
            "name": "通许县财政局", "bank": "演示银行通许支行", "number": "410501636286000009"}),
        ("provincial_dnr", "quota.encumber", runner.batch_id, {"reason": "法院查封"}),
        ("provincial_dnr", "calendar.load", 0, {
            "year": 2027, "notice_no": "国办发明电〔2026〕9号（演示）", "days_off": ["2027-01-01"], "workdays_on": []}),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def reader(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Reader]:
    """Has read whatever came to wait in several deals and beside them."""
    found = Reader()
    media = tmp_path_factory.mktemp("media")
    names = (
        "quality-refund",
        "suspended-resumed",
        "terminated",
        "use-of-quota",
        "scripted-acts",
        "agreement-bazhong",
    )
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media, ALLOWED_HOSTS=["*"]):
        for name in names:
            case = scenarios.read(CASES / f"{name}.json")
            with passing_database("read") as database, scratch.point_at(database):
                with entropy.seeded(case.case), clock.simulated(case.start) as moved:
                    runner = Runner(case=case, channel=found, engine=InProcess(), clock=moved)
                    runner.play()
                    if name == "quality-refund":
                        _beside(found, runner)
                        _administration(found, runner)
                    if name == "scripted-acts":
                        _objected(found, runner)
                connections.close_all()
        _verified(found)
        _gone_across(found)
        _come_across(found)
        yield found


def _verified(found: Reader) -> None:
    """Surplus quota from its draft to its certificate, taken back again, and a draft given up."""
    with passing_database("read") as database, scratch.point_at(database):
        with entropy.seeded("ziyun"), clock.simulated(at("01-05 09:00")) as moved:
            ziyun = Ziyun.recorded(look=found.look, clock=moved)
            ziyun.certify()
            ziyun.both(PROVINCE, "verification.revoke", "04-01 10:00", reason="复核发现地块不实")
            ziyun.draft("04-02 09:00")
            ziyun.both(COUNTY, "verification.withdraw", "04-03 09:00", reason="申报有误")
            _sent_back_and_reduced(ziyun)
        connections.close_all()


def _gone_across(found: Reader) -> None:
    """Surplus quota on its way to another province; what was not matched is sent back and given up."""
    with passing_database("read") as database, scratch.point_at(database):
        with entropy.seeded("across"), clock.simulated(at("01-05 09:00")) as moved:
            across = Across.with_ministry(look=found.look, clock=moved)
            matched = across.match(across.row("500.0000", "33.3333")).answer["matched"][0]
            _disputed_and_revoked(across)
            again = across.row("500.0000", "33.3333", scheme_no="部调剂〔2026〕2号")
            across.match(
                again | {"case": across.adjustment_id}, when="10-21 10:00",
                number="自然资函〔2026〕22号",
            )  # fmt: skip
            across.publish("10-22 09:00")
            run_due(now=at("10-30 00:00"), case_id=across.adjustment_id)
            across.allocate("135000000.00", "11-02 10:00")
            across.transfer("11-03 10:00")
            _planned_otherwise(across)
            across.adjustment_id = matched["remainder"]
            across.incoming(PROVINCE, "adjustment.unmatch", "11-05 10:00", "自然资函〔2026〕11号")
            across.both(PROVINCE, "adjustment.report", "11-06 10:00")
            across.incoming(
                PROVINCE, "adjustment.reopen", "11-09 10:00", "自然资函〔2026〕12号", reason="资料不全"
            )
            across.both(COUNTY, "adjustment.withdraw", "11-10 10:00", reason="另有安排")
        connections.close_all()


def _come_across(found: Reader) -> None:
    """Quota of other provinces from what is needed to its receipt; what was not matched is sent back and given up."""
    with passing_database("read") as database, scratch.point_at(database):
        with entropy.seeded("taking"), clock.simulated(at("01-05 09:00")) as moved:
            taking = Taking.with_ministry(look=found.look, clock=moved)
            matched = taking.match(taking.row("500.0000", "33.3333")).answer["demanded"][0]
            taking.both(PROVINCE, "scheme.publish", "09-21 09:00", subject=taking.scheme.pk)
            taking.object("09-22 10:00")
            taking.uphold("09-23 10:00")
            taking.both(PROVINCE, "demand.dispute", "09-23 11:00", reason="标准有误，报部复核")
            taking.incoming(
                PROVINCE, "demand.settle", "09-24 09:00", "自然资函〔2026〕20号", settlement="republish"
            )
            run_due(now=at("10-09 00:00"), case_id=taking.demand_id)
            taking.pay("250000000.00")
            taking.receive()
            taking.close()
            taking.demand_id = matched["remainder"]
            taking.incoming(PROVINCE, "demand.unmatch", "11-02 10:00", "自然资函〔2026〕11号")
            taking.both(PROVINCE, "demand.report", "11-03 10:00")
            rest = taking.row("300.0000", "20.0000", scheme_no="部调剂〔2026〕2号")
            taking.match(rest, when="11-04 10:00", number="自然资函〔2026〕22号")
            taking.incoming(
                PROVINCE, "demand.revoke", "11-05 10:00", "自然资函〔2026〕23号", reason="调整计划"
            )
            taking.incoming(
                PROVINCE, "demand.reopen", "11-06 10:00", "自然资函〔2026〕12号", reason="资料不全"
            )
            taking.both(COUNTY, "demand.withdraw", "11-09 10:00", reason="另有安排")
        connections.close_all()


def _disputed_and_revoked(across: Across) -> None:
    """The published scheme is rightly objected to, published anew, and taken back."""
    across.publish()
    across.object("09-22 10:00")
    upheld_by_province(across, "09-23 10:00")
    across.both(PROVINCE, "scheme.dispute", "09-24 10:00", reason="面积有误，报部复核")
    across.incoming(PROVINCE, "scheme.settle", "09-28 09:00", "自然资函〔2026〕20号", settlement="republish")
    run_due(now=at("10-20 00:00"), case_id=across.adjustment_id)
    across.incoming(PROVINCE, "scheme.revoke", "10-20 10:00", "自然资函〔2026〕21号", reason="调整年度计划")


def _planned_otherwise(across: Across) -> None:
    """The county wants its plan otherwise, the province accepts that."""
    lines = [
        {"no": 1, "category": "farmers", "item": "农户搬迁补偿", "village": "板当镇演示村",
         "amount": "100000000.00", "revitalisation": "yes"},
        {"no": 2, "category": "infrastructure", "item": "村庄道路", "village": "板当镇演示村",
         "amount": "35000000.00", "revitalisation": "no"},
    ]  # fmt: skip
    version = across.both(COUNTY, "plan.amend", "11-03 11:00", plan=lines).answer["version"]
    across.both(PROVINCE, "plan.accept", "11-04 10:00", version=version)


def _sent_back_and_reduced(ziyun: Ziyun) -> None:
    """An area that the ministry sends back once, and of which a re-check finds less after it is certified."""
    ziyun.draft("04-06 09:00", acceptance_no="紫验〔2025〕3号")
    ziyun.both(
        COUNTY, "verification.commission", "04-07 09:00", measurer_id=ziyun.organisation_id(MEASURER),
        contract_no="核定合同3号", contract_price="120000.00",
    )  # fmt: skip
    ziyun.attach(MEASURER, K.MEASUREMENT_REPORT, when="04-20 09:00")
    told = report(ziyun.parts(), measured_on="2026-04-15")
    ziyun.both(MEASURER, "verification.report", "04-20 09:00", **told)
    ziyun.submit("04-21 10:00")
    ziyun.decide(CITY, "pass", "04-22 10:00")
    ziyun.decide(PROVINCE, "pass", "04-23 10:00")
    ziyun.attach(PROVINCE, K.INCOMING_DOCUMENT, when="04-24 09:00")
    ziyun.both(
        PROVINCE, "verification.reopen", "04-24 10:00", body="自然资源部", document_no="自然资函〔2026〕7号",
        document_date="2026-04-24", reason="地块资料不全",
    )  # fmt: skip
    ziyun.both(COUNTY, "verification.submit", "04-27 10:00")
    ziyun.decide(CITY, "pass", "04-28 10:00")
    ziyun.decide(PROVINCE, "pass", "04-29 10:00")
    ziyun.record("04-30 10:00", "部备〔2026〕3号", day="2026-04-29")
    ziyun.certify("05-06 10:00")
    ziyun.both(
        PROVINCE, "verification.reduce", "05-07 10:00", amount="10.0000", finding_no="核查〔2026〕1号",
        reason="复核少于核定",
    )  # fmt: skip


def _prepare(found: Reader, runner: Runner, key: str, name: str, subject: int, data: dict[str, Any]) -> None:
    member = runner.participants.members(key, Duty.OPERATOR)[0]
    found.act(act_called(name), subject_id=subject, data=data, member=member)


def _release(runner: Runner, key: str, name: str, subject: int, data: dict[str, Any]) -> dict[str, Any]:
    act, by = act_called(name), actor_of(runner.participants.members(key, Duty.APPROVER)[0])
    seen = digest_waiting(act, subject_id=subject, data=data, by=by)
    return perform(act, subject_id=subject, data=data, by=by, now=clock.now(), seen=seen).answer


def _beside(found: Reader, runner: Runner) -> None:
    for key, name, subject, data in _of_projects(runner):
        _prepare(found, runner, key, name, subject, data)
    _prepare(found, runner, "provincial_dnr", "rulebook.approve", _drafted(runner), {})


def _drafted(runner: Runner) -> int:
    """Further rules of the province, with one period shorter."""
    rules = presets.parameters("henan", {"review_wd": 8}).as_json()
    facts = {
        "province": "410000",
        "name": "河南省修订规则",
        "legal_basis": ["演示"],
        "valid_from": "2027-01-01",
    }
    by = actor_of(runner.participants.members("provincial_dnr", Duty.OPERATOR)[0])
    made = perform(act_called("rulebook.draft"), data=facts | {"parameters": rules}, by=by, now=clock.now())
    return int(made.answer["rulebook"])


def _administration(found: Reader, runner: Runner) -> None:
    now = clock.now()
    body = register_organisation(kind=Role.PLATFORM, name="平台管理处", region="410000", by=SYSTEM, now=now)
    runner.participants.organisations["platform"] = body
    runner.participants.people["platform"] = [
        register_person(
            username=f"admin-{duty}", name="管理员", organisation=body, duty=duty, by=SYSTEM, now=now
        )
        for duty in Duty
    ]
    seller, member = runner.participants.organisations["seller"].pk, runner.participants.people["seller"][0]
    person = Person.objects.get(pk=member.person_id)
    rest: list[tuple[str, int, dict[str, Any]]] = [
        ("organisation.register", 0, {"kind": "county_government", "name": "新登记县人民政府", "region": "410223"}),
        ("organisation.change", seller, {"name": "改名县人民政府", "active": True}),
        ("person.register", 0, {
            "username": "new-one", "name": "新人", "organisation_id": seller, "duty": "operator"}),
        ("membership.grant", person.pk, {
            "organisation_id": runner.participants.organisations["a"].pk, "duty": "operator"}),
        ("membership.end", member.pk, {}),
        ("account.switch", person.pk, {"active": False}),
        ("account.invite", person.pk, {}),
    ]  # fmt: skip
    for name, subject, data in rest:
        _prepare(found, runner, "platform", name, subject, data)


def _objected(found: Reader, runner: Runner) -> None:
    """Nothing yet: objections come with their own case."""
    assert not Objection.objects.exists()


READ_ELSEWHERE = {
    "account.close": "tests/money",
    "adjustment.close": "tests/crossprovince/test_money.py",
    "adjustment.quarter": "tests/crossprovince/test_money.py",
    "agreement.withdraw_consent": "tests/process/test_agreement.py",
    "announcement.amend": "tests/trust/test_approvals.py",
    "commitment.decide": "tests/process/test_commitment.py",
    "contract.account": "tests/money",
    "document.correct": "tests/documents/test_mending.py",
    "funds.answer": "tests/funds",
    "funds.audit": "tests/funds",
    "funds.conclude": "tests/funds",
    "funds.distribute": "tests/funds",
    "funds.return": "tests/funds",
    "funds.reverse": "tests/funds",
    "funds.spend": "tests/funds",
    "incoming.correct": "tests/documents/test_incoming_corrections.py",
    "money.decide": "tests/money",
    "money.import": "tests/money",
    "objection.accept_and_suspend": "tests/objections",
    "objection.dismiss_flood": "tests/objections",
    "objection.refuse_together": "tests/objections",
    "pairing.end": "tests/process/test_agreement.py",
    "project.void": "tests/quota",
    "question.answer": "tests/questions",
    "quota.extend_term": "tests/surplus",
    "refund.release_one": "tests/money",
    "quality.paid": "tests/money",
    "year.close": "tests/quota",
}
"""Acts that none of these deals comes to."""


def test_every_act_of_two_persons_says_what_it_binds() -> None:
    assert [act.name for act in all_acts() if act.two_persons and act.binds is None] == []


def test_every_act_of_two_persons_was_read(reader: Reader) -> None:
    wanted = {act.name for act in all_acts() if act.two_persons}
    assert wanted - set(reader.read) == set(READ_ELSEWHERE)


def test_each_bound_fact_stands_on_the_approval_page_in_words_and_a_day_later_alike(reader: Reader) -> None:
    faults = [f"{name}: {fault}" for name, found in reader.read.items() for fault in sorted(set(found))]
    assert faults == [], "\n".join(faults)
