"""Administration of people and organisations, for platform administrators and nobody else. No trades here."""

from typing import Any

from axes.models import AccessAttempt
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.parties.models import Bar, Membership, Organisation, Person, Region
from apps.parties.roles import Can
from apps.parties.web import actor_of_request
from kernel import clock
from kernel.audit import commands as audit


class Office(admin.AdminSite):
    """The administration's own site: its door is the ordinary login."""

    site_header = _("平台管理")
    site_title = _("平台管理")
    index_title = _("人员与机构")
    login_template = "portal/login.html"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Only somebody acting for platform administration."""
        return actor_of_request(request).can(Can.ADMINISTER)


office = Office(name="admin")

_MODELS: dict[type[Model], Any] = {
    Person: _("人员"),
    Organisation: _("机构"),
    Membership: _("任职"),
    Region: _("行政区划"),
    Bar: _("限制竞买"),
    AccessAttempt: _("登录失败与锁定"),
}
_FIELDS: dict[str, Any] = {
    "name": _("名称"),
    "username": _("用户名"),
    "email": _("电子邮件"),
    "phone": _("电话"),
    "is_active": _("可以登录"),
    "kind": _("类型"),
    "region": _("行政区划"),
    "superior": _("上级单位"),
    "credit_code": _("统一社会信用代码"),
    "representative": _("负责人"),
    "address": _("地址"),
    "contact": _("联系人"),
    "active": _("有效"),
    "person": _("人员"),
    "organisation": _("机构"),
    "duty": _("职责"),
    "code": _("代码"),
    "parent": _("上级"),
    "listing_id": _("项目编号（内部）"),
    "reason": _("事由"),
    "since": _("起始时间"),
    "until": _("截止时间"),
    "ip_address": _("来源地址"),
    "user_agent": _("浏览器"),
    "attempt_time": _("最近一次"),
    "failures_since_start": _("连续失败次数"),
    "password": _("密码"),
    "created_at": "登记时间",
}


def _name_in_chinese() -> None:
    """What the pages of the administration call models and their fields."""
    for model, label in _MODELS.items():
        model._meta.verbose_name = model._meta.verbose_name_plural = label
        for field in model._meta.fields:
            field.verbose_name = _FIELDS.get(field.name, field.verbose_name)


_name_in_chinese()
apps.get_app_config("axes").verbose_name = "登录保护"


class Recorded(admin.ModelAdmin[Any]):
    """Looks at registers; changes are acts of two administrators on their desk."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter works with everything here."""
        return office.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for the site."""
        return office.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds here: the desk does, by two administrators."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes here either."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The record names people and organisations: they are switched off, not deleted."""
        return False


class PersonAdmin(Recorded, UserAdmin[Person]):
    """People: their names and whether they may sign in."""

    # The one that comes with the class says in English what is done next.
    add_form_template = "admin/change_form.html"
    list_display = ("username", "name", "email", "is_active")
    list_filter = ("is_active",)
    search_fields = ("username", "name")
    filter_horizontal = ()
    fieldsets = ((None, {"fields": ("username", "password", "name", "phone", "email", "is_active")}),)
    add_fieldsets = ((None, {"fields": ("username", "name", "phone", "email", "password1", "password2")}),)


class OrganisationAdmin(Recorded):
    """Organisations, their kind and their superior."""

    list_display = ("name", "kind", "region", "active")
    list_filter = ("kind", "active")
    search_fields = ("name",)
    exclude = ("created_at",)
    autocomplete_fields = ("region", "superior")


class MembershipAdmin(Recorded):
    """Who does what where."""

    list_display = ("person", "organisation", "duty", "active")
    list_filter = ("duty", "active")
    search_fields = ("person__name", "organisation__name")
    autocomplete_fields = ("person", "organisation")


class RegionAdmin(Recorded):
    """Administrative divisions."""

    list_display = ("code", "name", "parent")
    search_fields = ("code", "name")
    autocomplete_fields = ("parent",)


class BarAdmin(Recorded):
    """Who may not bid until when. The process sets bars; nobody edits them."""

    list_display = ("organisation", "reason", "since", "until")
    search_fields = ("organisation__name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A default makes a bar."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It stands as the rules had it."""
        return False


class AttemptAdmin(Recorded):
    """Failed logins by name and address; taking a row away unlocks that pair at once."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time")
    search_fields = ("username", "ip_address")
    fields = ("username", "ip_address", "failures_since_start", "attempt_time", "user_agent")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only logins make them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are counted, not edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """To unlock (解除锁定)."""
        return office.has_permission(request)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Who unlocked which name at which address goes into the audit record."""
        for each in queryset:
            audit.record_look(
                verb="login.unlock",
                by=actor_of_request(request),
                now=clock.now(),
                subject=each,
                username=each.username,
                address=str(each.ip_address),
            )


office.register(Person, PersonAdmin)
office.register(Organisation, OrganisationAdmin)
office.register(Membership, MembershipAdmin)
office.register(Region, RegionAdmin)
office.register(Bar, BarAdmin)
office.register(AccessAttempt, AttemptAdmin)
