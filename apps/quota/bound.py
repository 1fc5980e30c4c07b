"""What acts of two persons on quota bind, for their approver to read (see kernel.acts.bound)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.kinds.classes import every_land_use
from apps.kinds.quantities import Quantities, Quantity
from apps.kinds.table import QuotaClass, QuotaKind, kinds_of
from apps.land import parcel_list
from apps.land.models import Project
from apps.quota import years
from apps.quota.batch_models import Batch
from apps.quota.models import UseTerm
from apps.quota.queries import booked_of, uses_under
from kernel.actors import Actor
from kernel.acts.bound import Bound, Fact, digest, instant, party, quantity, text
from kernel.clock import beijing
from kernel.errors import not_found

_MOST_SAID = 20


def _asked(data: Mapping[str, Any]) -> Quantities:
    """The quantities of a form as it came in; what cannot be read counts as nothing, for the act itself refuses it."""
    found = {kind: amount_of(kind, data.get(str(kind))) for kind in kinds_of(None)}
    of = next((kind.quota_class for kind, amount in found.items() if amount), QuotaClass.SUPPLEMENTARY)
    return Quantities.each(found.__getitem__, of)


def amount_of(kind: QuotaKind, given: Any) -> Decimal:
    """An amount of a kind as it came in; nothing for what cannot be read."""
    if given in (None, ""):
        return Decimal(0)
    try:
        return kind.read(str(given))
    except ValueError:
        return Decimal(0)


def kinds(quantities: Quantities) -> tuple[Fact, ...]:
    """One fact a kind that is not zero."""
    return tuple(
        quantity(kind.label, amount, places=kind.places, unit=kind.unit)
        for kind, amount in quantities.items()
    )


def in_words(quantities: Quantities) -> str:
    """耕地数量20.0000亩、粮食产能18000公斤."""
    said = [f"{kind.label}{Quantity(kind, amount)}{kind.unit}" for kind, amount in quantities.items()]
    return "、".join(said) or "无"


def booking(project_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What booking into the reserve binds: whose project, which certificate, how much, at which grade."""
    found = Project.objects.select_related("owner", "region").filter(pk=project_id).first()
    if found is None:
        raise not_found("土地整治项目")
    wanted, number = _asked(data), str(data.get("certificate_no", ""))
    left, listed = found.made - booked_of(found.pk), parcel_list.of_project(found)
    return Bound(
        facts=(
            party("权属主体", found.owner.name),
            text("土地整治项目", found.name),
            text("立项批复文号", found.approval_no),
            text("验收文号", found.acceptance_no),
            text("行政区", f"{found.region.name}（{found.region_id}）"),
            text("入库凭证号", number),
            *kinds(wanted),
            text("质量等别", f"{data.get('grade', '')}等"),
            listed.digest,
        ),
        effect=f"审核通过后，{in_words(wanted)}以入库凭证“{number}”记入储备库，归{found.owner.name}所有，即可挂牌。",
        button=f"将{in_words(wanted)}入库给{found.owner.name}",
        findings=() if found.made.covers(wanted) else ("本次入库数量超出项目各地块合计",),
        moving=tuple(
            quantity(f"入库前尚可入库的{kind.label}", amount, places=kind.places, unit=kind.unit)
            for kind, amount in left.items()
        ),
        readings=(listed.reading,),
    )


