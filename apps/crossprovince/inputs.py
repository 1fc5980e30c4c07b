"""The rows that acts on quota across provinces are filled in with: each read strictly, one value each."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rest_framework import serializers

from apps.crossprovince.closing import Receipted
from apps.crossprovince.matching import Given
from apps.crossprovince.rules import PlanItem, Row, Wanted
from apps.crossprovince.states import PLAN_CATEGORIES
from kernel.web.fields import AreaInput, InstantInput, LineInput, NumberInput, WholeInput, YuanInput

_YES_NO = [("yes", "是"), ("no", "否")]


_AREA_NO = re.compile(r"(?=.*[0-9])[\u3400-\u9fffA-Za-z0-9〔〕（）()\[\]【】/._#·—–-]+")


class ProjectAreaInput(NumberInput):
    """The number of a project area (项目区编号), or of its certificate: words, letters and figures, nothing else."""

    default_error_messages = {
        "project_area": "项目区编号须由汉字、字母、数字、括号和连接号组成，且含有数字，如“节余核〔2026〕5200000001号”；"
        "请照方案文件填写项目区编号或登记证编号，不要填写名称。",
    }

    def to_internal_value(self, data: Any) -> str:
        """The number as text."""
        found = super().to_internal_value(data)
        if not _AREA_NO.fullmatch(found):
            self.fail("project_area")
        return found


class AdjustmentLineForm(serializers.Serializer[Any]):
    """So much of one batch, by class of land."""

    batch = WholeInput(label="批次", min_value=1, max_value=2**62)
    high_standard = serializers.ChoiceField(label="高标准农田", choices=_YES_NO)
    amount = AreaInput(label="数量（亩）")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The line as one value."""
        return {"line": Wanted(attrs["batch"], attrs["high_standard"] == "yes", attrs["amount"])}


class PlanLineForm(serializers.Serializer[Any]):
    """One line of the plan of use."""

    category = serializers.ChoiceField(label="类别", choices=list(PLAN_CATEGORIES.items()))
    item = LineInput(label="项目", max_length=200)
    village = LineInput(label="所在村", max_length=100)
    amount = YuanInput(label="金额（元）")
    revitalisation = serializers.ChoiceField(label="用于乡村振兴", choices=_YES_NO)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The line as one value."""
        if not attrs["amount"]:
            raise serializers.ValidationError({"amount": "金额须大于零。"})
        return {"item": PlanItem(**attrs | {"revitalisation": attrs["revitalisation"] == "yes"})}


class AmendedLineForm(PlanLineForm):
    """The same of an amended plan: a line that stays keeps its number."""

    no = WholeInput(
        label="原行号（新增的行不填）", min_value=1, max_value=999, required=False, allow_null=True
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The line as one value."""
        return super().validate({**attrs, "no": attrs.get("no") or 0})


class RowNumberInput(NumberInput):
    """The number of a row in the ministry's files: `01` is row `1`, as a table program writes it once it was opened."""

    def kept(self, text: str) -> str:
        """Without the zeros before it."""
        number = super().kept(text)
        return number.lstrip("0") or "0" if number.isascii() and number.isdigit() else number


class SchemeRowForm(serializers.Serializer[Any]):
    """One row of the ministry's scheme, as its file says; `case` is chosen where a row fits several adjustments."""

    scheme_no = NumberInput(label="方案编号", max_length=80)
    row_no = RowNumberInput(label="行号", max_length=40)
    out_county = serializers.RegexField(r"^[0-9]{6}$", label="调出县代码")
    in_province = serializers.RegexField(r"^[0-9]{2}0000$", label="调入省代码")
    project_area_no = ProjectAreaInput(label="项目区编号", max_length=80)
    area_mu = AreaInput(label="面积（亩）")
    area_ha = AreaInput(label="面积（公顷）")
    high_standard = serializers.ChoiceField(label="高标准农田", choices=_YES_NO)
    planning_scale = serializers.ChoiceField(label="附加规划规模", choices=_YES_NO)
    out_price = YuanInput(label="调出价（元/亩）")
    in_price = YuanInput(label="调入价（元/亩）")
    case = WholeInput(
        label="对应申请（可对应多项时填写）", min_value=1, max_value=2**62, required=False, allow_null=True
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The row as one value."""
        if attrs["area_mu"] <= 0:
            raise serializers.ValidationError({"area_mu": "面积须大于零。"})
        number, case = attrs.pop("scheme_no"), attrs.pop("case", None)
        for name in ("high_standard", "planning_scale"):
            attrs[name] = attrs[name] == "yes"
        return {"given": Given(number, Row(**attrs), case or 0)}


class ReceiptRowForm(serializers.Serializer[Any]):
    """One row of the national system's receipt."""

    scheme_no = NumberInput(label="方案编号", max_length=80)
    row_no = RowNumberInput(label="行号", max_length=40)
    national_no = NumberInput(label="国家系统回执号", max_length=80)
    transferred_at = InstantInput(label="划转时间")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The row as one value."""
        moment: datetime = attrs["transferred_at"]
        return {"receipt": Receipted(**attrs | {"transferred_at": moment})}


def given_in(data: Mapping[str, Any]) -> Sequence[Given]:
    """The rows of a scheme as they came in; none where they are not whole, which the act itself refuses."""
    form = SchemeRowForm(data=list(data.get("rows") or ()), many=True)
    return [each["given"] for each in form.validated_data] if form.is_valid() else []


def plan_in(data: Mapping[str, Any]) -> Sequence[PlanItem]:
    """The lines of an amended plan as they came in; none where they are not whole, which the act itself refuses."""
    form = AmendedLineForm(data=list(data.get("plan") or ()), many=True)
    return [each["item"] for each in form.validated_data] if form.is_valid() else []


def receipts_in(data: Mapping[str, Any]) -> Sequence[Receipted]:
    """The same of a receipt."""
    form = ReceiptRowForm(data=list(data.get("rows") or ()), many=True)
    return [each["receipt"] for each in form.validated_data] if form.is_valid() else []
