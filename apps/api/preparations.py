"""What one person has prepared and another releases (待复核事项): lists, approval pages and answers to them."""

from typing import Any, ClassVar

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.base import ApiView, ListView, OldestFirst
from apps.api.fields import Instant
from apps.parties.roles import Can
from kernel.access import commands as access
from kernel.access.models import Preparation
from kernel.access.queries import waiting
from kernel.actors import Duty
from kernel.acts.act import Act, act_called
from kernel.acts.bound import Bound, Fact, Sort
from kernel.acts.perform import Approval, approval_of, release
from kernel.acts.subjects import subject_called
from kernel.clock import iso
from kernel.errors import Code, Refused, not_found
from kernel.web.acts import (
    PROBLEMS,
    DoneBody,
    PreparationDoneBody,
    ProblemBody,
    act_path,
    body_of_done,
    require_possible_id,
)
from kernel.web.filters import WholeNumberFilter
from kernel.web.opaque import OpaqueId, shown


def _act_of(preparation: Preparation) -> Act:
    return act_called(preparation.act)


class PreparationRow(serializers.ModelSerializer[Preparation]):
    """One preparation that waits."""

    act = serializers.SerializerMethodField()
    act_label = serializers.SerializerMethodField()
    address = serializers.SerializerMethodField()
    id = OpaqueId(of="preparation")
    subject_id = serializers.SerializerMethodField()
    prepared_at = Instant()

    class Meta:
        model = Preparation
        fields = [
            "id",
            "act",
            "act_label",
            "subject_id",
            "address",
            "payload",
            "digest",
            "prepared_by_name",
            "prepared_at",
        ]

    def get_act(self, row: Preparation) -> str:
        """The act's name."""
        return _act_of(row).name

    def get_act_label(self, row: Preparation) -> str:
        """The act as people call it."""
        return _act_of(row).label

    def get_subject_id(self, row: Preparation) -> int:
        """On what, as the act is addressed."""
        keyword = _act_of(row).subject
        on = subject_called(keyword) if keyword else None
        return shown(row.subject_id, on.table) if on is not None and on.opaque else row.subject_id

    def get_address(self, row: Preparation) -> str:
        """Where the act is done."""
        return act_path(_act_of(row), row.subject_id)


class PreparationFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What preparations can be looked for by."""

    subject_id = WholeNumberFilter(label="办理对象编号")

    class Meta:
        model = Preparation
        fields: ClassVar[list[str]] = []


class Preparations(ListView[Preparation]):
    """What waits for a release by my organisation's approver."""

    title = "待本单位审核事项"
    capability = Can.SIGN_IN
    serializer_class = PreparationRow
    pagination_class = OldestFirst
    filterset_class = PreparationFilter

    def schema_model(self) -> type[Preparation]:
        """Preparations."""
        return Preparation

    def rows(self) -> Any:
        """Those of my organisation that nobody decided."""
        return waiting(self.by)


class FactBody(serializers.Serializer[Any]):
    """One bound fact: exact value; `sort` says how it is shown, `sealed` ones without a value."""

    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()
    sort = serializers.CharField()
    unit = serializers.CharField()


class FileBody(serializers.Serializer[Any]):
    """One file that the release binds."""

    name = serializers.CharField()
    kind = serializers.CharField()
    sha256 = serializers.CharField()
    attachment_id = OpaqueId(of="attachment")


class ChangeBody(serializers.Serializer[Any]):
    """One fact that is not as it was prepared."""

    label = serializers.CharField()  # type: ignore[assignment]
    before = serializers.CharField()
    after = serializers.CharField()


class ApprovalBody(serializers.Serializer[Any]):
    """What an approver reads, as the approval page shows it. `digest` is to be named on release."""

    id = OpaqueId(of="preparation")
    act = serializers.CharField()
    act_label = serializers.CharField()
    address = serializers.CharField()
    prepared_by_name = serializers.CharField()
    prepared_at = serializers.CharField()
    digest = serializers.CharField()
    effect = serializers.CharField()
    facts = FactBody(many=True)
    evidence = FileBody(many=True)
    findings = serializers.ListField(child=serializers.CharField())
    moving = FactBody(many=True)
    changed = serializers.BooleanField()
    changes = ChangeBody(many=True)
    refusal = ProblemBody(allow_null=True)


def _fact(fact: Fact) -> dict[str, str]:
    value = "" if fact.sort is Sort.SEALED else fact.value
    return {"label": fact.label, "value": value, "sort": str(fact.sort), "unit": fact.unit}


