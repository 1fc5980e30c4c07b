"""What an organisation says of itself, and what the administration of people and organisations fills in."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.parties import bound, commands, rules
from apps.parties.models import Invitation, Membership, Organisation, Person
from apps.parties.names import (
    ACCOUNT_INVITE,
    ACCOUNT_SWITCH,
    MEMBERSHIP_END,
    MEMBERSHIP_GRANT,
    ORGANISATION_CHANGE,
    ORGANISATION_DESCRIBE,
    ORGANISATION_REGISTER,
    PERSON_REGISTER,
)
from apps.parties.roles import KINDS_REGISTERED, ROLE_LABELS, Can, role_called
from kernel.actors import DUTY_LABELS, Duty
from kernel.acts.act import Act, no_lane
from kernel.acts.subjects import Subject
from kernel.web.fields import LineInput, WholeInput

_KINDS = [(kind, ROLE_LABELS[kind]) for kind in KINDS_REGISTERED]
_DUTIES = [(str(each), DUTY_LABELS[each]) for each in Duty]


class OrganisationForm(serializers.Serializer[Any]):
    """A new organisation."""

    kind = serializers.ChoiceField(label="类型", choices=_KINDS)
    name = LineInput(label="名称", max_length=200)
    region = serializers.RegexField(r"^[0-9]{6}$", label="行政区划代码")
    superior_id = WholeInput(label="上级单位", min_value=1, max_value=2**62, required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Kind and superior as values."""
        above = attrs.pop("superior_id", None)
        superior = Organisation.objects.filter(pk=above).first() if above else None
        if above and superior is None:
            raise serializers.ValidationError({"superior_id": "上级单位不存在，请从列表中选择。"})
        return {**attrs, "kind": role_called(attrs["kind"]), "superior": superior}


class ChangeForm(serializers.Serializer[Any]):
    """An organisation as it will be."""

    name = LineInput(label="名称", max_length=200)
    superior_id = WholeInput(label="上级单位", min_value=1, max_value=2**62, required=False, allow_null=True)
    active = serializers.BooleanField(label="有效")


class PersonForm(serializers.Serializer[Any]):
    """A new person with one duty."""

    username = serializers.RegexField(r"^[A-Za-z0-9@.+_-]{3,150}$", label="用户名")
    name = LineInput(label="姓名", max_length=80)
    organisation_id = WholeInput(label="任职机构", min_value=1, max_value=2**62)
    duty = serializers.ChoiceField(label="职责", choices=_DUTIES)
    phone = LineInput(label="电话", max_length=20, required=False, allow_blank=True)
    email = serializers.EmailField(label="电子邮件", required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The duty as an enumeration."""
        return {**attrs, "duty": Duty(attrs["duty"])}


class GrantForm(serializers.Serializer[Any]):
    """A further duty."""

    organisation_id = WholeInput(label="任职机构", min_value=1, max_value=2**62)
    duty = serializers.ChoiceField(label="职责", choices=_DUTIES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The duty as an enumeration."""
        return {**attrs, "duty": Duty(attrs["duty"])}


class SwitchForm(serializers.Serializer[Any]):
    """Whether somebody may sign in."""

    active = serializers.BooleanField(label="可以登录")


class DetailsForm(serializers.Serializer[Any]):
    """What a contract prints of a party."""

    credit_code = LineInput(label="统一社会信用代码", max_length=30)
    representative = LineInput(label="法定代表人或负责人", max_length=80)
    address = LineInput(label="地址", max_length=200)
    phone = LineInput(label="联系电话", max_length=40)

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


class OrganisationAnswer(TypedDict):
    """An organisation."""

    organisation: int


def _organisation_answer(made: Organisation) -> OrganisationAnswer:
    return {"organisation": made.pk}


class MembershipAnswer(TypedDict):
    """A duty and whose it is."""

    membership: int
    person: int


def _membership_answer(made: Membership) -> MembershipAnswer:
    return {"membership": made.pk, "person": made.person_id}


class PersonAnswer(TypedDict):
    """A person, and whether they may sign in."""

    person: int
    active: bool


def _person_answer(person: Person) -> PersonAnswer:
    return {"person": person.pk, "active": person.is_active}


class InvitationAnswer(TypedDict):
    """Where the invited person sets a password; told once."""

    person: int
    path: str


def _invitation_answer(made: tuple[Invitation, str]) -> InvitationAnswer:
    invitation, secret = made
    return {"person": invitation.person_id, "path": f"/invitation/{secret}/"}


class DetailsAnswer(TypedDict):
    """An organisation and its credit code."""

    organisation: int
    credit_code: str


def _details_answer(organisation: Organisation) -> DetailsAnswer:
    return {"organisation": organisation.pk, "credit_code": organisation.credit_code}


def _act(name: str, label: str, command: Any, **rest: Any) -> Act:
    return Act(name, label, command, Can.ADMINISTER, two_persons=True, lane=no_lane, **rest)


SUBJECTS = (
    Subject("organisation_id", "organisations"),
    Subject("person_id", "people"),
    Subject("membership_id", "memberships"),
)

ACTS = (
    Act(
        ORGANISATION_DESCRIBE,
        "登记单位信息",
        commands.describe,
        Can.TAKE_PART,
        subject="",
        form=DetailsForm,
        two_persons=True,
        binds=bound.details_bound,
        lane=no_lane,
        answer=_details_answer,
        help="合同载明各方的统一社会信用代码、负责人、地址和电话；未登记的单位不能签订合同。",
    ),
    _act(
        ORGANISATION_REGISTER, "登记机构", commands.register_organisation, subject="", slot_by="name",
        form=OrganisationForm, binds=bound.register_organisation, answer=_organisation_answer,
    ),
    _act(
        ORGANISATION_CHANGE, "变更机构", commands.change_organisation, subject="organisation_id",
        form=ChangeForm, binds=bound.change_organisation, answer=_organisation_answer,
    ),
    _act(
        PERSON_REGISTER, "登记人员", commands.enrol, subject="", slot_by="username",
        form=PersonForm, binds=bound.enrol, answer=_membership_answer,
    ),
    _act(
        MEMBERSHIP_GRANT, "授予任职", commands.grant, subject="person_id", slot_by="organisation_id",
        form=GrantForm, binds=bound.grant, answer=_membership_answer,
    ),
    _act(
        MEMBERSHIP_END, "解除任职", commands.end_membership, subject="membership_id",
        binds=bound.end_membership, answer=_membership_answer,
    ),
    _act(
        ACCOUNT_SWITCH, "启用或停用账号", commands.set_active, subject="person_id",
        form=SwitchForm, binds=bound.switch, answer=_person_answer,
    ),
    _act(
        ACCOUNT_INVITE, "生成设置密码链接", commands.invite, subject="person_id",
        binds=bound.invite, answer=_invitation_answer,
    ),
)  # fmt: skip
