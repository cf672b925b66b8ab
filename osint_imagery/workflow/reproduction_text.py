"""A reproduction as text, as a page, and as data."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

from osint_imagery.evidence.differences import CARRIED, TOLERANCE, Difference, Outcome

if TYPE_CHECKING:
    from osint_imagery.workflow.reproduction import RecordCheck, Reproduction

__all__ = ["as_data", "as_html", "as_text"]

_MAIN = re.compile(
    r"answer|fitness\.(p_look\.value|pod\.value|insertions_found)|ratio\.(plus|minus)\.value|method\.verdict"
    r"|method\.calibration_(count|alarms)|detections\.count|detections\[1\]\.(area\.value|p_instrument|q_fdr)"
    r"|quality\.residual\.value"
)
"""Rows that are shown also where they are the same: what a reader asks for first."""

_MOST = 12  # differing rows a record, and scenes, that the text shows; the page and the data hold all
_VERIFIED = "figures, whose bytes verify compares"
_HEAD = ("field", "recorded", "recomputed", "difference", "tolerance")
_WIDTHS = (34, 16, 16, 10, 10)


def as_text(found: "Reproduction") -> str:
    """Return the result for a terminal: the outcome, the scenes, and per record the main numbers and what differs."""
    lines = [f"{found.path.name}: {found.outcome.value.upper()}{_claim(found)}"]
    lines += [f"  {problem}" for problem in found.problems]
    lines += _scene_lines(found)
    for record in found.computed:
        lines += ["", *_record_lines(record)]
    if found.records and not found.problems:
        lines += ["", f"Tolerance: {TOLERANCE}", f"Not computed: {', '.join(CARRIED)}; {_VERIFIED}."]
    changed = _versions(found)
    lines += [f"Made with {changed}" if changed else ""] if found.made_by else []
    lines += [f"Note: {note}" for note in found.notes]
    return "\n".join(line for line in lines if line or line == "").rstrip("\n")


def _claim(found: "Reproduction") -> str:
    return f" (claim {found.claim})" if found.claim else ""


def _versions(found: "Reproduction") -> str:
    """Return what the dossier was made with, and what is another version here."""
    here = dict(found.made_here)
    return ", ".join(
        f"{name} {version}" + (f" (here {here.get(name, 'none')})" if here.get(name) != version else "")
        for name, version in found.made_by
    )


def _scene_lines(found: "Reproduction") -> list[str]:
    if not found.scenes:
        return []
    counts = Counter(item.outcome.value for item in found.scenes)
    lines = [f"  {len(found.scenes)} cited scenes: {_counted(counts)}"]
    other = [item for item in found.scenes if item.outcome is not Outcome.SAME]
    lines += [f"    {item.scene_id}: {item.outcome.value}: {item.reason}" for item in other[:_MOST]]
    return lines + ([f"    ... and {len(other) - _MOST} more"] if len(other) > _MOST else [])


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[item.value]} {item.value}" for item in Outcome if counts.get(item.value))


def _record_lines(record: "RecordCheck") -> list[str]:
    lines = [f"{record.prediction} ({record.path}): {record.outcome.value.upper()}"]
    if record.rows:
        lines.append(f"  {len(record.rows)} fields: {_counted(record.counts)}")
        shown, more = _shown(record.rows)
        lines.append("  " + _columns(_HEAD, "verdict"))
        lines += ["  " + _columns(_cells(row), _verdict(row)) for row in shown]
        lines += [f"  ... and {more} more that differ"] if more else []
    return lines + [f"  note: {note}" for note in record.notes]


def _shown(rows: Iterable[Difference]) -> tuple[list[Difference], int]:
    """Return the rows for the text, main numbers first, and how many that differ were left out."""
    order = list(Outcome)
    rows = tuple(rows)
    main = [row for row in rows if _MAIN.fullmatch(row.field)]
    rest = [row for row in rows if row not in main and row.outcome is not Outcome.SAME and row.recomputed]
    rest.sort(key=lambda row: -order.index(row.outcome))
    return [*main, *rest[:_MOST]], max(0, len(rest) - _MOST)


def _cells(row: Difference) -> tuple[str, str, str, str, str]:
    return row.field, row.recorded, row.recomputed or "-", row.difference or "-", row.tolerance or "-"


def _verdict(row: Difference) -> str:
    return f"{row.outcome.value}: {row.note}" if row.note else row.outcome.value


def _columns(cells: Iterable[str], last: str) -> str:
    parts = [_cut(text, width).ljust(width) for text, width in zip(cells, _WIDTHS, strict=True)]
    return f"{'  '.join(parts)}  {last}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."


def as_html(found: "Reproduction") -> str:
    """Return the result as HTML: every scene and every row; what is the same is folded away."""
    parts = [f"<p><b>{escape(found.path.name)}: {escape(found.outcome.value)}</b>{escape(_claim(found))}</p>"]
    parts += [_list(found.problems)]
    if found.scenes:
        rows = [(item.scene_id, item.outcome.value, item.reason) for item in found.scenes]
        counts = _counted(Counter(item.outcome.value for item in found.scenes))
        parts.append(_folded(f"{len(rows)} cited scenes: {counts}", _table(("scene", "verdict", "found"), rows)))
    for record in found.computed:
        parts.append(_record_html(record))
    parts += [f"<p><small>{escape(text)}</small></p>" for text in _small(found)]
    return "".join(parts)


def _small(found: "Reproduction") -> list[str]:
    made = [f"Made with {_versions(found)}."] if found.made_by else []
    left = "; ".join(f"{name} ({why})" for name, why in CARRIED.items())
    return [TOLERANCE, f"Not computed: {left}; {_VERIFIED}.", *made, *found.notes]


def _record_html(record: "RecordCheck") -> str:
    head = (*_HEAD, "verdict")
    shown = [row for row in record.rows if row.outcome is not Outcome.SAME or _MAIN.fullmatch(row.field)]
    same = [row for row in record.rows if row not in shown]
    title = f"{record.prediction} ({record.path}): {record.outcome.value}; {_counted(record.counts)}"
    tables = _table(head, [(*_cells(row), _verdict(row)) for row in shown]) if shown else ""
    if same:
        tables += _folded(f"{len(same)} more, the same", _table(head, [(*_cells(r), _verdict(r)) for r in same]))
    return f"<h4>{escape(title)}</h4>{tables}{_list(record.notes)}"


def _list(items: Iterable[str]) -> str:
    lines = "".join(f"<li>{escape(item)}</li>" for item in items)
    return f"<ul>{lines}</ul>" if lines else ""


def _folded(title: str, inside: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{inside}</details>"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def as_data(found: "Reproduction") -> dict[str, object]:
    """Return the result for a program: all scenes, all rows."""
    return {
        "outcome": found.outcome.value,
        "reproduced": found.reproduced,
        "claim": found.claim,
        "problems": list(found.problems),
        "scenes": [
            {"scene": item.scene_id, "outcome": item.outcome.value, "reason": item.reason} for item in found.scenes
        ],
        "records": [_record(record) for record in found.records],
        "page": _record(found.page) if found.page is not None else None,
        "tolerance": TOLERANCE,
        "not_computed": dict(CARRIED),
        "made_with": dict(found.made_by),
        "reproduced_with": dict(found.made_here),
        "notes": list(found.notes),
    }


def _record(record: "RecordCheck") -> dict[str, object]:
    return {
        "record": record.record_id,
        "prediction": record.prediction,
        "file": record.path,
        "answer": record.answer,
        "outcome": record.outcome.value,
        "counts": dict(record.counts),
        "notes": list(record.notes),
        "rows": [_row(row) for row in record.rows],
    }


def _row(row: Difference) -> dict[str, str]:
    return {
        "field": row.field,
        "recorded": row.recorded,
        "recomputed": row.recomputed,
        "difference": row.difference,
        "tolerance": row.tolerance,
        "outcome": row.outcome.value,
        "note": row.note,
    }
