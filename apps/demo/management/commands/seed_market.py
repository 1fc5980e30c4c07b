"""`manage.py seed_market`: fill an empty market for the demonstration."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from apps.demo.seed import is_half_told, seed
from kernel import clock


class Command(BaseCommand):
    """Fill two provinces with lots in every status; a market that has listings is left as it is.

    One whose telling was stopped is told anew, in a new database; on a developer's machine alone.
    """

    help = "Fill an empty market by running the real commands under a moving clock."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, showing progress."""
        if is_half_told():
            self.stdout.write(
                "演示市场上次没有生成完毕，现重新建立数据库并从头生成；原有的演示数据不再保留。"
            )
            call_command("setup_database", anew=True, verbosity=0)
        began = time.monotonic()
        shown = [-1]

        def say(done: int, total: int) -> None:
            if done != shown[0]:
                shown[0] = done
                self.stdout.write(f"\r正在生成演示市场 {done}/{total}", ending="")
                self.stdout.flush()

        count = seed(now=clock.now(), say=say)
        self.stdout.write(f"\n演示市场已就绪：{count}个挂牌项目，用时{time.monotonic() - began:.0f}秒")
