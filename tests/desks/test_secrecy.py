"""Before the close: no count of bidders, no name, by no way round; afterwards all of it."""

import csv
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Model
from icalendar import Calendar

from apps.desks.targets import subject_of
from apps.documents.models import Attachment, Document
from apps.land.models import Project
from apps.live import presence
from apps.money.models import BalanceReport, Exceptional, Statement, SubAccount
from apps.notices.models import Notice
from apps.objections.models import Objection
from apps.objections.queries import visible_to as visible_objections
from apps.parties.commands import register_organisation, register_person
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from apps.quota.batch_models import Batch, Encumbrance
from apps.rulebook.models import Rulebook
from apps.stages.qualification.models import Registration, TermsConfirmation
from apps.stages.qualification.queries import visible_to as visible_registrations
from kernel.access.models import Assignment
from kernel.actors import SYSTEM, Duty
from kernel.acts.act import act_called
from kernel.acts.models import Draft
from kernel.audit.models import AuditEntry
from kernel.deadlines import commands as deadlines
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refused
from kernel.money import Yuan
from kernel.web.opaque import shown
from tests.factories import desk_steps as steps
from tests.factories.bank import COMMON
from tests.factories.desk_site import DeskSite, form_of, opened
from tests.factories.papers import TO_BID
from tests.factories.visitors import copies

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Iterator[DeskSite]:
    with opened() as made:
        yield made


def _two_connected(ids: list[int]) -> dict[int, presence.Present]:
    return {pk: presence.Present(2, 7) for pk in ids}


