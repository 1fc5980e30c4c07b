"""Programs that tests need and a machine may lack: Debian's own packages, installed where one may install them."""

import os
import shutil
import subprocess
from functools import cache


@cache
def program(*names: str, packages: tuple[str, ...]) -> str:
    """The path of the first of these programs that is there; its packages are installed where none is.

    RuntimeError, saying what to install, where that cannot be done.
    """
    found = _found(names)
    if not found and can_install():
        install(packages)
        found = _found(names)
    if not found:
        raise RuntimeError(f"none of {', '.join(names)} is here: install Debian's {' '.join(packages)}")
    return found


def can_install() -> bool:
    """Whether this is a Debian on which we may install packages."""
    return bool(shutil.which("apt-get")) and os.geteuid() == 0


def install(packages: tuple[str, ...]) -> None:
    """Debian's packages, without what they only recommend."""
    environment = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *command], check=False, stdout=subprocess.DEVNULL, env=environment)


def _found(names: tuple[str, ...]) -> str:
    return next((path for name in names if (path := shutil.which(name))), "")
