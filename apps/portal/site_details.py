"""What the operator of a site says of itself at the foot of every page; only what is set is shown."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site_details(request: HttpRequest) -> dict[str, Any]:
    """For templates: `site_details`, with 主办单位, 备案号, telephone and two declarations, each or empty."""
    return {"site_details": settings.SITE_DETAILS}
