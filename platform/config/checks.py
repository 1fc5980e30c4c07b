"""What must hold before the site may take a bid: `manage.py check --database default`, and so `serve`, asks.

A commit that was answered must be on the disk, and the role the site runs as must not be able to rewrite what
is written once: triggers and rights do not bind a table's owner.
"""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from config.env import environment
from kernel import clock
from kernel.database_functions import unlike_the_files
from kernel.start_up import UnsafeDatabase

logger = logging.getLogger(__name__)
_MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")
# Each of these waits at least until the commit is on this server's own disk.
_DURABLE = frozenset({"on", "local", "remote_write", "remote_apply"})
_LOOK = "SELECT current_setting(%s), current_setting(%s), current_setting(%s), clock_timestamp()"


def look_at_connection(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Of every new connection of the site: set the clock by it, and refuse it where commits are not durable.

    So a server whose settings were weakened under a running site is found too, not at the next start only.
    """
    if connection.alias != "default":
        return
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, _MUST_BE_ON)
        *said, now = cursor.fetchone()
    clock.put_right(now)
    unsafe = [
        f"{name} = {value}" for name, value in zip(_MUST_BE_ON, said, strict=True) if value not in _DURABLE
    ]
    if unsafe:
        connection.close()
        logger.critical("refused a database that may lose answered commits: %s", ", ".join(unsafe))
        raise UnsafeDatabase(f"数据库设置不安全，拒绝使用：{'、'.join(unsafe)}")


@register(Tags.database)
def commits_are_durable(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse a server that may lose a commit it has answered (config.E001)."""
    return [
        Error(
            f"PostgreSQL 的 {name} 为 {value}：断电时会丢失已确认的报价",
            hint=f"在服务器上设置 {name} = on",
            id="config.E001",
        )
        for alias in databases or ()
        for name, value in _durability(alias).items()
        if value not in _DURABLE
    ]


@register(Tags.database)
def runtime_role_owns_nothing(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse a runtime role that owns tables or is a superuser (config.E002)."""
    if "default" not in (databases or ()):
        return []
    owned = _what_the_runtime_role_may_rewrite()
    if not owned:
        return []
    return [
        Error(
            f"运行时数据库角色可以改写只增不改的记录：{owned}",
            hint="DATABASE_URL 用只有增删改查权限的角色，DATABASE_OWNER_URL 用表的所有者",
            id="config.E002",
        )
    ]


@register(Tags.database)
def promises_are_kept(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse a database whose functions and triggers are not those of this version (config.E004)."""
    wrong = unlike_the_files() if "default" in (databases or ()) else ""
    hint = "执行 manage.py setup_database，再启动"
    return [Error(wrong, hint=hint, id="config.E004")] if wrong else []


@register(deploy=True)
def owner_is_another_role(**_: Any) -> list[CheckMessage]:
    """Say when one address serves both roles (config.W001)."""
    env = environment()
    if env.database_owner_url or not env.database_url:
        return []
    return [
        checks.Warning(
            "未设置 DATABASE_OWNER_URL：本进程不能迁移数据库",
            hint="只有执行 setup_database 的容器需要它",
            id="config.W001",
        )
    ]


def _durability(alias: str) -> dict[str, str]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(_MUST_BE_ON)])
        return dict(cursor.fetchall())


def _what_the_runtime_role_may_rewrite() -> str:
    """The first few tables that the role of `default` owns, or the word superuser; empty when all is well."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() == (True,):
            return "superuser"
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND pg_has_role(current_user, tableowner, 'MEMBER') ORDER BY tablename LIMIT 3"
        )
        return "、".join(row[0] for row in cursor.fetchall())


@register(Tags.security)
def clock_is_the_machines(**_: Any) -> list[CheckMessage]:
    """Refuse a real site on the clock that visitors of a demonstration move (config.E003)."""
    if settings.CLOCK == "machine" or settings.DEBUG:
        return []
    return [
        Error(
            "正式环境使用了可由访问者调整的演示时钟",
            hint="去掉环境变量 CLOCK，或设为 machine",
            id="config.E003",
        )
    ]
