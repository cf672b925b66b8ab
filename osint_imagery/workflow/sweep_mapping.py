"""Blocks of a scene, and a function mapped over them on any executor with few of them in memory at once."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

from osint_imagery.change.sampling import Place
from osint_imagery.change.threads import cores
from osint_imagery.core.errors import InputError

__all__ = ["blocks", "in_order"]

Job = TypeVar("Job")
Answer = TypeVar("Answer")

_LEAST_BLOCK_PX = 64


def blocks(shape: tuple[int, int], side: int, stored: tuple[int, int]) -> tuple[Place, ...]:
    """Cut a scene into blocks, row by row, (first row, first column, height, width).

    Parameters
    ----------
    shape : tuple of int
        (rows, columns) of the scene.
    side : int
        Of a block, px. Where files store wider pieces (strips), blocks are as wide and as much lower.
    stored : tuple of int
        (rows, columns) that the files store together.

    Raises
    ------
    InputError
        If the side is less than 64 px.

    Examples
    --------
    >>> blocks((1000, 1500), 1024, (512, 512))
    ((0, 0, 1000, 1024), (0, 1024, 1000, 476))
    >>> blocks((1000, 10980), 1024, (1, 10980))[0]
    (0, 0, 95, 10980)
    """
    if side < _LEAST_BLOCK_PX:
        msg = f"block_px={side!r} must be at least {_LEAST_BLOCK_PX}; 1024 suits files with tiles of 256 or 512"
        raise InputError(msg)
    rows, columns = shape
    height, width = side, side
    if stored[1] > side:
        height = max(side * side // stored[1] // stored[0], 1) * stored[0]
        width = stored[1]
    return tuple(
        (row, column, min(height, rows - row), min(width, columns - column))
        for row in range(0, rows, height)
        for column in range(0, columns, width)
    )


def in_order(
    function: Callable[[Job], Answer], jobs: Iterable[Job], executor: Executor | None = None
) -> Iterator[Answer]:
    """Yield the function's answers in the order of the jobs, with at most twice as many under way as there are workers.

    Parameters
    ----------
    function : callable
        Can be sent to another process: a function of a module, or a partial of one.
    jobs : iterable
        Its arguments.
    executor : concurrent.futures.Executor, optional
        None works in this thread.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(2) as two:
    ...     list(in_order(abs, [-3, 2, -1], two))
    [3, 2, 1]
    """
    if executor is None:
        yield from map(function, jobs)
        return
    most = 2 * int(getattr(executor, "_max_workers", cores()))  # executors of other libraries need not tell
    waiting: deque[Future[Answer]] = deque()
    try:
        for job in jobs:
            waiting.append(executor.submit(function, job))
            if len(waiting) >= most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
