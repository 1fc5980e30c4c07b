"""`servers`: the checkout's own PostgreSQL and Valkey, by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.env import environment
from config.servers import local_servers


class Command(BaseCommand):
    """Start them to stay, stop them, or tell whether they run."""

    help = "本目录自带的 PostgreSQL 与 Valkey：start 启动并保持运行，stop 停止，status 查看"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One word."""
        parser.add_argument("verb", choices=["start", "stop", "status"])

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        """Do it and say what is."""
        if environment().database_url and environment().redis_url:
            raise CommandError("DATABASE_URL 与 REDIS_URL 已指定，不使用本目录自带的服务器")
        servers = local_servers()
        if verb == "start":
            # The settings have started them already; here they are told to stay.
            servers.stay()
        elif verb == "stop":
            left = servers.stop()
            if left:
                self.stdout.write(f"仍有进程在使用：{'、'.join(map(str, left))}")
        for name, pid in servers.status().items():
            self.stdout.write(f"{name}: {'未运行' if pid is None else f'运行中，进程 {pid}'}")