def test_the_auction_monitor_counts_bidders_only_after_the_close(
    site: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = steps.in_bidding(site)
    monkeypatch.setattr(presence, "connected", _two_connected)
    for key in ("centre", "supervisor"):
        said: Any = site.browser(key).get("/desk/auctions/counts/").json()
        assert said["lots"] == {str(listing.pk): ["—", 7]}
        rows = site.browser(key).get("/desk/auctions/").context
        [(shown, present, _late, _prepared)] = rows["rows"]
        assert (shown.bidders, present.bidders, present.streams, rows["connected"]) == ("—", "—", 7, None)
    steps.bid(site, listing, "a", "60000")
    site.go("03-30 10:06")
    site.see("centre", f"/desk/listings/{listing.pk}/")
    said = site.browser("centre").get("/desk/auctions/counts/").json()
    assert said["lots"] == {str(listing.pk): [2, 7]}


def test_finance_reads_no_bidders_account_before_the_close(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    numbers = list(SubAccount.objects.filter(case_id=listing.pk).values_list("number", flat=True))
    page = site.see("finance", "/desk/reconciliation/")
    assert not [each for each in [*numbers, site.organisation("a").name] if each in page]
    steps.bid(site, listing, "a", "60000")
    site.go("03-30 10:06")
    site.see("centre", f"/desk/listings/{listing.pk}/")
    assert all(each in site.see("finance", "/desk/reconciliation/") for each in numbers)


def test_money_nobody_can_place_leads_to_no_applicant_before_the_close(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    steps.pay(site, "9999", "outsider", "200000.00", "Z-1")
    page = site.see("finance", "/desk/money/")
    assert "Z-1" in page
    assert registration.sub_account.number not in page
    site.go("03-10 10:05")
    steps.pay(site, "9998", "a", "1.00", "Z-2")
    page = site.see("finance", "/desk/money/")
    assert registration.sub_account.number not in page
    assert site.organisation("a").name not in page, "told by the account number alone"
    assert "6222000000000001" in page


def test_another_provinces_finance_sees_none_of_its_exceptions(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    steps.pay(site, registration.sub_account.number, "b", "200000.00", "T-1")
    assert Exceptional.objects.filter(entry__reference="T-1").exists()
    body = register_organisation(
        kind=Role.FINANCE, name="湖南省财政厅", region="430000", by=SYSTEM, now=site.clock.now()
    )
    site.people["elsewhere"] = [
        register_person(
            username="elsewhere", name="陈某", organisation=body, duty=Duty.OPERATOR, by=SYSTEM,
            now=site.clock.now(),
        )
    ]  # fmt: skip
    for key, count in (("finance", 1), ("elsewhere", 0)):
        assert len(site.browser(key).get("/desk/finance/").context["exceptions"]) == count, key


def _record(site: DeskSite) -> list[str]:
    return site.browser("supervisor").get("/desk/record/?as=csv").content.decode("utf-8-sig").splitlines()


def test_the_record_tells_neither_refused_payers_nor_who_shares_out_which_application(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    number = registration.sub_account.number
    steps.pay(site, number, "a", "200000.00", "D-a")
    refused = site.send(
        "finance", "/desk/acts/money.import/0/", reference="D-a", credited_number=number, amount="1.00",
        payer_name=site.organisation("a").name,
    )  # fmt: skip
    assert refused.status_code != 302
    page = site.see("centre", "/desk/")
    task = f"registration.decide:{listing.pk}:{registration.pk}"
    assert task in page
    site.browser("centre").post("/desk/tasks/", {"task": task, "step": "take"})
    assert Assignment.objects.get().task == task
    assert AuditEntry.objects.filter(verb="task.take", case_id=listing.pk).exists()

    def told() -> str:
        rest = [line for line in _record(site) if "organisation.register" not in line]
        return "\n".join(line for line in rest if "person.register" not in line)

    for secret in (number, "task.take", task):
        assert secret not in told()
    assert "D-a以不同金额" not in site.see("supervisor", "/desk/anomalies/")
    site.both("centre", "listing.suspend", listing.pk, reason="核实情况", public_reason="核实情况")
    site.both("centre", "listing.terminate", listing.pk, reason="标的灭失", public_reason="标的灭失")
    for secret in (number, "task.take", task):
        assert secret in told()
    assert "D-a以不同金额" in site.see("supervisor", "/desk/anomalies/")


def test_the_api_conceals_refused_payers_and_shared_applications_too(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    number = registration.sub_account.number
    site.send(
        "finance", "/desk/acts/money.import/0/", reference="D-a", credited_number=number, amount="x",
        payer_name=site.organisation("a").name,
    )  # fmt: skip
    task = f"registration.decide:{listing.pk}:{registration.pk}"
    site.browser("centre").post("/desk/tasks/", {"task": task, "step": "take"})
    assert AuditEntry.objects.filter(verb__in=["money.line", "money.import"], outcome="refused").exists()
    said: Any = site.browser("supervisor").get("/api/v1/audit/?page_size=200").json()["results"]
    settled = ("organisation.register", "person.register", "organisation.describe", "account.register")
    text = str([row for row in said if row["verb"] not in settled])
    assert said
    for secret in (number, task, site.organisation("a").name, "registration."):
        assert secret not in text


def test_no_place_in_a_chain_counts_what_is_not_shown(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    steps.registered(site, listing, "a")

    def places() -> tuple[set[Any], set[str]]:
        rows: Any = site.browser("supervisor").get("/api/v1/audit/?page_size=200").json()["results"]
        told = list(csv.DictReader(_record(site)))
        assert rows
        return {row["sequence"] for row in rows}, {row["序号"] for row in told}

    assert places() == ({None}, {""})
    site.both("centre", "listing.suspend", listing.pk, reason="核实情况", public_reason="核实情况")
    site.both("centre", "listing.terminate", listing.pk, reason="标的灭失", public_reason="标的灭失")
    for found in places():
        assert len(found) > 3
        assert not found & {None, ""}


def test_a_seller_that_bids_elsewhere_is_a_stranger_there(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    site.attach("a", listing.pk, list(TO_BID)[:1])
    owner = site.organisation("a").pk
    other = steps.announced_again(site)
    copies(other, 1, seller_id=owner)
    rows = [
        line for line in _record(site) if "attachment.add" in line and site.organisation("a").name in line
    ]
    assert rows == []


def test_a_calendar_program_is_told_no_applicants_name(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    content = site.browser("centre").get("/desk/calendar.ics").content
    titles = [str(each["SUMMARY"]) for each in Calendar.from_ical(content).walk("VEVENT")]
    assert titles
    assert site.organisation("a").name not in "".join(titles)
    assert Registration.objects.get().pk == registration.pk
    uids = [str(each["UID"]) for each in Calendar.from_ical(content).walk("VEVENT")]
    assert len(set(uids)) == len(uids)
    assert not [each for each in uids if "registration" in each]


def test_late_decisions_on_applications_are_counted_after_the_close_only(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    steps.registered(site, listing, "a")
    Deadline.objects.filter(kind="qualification").update(breached_at=site.clock.now())
    before = site.browser("centre").get("/desk/statistics/").context["report"].breaches
    site.both("centre", "listing.suspend", listing.pk, reason="核实情况", public_reason="核实情况")
    site.both("centre", "listing.terminate", listing.pk, reason="标的灭失", public_reason="标的灭失")
    assert (before, site.browser("centre").get("/desk/statistics/").context["report"].breaches) == (0, 1)


def test_a_begun_objection_is_kept_under_nobodys_name(site: DeskSite) -> None:
    listing = steps.announced(site)
    address = f"/desk/acts/objection.raise/{listing.pk}/"
    browser = site.browser("outsider")
    typed = form_of(browser.get(address)) | {"text": "面积不实", "name": "匿名人甲", "contact": "13900000000"}
    assert browser.post(f"{address}check/", typed).status_code == 200
    assert not Draft.objects.exclude(data={}).exists()


def test_a_check_settles_what_fell_due_first(site: DeskSite) -> None:
    listing = steps.in_bidding(site)
    steps.bid(site, listing, "a", "60000")
    address = f"/desk/acts/listing.suspend/{listing.pk}/"
    browser = site.browser("centre")
    typed = form_of(browser.get(address)) | {"reason": "核实情况", "public_reason": "核实情况"}
    site.go("03-30 10:06")
    answer = browser.post(f"{address}check/", typed)
    assert answer.status_code == 200
    listing.refresh_from_db()
    assert listing.status == "closed"


def test_another_provinces_projects_and_rules_are_not_found(site: DeskSite) -> None:
    steps.booked(site)
    body = register_organisation(
        kind=Role.PROVINCIAL_DNR, name="湖南省自然资源厅", region="430000", by=SYSTEM, now=site.clock.now()
    )
    site.people["elsewhere"] = [
        register_person(
            username="elsewhere", name="陈某", organisation=body, duty=Duty.APPROVER, by=SYSTEM,
            now=site.clock.now(),
        )
    ]  # fmt: skip
    for address in (
        f"/desk/acts/quota.book/{Project.objects.get().pk}/",
        f"/desk/acts/rulebook.approve/{Rulebook.objects.filter(province='410000').latest('pk').pk}/",
    ):
        assert site.browser("elsewhere").get(address).status_code == 404
        assert site.browser("province", 1).get(address).status_code == 200


def office_elsewhere(site: DeskSite, kind: Role = Role.TRADING_CENTRE) -> None:
    """An office of another province, with one person called `elsewhere`."""
    body = register_organisation(
        kind=kind, name="湖南省某机构", region="430000", by=SYSTEM, now=site.clock.now()
    )
    site.people["elsewhere"] = [
        register_person(
            username="elsewhere", name="陈某", organisation=body, duty=Duty.OPERATOR, by=SYSTEM,
            now=site.clock.now(),
        )
    ]  # fmt: skip


def test_another_provinces_centre_reads_no_application(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    office_elsewhere(site)
    assert visible_registrations(actor_of(site.people["centre"][0])).exists()
    assert not visible_registrations(actor_of(site.people["elsewhere"][0])).exists()
    address = f"/desk/acts/registration.decide/{registration.pk}/"
    assert site.organisation("a").name in site.see("centre", address)
    assert site.browser("elsewhere").get(address).status_code == 404


def test_another_provinces_centre_reads_no_deadline(site: DeskSite) -> None:
    listing = steps.announced(site)
    of_the_lot = Deadline.objects.filter(case_id=listing.pk).latest("pk")
    owner = site.organisation("seller").pk
    of_nobody = deadlines.set_at(
        kind="bar_end", case_id=None, concerns_id=owner, due_at=site.clock.now(), now=site.clock.now()
    )
    office_elsewhere(site)
    for each in (of_the_lot, of_nobody):
        ours = subject_of(act_called("deadline.attend"), each.pk, by=actor_of(site.people["centre"][0]))
        assert ours.url == "/desk/deadlines/"
        with pytest.raises(Refused) as no:
            subject_of(act_called("deadline.attend"), each.pk, by=actor_of(site.people["elsewhere"][0]))
        assert no.value.refusal.code is Code.NOT_FOUND


def test_another_province_reads_no_burden(site: DeskSite) -> None:
    steps.announced(site)
    burden = Encumbrance.objects.create(batch=Batch.objects.get(), reason="抵押登记", since=site.clock.now())
    office_elsewhere(site, Role.PROVINCIAL_DNR)
    address = f"/desk/acts/quota.lift_encumbrance/{burden.pk}/"
    assert "抵押登记" in site.see("province", address)
    assert site.browser("elsewhere").get(address).status_code == 404


def test_another_provinces_centre_reads_no_objection(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-06 09:00")
    raised = {"text": "等别有误", "name": "赵先生", "contact": "13800000000", "key": "k1"}
    site.browser("outsider").post(f"/listings/{listing.pk}/objections/", raised)
    objection = Objection.objects.get()
    office_elsewhere(site)
    assert visible_objections(actor_of(site.people["centre"][0])).exists()
    assert not visible_objections(actor_of(site.people["elsewhere"][0])).exists()
    for act in ("objection.accept", "objection.accept_and_suspend", "objection.decide"):
        address = f"/desk/acts/{act}/{objection.pk}/"
        assert "等别有误" in site.see("centre", address)
        assert site.browser("elsewhere").get(address).status_code == 404, act
    assert site.browser("elsewhere").post(f"/desk/objections/{objection.pk}/complainant/").status_code == 404


def test_a_head_and_a_statement_count_nobody_before_the_close(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    steps.pay(site, registration.sub_account.number, "a", "200000.00", "D-a")
    steps.closed_statement(site, COMMON)
    chain = f"case:{listing.pk}"

    def told() -> tuple[bool, bool, bool, bool]:
        client = site.browser("supervisor")
        head: Any = client.get("/desk/record/head.json").json()
        assert chain in head["chains"] or chain in head["withheld"]
        return (
            chain in head["chains"],
            "200,000.00" in site.see("supervisor", "/desk/reconciliation/"),
            client.get("/api/v1/money/statements/").json()["results"] != [],
            client.get("/desk/record/chains/").context["rows"] is not None,
        )

    assert told() == (False, False, False, False)
    site.both("centre", "listing.suspend", listing.pk, reason="核实情况", public_reason="核实情况")
    site.both("centre", "listing.terminate", listing.pk, reason="标的灭失", public_reason="标的灭失")
    assert told() == (True, True, True, True)


def test_two_balances_around_a_statement_that_is_left_out_do_not_give_its_sum(site: DeskSite) -> None:
    """The account's statements go on after the first deposit: whoever reads both ends reads the deposit."""
    listing = steps.announced(site)
    steps.closed_statement(site, COMMON)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    steps.pay(site, registration.sub_account.number, "a", "200000.00", "D-a")
    steps.closed_statement(site, COMMON)
    site.go("03-11 10:00")
    steps.closed_statement(site, COMMON)

    def balances(who: str) -> list[str]:
        rows: Any = site.browser(who).get("/api/v1/money/statements/").json()["results"]
        return [row[name] for row in rows for name in ("opening_balance", "closing_balance") if row[name]]

    BalanceReport.objects.create(
        account=COMMON, province="410000", at=Statement.objects.latest("covers_until").covers_until,
        balance=Yuan("123456.00"), reported_at=site.clock.now(), reported_by_id=1,
    )  # fmt: skip
    for who, tells in (("finance", True), ("supervisor", False)):
        page = site.see(who, "/desk/reconciliation/")
        assert ("123,456.00" in page) == tells, who
        assert ("竞价截止前不显示金额" in page) != tells, who
    assert "200000.00" in balances("finance")
    assert len(site.browser("supervisor").get("/api/v1/money/statements/").json()["results"]) == 2
    assert "200000.00" not in balances("supervisor")
    for page in ("/desk/reconciliation/", "/desk/finance/"):
        assert "200,000.00" not in site.see("supervisor", page)
    site.both("centre", "listing.suspend", listing.pk, reason="核实情况", public_reason="核实情况")
    site.both("centre", "listing.terminate", listing.pk, reason="标的灭失", public_reason="标的灭失")
    assert "200000.00" in balances("supervisor")


def test_no_id_that_is_shown_is_a_rows_own(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    number = registration.sub_account.number
    client = site.browser("a")
    asked: list[tuple[str, type[Model]]] = [
        ("registrations/", Registration),
        (f"listings/{listing.pk}/attachments/", Attachment),
        (f"listings/{listing.pk}/documents/", Document),
        ("deadlines/", Deadline),
    ]
    for address, model in asked:
        said: Any = client.get(f"/api/v1/{address}").json()["results"]
        assert said, address
        own = set(model._default_manager.values_list("pk", flat=True))
        assert not own & {row["id"] for row in said}, address
    assert client.get(f"/api/v1/registrations/{registration.pk}/").status_code == 404
    assert (
        client.get(f"/api/v1/registrations/{shown(registration.pk, 'registration')}/").json()["sub_account"]
        == number
    )
    rows: Any = site.browser("supervisor").get("/api/v1/audit/?page_size=200").json()["results"]
    for row in rows:
        model_name, _, pk = row["subject"].partition(":")
        if model_name == "quota.batch":
            assert int(pk) == shown(Batch.objects.get().pk, "batch")


def test_nobody_but_the_applicant_and_the_deciding_centre_sees_what_was_confirmed(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    digests = set(TermsConfirmation.objects.values_list("sha256", flat=True))
    assert len(digests) == 2
    assert not [line for line in _record(site) if "registration." in line or "竞买申请" in line]
    pages = [_record(site), [site.see("supervisor", f"/desk/listings/{listing.pk}/")]]
    pages += [[site.see(key, f"/desk/listings/{listing.pk}/")] for key in ("seller", "province", "b")]
    text = "\n".join(line for page in pages for line in page)
    assert not [each for each in digests if each in text]
    said: Any = site.browser("supervisor").get("/api/v1/audit/?page_size=200").json()["results"]
    assert not [row for row in said if any(each in str(row) for each in digests)]
    page = site.see("centre", f"/desk/acts/registration.decide/{registration.pk}/")
    assert site.organisation("a").name in page


def test_the_terms_of_a_lot_are_the_same_for_everybody_and_name_no_bidder(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    before = site.browser("b").get(f"/api/v1/listings/{listing.pk}/terms/").json()
    steps.registered(site, listing, "a")
    for key in ("a", "b", "seller", "supervisor"):
        assert site.browser(key).get(f"/api/v1/listings/{listing.pk}/terms/").json() == before
    assert site.organisation("a").name not in str(before)
    assert site.organisation("a").name not in site.see("b", f"/listings/{listing.pk}/terms/")


def test_rejected_money_is_told_to_nobody_else(site: DeskSite) -> None:
    listing = steps.announced(site)
    site.go("03-10 10:00")
    registration = steps.registered(site, listing, "a")
    steps.pay(site, registration.sub_account.number, "outsider", "200000.00", "D-x")
    assert list(
        Notice.objects.filter(kind="deposit_rejected").values_list("organisation__name", flat=True)
    ) == [site.organisation("a").name]
    for key in ("b", "seller", "centre", "province", "supervisor", "outsider"):
        assert "未予计入" not in site.see(key, "/desk/notices/")


def test_the_approver_follows_the_monitor_to_what_waits() -> None:
    with opened() as site:
        listing = steps.in_bidding(site)
        site.alone("centre", "listing.suspend", listing.pk, reason="核实情况", public_reason="核实情况")
        page = site.browser("centre", 1).get("/desk/auctions/").content.decode()
        [address] = re.findall(r'href="(/desk/preparations/[^"]+)"', page)
        assert site.browser("centre", 1).get(address).status_code == 200
