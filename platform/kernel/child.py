"""Reading what strangers send in a process of its own, that can be ended: `python -m kernel.child module:function`.

A file may be made so that its reader computes for minutes or unpacks to gigabytes, in code that no thread of ours can
interrupt. The child gets two seconds of a processor, 200 MB, no files to write, nothing of our environment; whatever
it cannot do with that is refused. It reads bytes and gives a sentence that says what is wrong, or none.
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from threading import BoundedSemaphore

CPU_S = 2
MEMORY_BYTES = 200 * 1024 * 1024
PATIENCE_S = 10.0
"""Of the clock on the wall, on a machine that is busy; the processor's time is what is limited."""
_AT_ONCE = 2
_turns = BoundedSemaphore(_AT_ONCE)
_ROOTS = (Path(__file__).resolve().parents[1], Path(__file__).resolve().parents[2])
_MOST_SAID_BYTES = 64 * 1024


class Unbearable(Exception):
    """The child came to its limits, or failed."""


_said: OrderedDict[tuple[str, str], str | None] = OrderedDict()
_MOST_REMEMBERED = 1000


def said_of(content: bytes, *, by: str, cpu_s: int = CPU_S) -> str | None:
    """What the function `by` ("module:function") says of the content in a child, in `cpu_s` seconds. Raises Unbearable.

    The same content is not read twice: what was said of it is remembered for a while.
    """
    key = (by, hashlib.sha256(content).hexdigest())
    if key not in _said:
        _said[key] = _asked(content, by=by, cpu_s=cpu_s)
        while len(_said) > _MOST_REMEMBERED:
            _said.popitem(last=False)
    return _said[key]


def _asked(content: bytes, *, by: str, cpu_s: int) -> str | None:
    patience_s = PATIENCE_S * cpu_s / CPU_S
    if not _turns.acquire(timeout=patience_s):
        raise Unbearable("too many files at once")
    try:
        done = subprocess.run(
            [sys.executable, "-s", "-m", "kernel.child", by, str(cpu_s)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            cwd="/",
            timeout=patience_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unbearable("it took too long") from error
    finally:
        _turns.release()
    if done.returncode != 0 or len(done.stdout) > _MOST_SAID_BYTES:
        raise Unbearable(f"the child ended with {done.returncode}")
    fault: str | None = json.loads(done.stdout)
    return fault


def _environment() -> dict[str, str]:
    """Where our modules are, and nothing that is secret."""
    return {
        "PYTHONPATH": os.pathsep.join(str(root) for root in _ROOTS),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
        # Each thread of such a library keeps memory of its own.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def _limit(cpu_s: int) -> None:
    """From here on; what is already loaded counts."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main(name: str, cpu_s: int) -> int:
    _limit(cpu_s)
    module, _, function = name.partition(":")
    examine: Callable[[bytes], str | None] = getattr(import_module(module), function)
    said = json.dumps(examine(sys.stdin.buffer.read()))
    sys.stdout.write(said)
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], int(sys.argv[2])))
