"""Nobody stops an auction by objecting: only what was accepted holds a step, and a flood is limited and dismissed."""

import json
import subprocess
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from apps.listings import commands as listings
from apps.notices.models import Notice
from apps.objections import commands as objections
from apps.objections import rules
from apps.objections.models import Objection
from apps.parties.commands import register_organisation
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from apps.stages.confirmation import commands as confirmation
from config.env import ROOT
from kernel import clock, proofs
from kernel.access.models import Preparation
from kernel.actors import PUBLIC, SYSTEM
from kernel.acts.act import act_called
from kernel.acts.perform import perform, release
from kernel.audit.models import AuditEntry
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refused
from kernel.web.origin import Origin, coming_from
from tests.factories import desk_steps as steps
from tests.factories.deal import CENTRE, A, B, Deal, at
from tests.factories.desk_site import opened
from tests.factories.journey import CLOSES, announced, bid

pytestmark = pytest.mark.django_db
OPENS = at("03-25 09:00")
BEFORE = at("03-24 10:00")


def _object(deal: Deal, count: int = 1, *, now: Any = BEFORE, text: str = "有异议") -> list[Objection]:
    deal.run(now)
    return [
        objections.raise_objection(
            case_id=deal.listing_id, text=text, name="某人", contact="电话", by=PUBLIC, now=now
        )
        for _ in range(count)
    ]


def _accept(deal: Deal, made: Objection, *, accepted: bool = True, now: Any = BEFORE) -> None:
    objections.accept(
        objection_id=made.pk, accepted=accepted, reason="理由", by=deal.operator(CENTRE), now=now
    )


def _by_two(deal: Deal, act: str, subject: int, *, now: Any, **data: Any) -> None:
    done = perform(act_called(act), subject_id=subject, data=data, by=deal.operator(CENTRE), now=now)
    assert done.outcome == "prepared"
    approver = deal.approver(CENTRE)
    release(preparation_id=done.answer["preparation"], seen=done.answer["digest"], by=approver, now=now)


# --- what holds a step


def test_twelve_objections_that_nobody_accepted_stop_nothing_at_the_opening() -> None:
    deal = announced()
    _object(deal, 12)
    deal.run(OPENS)
    assert deal.listing.status == "bidding"


def test_an_objection_that_nobody_accepted_does_not_block_a_resumption() -> None:
    deal = announced()
    deal.suspend(now=at("03-20 10:00"))
    deal.resume(now=at("03-21 10:00"))
    _object(deal, 12, now=at("03-22 10:00"))
    deal.suspend(now=at("03-22 11:00"))
    deal.resume(now=at("03-23 10:00"))
    assert deal.listing.status == "announced"


def test_an_accepted_objection_suspends_the_lot_at_its_opening_and_holds_the_resumption() -> None:
    deal = announced()
    (made,) = _object(deal)
    _accept(deal, made)
    deal.run(OPENS)
    assert deal.listing.status == "suspended"
    with pytest.raises(Refused) as no:
        deal.resume(now=at("03-25 10:00"))
    assert no.value.refusal.code is Code.OBJECTION_OPEN


def test_an_objection_to_the_announcement_is_due_an_answer_before_the_opening() -> None:
    deal = announced()
    early, late = _object(deal, now=at("03-10 10:00")) + _object(deal)
    due = dict(Deadline.objects.filter(kind="objection_accept").values_list("subject_id", "due_at"))
    assert due[late.pk] == OPENS
    assert due[early.pk] < OPENS


def test_an_award_is_not_confirmed_over_an_objection_that_was_never_answered() -> None:
    deal = announced()
    (made,) = _object(deal)
    deal.run(OPENS)
    bid(deal, A, 60_000, now=at("03-27 10:00"))
    bid(deal, B, 65_000, now=at("03-27 11:00"))
    deal.run(CLOSES)
    now = at("03-31 09:00")
    with pytest.raises(Refused) as no:
        deal.do(CENTRE, "confirmation.issue", confirmation.issue, now=now, listing_id=deal.listing_id)
    assert no.value.refusal.code is Code.OBJECTION_OPEN
    assert no.value.refusal.detail == {"unanswered": "1"}
    _accept(deal, made, accepted=False, now=at("03-31 08:00"))
    deal.do(CENTRE, "confirmation.issue", confirmation.issue, now=now, listing_id=deal.listing_id)
    assert deal.listing.status == "confirmed"


