"""What recording a pairing and ending it bind: every fact, the document and its paper."""

from collections.abc import Mapping
from typing import Any

from apps.documents.bound import incoming_facts
from apps.documents.incoming import paper_waiting
from apps.documents.queries import as_bound
from apps.kinds.table import QuotaClass
from apps.pairing.models import Pairing
from apps.pairing.queries import called, pairing_for
from apps.parties.models import Organisation
from apps.parties.queries import divisions_called
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact


def record_bound(subject_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Who may hand over to whom, of what, how long, by which document."""
    unit_id = str(data.get("project_unit") or "")
    unit = Organisation.objects.filter(pk=int(unit_id)).first() if unit_id.isdecimal() else None
    named = {field: str(data.get(field) or "") for field in ("giving_region", "taking_region")}
    divisions = divisions_called(list(named.values()))
    words = {field: f"{divisions[code]}（{code}）" if code else "" for field, code in named.items()}
    giver, taker = words["giving_region"], words["taking_region"] or (unit.name if unit else "")
    classes = "、".join(each.label for each in QuotaClass if str(each) in data.get("classes", ()))
    return Bound(
        facts=(
            bound.text("出让方行政区划", giver),
            bound.text("受让方行政区划", words["taking_region"] or "无"),
            bound.text("重大项目文号", data.get("major_project_no") or "无"),
            bound.text("项目单位", unit.name if unit else "无"),
            bound.text("指标类别", classes),
            bound.text("有效期开始", data.get("valid_from", "")),
            bound.text("有效期截止", data.get("valid_to") or "不限"),
            *incoming_facts(data),
        ),
        evidence=as_bound(paper_waiting(None, by=by)),
        effect=f"登记{giver}与{taker}的对口关系，双方可以协议转让{classes}。",
        button=f"登记{giver}与{taker}的对口关系",
    )


def end_bound(pairing_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Which pairing ends, by which document."""
    found = pairing_for(pairing_id, by=by)
    between = _between(found)
    return Bound(
        facts=(*pairing_facts(found), *incoming_facts(data)),
        evidence=as_bound(paper_waiting(None, by=by)),
        effect=f"终止{between}的对口关系：此后不能再据以同意或者提交协议转让，已提交的不受影响。",
        button=f"终止{between}的对口关系",
        findings=("终止后不可恢复，须重新登记",),
    )


def _between(found: Pairing) -> str:
    words = called([found])[found.pk]
    return f"{words.giving}→{words.taking}"


def pairing_facts(found: Pairing) -> tuple[Fact, ...]:
    """A pairing as approvals name it."""
    return (
        bound.text("对口关系", _between(found)),
        bound.text("对口关系依据", f"{found.document.body} {found.document.document_no}"),
        bound.text("指标类别", found.class_labels),
        bound.text("有效期", f"{found.valid_from:%Y-%m-%d}至{found.valid_to or '不限'}"),
    )
