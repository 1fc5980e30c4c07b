"""Every step of the process through its page, by hand, as people do it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.kinds.table import QuotaKind
from apps.listings.models import Listing
from apps.money.accounts import open_accounts
from apps.money.models import Refund
from apps.quota.queries import holdings
from apps.stages.contract.queries import contract_of
from tests.factories import desk_steps as steps
from tests.factories.desk_site import opened

pytestmark = pytest.mark.django_db


def test_a_lot_runs_from_registration_of_quota_to_completion_through_the_pages() -> None:
    with opened() as site:
        listing = steps.contracted(site)
        contract = contract_of(listing.pk)
        assert contract is not None
        assert "价款子账户" in site.see("b", f"/desk/listings/{listing.pk}/")
        steps.pay(site, contract.terms["payment_account"], "b", "1100000.00", "P-1")
        site.both("finance", "remittance.release", listing.pk)
        account = contract.terms["fiscal_account"]["number"]
        for page in ("/desk/proceeds/", "/desk/organisation/", f"/desk/listings/{listing.pk}/"):
            assert account in site.see("seller", page), page
        assert "1,300,000.00" in site.see("seller", "/desk/proceeds/")
        assert "1,300,000.00" in site.see("finance", "/desk/finance/")
        file = site.browser("finance").get("/desk/finance/pain001.xml")
        assert (file.status_code, account in file.content.decode()) == (200, True)
        site.both("province", "transfer.execute", listing.pk)
        site.both("centre", "filing.submit", listing.pk)
        site.both("province", "filing.accept", listing.pk)
        site.both("centre", "publication.start", listing.pk)
        assert "结果公示中" in site.see("outsider", f"/listings/{listing.pk}/")
        site.both(
            "b", "quota.use", farmland_area="5", project_name="水厂", project_approval_no="豫建〔2026〕1号"
        )
        site.go("04-10 09:00")
        assert "已办结" in site.see("centre", f"/desk/listings/{listing.pk}/")
        held = holdings(site.organisation("b").pk)[QuotaKind.FARMLAND_AREA]
        assert {str(bucket): str(amount) for bucket, amount in held.items() if amount} == {
            "available": "15.0000",
            "used": "5.0000",
        }
        for address in ("contract.pdf", "dossier.zip"):
            answer = site.browser("centre").get(f"/desk/listings/{listing.pk}/{address}")
            assert answer.status_code == 200
        assert "95.0000" not in site.see("b", "/desk/quota/")


def test_a_losing_bidders_deposit_is_returned_by_two_persons_of_finance() -> None:
    with opened() as site:
        listing = steps.closed(site)
        assert "办理项目退款" in site.see("finance", "/desk/")
        site.both(
            "finance", "refund.release", listing.pk, query=f"?organisation_id={site.organisation('a').pk}"
        )
        assert Refund.objects.get().released_at is not None
        assert "已审核" in site.see("a", f"/desk/listings/{listing.pk}/")


def test_a_bid_is_confirmed_in_capitals_and_gets_a_receipt() -> None:
    with opened() as site:
        listing = steps.in_bidding(site)
        address = f"/desk/listings/{listing.pk}/bid/"
        page = site.see("a", address)
        assert "50,000.00" in page
        assert "尚未报价" in page
        check = site.browser("a").get(f"{address}?price=55000.00").content.decode()
        assert "伍万伍仟元整" in check
        assert "壹佰壹拾万元整" in check
        receipt = site.see("a", steps.bid(site, listing, "a", "55000"))
        assert "报价已接受：第 1 号" in receipt
        assert "领先" in receipt
        steps.bid(site, listing, "b", "60000")
        assert "已被超越" in site.see("a", address)


def test_a_price_far_above_the_next_valid_one_must_be_confirmed_a_second_time() -> None:
    with opened() as site:
        listing = steps.in_bidding(site)
        address = f"/desk/listings/{listing.pk}/bid/"
        browser = site.browser("a")
        sent = {"price": "550000.00", "seen": "", "request_id": "once", "step": "confirm"}
        answer = browser.post(address, sent)
        assert answer.status_code == 200
        assert "三个加价幅度以上" in answer.content.decode()
        assert browser.post(address, sent | {"far": "true"}).status_code == 302


def test_a_refused_bid_names_the_lowest_valid_price_and_keeps_what_was_typed() -> None:
    with opened() as site:
        listing = steps.in_bidding(site)
        steps.bid(site, listing, "a", "55000")
        answer = site.browser("b").post(
            f"/desk/listings/{listing.pk}/bid/",
            {"price": "56000.00", "seen": "55000.00", "request_id": "x", "step": "confirm"},
        )
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "60,000.00" in page
        assert "问题编号" in page
        assert 'value="56000.00"' in page


def test_a_refusal_stands_beside_the_form_and_nothing_typed_is_lost() -> None:
    with opened() as site:
        batch = steps.booked(site)
        answer = site.send(
            "seller", "/desk/acts/listing.draft/0/",
            **steps.LOT | {"grade": "3", "title": "一个有自己名称的标的"},
            **steps.rows("lines", {"batch": str(batch.pk), "kind": "farmland_area", "amount": "20"}),
        )  # fmt: skip
        page = answer.content.decode()
        assert answer.status_code == 400
        assert f"申报质量等别3等与入库凭证载明的{batch.grade}等不一致" in page
        assert 'value="3"' in page
        assert "一个有自己名称的标的" in page
        assert Listing.objects.count() == 0


def test_a_mistake_in_a_row_is_said_beside_its_input() -> None:
    with opened() as site:
        batch = steps.booked(site)
        answer = site.send(
            "seller", "/desk/acts/listing.draft/0/",
            **steps.LOT,
            **steps.rows("lines", {}, {"batch": str(batch.pk), "kind": "farmland_area", "amount": "二十"}),
        )  # fmt: skip
        page = answer.content.decode()
        assert answer.status_code == 400
        assert 'value="二十"' in page
        assert "面积只能用半角数字书写" in page


def test_more_rows_can_be_asked_for_without_losing_what_was_typed() -> None:
    with opened() as site:
        page = site.send(
            "seller", "/desk/acts/listing.draft/0/", more="lines", title="第二批"
        ).content.decode()
        assert 'name="lines-5-amount"' in page
        assert 'value="第二批"' in page


def test_a_double_click_does_the_act_once() -> None:
    with opened() as site:
        batch = steps.booked(site)
        browser = site.browser("seller")
        address = "/desk/acts/listing.draft/0/"
        page = browser.get(address).content.decode()
        key = page.split('name="key" value="')[1].split('"')[0]
        account = str(open_accounts(site.organisation("seller").pk)[0].pk)
        typed = steps.LOT | {
            "key": key, "fiscal_account": account,
            "lines-0-batch": str(batch.pk), "lines-0-kind": "farmland_area", "lines-0-amount": "20",
            "lines-1-batch": str(batch.pk), "lines-1-kind": "grain_capacity", "lines-1-amount": "18000",
        }  # fmt: skip
        assert browser.post(address, typed).status_code == 302
        again = browser.post(address, typed, follow=True)
        assert "未重复办理" in again.content.decode()
        assert Listing.objects.count() == 1


def test_an_approver_sends_a_preparation_back_with_a_remark_that_the_operator_reads() -> None:
    with opened() as site:
        listing = steps.drafted(site)
        site.alone("seller", "listing.submit", listing.pk)
        address = site.see("seller", "/desk/", 1).split('href="/desk/preparations/')[1].split('"')[0]
        approver = site.browser("seller", 1)
        refused = approver.post(f"/desk/preparations/{address}", {"decision": "send_back", "remark": ""})
        assert refused.status_code == 400
        answer = approver.post(
            f"/desk/preparations/{address}", {"decision": "send_back", "remark": "请核对等别"}
        )
        assert answer.status_code == 302
        assert "请核对等别" in site.see("seller", "/desk/")


def test_the_operator_cannot_release_what_was_prepared() -> None:
    with opened() as site:
        listing = steps.drafted(site)
        site.alone("seller", "listing.submit", listing.pk)
        address = site.see("seller", "/desk/").split('href="/desk/preparations/')[1].split('"')[0]
        answer = site.browser("seller").post(f"/desk/preparations/{address}", {"decision": "release"})
        assert answer.status_code in (302, 403)
        listing.refresh_from_db()
        assert listing.status == "draft"


def test_an_objection_raised_on_the_portal_is_accepted_and_decided_at_the_centre() -> None:
    with opened() as site:
        listing = steps.announced(site)
        site.go("03-06 09:00")
        page = site.browser("outsider").post(
            f"/listings/{listing.pk}/objections/",
            {"text": "等别有误", "name": "赵先生", "contact": "13800000000", "key": "k1"},
            follow=True,
        )
        assert "异议已提交" in page.content.decode()
        objection = listing.case.objections.get()
        assert "赵先生" not in site.see("centre", f"/desk/listings/{listing.pk}/")
        who = site.browser("centre").post(f"/desk/objections/{objection.pk}/complainant/")
        assert "赵先生" in who.content.decode()
        site.alone("centre", "objection.accept", objection.pk, accepted="true")
        site.both("centre", "objection.decide", objection.pk, upheld="false", reason="经核查等别无误")
        objection.refresh_from_db()
        assert objection.status == "dismissed"


def test_an_overdue_refund_stays_on_the_desk_of_finance_marked_as_late() -> None:
    with opened() as site:
        steps.closed(site)
        site.go("04-20 09:00")
        site.see("finance", f"/desk/listings/{Listing.objects.latest('pk').pk}/")
        page = site.see("finance", "/desk/")
        assert "办理项目退款" in page
        assert "逾期" in page


def test_several_files_go_up_in_one_go_each_under_its_kind_and_a_bad_one_stops_no_other() -> None:
    with opened() as site:
        listing = steps.drafted(site)
        good = small_pdf("材料", ["一"])
        files = {
            "kind-0": "project_approval", "file-0": SimpleUploadedFile("批复.pdf", good),
            "kind-1": "acceptance_report", "file-1": SimpleUploadedFile("坏.pdf", b"%PDF-1.7 broken"),
            "kind-2": "reserve_certificate",
            "kind-3": "reserve_certificate", "file-3": SimpleUploadedFile("凭证.pdf", small_pdf("材料", ["二"])),
        }  # fmt: skip
        answer = site.browser("seller").post(f"/desk/listings/{listing.pk}/evidence/", files, follow=True)
        page = answer.content.decode()
        kept = (
            Attachment.objects.filter(case_id=listing.pk).exclude(name="材料.pdf").values_list("kind", "name")
        )
        assert set(kept) == {("project_approval", "批复.pdf"), ("reserve_certificate", "凭证.pdf")}
        assert page.count("已上传：") == 2
        assert re.search("未上传[^<]*（坏.pdf）：", page)
        stranger = {"kind-0": "other_kind", "file-0": SimpleUploadedFile("a.pdf", good)}
        assert (
            site.browser("seller").post(f"/desk/listings/{listing.pk}/evidence/", stranger).status_code == 404
        )


def test_a_part_of_a_page_that_is_asked_for_after_the_login_has_expired_leads_back_to_the_page() -> None:
    with opened():
        answer = Client().post(
            "/desk/acts/listing.draft/0/check/",
            headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/acts/listing.draft/0/"},
        )
        assert answer.status_code == 200
        assert "登录已过期" in answer.content.decode()
        assert 'href="/login/?next=/desk/acts/listing.draft/0/"' in answer.content.decode()
        looked_for = {"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/?q=a&due=week"}
        there = Client().get("/desk/", headers=looked_for).content.decode()
        assert 'href="/login/?next=/desk/%3Fq%3Da%26due%3Dweek"' in there
        away = Client().get(
            "/desk/", headers={"HX-Request": "true", "HX-Current-URL": "http://evil.example/x"}
        )
        assert 'next=/desk/"' in away.content.decode()


def test_all_that_is_wrong_with_a_draft_is_said_at_once_each_beside_its_input() -> None:
    with opened() as site:
        batch = steps.booked(site)
        answer = site.send(
            "seller", "/desk/acts/listing.draft/0/",
            **steps.LOT | {"grade": "3", "increment": "1", "reserve_price": "1"},
            **steps.rows("lines", {"batch": str(batch.pk), "kind": "farmland_area", "amount": "20"}),
        )  # fmt: skip
        page = answer.content.decode()
        assert answer.status_code == 400
        for said in ("与入库凭证载明", "加价幅度不得低于", "保留价不得低于起始价"):
            assert page.count(said) == 1, said
        assert not Listing.objects.exists()
