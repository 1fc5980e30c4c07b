"""What an organisation says of itself."""

from typing import Any

from rest_framework import serializers

from apps.parties import bound, commands, rules
from apps.parties.models import Organisation
from kernel.actors import OFFICIALS, TRADERS
from kernel.acts.act import Act


class DetailsForm(serializers.Serializer[Any]):
    """What a contract prints of a party."""

    credit_code = serializers.CharField(label="统一社会信用代码", max_length=30)
    representative = serializers.CharField(label="法定代表人或负责人", max_length=80)
    address = serializers.CharField(label="地址", max_length=200)
    phone = serializers.CharField(label="联系电话", max_length=40)

    def validate_credit_code(self, value: str) -> str:
        """The code with its check sign."""
        try:
            return rules.credit_code(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error

    def validate_phone(self, value: str) -> str:
        """What can be dialled."""
        try:
            return rules.phone(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error


def _no_lane(_: int) -> int | None:
    return None


def _answer(organisation: Organisation) -> dict[str, Any]:
    return {"organisation": organisation.pk, "credit_code": organisation.credit_code}


ACTS = (
    Act(
        "organisation.describe",
        "登记单位信息",
        commands.describe,
        TRADERS | OFFICIALS,
        subject="",
        form=DetailsForm,
        two_persons=True,
        binds=bound.details_bound,
        lane=_no_lane,
        answer=_answer,
        help="合同载明各方的统一社会信用代码、负责人、地址和电话；未登记的单位不能签订合同。",
    ),
)