# --- who may come how often


def _from(address: str, person: int = 0) -> Any:
    return coming_from(Origin(address, person))


def _raise(deal: Deal, *, now: Any = BEFORE, **proof: str) -> Any:
    return _raise_on(deal.listing_id, now=now, proof=proof)


def _raise_on(listing_id: int, *, now: Any, proof: dict[str, str] | None = None) -> Any:
    given = {"text": "有异议", "name": "某人", "contact": "电话"}
    given |= _worked_on(listing_id, now=now) if proof is None else proof
    return perform(act_called("objection.raise"), subject_id=listing_id, data=given, by=PUBLIC, now=now)


def _worked(deal: Deal, *, now: Any = BEFORE) -> dict[str, str]:
    return _worked_on(deal.listing_id, now=now)


def _worked_on(listing_id: int, *, now: Any) -> dict[str, str]:
    given = proofs.challenge(about=rules.OBJECTION.about(listing_id), now=now)
    return {"challenge": given.text, "answer": proofs.answer_to(given)}


def test_somebody_without_a_login_works_for_each_objection() -> None:
    deal = announced()
    with _from("203.0.113.1"):
        good = _worked(deal)
        unworked = next(
            answer
            for answer in map(str, count())
            if proofs.zero_bits(good["challenge"], answer) < settings.PROOF_BITS
        )
        for bad in (
            {},
            {"challenge": "x", "answer": "1"},
            good | {"answer": unworked},
            good | {"challenge": good["challenge"][:-2] + "xx"},
        ):
            with pytest.raises(Refused) as no:
                _raise(deal, **bad)
            assert no.value.refusal.code is Code.INVALID
        with pytest.raises(Refused):
            _raise(deal, now=BEFORE + proofs.LASTS, **good)
        assert _raise(deal, **good).outcome == "done"
        with pytest.raises(Refused):
            _raise(deal, **good)
    assert Objection.objects.count() == 1


def test_one_address_waits_for_its_answers_and_another_one_objects_meanwhile() -> None:
    deal = announced()
    with _from("203.0.113.1"):
        for _ in range(rules.OBJECTION.of_an_address):
            _raise(deal, **_worked(deal))
        with pytest.raises(Refused) as no:
            _raise(deal, **_worked(deal))
        assert no.value.refusal.code is Code.DUPLICATE_REQUEST
    with _from("203.0.113.2"):
        _raise(deal, **_worked(deal))
    with _from("203.0.113.1", person=7):
        _raise(deal)


def test_an_address_that_waits_for_answers_on_several_lots_waits_on_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "OBJECTION", replace(rules.OBJECTION, of_an_address_anywhere=4))
    with opened() as site, _from("203.0.113.1"):
        first, other = steps.announced(site), steps.announced_again(site)
        for each in (first, first, first, other):
            _raise_on(each.pk, now=clock.now())
        with pytest.raises(Refused) as no:
            _raise_on(other.pk, now=clock.now())
        assert dict(no.value.refusal.detail) == {"waiting": "4", "most": "4"}
        centre = actor_of(site.people["centre"][0])
        made = Objection.objects.filter(case_id=first.pk).earliest("pk")
        objections.accept(objection_id=made.pk, accepted=False, reason="理由", by=centre, now=clock.now())
        _raise_on(other.pk, now=clock.now())


def test_one_person_waits_for_its_answers_from_any_address() -> None:
    deal = announced()
    for address in ("203.0.113.1", "203.0.113.2"):
        with _from(address, person=7):
            _raise(deal)
    with _from("203.0.113.3", person=7), pytest.raises(Refused) as no:
        _raise(deal)
    assert no.value.refusal.code is Code.DUPLICATE_REQUEST
    with _from("203.0.113.3", person=8):
        _raise(deal)


