"""`manage.py demo_logins`: whom to sign in as in the demonstration."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.demo.organisations import HENAN, LOGINS, PASSWORD
from apps.listings.models import Listing
from apps.listings.states import ListingStatus


class Command(BaseCommand):
    """Print one login per role and the lots that take bids now."""

    help = "Print the demonstration's logins."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        self.stdout.write(f"  登录密码均为 {PASSWORD}（op 经办，ap 审核）")
        for province, groups in LOGINS:
            self.stdout.write(f"  【{province}】")
            for role, names in groups:
                self.stdout.write(f"  {role}：{' / '.join(names)}")
        running = Listing.objects.filter(status=ListingStatus.BIDDING, province=HENAN.code)
        for listing in running.order_by("closes_at")[:3]:
            self.stdout.write(
                f"  正在竞价：{listing}（/listings/{listing.pk}/），竞买人 bidder1、bidder2、bidder3 可报价"
            )
