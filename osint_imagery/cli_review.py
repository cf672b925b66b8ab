"""Commands of the second reader: a blind sheet, the answers to it, and marks of analysts as GeoJSON."""

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from osint_imagery.core.errors import EvidenceExistsError, InputError
from osint_imagery.core.writing import write_atomic
from osint_imagery.evidence.annotation_blanks import blanks_in
from osint_imagery.evidence.annotations import annotations_geojson, annotations_in, read_annotations
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.review import ReviewRecord
from osint_imagery.evidence.review_key import read_key
from osint_imagery.evidence.review_text import review_lines
from osint_imagery.workflow.reopening import opened
from osint_imagery.workflow.reviewing import blind_sheet

__all__ = ["add_review_commands"]


def add_review_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's own."""
    parser = commands.add_parser("review", help="second reader: make a blind sheet, add its answers; analysts' marks")
    kinds = parser.add_subparsers(required=True, metavar="WHAT")
    adding = (_sheet_parser(kinds), _add_parser(kinds), _annotate_parser(kinds))
    for each in adding:
        each.add_argument("--by", metavar="NAME", help="reopen a closed claim file in this name, and close it again")
    for each in (*adding, _blanks_parser(kinds), _annotations_parser(kinds)):
        each.add_argument("--json", action="store_true", help="print a machine-readable result")


def _sheet_parser(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    parser = kinds.add_parser("sheet", help="make a sheet of places for a reader who knows neither claim nor finding")
    parser.add_argument("dossier", help="folder of the claim file; the key is committed to in its ledger")
    parser.add_argument("--catalog", required=True, help="catalogue that holds the record's scenes")
    parser.add_argument("--out", required=True, help="folder to write and to hand to the reader")
    parser.add_argument("--key", required=True, help="file to write and to keep from the reader")
    parser.add_argument("--record", help="id of the record; needed where several compared two dates")
    parser.add_argument("--controls", type=int, help="places without a detection (default: as many, at least 10)")
    parser.add_argument("--most", type=int, default=40, help="most places with a detection (default: 40)")
    parser.add_argument(
        "--side", type=int, default=24, metavar="PX", help="side of the square asked about (default: 24)"
    )
    parser.add_argument(
        "--acknowledge", action="append", default=[], metavar="LICENSE", help="restricted terms you meet"
    )
    parser.set_defaults(command=_sheet)
    return parser


def _add_parser(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    parser = kinds.add_parser("add", help="add answers, reveal the key, say how far the readers agree; 1 if not blind")
    parser.add_argument("dossier", help="folder of the claim file")
    parser.add_argument("answers", nargs="+", help="answers.geojson, one a reader; all readers of a sheet at once")
    parser.add_argument("--key", required=True, help="key of the sheet")
    parser.set_defaults(command=_add)
    return parser


def _annotate_parser(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    parser = kinds.add_parser("annotate", help="add an analyst's marks (GeoJSON) to a record")
    parser.add_argument("dossier", help="folder of the claim file")
    parser.add_argument("marks", help="GeoJSON: id, who, at, label, level, note, outline")
    parser.add_argument("--record", required=True, help="id of the record")
    parser.set_defaults(command=_annotate)
    return parser


def _blanks_parser(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    parser = kinds.add_parser("blanks", help="write a record's outlines as GeoJSON to be filled in, for 'annotate'")
    parser.add_argument("dossier", help="folder of the claim file")
    parser.add_argument("out", help="GeoJSON file to write")
    parser.add_argument("--record", required=True, help="id of the record")
    parser.set_defaults(command=_blanks)
    return parser


def _annotations_parser(kinds: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    parser = kinds.add_parser("annotations", help="write the marks on a record as GeoJSON; 1 if there are none")
    parser.add_argument("dossier", help="folder of the claim file")
    parser.add_argument("out", help="GeoJSON file to write")
    parser.add_argument("--record", required=True, help="id of the record")
    parser.set_defaults(command=_annotations)
    return parser


def _sheet(options: argparse.Namespace) -> int:
    with opened(options.dossier, by=options.by, reason="a blind sheet for a second reader"):
        made = blind_sheet(
            options.dossier,
            options.catalog,
            out=options.out,
            key=options.key,
            at=datetime.now(UTC),
            record=options.record,
            controls=options.controls,
            most=options.most,
            side_px=options.side,
            acknowledge=options.acknowledge,
        )
    lines = (
        f"sheet {made.sheet}: {made.items} places in {made.folder}; hand the whole folder to the reader",
        f"key {made.key}: keep it from the reader, and keep it: without it the answers are worth nothing",
        f"committed to in the ledger ({made.commitment.name}); a timestamp now would show others when",
    )
    body = {"sheet": made.sheet, "places": made.items, "out": str(made.folder), "key": str(made.key)}
    _say(options, lines, body)
    return 0


def _add(options: argparse.Namespace) -> int:
    path = Path(options.key)
    if not path.is_file():
        msg = f"key={options.key!r} is not a file; give the key that 'review sheet' wrote"
        raise InputError(msg)
    key = read_key(path.read_bytes())
    with opened(options.dossier, by=options.by, reason="answers of a second reader"):
        review = ClaimFile.open(options.dossier).add_review(key, options.answers, at=datetime.now(UTC))
    _say(options, review_lines(review), _body(review))
    return 0 if review.blind else 1


def _body(review: ReviewRecord) -> Mapping[str, object]:
    body: dict[str, object] = json.loads(review.body())
    return body


def _annotate(options: argparse.Namespace) -> int:
    marks = read_annotations(options.marks)
    with opened(options.dossier, by=options.by, reason="marks of an analyst"):
        path = ClaimFile.open(options.dossier).add_annotations(options.record, marks, at=datetime.now(UTC))
    _say(options, (f"{len(marks)} marks added: {path}",), {"added": len(marks), "file": str(path)})
    return 0


def _new(path: str) -> Path:
    """Return a file to write, which must not be there."""
    out = Path(path)
    if out.exists():
        msg = f"out={path!r} exists; nothing is overwritten, name another file"
        raise EvidenceExistsError(msg)
    return out


def _blanks(options: argparse.Namespace) -> int:
    out = _new(options.out)
    text = blanks_in(options.dossier, options.record)
    write_atomic(out, text.encode())
    count = len(json.loads(text)["features"])
    told = f"{count} outlines written: {out}; fill in who, at, label, level and note, delete those that you do not mark"
    _say(options, (told,), {"written": count, "out": str(out)})
    return 0


def _annotations(options: argparse.Namespace) -> int:
    out = _new(options.out)
    marks = annotations_in(options.dossier, options.record)
    if marks:
        write_atomic(out, annotations_geojson(marks).encode())
    told = f"{len(marks)} marks written: {out}" if marks else f"no marks on {options.record}; nothing was written"
    _say(options, (told,), {"written": len(marks), "out": str(out) if marks else None})
    return 0 if marks else 1


def _say(options: argparse.Namespace, lines: Sequence[str], body: Mapping[str, object]) -> None:
    print(json.dumps(body, indent=2, ensure_ascii=False) if options.json else "\n".join(lines))