def voiding(project_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What giving a project up binds: whose, which, why."""
    found = Project.objects.select_related("owner", "region").filter(pk=project_id).first()
    if found is None:
        raise not_found("土地整治项目")
    reason, listed = str(data.get("reason", "")), parcel_list.of_project(found)
    return Bound(
        facts=(
            party("权属主体", found.owner.name),
            text("土地整治项目", found.name),
            text("立项批复文号", found.approval_no),
            text("验收文号", found.acceptance_no),
            text("行政区", f"{found.region.name}（{found.region_id}）"),
            *kinds(found.made),
            text("撤销理由", reason),
            listed.digest,
        ),
        effect=f"审核通过后，{found.owner.name}的项目“{found.name}”撤销登记，其{found.parts.count()}个地块的界址和"
        f"验收文号“{found.acceptance_no}”可重新登记，不可恢复。",
        button=f"撤销{found.owner.name}的项目“{found.name}”",
        readings=(listed.reading,),
    )


def use(_: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What retiring quota binds: who gives up how much, for which construction project."""
    wanted = _asked(data)
    project, approval = data.get("project_name", ""), data.get("project_approval_no", "")
    land_use = str(data.get("land_use") or "")
    purpose = f"“{project}”（{approval}）" if project else "本省年度占补平衡"
    return Bound(
        facts=(
            party("使用单位", by.organisation_name),
            *kinds(wanted),
            *((text("建设项目", project),) if project else ()),
            *((text("建设用地批准文号", approval),) if approval else ()),
            *((text("用途", dict(every_land_use()).get(land_use, land_use)),) if land_use else ()),
            *((text("核销年度", f"{data['year']}年"),) if data.get("year") else ()),
        ),
        effect=f"审核通过后，{by.organisation_name}的{in_words(wanted)}用于{purpose}，核销后不能再使用或交易。",
        button=f"核销{by.organisation_name}的{in_words(wanted)}",
        findings=_used_before(str(approval), holder_id=by.organisation_id),
    )


def _used_before(approval_no: str, *, holder_id: int) -> tuple[str, ...]:
    """What the holder has used under the same approval of a project before: a part of it, or the same again."""
    before = uses_under(approval_no, holder_id=holder_id)
    if not before:
        return ()
    said = "；".join(
        f"{beijing(each.at):%Y-%m-%d}“{each.project_name}”{in_words(amounts)}"
        for each, amounts in before[:_MOST_SAID]
    )
    return (f"本单位此前已按同一批准文号核销{len(before)}次，请核对是否重复：{said}",)


def extension(batch_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What extending a term of use binds: whose, of which batch, by how much, why."""
    found = (
        UseTerm.objects.select_related("batch", "holder")
        .filter(batch_id=batch_id, holder_id=whole(data.get("holder_id")))
        .first()
    )
    if found is None:
        raise not_found("使用期限")
    days = data.get("days", "")
    return Bound(
        facts=(
            party("持有单位", found.holder.name),
            *of_batch(found.batch),
            instant("现使用期限届满", found.ends_at),
            text("延长日数", f"{days}日"),
            text("理由", data.get("reason", "")),
        ),
        effect=f"审核通过后，{found.holder.name}对凭证“{found.batch.certificate_no}”指标的使用期限延长{days}日，只能延长一次。",
        button=f"延长{found.holder.name}的使用期限{days}日",
    )


def whole(given: Any) -> int:
    """A key as it came in; 0 for what is none."""
    text = str(given)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def closing(_: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """What closing a year binds: which year of which province, and every total of its statement."""
    given = str(data.get("year", ""))
    year = int(given) if given.isascii() and given.isdecimal() and len(given) == 4 else 0
    statement = years.statement_of(f"{by.region[:2]}0000", year)
    facts = tuple(
        quantity(
            f"{kind.label}{label}",
            Decimal(statement["totals"][str(kind)][column]),
            places=kind.places,
            unit=kind.unit,
        )
        for kind in kinds_of()
        for column, label in years.COLUMNS.items()
    )
    return Bound(
        facts=(
            party("结清单位", by.organisation_name),
            text("年度", f"{given}年"),
            *facts,
            digest("年度报表摘要", years.digest_of(statement)),
        ),
        effect=f"审核通过后，{by.organisation_name}结清{given}年指标年度账，报表向社会公开，该年度不再记入，不可撤销。",
        button=f"{by.organisation_name}结清{given}年",
    )


def of_batch(batch: Batch) -> tuple[Fact, ...]:
    """Which batch an act is about: whose, of what land, under which certificate, how much, at which grade."""
    return (
        party("权属主体", batch.owner.name),
        text("土地整治项目", batch.title),
        text("入库凭证号", batch.certificate_no),
        *kinds(batch.quantities),
        *((text("质量等别", f"{batch.grade}等"),) if batch.grade is not None else ()),
    )
