"""Acts over HTTP: who, on what, once."""

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.documents.printing import small_pdf
from apps.money.accounts import open_accounts
from apps.stages.bidding.models import Bid
from kernel.actors import Duty
from kernel.acts.act import act_called, all_acts
from kernel.web.acts import act_path
from kernel.web.opaque import shown
from tests.api.market import Market, at


def test_every_act_has_an_address_under_its_subject() -> None:
    assert act_path(act_called("bid.place"), 7) == "/api/v1/listings/7/acts/bid.place/"
    told = f"/api/v1/registrations/{shown(8, 'registration')}/acts/registration.decide/"
    assert act_path(act_called("registration.decide"), 8) == told
    assert act_path(act_called("listing.draft")) == "/api/v1/acts/listing.draft/"
    assert len({act_path(act, 1) for act in all_acts()}) == len(all_acts())


def test_a_bid_is_accepted_and_a_low_one_is_told_the_lowest_valid_price(bidding: Market) -> None:
    address = f"{bidding.root}acts/bid.place/"
    accepted = bidding.asked_by("a").post(address, {"unit_price": "60000.00"})
    assert (accepted.status_code, accepted.data["outcome"]) == (200, "done")
    assert accepted.data["detail"]["unit_price"] == "60000.00"
    refused = bidding.asked_by("b").post(address, {"unit_price": "60001.00"})
    assert (refused.status_code, refused.data["code"]) == (409, "below_increment")
    assert refused.data["detail"]["lowest_valid"] == "65000.00"
    assert Bid.objects.count() == 3


def test_the_same_key_is_answered_once_and_refused_for_something_else(bidding: Market) -> None:
    address, client = f"{bidding.root}acts/bid.place/", bidding.asked_by("a")
    first = client.post(address, {"unit_price": "60000.00"}, headers={"Idempotency-Key": "k1"})
    again = client.post(address, {"unit_price": "60000.00"}, headers={"Idempotency-Key": "k1"})
    other = client.post(address, {"unit_price": "70000.00"}, headers={"Idempotency-Key": "k1"})
    assert (first.data["outcome"], again.data["outcome"]) == ("done", "repeated")
    assert first.data["detail"] == again.data["detail"]
    assert (other.status_code, other.data["code"]) == (409, "duplicate_request")
    assert Bid.objects.count() == 3


def test_a_key_that_is_too_long_is_refused(bidding: Market) -> None:
    address = f"{bidding.root}acts/bid.place/"
    answer = bidding.asked_by("a").post(
        address, {"unit_price": "60000.00"}, headers={"Idempotency-Key": "k" * 101}
    )
    assert (answer.status_code, answer.data["code"]) == (400, "invalid")


def test_an_operator_prepares_and_an_approver_releases_or_sends_back(bidding: Market) -> None:
    address = f"{bidding.root}acts/listing.suspend/"
    operator = bidding.asked_by("trading_centre")
    approver = bidding.asked_by("trading_centre", Duty.APPROVER)
    assert operator.post(address, {"reason": "核实情况"}).data["outcome"] == "prepared"
    waiting = approver.get("/api/v1/preparations/").data["results"]
    assert [(row["act"], row["address"]) for row in waiting] == [("listing.suspend", address)]
    own = f"/api/v1/preparations/{waiting[0]['id']}/"
    assert operator.post(f"{own}release/").status_code == 403
    assert bidding.asked_by("seller", Duty.APPROVER).post(f"{own}release/").status_code == 404
    assert approver.post(f"{own}send-back/", {"remark": ""}).status_code == 400
    assert approver.post(f"{own}send-back/", {"remark": "理由不足"}).status_code == 200
    assert approver.post(f"{own}release/").status_code == 404
    again = operator.post(address, {"reason": "核实情况，暂停交易"}).data["detail"]["preparation"]
    shown = approver.get("/api/v1/preparations/").data["results"][0]["digest"]
    released = approver.post(f"/api/v1/preparations/{again}/release/", {"digest": shown}, format="json")
    assert (released.status_code, released.data["outcome"]) == (200, "done")
    assert bidding.asked_by("public").get(bidding.root).data["status"] == "suspended"


def test_somebody_who_is_not_signed_in_may_only_object(bidding: Market) -> None:
    client = bidding.asked_by("public")
    for act in all_acts():
        answer = client.post(act_path(act, bidding.listing_id), {})
        expected = 409 if act.anonymous else 401
        if act.name.startswith("objection.raise"):
            answer = client.post(
                act_path(act, bidding.listing_id), {"text": "异议", "name": "王五", "contact": "13700000000"}
            )
        if act.name == "question.ask":
            answer = client.post(act_path(act, bidding.listing_id), {"text": "请问何时划转？"})
        assert answer.status_code == expected, act.name


