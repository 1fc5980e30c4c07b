"""`manage.py needed_packages FOLDER`: copy of the npm packages what pages load or draw, and nothing else."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import vendor


class Command(BaseCommand):
    """For the image, which keeps no package that nobody loads."""

    help = "把页面用到的 npm 文件（脚本、样式、字体、图标及其许可证）复制到一个文件夹，供制作镜像使用"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        """Copy and say how much."""
        copied = vendor.copy_needed(folder)
        self.stdout.write(f"{len(copied)} files")
