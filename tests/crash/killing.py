"""Kill a piece of work again and again until it got through: `python -m tests.crash.killing SEED MEAN WORK…`.

WORK is `module:function`, called without arguments; several are run at the same time, each until it returns.
Every child dies by SIGKILL, without a chance to clean up: before or after its n-th SQL statement, or wherever
it is after a random while. n is drawn from an exponential distribution with this mean, so that sooner or
later one gets through. This process loads Django and opens no connection: its children start at once.

Prints `{"kills": …, "runs": …}`, and fails with what a child said if one ended otherwise.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import django

MOST_KILLS = 2_000


def killed_at(count: int, *, after: bool) -> Callable[..., Any]:
    """A wrapper of SQL statements that ends this process at the n-th, before or after it was executed."""
    seen = 0

    def wrapper(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen >= count and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = execute(*arguments)
        if seen >= count:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapper


def start(work: Callable[[], None], *, mean: float, rng: random.Random) -> int:
    """A child that does the work, or dies on the way; its process number."""
    count, after, by_clock = 1 + int(rng.expovariate(1 / mean)), rng.random() < 0.5, rng.random() < 0.2
    seconds = rng.uniform(0, 0.5)
    pid = os.fork()
    if pid:
        return pid
    try:
        from django.db import connection

        if by_clock:
            threading.Thread(target=_kill_later, args=(seconds,), daemon=True).start()
            work()
        else:
            with connection.execute_wrapper(killed_at(count, after=after)):
                work()
        os._exit(0)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)


def _kill_later(seconds: float) -> None:
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


def run(names: list[str], *, seed: int, mean: float) -> dict[str, int]:
    """Do all of the work at the same time, each piece again until it returns."""
    rng, kills, runs = random.Random(seed), 0, 0
    works = [getattr(import_module(module), name) for module, _, name in (n.partition(":") for n in names)]
    under_way = {start(work, mean=mean, rng=rng): work for work in works}
    while under_way:
        pid, status = os.wait()
        work = under_way.pop(pid)
        runs += 1
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            kills += 1
            if kills > MOST_KILLS:
                sys.exit("It never got through.")
            under_way[start(work, mean=mean, rng=rng)] = work
        elif status:
            sys.exit(f"A child ended with {os.waitstatus_to_exitcode(status)}.")
    return {"kills": kills, "runs": runs}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "common.config.settings")
    django.setup()
    sys.stdout.write(json.dumps(run(sys.argv[3:], seed=int(sys.argv[1]), mean=float(sys.argv[2]))))
