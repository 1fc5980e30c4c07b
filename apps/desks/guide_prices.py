"""Guide prices (指导价测算) on the desk: what one computed oneself, and each with its costs by norms and by budget."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from apps.desks.access import desk
from apps.parties.roles import Can
from apps.prices.models import Computation
from apps.prices.queries import computation_for, own
from apps.rulebook.price_tables import PRICES
from apps.rulebook.prices import COST_WORDS, LAND_CLASS_WORDS, WHAT_WORDS, What
from kernel.actors import Actor
from kernel.money import Yuan

_MOST = 100


@require_safe
@desk(Can.COMPUTE_GUIDE_PRICES)
def guide_prices(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What this person computed, the newest first."""
    rows = [(each, _price(each, "by_norms"), _price(each, "by_budget")) for each in own(by)[:_MOST]]
    return render(request, "desks/guide_prices.html", {"rows": rows})


@require_safe
@desk(Can.COMPUTE_GUIDE_PRICES)
def guide_price(request: HttpRequest, *, by: Actor, now: datetime, computation_id: int) -> HttpResponse:
    """One guide price: each cost by the norms and by the budget, the premium, the price, the band."""
    found = computation_for(computation_id, by=by)
    context = {
        "found": found,
        "land_class": LAND_CLASS_WORDS[found.land_class],
        "costs": [(label, _cost(found, "by_norms", name), _cost(found, "by_budget", name), name in found.budget)
                  for name, label in COST_WORDS.items()],
        "totals": [(label, _total(found, "by_norms", name), _total(found, "by_budget", name))
                   for name, label in _totals().items()],
        "premium": _premium(found),
    }  # fmt: skip
    return render(request, "desks/guide_price.html", context)


_COSTS_TOGETHER = gettext_noop("成本合计")


def _totals() -> dict[str, str]:
    """What comes below the costs, each under its name."""
    band = {name: PRICES.declared[f"band_{name}"].label for name in ("low", "high")}
    return {"cost": _COSTS_TOGETHER, "price": WHAT_WORDS[What.GUIDE]} | band


def _side(found: Computation, side: str) -> dict[str, Any]:
    return found.result[side] or {}


def _price(found: Computation, side: str) -> Yuan | None:
    return _total(found, side, "price")


def _total(found: Computation, side: str, name: str) -> Yuan | None:
    amount = _side(found, side).get(name)
    return Yuan(amount) if amount is not None else None


def _cost(found: Computation, side: str, name: str) -> Yuan | None:
    amount = _side(found, side).get("costs", {}).get(name)
    return Yuan(amount) if amount is not None else None


def _premium(found: Computation) -> str:
    return str((_side(found, "by_norms") or _side(found, "by_budget"))["premium"])
