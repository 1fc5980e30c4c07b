"""Who sees which page; and that nobody learns who bids before the close."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.documents.models import Attachment
from apps.listings.models import Listing
from apps.money.models import BankEntry
from apps.parties.commands import register_organisation, register_person
from apps.parties.roles import Role
from apps.quota.batch_models import Batch
from apps.rulebook.models import Rulebook
from apps.stages.qualification.models import Registration
from kernel.actors import SYSTEM, Duty
from kernel.audit.models import AuditEntry
from kernel.cases import commands as cases
from kernel.web.opaque import shown
from tests.factories import desk_steps as steps
from tests.factories.desk_site import WHO, DeskSite, at, form_of, opened
from tests.factories.visitors import copies
from tests.language.reading import stray_english

pytestmark = pytest.mark.django_db

EVERYBODY = {"/desk/", "/desk/listings/", "/desk/notices/", "/desk/organisation/"}
TRADERS = {"/desk/registrations/", "/desk/quota/"}
WATCHERS = {"/desk/reserve/", "/desk/rulebooks/", "/desk/calendars/", "/desk/deadlines/"}
PAGES = EVERYBODY | TRADERS | WATCHERS | {"/desk/finance/", "/desk/finance/statement/", "/desk/record/"}
OPEN_TO = {
    "seller": EVERYBODY | TRADERS,
    "a": EVERYBODY | TRADERS,
    "b": EVERYBODY | TRADERS,
    "outsider": EVERYBODY | TRADERS,
    "centre": EVERYBODY | WATCHERS,
    "province": EVERYBODY | WATCHERS,
    "finance": EVERYBODY | {"/desk/finance/", "/desk/finance/statement/"},
    "supervisor": EVERYBODY | WATCHERS | {"/desk/finance/", "/desk/record/"},
}
FORMS = {
    "seller": ["project.record/0", "listing.draft/0", "quota.use/0"],
    "province": ["rulebook.draft/0", "calendar.load/0"],
    "finance": ["money.import/0", "money.cover/0"],
}


@pytest.fixture
def bidding() -> Iterator[tuple[DeskSite, Listing]]:
    """A lot in bidding with a qualified bidder a, a leading bidder b, and a third who waits for a decision."""
    with opened() as site:
        listing = steps.in_bidding(site)
        steps.bid(site, listing, "a", "55000")
        steps.bid(site, listing, "b", "60000")
        yield site, listing


def test_each_role_sees_its_own_pages_and_no_other(bidding: tuple[DeskSite, Listing]) -> None:
    site, _ = bidding
    for key, open_to in OPEN_TO.items():
        for page in sorted(PAGES):
            found = site.browser(key).get(page).status_code
            assert found == (200 if page in open_to else 403), f"{key} {page}: {found}"


def test_the_forms_of_each_role_open(bidding: tuple[DeskSite, Listing]) -> None:
    site, _ = bidding
    for key, names in FORMS.items():
        for name in names:
            site.see(key, f"/desk/acts/{name}/")
        for other in sorted(set(WHO) - {key}):
            if other in ("a", "b", "outsider") and key == "seller":
                continue
            assert site.browser(other).get(f"/desk/acts/{names[0]}/").status_code == 403


def test_bids_are_placed_in_the_hall_and_there_is_no_other_form_for_them(
    bidding: tuple[DeskSite, Listing],
) -> None:
    site, listing = bidding
    browser = site.browser("a")
    page = f"/desk/acts/bid.place/{listing.pk}/"
    for address in (page, f"{page}check/", f"{page}draft/"):
        assert browser.post(address, {"unit_price": "70000"}).status_code == 404, address
    assert browser.get(page).status_code == 404
    assert site.browser("seller").get(page).status_code == 404
    assert site.see("a", f"/desk/listings/{listing.pk}/bid/")


def test_desks_ask_a_stranger_to_sign_in() -> None:
    client = Client()
    for page in sorted(PAGES | {"/desk/listings/1/", "/desk/acts/listing.draft/0/", "/desk/preparations/1/"}):
        answer = client.get(page)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login/")


def test_foreign_and_unknown_ids_do_not_exist(bidding: tuple[DeskSite, Listing]) -> None:
    site, listing = bidding
    seller = site.organisation("seller")
    case = cases.open_case(
        process="listing", owner_id=seller.pk, province="410000", region="410100", now=at("03-01 09:00")
    )
    draft = Listing.objects.create(
        case=case, seller=seller, province="410000", title="草稿", grade=7, starting_price=1,
        price_unit="yuan_per_mu", drafted_at=at("03-01 09:00"),
        priced_kind="farmland_area", priced_amount=1,
    )  # fmt: skip
    draft.lines.create(batch=Batch.objects.earliest("pk"), kind="farmland_area", amount=1)
    registration = Registration.objects.earliest("pk")
    evidence = Attachment.objects.filter(organisation_id=site.organisation("a").pk).earliest("pk")
    for key, address in (
        ("outsider", f"/desk/listings/{draft.pk}/"),
        ("centre", f"/desk/listings/{draft.pk}/"),
        ("outsider", f"/desk/listings/{listing.pk}/bid/"),
        ("seller", f"/desk/listings/{listing.pk}/bid/"),
        ("outsider", f"/desk/listings/{listing.pk}/contract.pdf"),
        ("centre", f"/desk/acts/registration.decide/{registration.pk}/"),
        ("centre", f"/desk/attachments/{shown(evidence.pk, 'attachment')}/"),
        ("seller", f"/desk/attachments/{shown(evidence.pk, 'attachment')}/"),
        ("b", f"/desk/attachments/{shown(evidence.pk, 'attachment')}/"),
        ("centre", "/desk/listings/999999/"),
        ("centre", f"/desk/listings/{2**70}/"),
        ("centre", f"/desk/acts/listing.suspend/{2**70}/"),
        ("centre", "/desk/acts/no.such/1/"),
        ("centre", "/desk/preparations/999999/"),
        ("province", "/desk/acts/quota.book/999999/"),
        ("finance", "/desk/acts/refund.release_one/999999/"),
    ):
        found = site.browser(key).get(address).status_code
        assert found in (404, 403 if "bid" in address and key == "centre" else 404), (
            f"{key} {address}: {found}"
        )


def test_nobody_reads_who_bids_before_the_close(bidding: tuple[DeskSite, Listing]) -> None:
    site, listing = bidding
    lot = f"/desk/listings/{listing.pk}/"
    for key in ("seller", "centre", "province", "supervisor", "outsider"):
        for page in sorted(OPEN_TO[key] | {lot, f"/listings/{listing.pk}/", "/"}):
            text = site.see(key, page)
            for bidder in ("a", "b"):
                name = site.organisation(bidder).name
                if key == "supervisor" and page == "/desk/record/" and "organisation.register" in text:
                    continue
                assert name not in text, f"{key} reads {name} on {page}"
    other = site.see("b", f"{lot}bid/") + site.see("b", lot)
    assert site.organisation("a").name not in other


def test_the_record_hides_what_bidders_do_until_the_close(bidding: tuple[DeskSite, Listing]) -> None:
    site, listing = bidding
    name = site.organisation("a").name
    shown = site.see("supervisor", f"/desk/record/?name={name}")
    assert "没有符合条件的记录" in shown
    site.go("03-30 10:06")
    site.see("centre", f"/desk/listings/{listing.pk}/")
    assert "提交竞买申请" in site.see("supervisor", f"/desk/record/?name={name}")


def test_the_supervisor_verifies_the_chains(bidding: tuple[DeskSite, Listing]) -> None:
    site, _ = bidding
    assert AuditEntry.objects.exists()
    answer = site.browser("supervisor").post("/desk/record/chains/", {"step": "verify"})
    assert "全部链条完整" in answer.content.decode()


def test_the_queue_and_the_lists_cost_a_fixed_number_of_queries(bidding: tuple[DeskSite, Listing]) -> None:
    site, listing = bidding
    pages = [
        ("centre", "/desk/"),
        ("centre", "/desk/listings/"),
        ("a", "/desk/listings/"),
        ("finance", "/desk/finance/"),
    ]
    pages += [("seller", "/desk/"), ("supervisor", "/desk/record/"), ("province", "/desk/reserve/")]
    copies(listing, 1, status="closed")
    before = [_queries(site, key, page) for key, page in pages]
    copies(listing, 3, status="closed")
    after = [_queries(site, key, page) for key, page in pages]
    assert after == before
    assert max(after) <= 40, dict(zip(pages, after, strict=True))


def _queries(site: DeskSite, key: str, page: str) -> int:
    site.see(key, page)
    with CaptureQueriesContext(connection) as seen:
        site.see(key, page)
    return len(seen)


def test_every_page_is_chinese_and_asks_no_other_host(bidding: tuple[DeskSite, Listing]) -> None:
    site, listing = bidding
    pages = [(key, page) for key, found in OPEN_TO.items() for page in found]
    pages += [(key, f"/desk/listings/{listing.pk}/") for key in WHO]
    pages += [(key, f"/desk/acts/{name}/") for key, names in FORMS.items() for name in names]
    for key, page in pages:
        text = site.see(key, page)
        text = re.sub(r'<a rel="external[^>]*>', "", text)  # a way out to click on is no request
        assert not re.search(r"""(src|href|action)=["']?(https?:)?//""", text), page
        assert not re.search(r"<(script|style)[^>]*>[^<\s]|\sstyle=|\son[a-z]+=", text), page
        assert stray_english(text, data=("材料.pdf",)) == [], f"{key} {page}"


