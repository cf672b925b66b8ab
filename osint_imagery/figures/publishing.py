"""What stands between a finished picture and its file: the terms of its pixels, and what is there already."""

from collections.abc import Callable, Sequence
from pathlib import Path

from osint_imagery.core.errors import EvidenceExistsError, InputError
from osint_imagery.core.lineage import Artifact, digest_bytes
from osint_imagery.core.writing import write_atomic
from osint_imagery.scenes.license import acknowledged_terms, terms_of

__all__ = ["Licensed", "terms_said", "write_once", "write_page"]

Licensed = tuple[tuple[str, str | None], ...]
"""Scene id and licence of the pixels that are shown; None for pixels that come from no scene."""


def terms_said(licenses: Licensed, acknowledge: Sequence[str], *, working_copy: bool) -> str:
    """Return what a file says about restricted terms; empty where none apply.

    Raises
    ------
    LicenseError
        If pixels are under restricted terms that are not acknowledged, and this is no working copy.
    """
    shown = [(scene, text) for scene, text in licenses if text is not None]
    if not working_copy:
        named = acknowledged_terms(shown, acknowledge)
        return f"terms acknowledged: {', '.join(named)}" if named else ""
    gated = dict.fromkeys(terms.name for _, text in shown if (terms := terms_of(text)).gated)
    return f"working copy, terms not acknowledged: {', '.join(gated)}" if gated else ""


def write_once(target: Path, data: bytes) -> None:
    """Write through a temporary file in the same folder; leave equal bytes alone, refuse other bytes.

    Raises
    ------
    EvidenceExistsError
        If another file is already there.
    """
    if target.exists():
        if target.is_file() and target.read_bytes() == data:
            return
        msg = f"path={str(target)!r} already holds something else; evidence is never overwritten, choose a new name"
        raise EvidenceExistsError(msg)
    write_atomic(target, data)


def write_page(path: str | Path, html: Callable[[], str], shows: str) -> Artifact:
    """Write a self-contained page, and return what was written.

    Raises
    ------
    InputError
        If the suffix is not ``.html``; `html` is not called then.
    EvidenceExistsError
        If another file is already there.
    """
    target = Path(path)
    if target.suffix.lower() != ".html":
        msg = f"path={str(path)!r} has suffix {target.suffix!r}; end it in .html"
        raise InputError(msg)
    data = html().encode()
    write_once(target, data)
    return Artifact(path=target, digest=digest_bytes(data), media_type="text/html", shows=shows)
