"""Commands: parse, call the workflow, print.

Exit status 0 done, 1 done and the answer is no, 2 bad input, 130 interrupted by the keyboard.
"""

import argparse
import os
import re
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

from osint_imagery.cli_catalog import add_catalog_commands
from osint_imagery.cli_claim_file import add_claim_file_commands
from osint_imagery.cli_exchange import add_exchange_commands
from osint_imagery.cli_options import CATALOG, add_collections, add_place, aoi_of, opened, print_json, progress
from osint_imagery.cli_report import add_report_command
from osint_imagery.cli_reproduce import add_reproduce_command
from osint_imagery.cli_review import add_review_commands
from osint_imagery.cli_seal import add_seal_commands
from osint_imagery.core.claim import read_claim
from osint_imagery.core.errors import EvidenceExistsError, InputError, OsintImageryError, VerificationError
from osint_imagery.evidence.verify import verify
from osint_imagery.scenes.packaged import bundled, romania_catalog
from osint_imagery.scenes.scene import Refused, Scene
from osint_imagery.workflow.comparing import compare
from osint_imagery.workflow.dossier import Dossier
from osint_imagery.workflow.fitness import fitness
from osint_imagery.workflow.fitness_text import fitness_data, fitness_table
from osint_imagery.workflow.investigating import investigate

__all__ = ["main"]

_BROKEN_OFF = 130  # as shells count it: 128 and the signal
_NAMED = 8  # scenes that an error names
_CATALOG = "static STAC catalogue, or folder or archive of products and GeoTIFFs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit status."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a console that knows ASCII only shows escapes
    status = _status(options)
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads on: what was found out stands
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _status(options: argparse.Namespace) -> int:
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _note
            return command(options)
    except VerificationError as err:
        _fail("not verified", err, options)
        for problem in err.problems:
            print(f"  {problem}", file=sys.stderr)
        return 1
    except (OsintImageryError, OSError) as err:
        _fail("error", err, options)
        return 2
    except KeyboardInterrupt:
        after = getattr(options, "after_break", "nothing that was finished before is lost")
        _fail("interrupted", KeyboardInterrupt(after), options)
        return _BROKEN_OFF


def _note(message: Warning | str, *_: object, **__: object) -> None:
    """Show a warning as a line of its own: where in this program it arose is nothing to its user."""
    print(f"note: {message}", file=sys.stderr)


def _fail(word: str, err: BaseException, options: argparse.Namespace) -> None:
    print(f"{word}: {err}", file=sys.stderr)
    if getattr(options, "json", False):
        problems = list(err.problems) if isinstance(err, VerificationError) else []
        print_json({"error": type(err).__name__, "message": str(err), "problems": problems})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="osint-imagery", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="check the bundled claims and write a claim file for each")
    demo.add_argument("--out", default="demo", help="folder to write (default: demo)")
    demo.add_argument("--real-scenes", help="catalogue with the Beirut scenes, for the third claim")
    demo.set_defaults(command=_demo)

    pair = commands.add_parser("compare", help="compare two scenes and write the before/after figure")
    pair.add_argument("catalog", help=CATALOG)
    pair.add_argument("before", help="id of the earlier scene")
    pair.add_argument("after", help="id of the later scene")
    add_place(pair, required=False)
    pair.add_argument("--out", default="comparison.png", help="figure to write: png, svg or pdf")
    _of_figure(pair)
    pair.add_argument("--geojson", help="also write the detections as GeoJSON")
    pair.add_argument("--acknowledge", action="append", default=[], metavar="LICENSE", help="restricted terms you meet")
    pair.set_defaults(command=_compare)

    check, fit = _of_claims(commands)

    verified = commands.add_parser("verify", help="check that nothing in a claim file was altered; offline")
    verified.add_argument("dossier", help="folder of the claim file")
    verified.add_argument("--root", action="append", default=[], metavar="PEM", help="root of a timestamp authority")
    verified.set_defaults(command=_verify)

    for add in (
        add_catalog_commands,
        add_claim_file_commands,
        add_report_command,
        add_exchange_commands,
        add_seal_commands,
        add_reproduce_command,
        add_review_commands,
    ):
        add(commands)

    for each in (demo, pair, check, fit, verified):
        each.add_argument("--json", action="store_true", help="print a machine-readable result")
    return parser


def _of_figure(pair: argparse.ArgumentParser) -> None:
    """Add the options of the before/after figure."""
    pair.add_argument("--title", help="line above the figure (default: the place and both dates)")
    pair.add_argument(
        "--bands", nargs="+", metavar="BAND", help="one or three bands, or a composition: 'true color', SWIR ..."
    )
    pair.add_argument(
        "--layout", nargs="+", default=[], metavar="PART", help="stacked, close-ups, locator (default: side by side)"
    )
    pair.add_argument("--width", default="180", help="on paper: millimeters, or column, page, slide (default: 180)")


