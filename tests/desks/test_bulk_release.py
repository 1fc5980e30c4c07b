"""Alike preparations read on one page and released together; what stands out is opened singly."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from apps.desks import bulk_release
from apps.desks.bulk import sealed
from apps.desks.queue import marks_of
from apps.listings.models import Listing
from apps.money.models import Refund
from apps.parties.models import Membership, Organisation
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from apps.stages.review.models import ReviewOpinion
from kernel.access.models import Preparation
from kernel.actors import Actor, Duty
from kernel.audit.models import AuditEntry
from kernel.errors import Code, Refused
from kernel.money import Yuan
from kernel.web.opaque import shown
from tests.factories import desk_steps as steps
from tests.factories.desk_site import DeskSite, form_of, opened

pytestmark = pytest.mark.django_db


def _ticked(opinion: str) -> dict[str, Any]:
    return dict(steps.ticked(opinion))


def _reason(opinion: str) -> dict[str, Any]:
    return {"reason": "验收文号与批复不一致，已核实"} if opinion == "validity" else {}


@pytest.fixture
def refunds() -> Iterator[tuple[DeskSite, Listing, list[Preparation]]]:
    """As `steps.refunds_prepared` says."""
    with opened() as site:
        listing = steps.refunds_prepared(site)
        yield site, listing, _waiting(site, "finance")


def _waiting(site: DeskSite, key: str) -> list[Preparation]:
    return list(
        Preparation.objects.filter(organisation_id=site.organisation(key).pk, decided_at=None).order_by("pk")
    )


def _address(preparations: list[Preparation]) -> str:
    return "/desk/releases/?" + "&".join(f"prepared={shown(each.pk, 'preparation')}" for each in preparations)


def _confirm(site: DeskSite, key: str, place: int, preparations: list[Preparation], **changed: Any) -> Any:
    page = site.browser(key, place).get(_address(preparations))
    assert page.status_code == 200
    return site.browser(key, place).post("/desk/releases/", form_of(page, having="sealed") | changed)


def _sealed(site: DeskSite, rows: list[Preparation], *, by: Actor) -> str:
    """A confirmation that no summary has made."""
    said = [[each.pk, each.digest] for each in rows]
    return sealed("bulk_release", {"organisation": by.organisation_id, "rows": said}, by=by)


def _rows(page: str, table: str) -> list[str]:
    body = page.partition(f'id="{table}"')[2].partition("</tbody>")[0]
    return re.findall(r"<tr[ >].*?</tr>", body.partition("<tbody>")[2], re.DOTALL)


def _result(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [re.sub(r"<[^>]+>|\s+", " ", row) for row in _rows(answer.content.decode(), "results")]


def test_refunds_are_read_on_one_page_and_released_but_for_the_one_that_stands_out(
    refunds: tuple[DeskSite, Listing, list[Preparation]],
) -> None:
    site, listing, waiting = refunds
    desk = site.see("finance", "/desk/", 1)
    assert all(f'name="prepared" value="{shown(each.pk, "preparation")}"' in desk for each in waiting)
    page = site.see("finance", _address(waiting), 1)
    signed, apart = _rows(page, "signed"), _rows(page, "exceptions")
    assert len(signed) == 2
    for key, row in zip(("a", "b"), signed, strict=True):
        assert site.organisation(key).name in row
        assert "6222000000000001" in row
        assert "200,000.00" in row
        assert str(listing) in row
    assert "400,000.00" in page
    assert "肆拾万元整" in page
    assert len(apart) == 1
    assert site.organisation("outsider").name in apart[0]
    assert "首次退款" in apart[0]
    results = _result(_confirm(site, "finance", 1, waiting))
    assert len(results) == 2
    assert all("已办理" in row and "未办理" not in row for row in results)
    assert [each.pk for each in _waiting(site, "finance")] == [waiting[2].pk]
    assert Refund.objects.filter(released_at__isnull=False).count() == 3
    assert AuditEntry.objects.filter(verb="refund.release", chain=f"case:{listing.pk}").count() == 2


def test_an_organisations_several_refunds_count_with_their_sum() -> None:
    with opened() as site:
        listing = steps.announced(site)
        site.go("03-10 10:00")
        registration = steps.registered(site, listing, "a")
        site.both("centre", "registration.decide", registration.pk, outcome="qualified")
        for day, amount in (("11", "120000.00"), ("12", "80000.00")):
            site.go(f"03-{day} 10:00")
            steps.pay(site, registration.sub_account.number, "a", amount, f"D-{day}")
        site.go("03-25 09:00")
        site.both("centre", "listing.suspend", listing.pk, reason="核实情况", public_reason="核实情况")
        site.both("centre", "listing.terminate", listing.pk, reason="标的灭失", public_reason="标的灭失")
        query = f"?organisation_id={site.organisation('a').pk}"
        site.alone("finance", "refund.release", listing.pk, query=query)
        (waiting,) = _waiting(site, "finance")
        assert marks_of(waiting.bound).amount == Yuan("200000.00")


def test_what_one_saw_for_one_organisation_is_not_released_for_another(
    refunds: tuple[DeskSite, Listing, list[Preparation]],
) -> None:
    site, _, waiting = refunds
    form = form_of(site.browser("finance", 1).get(_address(waiting)), having="sealed")
    person = site.people["finance"][1].person
    elsewhere = Organisation.objects.exclude(pk=site.organisation("finance").pk).filter(kind=Role.SUPERVISOR)
    Membership.objects.filter(person=person).update(organisation=elsewhere.get())
    by = actor_of(Membership.objects.get(person=person))
    with pytest.raises(Refused) as no:
        bulk_release._shown(_post(form), by=by)
    assert no.value.refusal.code is Code.TEXT_CHANGED


def _post(form: dict[str, Any]) -> HttpRequest:
    return RequestFactory().post("/desk/releases/", form)


def test_the_same_confirmation_again_releases_nothing_twice(
    refunds: tuple[DeskSite, Listing, list[Preparation]],
) -> None:
    site, _, waiting = refunds
    page = site.browser("finance", 1).get(_address(waiting))
    form = form_of(page, having="sealed")
    site.browser("finance", 1).post("/desk/releases/", form)
    again = _result(site.browser("finance", 1).post("/desk/releases/", form))
    assert all("此前已由" in row for row in again)
    assert Refund.objects.filter(released_at__isnull=False).count() == 3


def test_what_changed_meanwhile_is_refused_for_its_row_and_the_others_are_released(
    refunds: tuple[DeskSite, Listing, list[Preparation]],
) -> None:
    site, _, waiting = refunds
    page = site.browser("finance", 1).get(_address(waiting))
    form = form_of(page, having="sealed")
    first = waiting[0]
    Refund.objects.filter(
        entry__sub_account__organisation_id=site.organisation("a").pk, released_at=None
    ).update(reason="另一事由")
    results = _result(site.browser("finance", 1).post("/desk/releases/", form))
    assert "未办理" in results[0]
    assert "已发生变化" in results[0]
    assert "已办理" in results[1]
    first.refresh_from_db()
    assert first.released is False


def test_a_preparation_taken_back_and_made_anew_is_not_the_one_that_was_read(
    refunds: tuple[DeskSite, Listing, list[Preparation]],
) -> None:
    site, listing, waiting = refunds
    page = site.browser("finance", 1).get(_address(waiting))
    form = form_of(page, having="sealed")
    taken = site.browser("finance").post(
        f"/desk/preparations/{shown(waiting[0].pk, 'preparation')}/", {"decision": "take_back"}
    )
    assert taken.status_code == 302
    site.alone("finance", "refund.release", listing.pk, query=f"?organisation_id={site.organisation('a').pk}")
    results = _result(site.browser("finance", 1).post("/desk/releases/", form))
    assert "退回、撤回或作废" in results[0]
    assert "已办理" in results[1]


def test_an_exception_slipped_into_the_confirmation_is_not_released(
    refunds: tuple[DeskSite, Listing, list[Preparation]],
) -> None:
    site, _, waiting = refunds
    third = waiting[2]
    by = actor_of(site.people["finance"][1])
    forged = _sealed(site, [third], by=by)
    results = _result(site.browser("finance", 1).post("/desk/releases/", {"sealed": forged}))
    assert "首次退款" in results[0]
    assert "未办理" in results[0]
    third.refresh_from_db()
    assert third.decided_at is None


def test_nothing_is_released_that_the_summary_did_not_show_to_this_very_person(
    refunds: tuple[DeskSite, Listing, list[Preparation]],
) -> None:
    site, _, waiting = refunds
    page = site.browser("finance", 1).get(_address(waiting[:1]))
    form = form_of(page, having="sealed")
    extra = form | {"prepared": [str(shown(each.pk, "preparation")) for each in waiting]}
    assert len(_result(site.browser("finance", 1).post("/desk/releases/", extra))) == 1
    page = site.browser("finance", 1).get(_address(waiting[1:2]))
    form = form_of(page, having="sealed")
    for sent in (
        {"sealed": form["sealed"][0][:-2] + "xx"},
        {"prepared": str(shown(waiting[1].pk, "preparation")), "seen": waiting[1].digest},
    ):
        assert site.browser("finance", 1).post("/desk/releases/", sent).status_code == 409
    assert site.browser("finance", 2).post("/desk/releases/", form).status_code == 409
    assert site.browser("finance", 0).post("/desk/releases/", form).status_code == 403
    assert site.browser("centre", 1).post("/desk/releases/", form).status_code == 409
    assert len(_waiting(site, "finance")) == 2


def test_nobody_releases_together_with_others_what_that_person_prepared(
    refunds: tuple[DeskSite, Listing, list[Preparation]],
) -> None:
    site, _, waiting = refunds
    maker = site.people["finance"][0]
    Membership.objects.filter(pk=maker.pk).update(duty=Duty.APPROVER)
    page = site.see("finance", _address(waiting[:2]), 0)
    assert _rows(page, "signed") == []
    assert "由您本人经办" in _rows(page, "exceptions")[0]
    by = actor_of(Membership.objects.get(pk=maker.pk))
    forged = _sealed(site, waiting[:1], by=by)
    results = _result(site.browser("finance", 0).post("/desk/releases/", {"sealed": forged}))
    assert "由您本人经办" in results[0]
    assert Preparation.objects.get(pk=waiting[0].pk).decided_at is None


def test_favourable_opinions_go_together_and_one_with_a_reason_does_not() -> None:
    with opened() as site:
        listing = steps.submitted(site)
        site.go("03-03 10:00")
        for opinion in ("legality", "validity"):
            site.alone(
                "province", "review.decide", listing.pk, query=f"?opinion={opinion}", outcome="pass",
                **_ticked(opinion),
                **_reason(opinion),
            )  # fmt: skip
        waiting = _waiting(site, "province")
        page = site.see("province", _address(waiting), 1)
        assert "合法性" in _rows(page, "signed")[0]
        assert "意见附有理由" in _rows(page, "exceptions")[0]
        _result(_confirm(site, "province", 1, waiting))
        assert ReviewOpinion.objects.get().subject == "legality"


def test_two_opinions_on_one_lot_are_not_released_by_one_person() -> None:
    with opened() as site:
        listing = steps.submitted(site)
        for opinion in ("legality", "validity"):
            site.alone(
                "province", "review.decide", listing.pk, query=f"?opinion={opinion}", outcome="pass",
                **_ticked(opinion),
            )  # fmt: skip
        page = site.see("province", _address(_waiting(site, "province")), 1)
        assert len(_rows(page, "signed")) == 1
        assert "不同的审核人员" in _rows(page, "exceptions")[0]


def test_different_acts_and_acts_to_be_read_singly_are_not_released_together() -> None:
    with opened() as site:
        listing = steps.drafted(site)
        site.alone("seller", "listing.submit", listing.pk)
        waiting = _waiting(site, "seller")
        answer = site.browser("seller", 1).get(_address(waiting))
        assert answer.status_code == 400
        assert "不能批量审核" in answer.content.decode()
        assert site.browser("seller", 1).get("/desk/releases/").status_code == 400
        assert site.browser("a", 1).get(_address(waiting)).status_code == 400
        assert site.browser("seller", 0).get(_address(waiting)).status_code == 403
