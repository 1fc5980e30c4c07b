"""What is bound when an organisation's details are written down."""

from collections.abc import Mapping
from typing import Any

from kernel.actors import Actor
from kernel.acts.bound import Bound, party, text


def details_bound(_: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """The details that contracts print."""
    said = {
        "统一社会信用代码": "credit_code",
        "负责人": "representative",
        "地址": "address",
        "电话": "phone",
    }
    return Bound(
        facts=(
            party("单位", by.organisation_name),
            *(text(label, data.get(name, "")) for label, name in said.items()),
        ),
        effect=f"{by.organisation_name}的登记信息更新，载入此后的合同文本；待签合同的已有签署随之失效。",
        button=f"确认{by.organisation_name}的登记信息",
    )
