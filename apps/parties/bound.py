"""What acts on organisations and people bind: their details, and who gets which right where."""

from collections.abc import Callable, Mapping
from typing import Any

from apps.parties import rules
from apps.parties.models import Membership, Organisation, Person, Region
from apps.parties.queries import seated_in
from apps.parties.roles import KINDS_REGISTERED, Role, role_called
from kernel.actors import DUTY_LABELS, Actor, Duty
from kernel.acts import bound
from kernel.acts.bound import Bound, Fact
from kernel.errors import Code, Refused, not_found
from kernel.text import kept_line


def _organisation(organisation_id: Any) -> Organisation:
    found = Organisation.objects.select_related("superior").filter(pk=organisation_id).first()
    if found is None:
        raise not_found("机构")
    return found


def _person(person_id: Any) -> Person:
    found = Person.objects.filter(pk=person_id).first()
    if found is None:
        raise not_found("人员")
    return found


def _who(person: Person) -> tuple[Fact, ...]:
    duties = (
        Membership.objects.filter(person=person, active=True).select_related("organisation").order_by("id")
    )
    held = "；".join(f"{each.organisation.name}{DUTY_LABELS[Duty(each.duty)]}" for each in duties)
    return (
        bound.text("姓名", person.name),
        bound.text("用户名", person.username),
        bound.text("可以登录", "是" if person.is_active else "否"),
        bound.text("现有任职", held or "无"),
    )


def _duty(data: Mapping[str, Any]) -> str:
    duty = str(data.get("duty", ""))
    return DUTY_LABELS[Duty(duty)] if duty in list(Duty) else duty


def _kind(data: Mapping[str, Any]) -> Role:
    code = str(data.get("kind", ""))
    if code not in KINDS_REGISTERED:
        raise Refused.because(Code.INVALID, "请选择机构类型。", field="kind")
    return role_called(code)


def _as_kept(text: str, *, read: Callable[[str], str]) -> str:
    """What was typed as it will be stored; as it is where it cannot be."""
    try:
        return read(text)
    except ValueError:
        return text


def _line(data: Mapping[str, Any], name: str) -> str:
    return _as_kept(str(data.get(name) or ""), read=kept_line)


def register_organisation(subject_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A new organisation as it will be kept: kind, name, division, superior. Refuses: invalid."""
    code = str(data.get("region", ""))
    kind, name = seated_in(_kind(data), code), _line(data, "name")
    region = Region.objects.get(pk=code)
    above = data.get("superior_id")
    return Bound(
        facts=(
            bound.party("机构名称", name),
            bound.text("类型", kind.label),
            bound.text("行政区划", f"{region.name}（{region.code}）"),
            bound.text("上级单位", _organisation(above).name if above else "无"),
        ),
        effect=f"登记机构“{name}”，其人员可按类型办理相应事项。",
        button=f"登记{name}",
    )


def change_organisation(organisation_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """An organisation as it is and as it will be."""
    found = _organisation(organisation_id)
    above = data.get("superior_id")
    active = bound.is_yes(data.get("active"))
    return Bound(
        facts=(
            bound.party("现名称", found.name),
            bound.party("新名称", _line(data, "name")),
            bound.text("现上级单位", found.superior.name if found.superior else "无"),
            bound.text("新上级单位", _organisation(above).name if above else "无"),
            bound.text("现状态", "有效" if found.active else "停用"),
            bound.text("新状态", "有效" if active else "停用"),
        ),
        effect=f"变更机构“{found.name}”的登记。" + ("" if active else "停用后其人员不能办理任何事项。"),
        button=f"变更{found.name}",
        findings=() if active else ("停用机构",),
    )


def enrol(subject_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A new person with one duty."""
    organisation = _organisation(data.get("organisation_id"))
    name = _line(data, "name")
    return Bound(
        facts=(
            bound.text("姓名", name),
            bound.text("用户名", str(data.get("username", ""))),
            bound.text("电话", _line(data, "phone") or "无"),
            bound.text("电子邮件", str(data.get("email", "")) or "无"),
            bound.party("任职机构", organisation.name),
            bound.text("职责", _duty(data)),
        ),
        effect=f"登记{name}为{organisation.name}的{_duty(data)}人员。",
        button=f"登记{name}（{organisation.name}{_duty(data)}）",
    )


def grant(person_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A further duty of a person."""
    person, organisation = _person(person_id), _organisation(data.get("organisation_id"))
    return Bound(
        facts=(
            *_who(person),
            bound.party("新任职机构", organisation.name),
            bound.text("新职责", _duty(data)),
        ),
        effect=f"{person}可以{organisation.name}{_duty(data)}人员身份办理事项。",
        button=f"授予{person}：{organisation.name}{_duty(data)}",
    )


def end_membership(membership_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A duty that ends."""
    found = Membership.objects.select_related("person", "organisation").filter(pk=membership_id).first()
    if found is None:
        raise not_found("任职")
    return Bound(
        facts=(
            *_who(found.person),
            bound.party("解除任职的机构", found.organisation.name),
            bound.text("解除的职责", DUTY_LABELS[Duty(found.duty)]),
        ),
        effect=f"{found.person}不再以{found.organisation.name}的身份办理事项。",
        button=f"解除{found.person}在{found.organisation.name}的任职",
    )


def switch(person_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """Whether somebody may sign in."""
    person, active = _person(person_id), bound.is_yes(data.get("active"))
    return Bound(
        facts=(*_who(person), bound.text("变更为", "可以登录" if active else "停用")),
        effect=f"{person}{'可以登录' if active else '不能再登录'}。",
        button=f"{'启用' if active else '停用'}{person}的账号",
    )


def invite(person_id: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """A new way in for somebody."""
    person = _person(person_id)
    return Bound(
        facts=_who(person),
        effect=f"生成{person}设置密码的一次性链接，7日内有效；原密码和此前的链接即失效。",
        button=f"为{person}生成设置密码链接",
        findings=("链接只显示一次，请当面或以可靠方式交给本人",),
    )


def details_bound(_: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """The details that contracts print."""
    said = {
        "统一社会信用代码": _as_kept(str(data.get("credit_code") or ""), read=rules.credit_code),
        "负责人": _line(data, "representative"),
        "地址": _line(data, "address"),
        "电话": _as_kept(_line(data, "phone"), read=rules.phone),
    }
    return Bound(
        facts=(
            bound.party("单位", by.organisation_name),
            *(bound.text(label, text) for label, text in said.items()),
        ),
        effect=f"{by.organisation_name}的登记信息更新，载入此后的合同文本；待签合同的已有签署随之失效。",
        button=f"确认{by.organisation_name}的登记信息",
    )
