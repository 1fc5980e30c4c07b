"""Playing a case: time moves, deadlines fire, people act, and everything is written on the timeline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.conf import settings

from apps.kinds.table import QuotaKind, kinds_of
from apps.land.names import PROJECT_RECORD
from apps.land.queries import with_polygons
from apps.land.rules import Ground, as_reported
from apps.listings.models import Listing
from apps.money import queries as money
from apps.money.accounts import open_accounts
from apps.money.models import Exceptional, Purpose
from apps.money.names import MONEY_COVER, MONEY_LINE, REFUND_RELEASE, REMITTANCE_RELEASE
from apps.money.queries import sub_account
from apps.objections.models import Objection
from apps.objections.names import OBJECTION_ACCEPT, OBJECTION_ACCEPT_AND_SUSPEND, OBJECTION_DECIDE
from apps.parties.models import Membership
from apps.process.commands import platform_returns
from apps.process.names import CALENDAR_LOAD
from apps.quota.names import QUOTA_BOOK, QUOTA_USE
from apps.rehearsal import scenario as scenarios
from apps.rehearsal import supplied
from apps.rehearsal.cases import CASES, numbers, rest_of, standing
from apps.rehearsal.channels import Answer, Channel
from apps.rehearsal.engines import Engine
from apps.rehearsal.participants import Participants, assemble_participants
from apps.rehearsal.scenario import Scenario
from apps.stages.announcement.names import ANNOUNCEMENT_NOTE_PORTAL, ANNOUNCEMENT_PUBLISH
from apps.stages.announcement.queries import portal_facts
from apps.stages.application.names import LISTING_DRAFT, LISTING_RELIST, LISTING_SUBMIT
from apps.stages.bidding.names import BID_PLACE
from apps.stages.consent.names import AGREEMENT_CONSENT
from apps.stages.contract.models import Contract
from apps.stages.payment.names import DEFAULT_DEADLINE
from apps.stages.qualification.models import Registration
from apps.stages.qualification.names import REGISTRATION_DECIDE, REGISTRATION_SUBMIT
from apps.stages.qualification.queries import confirmation_facts
from apps.stages.review.names import REVIEW_DECIDE
from apps.stages.review.queries import opinion_facts
from apps.stages.transfer.names import QUALITY_CLAIM, QUALITY_CONFIRM, TRANSFER_EXECUTE
from kernel.actors import SYSTEM, Duty
from kernel.acts.act import act_called
from kernel.audit.models import AuditEntry
from kernel.availability import commands as availability
from kernel.availability.queries import is_down
from kernel.clock import SimulatedClock, iso
from kernel.deadlines import queries as deadlines
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import Code, Refusal, Refused
from kernel.measures import parse_area
from kernel.money import ZERO

_MOST_MOMENTS = 20_000
_MOMENT = timedelta(microseconds=1)
_RECEIPT = ("sequence", "unit_price")
_WITHOUT_LOT = ("platform.down", "platform.up", "clock.advance", QUOTA_USE, CALENDAR_LOAD)
"""Actions of their own shape that are not about the lot."""


@dataclass
class Runner:
    """One performance of one case in the present (scratch) database."""

    case: Scenario
    channel: Channel
    engine: Engine
    clock: SimulatedClock
    say: Callable[[dict[str, Any]], None] = lambda _: None
    participants: Participants = field(default_factory=Participants)
    timeline: list[dict[str, Any]] = field(default_factory=list)
    listing_id: int = 0
    batch_id: int = 0
    heard: int = 0
    named: dict[str, int] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    """The cases that the script created, by their names in it."""

    def play(self) -> None:
        """Play the whole script, then let the clock run until nothing is open, or until `stop_at`."""
        self.participants = assemble_participants(self.case, now=self.clock.now())
        self._record_quota()
        for index, step in enumerate(self.case.script):
            self._pass_to(step.at, before=index)
            self._enter(step)
        if self.case.stop_at is not None:
            self._pass_to(self.case.stop_at, before=len(self.case.script))
        else:
            self._run_out()

    # --- setting the stage

    def _record_quota(self) -> None:
        if self.case.lot_begun is None:
            return
        project, batch, lot = self.case.lot_begun
        seller = self.participants.members("seller", Duty.OPERATOR)[0]
        parts = [part.model_dump() for part in project.parts]
        said = project.model_dump(exclude={"parts"}, exclude_none=True)
        facts = {**_reported(project), **said, "parts": parts}
        made = self._must(PROJECT_RECORD, 0, with_polygons(facts), seller)
        booked = batch.model_dump(exclude={"grade"}) | {"grade": batch.grade or lot.grade}
        province = self.participants.members("provincial_dnr", Duty.OPERATOR)[0]
        approver = self.participants.members("provincial_dnr", Duty.APPROVER)[0]
        self._must(QUOTA_BOOK, made["project"], booked, province)
        self.batch_id = self._must(QUOTA_BOOK, made["project"], booked, approver)["batch"]
        self.named |= {"project": made["project"], "batch": self.batch_id}
        self.listing_id = self._draft(seller, lot)

    def _draft(self, seller: Membership, lot: "scenarios.Lot") -> int:
        data = lot.model_dump()
        lines = [
            {"batch": self.batch_id, "kind": str(kind), "amount": data[str(kind)]}
            for kind in kinds_of()
            if data[str(kind)].strip("0.") != ""
        ]
        data |= {
            "title": self.case.title or self.case.case,
            "lines": lines,
            "fiscal_account": open_accounts(self.participants.organisations["seller"].pk)[0].pk,
            "contact": "演示联系人",
            **({"commitment_project": self.named["project"]} if lot.target_grade is not None else {}),
        }
        listing_id: int = self._must(LISTING_DRAFT, 0, data, seller)["listing"]
        return listing_id

    def _must(self, name: str, subject_id: int, data: dict[str, Any], member: Membership) -> dict[str, Any]:
        """An act of setting the stage: a refusal means that the case cannot be played."""
        try:
            return self.channel.act(act_called(name), subject_id=subject_id, data=data, member=member).detail
        except Refused as no:
            where = (
                "$.batch" if name == QUOTA_BOOK else "$.project" if name == PROJECT_RECORD else "$.listing"
            )
            raise scenarios.BadScenario(where, f"{no.refusal.code}: {no.refusal.sentence}") from no

    # --- time

    def _pass_to(self, at: datetime, *, before: int) -> None:
        """Let time pass to `at`; every moment on the way comes in its order."""
        for _ in range(_MOST_MOMENTS):
            moment = None if is_down() else deadlines.next_look_at(after=self.clock.now())
            if moment is None or moment > at:
                break
            self.clock.move_to(moment)
            self._fire(before)
        self.clock.move_to(at)
        self._fire(before)

    def _run_out(self) -> None:
        for _ in range(_MOST_MOMENTS):
            moment = deadlines.next_look_at(after=self.clock.now())
            if moment is None or is_down() or not self._goes_on():
                return
            self.clock.move_to(moment)
            self._fire(len(self.case.script))

    def _goes_on(self) -> bool:
        """Whether a deadline is open that can still come to something: nobody loads a calendar after the script."""
        waiting = Deadline.objects.filter(status=DeadlineStatus.PENDING, paused_at=None)
        return waiting.filter(waiting_for="").exists()

    def _fire(self, before: int) -> None:
        self._cover(before)
        self.engine.run(self.clock.now())
        self._listen()

    def _cover(self, before: int) -> None:
        """The bank's statements are complete up to now, but for what the script has arriving and imports later."""
        now = self.clock.now()
        if not Deadline.objects.filter(
            kind=DEFAULT_DEADLINE, status=DeadlineStatus.PENDING, due_at__lte=now
        ).exists():
            return
        later = [
            step for step in self.case.script[before:] if isinstance(step, scenarios.Deposit | scenarios.Pay)
        ]
        until = min([now, *((step.arrived_at or step.at) - _MOMENT for step in later)])
        self._close_statement(settings.COLLECTION_ACCOUNT["number"], until)

    def _close_statement(self, account: str, until: datetime) -> None:
        """Both persons of finance close an account's statement up to an instant; nothing when it is closed so far."""
        province = self.participants.actor("finance").region
        span = money.span_of(account=account, province=province, until=until)
        if span.since is not None and until <= span.since:
            return
        data = {
            "account": account,
            "covers_until": iso(until),
            "opening_balance": str(span.opening or ZERO),
            "debit_total": str(span.debits),
            "closing_balance": str(span.closing),
        }
        operator = self.participants.members("finance", Duty.OPERATOR)[0]
        self.channel.act(act_called(MONEY_COVER), subject_id=0, data=data, member=operator)
        self._released(MONEY_COVER, 0, data, "finance")

    def _pay_out(self) -> None:
        """What is owed to the seller is paid out, where the script does not do it itself."""
        due = money.remittance_due(self.listing_id)
        if due is None or any(step.do == REMITTANCE_RELEASE for step in self.case.script):
            return
        operator = self.participants.members("finance", Duty.OPERATOR)[0]
        act = act_called(REMITTANCE_RELEASE)
        try:
            self.channel.act(act, subject_id=self.listing_id, data={}, member=operator)
            self._released(act.name, self.listing_id, {}, "finance")
        except Refused:
            return  # the transfer says why

    def _do_transfer_execute(self, step: "scenarios.Simple") -> Answer:
        self._pay_out()
        return self._by_two(TRANSFER_EXECUTE, self.listing_id, {}, step)

    def _listen(self) -> None:
        """Write what the exchange did by itself on the timeline, as of the instant from which it counts."""
        now = self.clock.now()
        done = AuditEntry.objects.filter(id__gt=self.heard, role=SYSTEM.role, case_id__isnull=False).order_by(
            "id"
        )
        for entry in done:
            self._write(
                at=entry.at, by="system", do=entry.verb, outcome="done", detail=dict(entry.after), heard=now
            )
        self.heard = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def _write(
        self,
        *,
        at: datetime,
        by: str,
        do: str,
        outcome: str,
        detail: dict[str, Any],
        code: str = "",
        heard: datetime | None = None,
    ) -> None:
        line: dict[str, Any] = {"at": iso(at), "by": by, "do": do, "outcome": outcome}
        if code:
            line["code"] = code
        if heard is not None and heard != at:
            line["handled_at"] = iso(heard)
        if status := self._status():
            line["status"] = status
        if detail:
            line["detail"] = detail
        self.timeline.append(line)
        self.say(line)

    def _status(self) -> str:
        """Where the lot stands; before there is one, the case that the script created last."""
        last = self.listing_id or next(reversed(self.cases.values()), 0)
        return next((each["status"] for each in standing({"": last}).values()), "")

    # --- acting

    def _enter(self, step: "scenarios.Step") -> None:
        do: str = step.do  # type: ignore[attr-defined]
        at = self.clock.now()
        try:
            answer = self._perform(do, step)
        except Refused as no:
            self._listen()
            self._write(
                at=at,
                by=step.by,
                do=do,
                outcome="refused",
                code=str(no.refusal.code),
                detail=dict(no.refusal.detail),
            )
            return
        self._listen()
        outcome = "done" if answer.outcome == "prepared" else answer.outcome
        self._write(at=at, by=step.by, do=do, outcome=outcome, detail=answer.detail)

    def _perform(self, do: str, step: Any) -> Answer:
        if is_down() and do not in ("platform.up", "clock.advance"):
            raise Refused(Refusal(Code.INVALID, "平台停机期间无法办理。"))
        if isinstance(step, scenarios.Scripted):
            return self._scripted(step)
        if not self.listing_id and do not in _WITHOUT_LOT:
            raise Refused(Refusal(Code.NOT_FOUND, "本案例此时还没有标的，请先办理“listing.draft”。"))
        special = getattr(self, "_do_" + do.replace(".", "_"), None)
        if special is not None:
            answer: Answer = special(step)
            return answer
        return self._by_two(do, self.listing_id, _facts(step), step)

    def _scripted(self, step: "scenarios.Scripted") -> Answer:
        """An act by its name: on what was named, with what was named in its facts; names what it creates."""
        act = act_called(step.do)
        names = self._names()
        subject_id = supplied.subject_of(step.do, names.get(step.on or "listing", 0)) if act.subject else 0
        by = self.participants.actor(step.by) if step.by in self.participants.people else None
        now, told = self.clock.now(), _filled(step.data, names)
        data = supplied.completed(step.do, told, subject_id=subject_id, by=by, now=now)
        self._attach(step, subject_id, data)
        answer = self._by_two(step.do, subject_id, data, step)
        what, created = _created(answer.detail)
        if step.named is not None:
            self.named[step.named] = created
            self.cases |= {step.named: created} if what in CASES else {}
        if step.do == LISTING_DRAFT and not self.listing_id:
            self.listing_id = created
        return answer

    def _names(self) -> dict[str, Any]:
        """What `"$name"` stands for: what was created and its number, organisations, and the accounts of these."""
        found: dict[str, Any] = self.named | {"listing": self.listing_id} | numbers(self.cases)
        found |= {f"{name}.rest": rest for name, pk in self.cases.items() if (rest := rest_of(pk))}
        for key in self.case.organisations:
            found[key] = self.participants.organisations[key].pk
            found |= {f"{key}.account": each.pk for each in open_accounts(found[key])[:1]}
        return found

    def _by_two(self, name: str, subject_id: int, data: dict[str, Any], step: Any) -> Answer:
        """An act by one person, or prepared by an operator and released by an approver of the same party."""
        act = act_called(name)
        key = step.by
        if step.person is not None:
            member = self.participants.person(key, step.person)
            if member is None:
                raise Refused(Refusal(Code.NOT_PERMITTED, f"{key}没有名为{step.person}的人员。"))
            return self.channel.act(act, subject_id=subject_id, data=data, member=member)
        if key == "public":
            return self.channel.act(act, subject_id=subject_id, data=data, member=None)
        operator = self.participants.members(key, Duty.OPERATOR)[0]
        if not act.two_persons:
            return self.channel.act(act, subject_id=subject_id, data=data, member=operator)
        self.channel.act(act, subject_id=subject_id, data=data, member=operator)
        return self._released(name, subject_id, data, key)

    def _released(self, name: str, subject_id: int, data: dict[str, Any], key: str) -> Answer:
        """The first approver who may release it does."""
        approvers = self.participants.members(key, Duty.APPROVER)
        for member in approvers[:-1]:
            try:
                return self.channel.act(act_called(name), subject_id=subject_id, data=data, member=member)
            except Refused as no:
                if no.refusal.code is not Code.SAME_PERSON:
                    raise
        return self.channel.act(act_called(name), subject_id=subject_id, data=data, member=approvers[-1])

    def _attach(self, step: Any, case_id: int, data: Mapping[str, Any] = MappingProxyType({})) -> None:
        if step.by not in self.participants.people:
            return
        by, now = self.participants.actor(step.by), self.clock.now()
        if step.do == AGREEMENT_CONSENT:  # the consent is to the papers of both
            seller = self.participants.actor("seller")
            supplied.attach(step.do, subject_id=case_id, by=seller, only=None, now=now)
        supplied.attach(step.do, subject_id=case_id, by=by, only=step.documents, now=now, data=data)

    def _do_listing_submit(self, step: "scenarios.Submit") -> Answer:
        if step.lot == "another":
            if self.case.listing is None:
                raise Refused(Refusal(Code.INVALID, "本案例未填写“listing”，没有可再次申请的标的。"))
            seller = self.participants.members("seller", Duty.OPERATOR)[0]
            self.listing_id, first = self._draft(seller, self.case.listing), self.listing_id
            try:
                self._attach(step, self.listing_id)
                return self._by_two(LISTING_SUBMIT, self.listing_id, {}, step)
            finally:
                self.listing_id = first
        self._attach(step, self.listing_id)
        return self._by_two(LISTING_SUBMIT, self.listing_id, {}, step)

    def _do_listing_relist(self, step: "scenarios.Relist") -> Answer:
        answer = self._by_two(LISTING_RELIST, self.listing_id, _facts(step), step)
        self.listing_id = answer.detail["listing"]
        return answer

    def _do_announcement_publish(self, step: "scenarios.Announce") -> Answer:
        answer = self._by_two(ANNOUNCEMENT_PUBLISH, self.listing_id, _facts(step), step)
        scripted = any(getattr(each, "do", "") == ANNOUNCEMENT_NOTE_PORTAL for each in self.case.script)
        announced = Listing.objects.filter(pk=self.listing_id, announced_at__isnull=False).exists()
        if announced and not scripted:
            self._note_portal()
        return answer

    def _note_portal(self) -> None:
        """The provincial authority's portal shows the announcement at once; not a step of the script."""
        data = portal_facts(self.listing_id, at=self.clock.now())
        act = act_called(ANNOUNCEMENT_NOTE_PORTAL)
        for duty in (Duty.OPERATOR, Duty.APPROVER):
            member = self.participants.members("trading_centre", duty)[0]
            self.channel.act(act, subject_id=self.listing_id, data=data, member=member)

    def _do_review_decide(self, step: "scenarios.Opinion") -> Answer:
        data = opinion_facts(self.listing_id, step.opinion, step.outcome) | _facts(step)
        return self._by_two(REVIEW_DECIDE, self.listing_id, data, step)

    def _do_registration_submit(self, step: "scenarios.Register") -> Answer:
        self._attach(step, self.listing_id)
        data = confirmation_facts(self.listing_id) if step.confirm else {}
        answer = self._by_two(REGISTRATION_SUBMIT, self.listing_id, data, step)
        return Answer(answer.outcome, {"status": answer.detail.get("status", "")})

    def _do_registration_decide(self, step: "scenarios.Qualify") -> Answer:
        organisation = self.participants.organisations[step.of]
        registration = Registration.objects.filter(
            listing_id=self.listing_id, organisation=organisation
        ).first()
        data = {"outcome": step.outcome, "reason": step.reason}
        answer = self._by_two(REGISTRATION_DECIDE, registration.pk if registration else 0, data, step)
        return Answer(answer.outcome, {"of": step.of, "status": step.outcome})

    def _do_bid_place(self, step: "scenarios.Bid") -> Answer:
        answer = self._by_two(BID_PLACE, self.listing_id, _facts(step), step)
        return Answer(
            answer.outcome, {name: answer.detail[name] for name in _RECEIPT if name in answer.detail}
        )

    def _do_deposit_arrive(self, step: "scenarios.Deposit") -> Answer:
        return self._arrive(step, Purpose.DEPOSIT, self.participants.organisations[step.of].pk)

    def _do_payment_arrive(self, step: "scenarios.Pay") -> Answer:
        winner = (
            Contract.objects.filter(listing_id=self.listing_id).values_list("winner_id", flat=True).first()
        )
        return self._arrive(step, Purpose.PRICE, winner or 0)

    def _arrive(self, step: Any, purpose: Purpose, organisation_id: int) -> Answer:
        opened = sub_account(case_id=self.listing_id, organisation_id=organisation_id, purpose=purpose)
        key = self.participants.key_of(organisation_id)
        payer = step.payer or (self.participants.organisations[key].name if key else "未知付款人")
        data = {
            "reference": step.entry,
            "credited_number": opened.number if opened else "未开立",
            "amount": step.amount,
            "payer_name": payer,
            "payer_account": f"{organisation_id:012d}",
            "arrived_at": iso(step.arrived_at or self.clock.now()),
        }
        member = self.participants.members("finance", Duty.OPERATOR)[0]
        answer = self.channel.act(act_called(MONEY_LINE), subject_id=0, data=data, member=member)
        if opened and answer.outcome != "repeated":
            self._close_statement(opened.number, step.arrived_at or self.clock.now())
        return self._judged(answer, step)

    def _judged(self, answer: Answer, step: Any) -> Answer:
        """Money that does not count is on the timeline as a refusal; it was booked all the same, and is returned."""
        noted = Exceptional.objects.filter(entry=answer.detail["entry"]).first()
        code = noted.code if noted else None
        detail = {"entry": step.entry, "amount": step.amount}
        if answer.outcome == "repeated" or noted is None or code is None:
            return Answer(answer.outcome, detail)
        if noted.held:
            self.named["held"] = noted.pk
        if noted.held or code == Code.AMOUNT_EXCEEDS:
            return Answer(answer.outcome, detail | {"exception": code})
        raise Refused(Refusal(Code(code), noted.sentence, detail))

    def _do_refund_release(self, step: "scenarios.Refund") -> Answer:
        data = {"organisation_id": self.participants.organisations[step.of].pk}
        answer = self._by_two(REFUND_RELEASE, self.listing_id, data, step)
        return Answer(
            answer.outcome, {"of": step.of, "amounts": [each["amount"] for each in answer.detail["refunds"]]}
        )

    def _last_objection(self) -> int:
        return Objection.objects.filter(case_id=self.listing_id).values_list("id", flat=True).first() or 0

    def _do_objection_accept(self, step: "scenarios.AcceptObjection") -> Answer:
        if step.accepted and step.suspend:
            return self._by_two(OBJECTION_ACCEPT_AND_SUSPEND, self._last_objection(), {}, step)
        data = {"accepted": step.accepted, "reason": step.reason}
        return self._by_two(OBJECTION_ACCEPT, self._last_objection(), data, step)

    def _do_objection_decide(self, step: "scenarios.DecideObjection") -> Answer:
        data = {"upheld": step.outcome == "upheld", "reason": step.reason}
        return self._by_two(OBJECTION_DECIDE, self._last_objection(), data, step)

    def _do_quality_claim(self, step: "scenarios.Quality") -> Answer:
        self._attach(step, self.listing_id)
        facts = _facts(step)
        kind, retested = facts.pop("kind"), facts.pop("retested", None)
        if retested is not None:
            facts = {"area" if QuotaKind(kind).is_area else "capacity": retested} | facts
        claimed = self._by_two(QUALITY_CLAIM, self.listing_id, facts, step)
        province = self.participants.members("provincial_dnr", Duty.OPERATOR)[0]
        claim_id = claimed.detail["claim"]
        self.channel.act(act_called(QUALITY_CONFIRM), subject_id=claim_id, data={}, member=province)
        answer = self._released(QUALITY_CONFIRM, claim_id, {}, "provincial_dnr")
        return Answer(answer.outcome, {"refund": answer.detail["refund"]})

    def _do_quota_use(self, step: "scenarios.Use") -> Answer:
        facts = _facts(step)
        if step.year is None:
            facts = {"project_name": "演示建设项目", "project_approval_no": "演示建批〔2026〕1号"} | facts
        return self._by_two(QUOTA_USE, 0, facts, step)

    def _do_calendar_load(self, step: "scenarios.LoadCalendar") -> Answer:
        return self._by_two(CALENDAR_LOAD, 0, _facts(step), step)

    def _do_clock_advance(self, step: "scenarios.Advance") -> Answer:
        self._pass_to(step.to, before=self.case.script.index(step) + 1)
        return Answer("done", {"to": iso(step.to)})

    def _do_platform_down(self, _: "scenarios.Simple") -> Answer:
        availability.go_down(now=self.clock.now())
        return Answer("done", {})

    def _do_platform_up(self, _: "scenarios.Simple") -> Answer:
        platform_returns(now=self.clock.now())
        self._fire(0)
        return Answer("done", {})