def _of_claims(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> tuple[argparse.ArgumentParser, ...]:
    """Add the commands that take a claim and a catalogue."""
    check = commands.add_parser("investigate", help="check a claim against a catalogue and write the claim file")
    check.add_argument("claim", help="claim.yaml")
    check.add_argument("--catalog", required=True, help=CATALOG)
    add_collections(check)
    check.add_argument("--out", required=True, help="folder to write; must not exist or be empty")
    check.add_argument("--pdf", action="store_true", help="also write report.pdf (extra: pdf)")
    check.set_defaults(command=_investigate)

    fit = commands.add_parser("fitness", help="say, before any pixel is read, what an archive could tell about a claim")
    fit.add_argument("claim", help="claim.yaml")
    fit.add_argument("--catalog", required=True, help=CATALOG)
    add_collections(fit)
    fit.set_defaults(command=_fitness)
    return check, fit


def _demo(options: argparse.Namespace) -> int:
    """Check every bundled claim whose scenes are here."""
    root = Path(options.out)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        msg = f"out={options.out!r} is not an empty folder; evidence is never overwritten: name another folder"
        raise EvidenceExistsError(msg)
    progress(options)("reading the Sentinel-2 series that the package nrt carries")
    jobs = [
        ("romania", romania_catalog(root / "scenes" / "romania")),
        ("port", bundled("port/catalog.json")),
    ]
    if options.real_scenes:
        jobs.append(("beirut", Path(options.real_scenes)))
    made = []
    for name, catalog in jobs:
        claim = read_claim(bundled(f"{name}/claim.yaml"))
        made.append(investigate(claim, catalog, out=root / name, progress=progress(options)))
        verify(root / name)
    _report(made, options)
    if not options.real_scenes and not options.json:
        print("Beirut was not checked: give --real-scenes PATH/catalog.json with its scenes to add it.")
    return 0


def _report(made: Sequence[Dossier], options: argparse.Namespace) -> None:
    if options.json:
        print_json([_dossier(item) for item in made])
        return
    for item in made:
        print(item.summary(), f"Report:       {item.report}", sep="\n", end="\n\n")


def _dossier(item: Dossier) -> dict[str, object]:
    answers = {f.prediction.id: {"answer": str(f.answer), "reason": f.reason} for f in item.findings}
    return {"claim": item.claim.id, "answers": answers, "report": str(item.report), "head": item.head}


def _scene(entries: dict[str, Scene | Refused], name: str) -> Scene:
    found = entries.get(name)
    if isinstance(found, Refused):
        msg = f"scene={name!r} cannot be used: {found.reason}"
        raise InputError(msg)
    if found is None:
        known = sorted(entries)
        more = " ..." if len(known) > _NAMED else ""
        msg = f"scene={name!r} is not in the catalogue; it holds {', '.join(known[:_NAMED]) or 'nothing'}{more}"
        raise InputError(msg)
    return found


def _compare(options: argparse.Namespace) -> int:
    if options.geojson and Path(options.geojson).exists():
        raise EvidenceExistsError(_exists(options.geojson))
    entries = {entry.id: entry for entry in opened(options.catalog).entries()}
    result = compare(_scene(entries, options.before), _scene(entries, options.after), aoi_of(options))
    bands = options.bands[0] if options.bands and len(options.bands) == 1 else options.bands
    width = float(options.width) if re.fullmatch(r"[\d.]+", options.width) else options.width
    figure = result.figure(options.title, bands=bands, layout=tuple(options.layout), width_mm=width)
    artifact = figure.save(options.out, acknowledge=options.acknowledge)
    if options.geojson:
        _write_geojson(result.detections.to_geodataframe().to_json(), Path(options.geojson))
    found = result.detections
    if options.json:
        body = {"verdict": str(found.verdict), "reason": found.reason, "detections": len(found)}
        print_json({**body, "figure": str(artifact.path), "digest": artifact.digest})
    else:
        print(f"{found.verdict}: {found.reason}")
        for item in found.items[:10]:
            print(f"  {item.id}: {item.area}, q {'withheld' if item.q_fdr is None else f'{item.q_fdr:.3g}'}")
        print(f"figure: {artifact.path} ({artifact.digest})")
    return 0


def _write_geojson(text: str, path: Path) -> None:
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError as err:
        raise EvidenceExistsError(_exists(str(path))) from err


def _exists(path: str) -> str:
    return f"geojson={path!r} exists; nothing is overwritten, name another file"


def _investigate(options: argparse.Namespace) -> int:
    claim = read_claim(options.claim)
    catalog, named = opened(options.catalog), tuple(options.collection)
    done = investigate(claim, catalog, out=options.out, collections=named, pdf=options.pdf, progress=progress(options))
    _report([done], options)
    return 0


def _fitness(options: argparse.Namespace) -> int:
    claim = read_claim(options.claim)
    found = fitness(claim, opened(options.catalog), collections=tuple(options.collection))
    if options.json:
        print_json(fitness_data(found))
    else:
        print(fitness_table(found))
    return 0 if found.worth_doing else 1


def _verify(options: argparse.Namespace) -> int:
    if not Path(options.dossier).is_dir():
        msg = f"dossier={options.dossier!r} is not a folder; give the folder of a claim file"
        raise InputError(msg)
    result = verify(options.dossier, roots=options.root)
    body: dict[str, object] = {
        "claim": result.claim_id,
        "files": result.files,
        "entries": result.entries,
        "records": result.records,
        "head": result.head,
        "closed": result.closed,
        "assessments": result.assessments,
        "not_recomputed": list(result.not_recomputed),
        "seals": list(result.seals),
        "notes": list(result.notes),
    }
    with suppress(BrokenPipeError):  # nobody reads on: the verdict stands
        if options.json:
            print_json(body)
        else:
            print(result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
