"""The public page of proceeds (收益资金): where the money of surplus quota went, by county and category."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.funds.figures import audits_by_county, by_county
from apps.funds.sources import processes_with_money
from kernel.cases.registry import process_called


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What each county received, distributed and spent, of each process; and what audits came to."""
    found = [(process_called(each), by_county(each)) for each in processes_with_money()]
    context = {
        "processes": [(process.label, counties) for process, counties in found if counties],
        "audits": audits_by_county(),
    }
    return render(request, "portal/funds.html", context)
