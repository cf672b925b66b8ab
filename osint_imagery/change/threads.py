"""How many threads the linear algebra may use."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

__all__ = ["one_blas_thread"]

_BLAS = ThreadpoolController()
P = ParamSpec("P")
R = TypeVar("R")


def one_blas_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function with BLAS on one thread.

    Tall-skinny products run several times slower on two OpenBLAS threads than on one, and worse when other
    processes want the cores too; blocks and dates are what is spread over workers instead.
    """

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        with _BLAS.limit(limits=1, user_api="blas"):
            return function(*args, **kwargs)

    return limited