def test_a_row_tells_no_address_and_no_person() -> None:
    deal = announced()
    with _from("203.0.113.1", person=7):
        _raise(deal)
    made = Objection.objects.get()
    assert "203.0.113" not in json.dumps([made.address_key, made.person_key])
    _accept(deal, made, accepted=False)
    made.refresh_from_db()
    assert (made.address_key, made.person_key) == ("", "")


def test_the_page_gives_a_challenge_and_the_portal_refuses_without_its_answer() -> None:
    deal = announced()
    client = Client(REMOTE_ADDR="203.0.113.9")
    sent = {"text": "等别有误", "name": "赵先生", "contact": "0371-1", "key": "k"}
    with clock.simulated(BEFORE):
        page = client.get(f"/listings/{deal.listing_id}/")
        challenge = page.context["challenge"]
        assert f'data-bits="{challenge.bits}"' in page.content.decode()
        bare = client.post(f"/listings/{deal.listing_id}/objections/", sent)
        assert bare.status_code == 400
        assert "验证未完成" in bare.content.decode()
        proof = {"challenge": challenge.text, "answer": proofs.answer_to(challenge)}
        done = client.post(f"/listings/{deal.listing_id}/objections/", sent | proof | {"key": "k2"})
    assert done.headers["Location"].endswith("?objected=1")


def test_the_api_gives_a_challenge_and_refuses_without_its_answer() -> None:
    deal = announced()
    client = Client(REMOTE_ADDR="203.0.113.9")
    root = f"/api/v1/listings/{deal.listing_id}"
    sent = {"text": "等别有误", "name": "赵先生", "contact": "0371-1"}
    with clock.simulated(BEFORE):
        given = client.get(f"{root}/objection-challenge/").json()
        address = f"{root}/acts/objection.raise/"
        assert client.post(address, sent, content_type="application/json").status_code == 400
        answer = proofs.answer_to(proofs.Challenge(given["challenge"], given["bits"]))
        proof = {"challenge": given["challenge"], "answer": answer}
        assert client.post(address, sent | proof, content_type="application/json").status_code == 200