def test_an_objection_leaves_no_trace_of_who_raised_it(undecided: Market) -> None:
    address = f"{undecided.root}acts/objection.raise/"
    body = {"text": "公告数量有误", "name": "王五", "contact": "13700000000"}
    answer = undecided.asked_by("a").post(address, body, headers={"Idempotency-Key": "objection"})
    assert (answer.status_code, answer.data["outcome"]) == (200, "done")
    rows = undecided.asked_by("supervisor").get("/api/v1/audit/", {"verb": "objection.raise"}).data["results"]
    assert [row["person_name"] for row in rows] == ["社会公众"]


def test_an_id_that_does_not_exist_is_not_found(bidding: Market) -> None:
    for subject_id in ("0", "999999", str(2**63), str(10**30), "1" * 200):
        for act in all_acts():
            if act.subject:
                address = act_path(act, 0).replace("/0/", f"/{subject_id}/")
                answer = bidding.asked_by(bidding.doer(act)).post(address, {})
                assert answer.status_code in (400, 403, 404), (act.name, answer.data)
                assert answer.status_code == 404 or len(subject_id) < 10, act.name


def test_a_draft_is_not_found_by_anybody_but_its_seller(bidding: Market) -> None:
    lot = {
        "title": "第二宗", "lines": [{"batch": bidding.runner.batch_id, "kind": "farmland_area", "amount": "1"}],
        "farmland_area": "1", "grade": 7, "starting_price": "50000", "price_unit": "yuan_per_mu",
        "fiscal_account": open_accounts(bidding.organisation_id("seller"))[0].pk,
    }  # fmt: skip
    draft = bidding.asked_by("seller").post("/api/v1/acts/listing.draft/", lot).data["detail"]["listing"]
    for role in ("public", "a", "trading_centre", "provincial_dnr", "finance", "supervisor"):
        assert bidding.asked_by(role).get(f"/api/v1/listings/{draft}/").status_code == 404, role
    assert (
        bidding.asked_by("outsider").post(f"/api/v1/listings/{draft}/acts/listing.amend/", lot).status_code
        == 404
    )
    assert bidding.asked_by("seller").get(f"/api/v1/listings/{draft}/").status_code == 200


def test_evidence_is_uploaded_and_opened_only_by_those_whom_it_concerns(undecided: Market) -> None:
    address = f"{undecided.root}attachments/"
    file = SimpleUploadedFile("证明.pdf", small_pdf("资金证明", ["正文"]), "application/pdf")
    made = undecided.asked_by("a").post(
        address, {"kind": "payment_voucher", "file": file}, format="multipart"
    )
    assert (made.status_code, made.data["owner"]) == (201, "own")
    opened = undecided.asked_by("a").get(f"/api/v1/attachments/{made.data['id']}/file/")
    assert opened.content.startswith(b"%PDF-")
    for role in ("public", "seller", "b", "trading_centre", "provincial_dnr", "finance", "supervisor"):
        answer = undecided.asked_by(role).get(f"/api/v1/attachments/{made.data['id']}/file/")
        assert answer.status_code in ((401,) if role == "public" else (403, 404)), role
    seen = undecided.asked_by("trading_centre").get(address).data["results"]
    assert {row["organisation_name"] for row in seen if row["owner"] == "bidder"} == {"金丝雀丙市人民政府"}


def test_a_bad_upload_is_refused(undecided: Market) -> None:
    client = undecided.asked_by("a")
    for content, kind in (
        (b"", "other"),
        (b"MZ\x90", "other"),
        (b"%PDF-1.7", "other"),
        (b"%PDF-1.7", "no_such"),
    ):
        file = SimpleUploadedFile("a.pdf", content, "application/pdf")
        answer = client.post(
            f"{undecided.root}attachments/", {"kind": kind, "file": file}, format="multipart"
        )
        assert (answer.status_code, answer.data["code"]) == (400, "invalid")
    assert (
        client.post(f"{undecided.root}attachments/", b"--x", content_type="multipart/form-data").status_code
        == 400
    )


def test_a_right_taken_away_is_gone_at_the_next_request(bidding: Market) -> None:
    client = bidding.asked_by("finance")
    assert client.get("/api/v1/money/entries/").status_code == 200
    member = bidding.member("finance")
    member.active = False
    member.save()
    assert client.get("/api/v1/money/entries/").status_code == 403


def test_a_late_bid_is_refused_with_its_reason(bidding: Market) -> None:
    bidding.clock.move_to(at("03-30T10:00"))
    late = bidding.asked_by("a").post(f"{bidding.root}acts/bid.place/", {"unit_price": "90000.00"})
    assert (late.status_code, late.data["code"]) == (409, "bidding_closed")


def test_reading_a_lot_that_is_due_settles_it(bidding: Market) -> None:
    bidding.clock.move_to(at("03-30T10:00"))
    assert bidding.asked_by("public").get(bidding.root).data["status"] == "closed"
