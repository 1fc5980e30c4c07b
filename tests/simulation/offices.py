"""What offices do beside the lots: persons, organisations, accounts, the bank's answers, floods, given-up projects."""

from collections.abc import Callable
from typing import Any

from apps.land.queries import with_polygons
from apps.listings.models import Listing
from apps.listings.states import OBJECTIONABLE, ListingStatus
from apps.money.models import FiscalAccount, Refund
from apps.objections.rules import LEAST_OF_A_FLOOD
from apps.parties.models import Organisation
from apps.parties.rules import check_sign
from kernel.acts.perform import Done
from kernel.clock import iso
from tests.simulation.cast import CENTRE, FINANCE, SELLER
from tests.simulation.walk import NOBODY, Walk

PLATFORM = "platform"


def step(walk: Walk, listing: Listing) -> None:
    """One of them."""
    steps: list[Callable[[Walk, Listing], Any]] = [
        _people,
        _organisation,
        _describe,
        _account,
        _balance,
        _answer,
        _void,
    ]
    # These come to something on lots of one status only.
    if listing.state in OBJECTIONABLE:
        steps += [_flood] * 4
    if listing.state is ListingStatus.CONFIRMED:
        steps += [_account] * 12
    walk.chance.choice(steps)(walk, listing)


def _made(done: Done | None, name: str) -> Any:
    return done.answer[name] if done is not None and done.outcome == "done" else None


def _people(walk: Walk, listing: Listing) -> None:
    """Somebody begins, gets a link, another duty, and leaves."""
    seller, rival = (walk.cast.organisations[key].pk for key in (SELLER, "rival"))
    facts = {"username": walk.fresh("new"), "name": "新人", "organisation_id": seller, "duty": "operator"}
    enrolled = walk.do("person.register", PLATFORM, 0, facts)
    person, membership = _made(enrolled, "person"), _made(enrolled, "membership")
    if person is None:
        return
    walk.do("account.invite", PLATFORM, person)
    if walk.likely(0.5):
        walk.do("membership.grant", PLATFORM, person, {"organisation_id": rival, "duty": "approver"})
    walk.do("membership.end", PLATFORM, membership)
    walk.do("account.switch", PLATFORM, person, {"active": walk.likely(0.3)})


def _organisation(walk: Walk, listing: Listing) -> None:
    """A body is registered, renamed, and no longer active."""
    name = walk.fresh("建设单位")
    facts = {"kind": "site_project_unit", "name": name, "region": "410122"}
    made = _made(walk.do("organisation.register", PLATFORM, 0, facts), "organisation")
    if made is not None:
        changed = {"name": f"{name}（更名）", "superior_id": None, "active": walk.likely(0.5)}
        walk.do("organisation.change", PLATFORM, made, changed)


def _describe(walk: Walk, listing: Listing) -> None:
    """A party moves house; contracts that wait for signatures print where it is now."""
    key = walk.chance.choice(["a", "b", SELLER])
    body: Organisation = walk.cast.organisations[key]
    first = f"11{body.region_id}{body.pk:09d}"
    facts = {
        "credit_code": first + check_sign(first),
        "representative": "演示负责人",
        "address": walk.fresh("演示路"),
        "phone": "0371-60000001",
    }
    walk.do("organisation.describe", key, 0, facts)


def _account(walk: Walk, listing: Listing) -> None:
    """The seller opens another account, is paid into it, or closes it again."""
    number = f"4199{walk.chance.randint(10**11, 10**12 - 1)}"
    facts = {"name": "通许县财政专户二", "bank": "演示银行营业部", "number": number}
    made = _made(walk.do("account.register", SELLER, 0, facts), "account")
    if made is None:
        return
    walk.do("contract.account", SELLER, listing.pk, {"fiscal_account": made})
    if walk.likely(0.5) or FiscalAccount.objects.filter(organisation__name="通许县人民政府").count() > 3:
        walk.do("account.close", SELLER, made)


def _balance(walk: Walk, listing: Listing) -> None:
    """Somebody else of finance reads what the bank holds."""
    facts = {"account": "6100000000000001", "at": iso(walk.now), "balance": "0.00"}
    walk.act("money.balance", FINANCE, 0, facts, number=walk.chance.randint(1, 3))


def _answer(walk: Walk, listing: Listing) -> None:
    """The bank paid what was ordered, or did not, or says so of something that nobody ordered."""
    sent = Refund.objects.filter(entry__sub_account__case_id=listing.pk, released_at__isnull=False)
    found = sent.order_by("id").last()
    facts = {
        "reference": walk.fresh("out"),
        "account": "6100000000000001",
        "request_id": found.request_id if found is not None else "nobody's",
        "outcome": walk.chance.choice(["paid", "paid", "rejected"]),
        "amount": str(found.amount) if found is not None else "1.00",
        "at": iso(walk.now),
    }
    walk.do("money.answer", FINANCE, 0, facts)


def _flood(walk: Walk, listing: Listing) -> None:
    """Many object at once to the same; the centre refuses them together."""
    last = 0
    for _ in range(LEAST_OF_A_FLOOD):
        facts = {"text": "面积不实", "name": "匿名", "contact": "无"}
        made = walk.act("objection.raise", NOBODY, listing.pk, facts, number=0)
        last = _made(made, "objection") or last
    walk.do("objection.dismiss_flood", CENTRE, listing.pk, {"up_to": last or 1, "reason": "内容雷同"})


def _void(walk: Walk, listing: Listing) -> None:
    """A project is recorded and given up."""
    number = walk.fresh("弃项目")
    part = {
        "kind": "farmland_area",
        "land_class": "dry",
        "grade_before": 16,
        "grade_after": 9,
        "quantity": "5.0000",
    }
    facts = {
        "name": number,
        "approval_no": f"立{number}",
        "acceptance_no": f"验{number}",
        "region": "410222",
        "farmland_before": "0",
        "farmland_after": "5.0000",
        "farmland_area": "5.0000",
        "paddy_area": "0",
        "grain_capacity": "3500",
        "parts": [part],
    }
    made = _made(walk.do("project.record", SELLER, 0, with_polygons(facts)), "project")
    if made is not None:
        walk.do("project.void", SELLER, made, {"reason": "验收撤销"})