def test_the_browsers_program_finds_an_answer_that_is_accepted() -> None:
    given = proofs.challenge(about="objection:1", now=BEFORE)
    program = (
        (ROOT / "static" / "proof.js")
        .read_text()
        .replace('document.querySelectorAll("form[data-bits]")', "FORMS")
    )
    form = """
        const elements = {challenge: {value: TEXT}, answer: {value: ""}};
        let send = null;
        const FORMS = [{dataset: {bits: "BITS"}, elements, submit() { console.log(elements.answer.value); },
            addEventListener(name, what) { if (name === "submit") send = what; }}];
    """.replace("TEXT", json.dumps(given.text)).replace("BITS", str(given.bits))
    done = subprocess.run(
        ["node", "-e", f"{form}\n{program}\nsend({{preventDefault() {{}}}});"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert proofs.spent(given.text, done.stdout.strip(), about="objection:1", now=BEFORE)


# --- the centre's way out


def test_a_flood_is_dismissed_by_two_persons_at_once_and_on_record() -> None:
    deal = announced()
    _supervised()
    named_before = _named(deal)
    flood = _object(deal, 12)
    _by_two(
        deal, "objection.dismiss_flood", deal.listing_id, now=BEFORE, up_to=flood[-2].pk, reason="内容雷同"
    )
    statuses = dict(Objection.objects.values_list("pk", "status"))
    assert [statuses[each.pk] for each in flood] == ["refused"] * 11 + ["raised"]
    assert statuses[named_before.pk] == "raised"
    assert deal.listing.unanswered_objections == 2
    entry = AuditEntry.objects.get(verb="objection.dismiss_flood")
    assert entry.after["objections"] == [each.pk for each in flood[:-1]]
    assert Notice.objects.filter(kind="flood_dismissed").exists()
    pending = Deadline.objects.filter(kind="objection_accept", status="pending").values_list(
        "subject_id", flat=True
    )
    assert set(pending) == {named_before.pk, flood[-1].pk}


def _supervised() -> None:
    register_organisation(
        name="河南省自然资源交易监督办公室", kind=Role.SUPERVISOR, region="410000", by=SYSTEM, now=BEFORE
    )


def _named(deal: Deal) -> Objection:
    with _from("203.0.113.1", person=7):
        _raise(deal)
    return Objection.objects.get()


def test_one_more_that_comes_meanwhile_does_not_undo_what_was_prepared() -> None:
    deal = announced()
    flood = _object(deal, 6)
    operator = deal.operator(CENTRE)
    act = act_called("objection.dismiss_flood")
    data = {"up_to": flood[-1].pk, "reason": "内容雷同"}
    done = perform(act, subject_id=deal.listing_id, data=data, by=operator, now=BEFORE)
    _object(deal, 3)
    approver = deal.approver(CENTRE)
    release(preparation_id=done.answer["preparation"], seen=done.answer["digest"], by=approver, now=BEFORE)
    assert deal.listing.unanswered_objections == 3


def test_a_few_objections_are_no_flood() -> None:
    deal = announced()
    made = _object(deal, rules.LEAST_OF_A_FLOOD - 1)
    with pytest.raises(Refused) as no:
        perform(
            act_called("objection.dismiss_flood"),
            subject_id=deal.listing_id,
            data={"up_to": made[-1].pk, "reason": "雷同"},
            by=deal.operator(CENTRE),
            now=BEFORE,
        )
    assert no.value.refusal.code is Code.INVALID


def test_accepting_alone_never_stops_a_lot_and_with_suspension_it_takes_two() -> None:
    deal = announced()
    (made,) = _object(deal)
    assert "suspend" not in act_called("objection.accept").form().fields
    with pytest.raises(Refused):
        objections.accept_and_suspend(objection_id=made.pk, by=deal.operator(CENTRE), now=BEFORE)
    assert deal.listing.status == "announced"
    _by_two(deal, "objection.accept_and_suspend", made.pk, now=BEFORE)
    assert deal.listing.status == "suspended"
    assert deal.listing.open_objections == 1
    with pytest.raises(Refused):
        listings.resume(listing_id=deal.listing_id, by=deal.operator(CENTRE), now=BEFORE)


def test_dismissing_what_holds_a_lot_takes_two() -> None:
    deal = announced()
    (made,) = _object(deal)
    _by_two(deal, "objection.accept_and_suspend", made.pk, now=BEFORE)
    with pytest.raises(Refused):
        objections.decide(
            objection_id=made.pk, upheld=False, reason="不成立", by=deal.operator(CENTRE), now=BEFORE
        )
    made.refresh_from_db()
    assert (made.status, deal.listing.open_objections) == ("accepted", 1)
    _by_two(deal, "objection.decide", made.pk, now=BEFORE, upheld=False, reason="经核查不成立")
    made.refresh_from_db()
    assert (made.status, deal.listing.open_objections) == ("dismissed", 0)


@pytest.mark.parametrize("said", [False, "false", "False", "0", "off", "no"])
def test_an_approver_reads_the_decision_that_will_be_written(said: object) -> None:
    deal = announced()
    (made,) = _object(deal)
    _accept(deal, made)
    act = act_called("objection.decide")
    data = {"upheld": said, "reason": "经核查不成立"}
    done = perform(act, subject_id=made.pk, data=data, by=deal.operator(CENTRE), now=BEFORE)
    prepared = Preparation.objects.get(pk=done.answer["preparation"])
    assert prepared.bound["button"] == "异议不成立"
    release(preparation_id=prepared.pk, seen=prepared.digest, by=deal.approver(CENTRE), now=BEFORE)
    made.refresh_from_db()
    assert made.status == "dismissed"
