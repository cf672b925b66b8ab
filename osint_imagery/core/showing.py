"""How a value shows itself in a notebook: its own words or a small table, with every text escaped."""

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["pairs_html", "plain_html", "table_html"]


def plain_html(value: object) -> str:
    """Return the value's own ``repr``, line by line; assigned to ``_repr_html_`` where that says all.

    Examples
    --------
    >>> plain_html("<b>")
    '<pre>&#x27;&lt;b&gt;&#x27;</pre>'
    """
    return f"<pre>{escape(repr(value))}</pre>"


def table_html(heads: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", note: str = "") -> str:
    """Return a table with a line above and a line below it; no rows are no table.

    Examples
    --------
    >>> table_html(["No."], [[1]], note="a < b")
    '<table><thead><tr><th scope="col">No.</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table><p>a &lt; b</p>'
    """
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else ""
    above = f"<p><b>{escape(title)}</b></p>" if title else ""
    return above + table + (f"<p>{escape(note)}</p>" if note else "")


def pairs_html(pairs: Iterable[tuple[str, object]], *, title: str = "") -> str:
    """Return names and values in two columns; what is None or empty is left out.

    Examples
    --------
    >>> pairs_html([("area", "2,400 m²"), ("probability", None)])
    '<table><tbody><tr><th scope="row">area</th><td>2,400 m²</td></tr></tbody></table>'
    """
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(str(value))}</td></tr>'
        for name, value in pairs
        if value is not None and value != ""
    )
    above = f"<p><b>{escape(title)}</b></p>" if title else ""
    return f"{above}<table><tbody>{rows}</tbody></table>"