def _body(approval: Approval) -> dict[str, Any]:
    prepared, no = approval.prepared, approval.refusal
    bound: Bound = approval.bound
    return {
        "id": shown(prepared.pk, "preparation"),
        "act": approval.act.name,
        "act_label": approval.act.label,
        "address": act_path(approval.act, prepared.subject_id),
        "prepared_by_name": prepared.prepared_by_name,
        "prepared_at": iso(prepared.prepared_at),
        "digest": prepared.digest,
        "effect": bound.effect,
        "facts": [_fact(each) for each in bound.facts],
        "evidence": [
            {
                "name": f.name,
                "kind": f.kind,
                "sha256": f.sha256,
                "attachment_id": shown(f.attachment_id, "attachment"),
            }
            for f in bound.evidence
        ],
        "findings": list(bound.findings),
        "moving": [_fact(each) for each in bound.moving],
        "changed": approval.changed,
        "changes": [
            {"label": label, "before": _value(before), "after": _value(after)}
            for label, before, after in approval.changes
        ],
        "refusal": no and {"code": str(no.code), "message": no.sentence, "detail": dict(no.detail)},
    }


def _value(fact: Fact | None) -> str:
    """A fact's whole value with its unit; empty where there is none."""
    return f"{fact.value}{fact.unit}" if fact else ""


class PreparationPoint(ApiView):
    """One preparation that waits in my organisation, as its approver is to read it."""

    capability = Can.SIGN_IN

    @extend_schema(summary="待审核事项", responses={200: ApprovalBody, **PROBLEMS}, tags=["办理"])
    def get(self, request: Request, preparation_id: int) -> Response:
        """Refuses: not_found."""
        require_possible_id(preparation_id, what="待审核事项")
        prepared = waiting(self.by).filter(pk=preparation_id).first()
        if prepared is None:
            raise not_found("待审核事项")
        response = Response(_body(approval_of(prepared, by=self.by, now=self.now)))
        response.headers["ETag"] = f'"{prepared.digest}"'
        return response


class TakeBack(ApiView):
    """An operator takes back what waits, to change it."""

    capability = Can.SIGN_IN

    @extend_schema(
        summary="撤回审核", request=None, responses={200: PreparationDoneBody, **PROBLEMS}, tags=["办理"]
    )
    def post(self, request: Request, preparation_id: int) -> Response:
        """Refuses: not_found, not_permitted."""
        require_possible_id(preparation_id, what="待审核事项")
        access.take_back(preparation_id=preparation_id, by=self.by, now=self.now)
        return Response({"outcome": "done", "detail": {"preparation": shown(preparation_id, "preparation")}})


class SeenForm(serializers.Serializer[Any]):
    """The digest of what the approver has seen."""

    digest = serializers.RegexField(r"^[0-9a-f]{64}$", label="所见内容摘要")


class Release(ApiView):
    """The approver releases a preparation as it stands."""

    capability = Can.SIGN_IN

    @extend_schema(
        summary="审核通过经办稿", request=SeenForm, responses={200: DoneBody, **PROBLEMS}, tags=["办理"]
    )
    def post(self, request: Request, preparation_id: int) -> Response:
        """Refuses: not_found, not_permitted, same_person, and whatever the act refuses."""
        require_possible_id(preparation_id, what="待审核事项")
        if self.by.duty is not Duty.APPROVER:
            raise Refused.because(Code.NOT_PERMITTED, "此事项须由本单位审核人员审核办理。")
        if not waiting(self.by).filter(pk=preparation_id).exists():
            raise not_found("待审核事项")
        form = SeenForm(data=request.data)
        form.is_valid(raise_exception=True)
        seen = form.validated_data["digest"]
        done = release(preparation_id=preparation_id, seen=seen, by=self.by, now=self.now)
        return Response(body_of_done(done))


class RemarkForm(serializers.Serializer[Any]):
    """Why a preparation goes back."""

    remark = serializers.CharField(label="退回理由", max_length=500)


class SendBack(ApiView):
    """The approver returns a preparation to its operator."""

    capability = Can.SIGN_IN

    @extend_schema(
        summary="退回经办",
        request=RemarkForm,
        responses={200: PreparationDoneBody, **PROBLEMS},
        tags=["办理"],
    )
    def post(self, request: Request, preparation_id: int) -> Response:
        """Refuses: not_found, not_permitted, invalid."""
        require_possible_id(preparation_id, what="待审核事项")
        form = RemarkForm(data=request.data)
        form.is_valid(raise_exception=True)
        access.send_back(
            preparation_id=preparation_id, remark=form.validated_data["remark"], by=self.by, now=self.now
        )
        return Response({"outcome": "done", "detail": {"preparation": shown(preparation_id, "preparation")}})
