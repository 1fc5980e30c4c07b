"""What the county's finance fills in to distribute proceeds."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.funds import bound, commands
from apps.funds.models import Account, Distribution
from apps.funds.names import FUNDS_DISTRIBUTE
from apps.parties.roles import Can
from apps.rulebook.proceeds import CATEGORY_LABELS
from kernel.acts.act import Act
from kernel.acts.subjects import Subject
from kernel.transparency import Told
from kernel.web.fields import YuanInput


class ShareForm(serializers.Serializer[Any]):
    """One share of a pool."""

    category = serializers.ChoiceField(label="分配项目", choices=list(CATEGORY_LABELS.items()))
    amount = YuanInput(label="分配金额（元）")


class DistributionForm(serializers.Serializer[Any]):
    """What each share gets."""

    shares = ShareForm(label="分配明细", many=True, allow_empty=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Amounts by category, each named once."""
        found = {each["category"]: each["amount"] for each in attrs["shares"]}
        if len(found) != len(attrs["shares"]):
            raise serializers.ValidationError({"shares": "同一分配项目只能填写一次。"})
        return {"shares": found}


class DistributionAnswer(TypedDict):
    """What was distributed."""

    amount: str


def _distribution_answer(found: Distribution) -> DistributionAnswer:
    return {"amount": str(found.amount)}


def _lane(fund_id: int) -> int | None:
    return Account.objects.filter(pk=fund_id).values_list("source_id", flat=True).first()


SUBJECTS = (Subject("fund_id", "funds"),)

ACTS = (
    Act(
        FUNDS_DISTRIBUTE,
        "分配收益",
        commands.distribute,
        Can.BOOK_FUNDS,
        subject="fund_id",
        form=DistributionForm,
        two_persons=True,
        binds=bound.distribute_bound,
        lane=_lane,
        answer=_distribution_answer,
        told=Told.OFFICES,
        help="待分配收益须一次全部分配；“村集体自用”是村集体公共服务的一部分，不另计入合计。",
    ),
)
