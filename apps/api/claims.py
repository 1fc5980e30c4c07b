"""Claims after a retest of quality (质量复核)."""

from typing import ClassVar

from django.db.models import Q, QuerySet
from rest_framework import serializers

from apps.api.base import ListView
from apps.api.fields import Instant, yuan
from apps.parties.queries import in_province
from apps.parties.roles import Can
from apps.stages.transfer.models import QualityClaim


class ClaimRow(serializers.ModelSerializer[QualityClaim]):
    """One quality claim."""

    sold_area = serializers.CharField(allow_null=True)
    sold_capacity = serializers.CharField(allow_null=True)
    area = serializers.CharField(allow_null=True)
    capacity = serializers.CharField(allow_null=True)
    refund = yuan()
    claimed_at = Instant()
    confirmed_at = Instant(allow_null=True)
    paid_at = Instant(allow_null=True)

    class Meta:
        model = QualityClaim
        fields: ClassVar[list[str]] = [
            "id", "listing", "sold_area", "sold_grade", "sold_capacity", "area", "grade", "capacity", "measurer",
            "refund", "reason", "claimed_at", "confirmed_at", "voucher_no", "paid_at",
        ]  # fmt: skip


class Claims(ListView[QualityClaim]):
    """Quality claims: staff all, seller and buyer their own."""

    title = "质量退款"
    capability = Can.SIGN_IN
    serializer_class = ClaimRow
    filterset_fields: ClassVar[list[str]] = ["listing"]

    def schema_model(self) -> type[QualityClaim]:
        """Quality claims."""
        return QualityClaim

    def rows(self) -> QuerySet[QualityClaim]:
        """What the asker may see."""
        if self.by.can(Can.SEE_CASES):
            return QualityClaim.objects.filter(in_province(self.by, "listing__province"))
        mine = self.by.organisation_id
        return QualityClaim.objects.filter(
            Q(listing__seller_id=mine) | Q(listing__transfer__buyer_id=mine)
        ).distinct()