def _reported(project: "scenarios.Project") -> dict[str, str]:
    """What an acceptance report of these parts states; parts that cannot be read are refused by the act itself."""
    try:
        grounds = [
            Ground(
                QuotaKind(each.kind),
                each.land_class,
                parse_area(each.quantity),
                each.grade_before,
                each.grade_after,
            )
            for each in project.parts
        ]
    except ValueError as error:
        raise scenarios.BadScenario("$.project", str(error)) from error
    return as_reported(grounds)


def _filled(value: Any, names: Mapping[str, Any]) -> Any:
    """Facts with the id of each thing in the place of its `$name`."""
    if isinstance(value, dict):
        return {key: _filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    if isinstance(value, str) and value.startswith("$"):
        if value[1:] not in names:
            raise Refused(Refusal(Code.NOT_FOUND, f"“{value[1:]}”没有产生，前面的步骤未办成。"))
        return names[value[1:]]
    return value


def _created(detail: Mapping[str, Any]) -> tuple[str, int]:
    """What an act created, and its id: the first number of its answer; 0 for an act that creates nothing."""
    return next(((name, each) for name, each in detail.items() if type(each) is int), ("", 0))


def _facts(step: Any) -> dict[str, Any]:
    """What the step says beyond when, who and what, as plain JSON values."""
    said: dict[str, Any] = step.model_dump(
        mode="json", exclude={"at", "by", "person", "do", "of", "documents", "lot"}
    )
    return {name: value for name, value in said.items() if value is not None}