def test_a_platform_administrator_has_the_administration_and_no_desk() -> None:
    with opened() as site:
        body = register_organisation(
            kind=Role.PLATFORM, name="平台管理中心", region="410000", by=SYSTEM, now=at("03-01 09:00")
        )
        person = register_person(
            username="platform",
            name="管理员",
            organisation=body,
            duty=Duty.OPERATOR,
            by=SYSTEM,
            now=at("03-01 09:00"),
        )
        client = Client()
        client.force_login(person.person, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/desk/").headers["Location"] == "/desk/people/"
        assert client.get("/desk/people/").status_code == 200
        assert client.get("/desk/listings/").headers["Location"] == "/desk/people/"
        for page in (
            "",
            "parties/person/",
            "parties/organisation/",
            "parties/membership/",
            "parties/region/",
        ):
            assert client.get(f"/admin/{page}").status_code == 200
        assert site.browser("centre").get("/admin/parties/person/").status_code == 302


def test_a_statement_is_imported_whole_or_not_at_all() -> None:
    head = "流水号,入账账号,金额,付款人名称,付款人账号,到账时间\n"
    good = "L-1,610000,100.00,甲,,2026-03-01 08:00\n"
    with opened() as site:
        browser = site.browser("finance")

        def send(text: str, encoding: str = "utf-8") -> tuple[int, str]:
            file = SimpleUploadedFile("对账单.csv", text.encode(encoding))
            answer = browser.post("/desk/finance/statement/", {"file": file})
            if 'name="sealed"' in answer.content.decode():
                answer = browser.post("/desk/finance/statement/", form_of(answer, having="sealed"))
            return answer.status_code, answer.content.decode()

        status, page = send(
            head + good + "L-2,610001,一百,乙,,2026-03-01 08:00\nL-3,610001,5.00,乙,,2027-03-01\n"
        )
        assert (status, BankEntry.objects.count()) == (400, 0)
        assert "第3行" in page
        status, page = send(head + good + "L-3,610001,5.00,乙,,2027-03-01 08:00\n")
        assert (status, BankEntry.objects.count()) == (200, 0)
        assert "到账时间不得晚于当前时间" in page
        assert send("a,b\n1,2\n")[0] == 400
        assert send("")[0] == 400
        status, page = send(head + good, "gb18030")
        assert (status, BankEntry.objects.count()) == (200, 1)
        assert "已导入1笔" in page
        assert "未重复记账" in send(head + good)[1]


def test_the_province_drafts_a_rulebook_in_a_form_and_another_person_approves_it() -> None:
    with opened() as site:
        typed: dict[str, Any] = {
            "valid_from": "2026-06-01",
            "parameters.review_wd": "8",
            "parameters.timed_bidding.round_minutes": "6",
        }
        site.alone("province", "rulebook.draft", **typed)
        page = site.see("province", "/desk/rulebooks/")
        assert "三重审查时限" in page
        number = page.split("/desk/acts/rulebook.approve/")[1].split("/")[0]
        site.both("province", "rulebook.approve", int(number))
        assert Rulebook.objects.get(pk=number).approved_at is not None
        wrong = site.send(
            "province", "/desk/acts/rulebook.draft/0/", **typed | {"parameters.deposit_rate": "2"}
        )
        assert wrong.status_code == 400
        assert 'value="2"' in wrong.content.decode()
        guide = {"parameters.price_guidance": "耕地数量 1-4 40000 60000\n水田规模 5-8 30000 —"}
        site.alone("province", "rulebook.draft", **typed | guide)
        made = Rulebook.objects.latest("pk").parameters
        assert [(row["kind"], row["grade_to"], row["highest"]) for row in made["price_guidance"]] == [
            ("farmland_area", 4, "60000.00"),
            ("paddy_area", 8, None),
        ]
        assert "site_project_unit" in made["bidder_kinds"]
        assert len(made["bidder_kinds"]) == 4
        odd = site.send(
            "province", "/desk/acts/rulebook.draft/0/", **typed | {"parameters.price_guidance": "随便"}
        )
        assert odd.status_code == 400


def test_the_calendar_of_a_year_is_loaded_in_a_form() -> None:
    with opened() as site:
        days = "2027-01-01\n2027-01-02、2027-01-03"
        site.both(
            "province", "calendar.load", year="2027", notice_no="国办发明电〔2026〕9号", published_on="2026-11-01",
            days_off=days, workdays_on="",
        )  # fmt: skip
        assert "国办发明电〔2026〕9号" in site.see("centre", "/desk/calendars/")
