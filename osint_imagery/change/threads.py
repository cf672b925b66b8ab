"""How many threads the linear algebra may use, and how many cores there are."""

import os
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

__all__ = ["cores", "one_blas_thread"]

P = ParamSpec("P")
R = TypeVar("R")


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Limit:
    """One limit for the whole process, however many threads ask for it: the last one out lifts it."""

    def __init__(self) -> None:
        self._blas = ThreadpoolController()
        self._lock = Lock()
        self._inside = 0

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._limiter = self._blas.limit(limits=1, user_api="blas")
                self._limiter.__enter__()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._limiter.__exit__(None, None, None)


_LIMIT = _Limit()


def one_blas_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function with BLAS on one thread; safe to call from many threads at once.

    Tall-skinny products run several times slower on two OpenBLAS threads than on one, and worse when other
    processes want the cores too; blocks and dates are what is spread over workers instead.
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with _LIMIT:
            return function(*args, **kwargs)

    return limited
