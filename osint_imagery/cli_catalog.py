"""Commands that look for scenes and bring them: search, fetch, samples."""

import argparse
import math
import os
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

from osint_imagery.cli_options import (
    CATALOG,
    add_collections,
    add_place,
    needed_aoi,
    opened,
    print_json,
    progress,
)
from osint_imagery.core.errors import InputError
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.account import account_of
from osint_imagery.scenes.catalog import Catalog, Found, search
from osint_imagery.scenes.fetch import Fetching, fetch, plan_fetch
from osint_imagery.scenes.profiles import PROFILES
from osint_imagery.scenes.samples import Sample, fetch_sample, samples

__all__ = ["add_catalog_commands"]


def add_catalog_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the program's own."""
    for parser in (_search_parser(commands), _fetch_parser(commands), _samples_parser(commands)):
        parser.add_argument("--json", action="store_true", help="print a machine-readable result")


def _search_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    parser = commands.add_parser("search", help="list the scenes of a catalogue over a place, and those rejected")
    parser.add_argument("catalog", help=CATALOG)
    add_place(parser, required=True)
    _asked(parser)
    parser.set_defaults(command=_search)
    return parser


def _fetch_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "fetch",
        help="bring working copies of the scenes over a place into a folder",
        description="Says how much will come before it begins; on a terminal it asks first, in a pipe it does not. "
        "What was interrupted is continued by the same command. Nothing in the folder is replaced.",
    )
    parser.add_argument("catalog", help=CATALOG)
    add_place(parser, required=True)
    _asked(parser)
    parser.add_argument("--bands", nargs="+", metavar="BAND", help="common names: red nir (default: all bands)")
    parser.add_argument("--out", default="copies", help="folder to bring them into (default: copies)")
    parser.add_argument(
        "--most",
        type=float,
        metavar="MB",
        help="refuse to begin where more megabytes would come, and end where more come",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask on a terminal")
    parser.set_defaults(command=_fetch, after_break="the same command goes on where it stopped")
    return parser


def _samples_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    parser = commands.add_parser("samples", help="list scenes to try things on, or bring one into a folder")
    parser.add_argument("--fetch", metavar="NAME", help="the sample to bring")
    parser.add_argument("--out", help="folder to bring it into (default: the sample's name); nothing is replaced")
    parser.set_defaults(command=_samples, after_break="the same command goes on where it stopped")
    return parser


def _asked(parser: argparse.ArgumentParser) -> None:
    """Add what is asked besides the place."""
    parser.add_argument("--from", dest="start", required=True, help="first date, 2017-08-01")
    parser.add_argument("--to", dest="end", required=True, help="last date")
    add_collections(parser)
    parser.add_argument("--limit", type=int, metavar="N", help="most items taken from a server")


def _found(options: argparse.Namespace) -> Found:
    when = TimeSpan(options.start, options.end)
    catalog, named = opened(options.catalog), tuple(options.collection)
    return search(catalog, needed_aoi(options), when, collections=named, limit=options.limit)


def _fetch(options: argparse.Namespace) -> int:
    found = _found(options)
    bands = tuple(options.bands) if options.bands else None
    plan = plan_fetch(found, bands)
    _say(options, f"{plan.label} would come into {options.out}")
    for gap in found.question.gaps if found.question is not None else ():
        _say(options, f"the answer may lack scenes: {gap}")
    asked = {"announced": _announced(plan), **_answered(found)}
    if not len(found):
        if options.json:
            print_json({"catalog": None, "scenes": [], **asked})
        else:
            print("\n".join(["no scene to fetch; see search for why", *_doubts(found)]))
        return 1
    if not _wanted(options):
        print("nothing was fetched")
        return 1
    copies = fetch(found, options.out, bands=bands, most_bytes=_most_bytes(options), progress=progress(options))
    return _told(copies, Path(options.out), options, asked=asked, doubts=_doubts(found))


def _most_bytes(options: argparse.Namespace) -> int | None:
    if options.most is not None and not 0 <= options.most < math.inf:
        msg = f"most={options.most!r} is no number of megabytes; give one from 0 on, or leave it out"
        raise InputError(msg)
    return None if options.most is None else int(options.most * 1e6)


def _announced(plan: Fetching) -> dict[str, object]:
    """Return how much was to come before it came."""
    return {"label": plan.label, "bytes": plan.total_bytes, "unknown_size": len(plan.unknown)}


def _answered(found: Found) -> dict[str, object]:
    """Return how complete an answer is: "complete" is null where that is not known."""
    asked = found.question  # None: a catalogue on this machine, read whole
    return {
        "complete": True if asked is None else asked.complete,
        "gaps": [] if asked is None else list(asked.gaps),
        "remarks": [] if asked is None else list(asked.remarks),
    }


def _doubts(found: Found) -> list[str]:
    """Return in words why scenes may be missing; a warning may be turned off, a result may not."""
    asked = found.question
    if asked is None:
        return []
    gaps = [f"the answer may lack scenes: {gap}" for gap in asked.gaps]
    return [*gaps, *(f"remark: {remark}" for remark in asked.remarks)]


def _say(options: argparse.Namespace, text: str) -> None:
    """Tell what is about to happen, also in a pipe: not among the results, and not beside a machine's."""
    if not options.json:
        print(text, file=sys.stderr, flush=True)


def _wanted(options: argparse.Namespace) -> bool:
    """Ask before anything is fetched, where somebody is there to answer."""
    if options.yes or options.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    print("fetch? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _search(options: argparse.Namespace) -> int:
    found = _found(options)
    if options.json:
        print_json({"scenes": _offers(found), **_answered(found)})
    else:
        for offer in found.ledger:
            when = offer.acquired.label if offer.acquired else "no date"
            print(f"{'used    ' if offer.used else 'rejected'}  {when:32}  {offer.scene_id}  {offer.reason}")
        for line in _doubts(found):
            print(line)
        print(f"{len(found)} of {len(found.ledger)} scenes offered can be used")
    return 0 if len(found) else 1


def _offers(found: Found) -> list[dict[str, object]]:
    return [
        {
            "scene": offer.scene_id,
            "acquired": offer.acquired.label if offer.acquired else None,
            "used": offer.used,
            "reason": offer.reason,
        }
        for offer in found.ledger
    ]


def _samples(options: argparse.Namespace) -> int:
    if options.fetch is not None:
        return _brought(options)
    if options.out is not None:
        msg = f"out={options.out!r} is given without --fetch NAME; name the sample to bring, or leave it out"
        raise InputError(msg)
    listed = samples()
    if options.json:
        print_json([_data(sample) for sample in listed])
    else:
        print("\n\n".join(_lines(sample) for sample in listed))
    return 0


def _brought(options: argparse.Namespace) -> int:
    folder = Path(options.out if options.out is not None else options.fetch)
    stated = next((sample for sample in samples() if sample.name == options.fetch), None)
    profile = next((known for known in PROFILES if stated is not None and known.name == stated.catalog), None)
    catalog = fetch_sample(options.fetch, folder, signer=account_of(profile, os.environ), progress=progress(options))
    return _told(catalog, folder, options)


def _told(
    catalog: Catalog,
    folder: Path,
    options: argparse.Namespace,
    *,
    asked: Mapping[str, object] | None = None,
    doubts: Sequence[str] = (),
) -> int:
    scenes = list(catalog.scenes())
    if options.json:
        print_json({"catalog": str(catalog.path), "scenes": [scene.id for scene in scenes], **(asked or {})})
    else:
        print(f"{len(scenes)} scenes: {folder / 'catalog.json'}")
        for credit in sorted({scene.credit for scene in scenes}):
            print(f"credit: {credit}")
        for line in doubts:
            print(line)
    return 0


def _lines(sample: Sample) -> str:
    size = "size not stated" if sample.size_bytes is None else f"{sample.size_bytes / 1e6:.1f} MB"
    rows = (
        ("", sample.title),
        ("what", f"{sample.origin}; {sample.scenes} of {sample.sensor}, {sample.dates}, {size}"),
        ("licence", sample.license),
        ("credit", sample.credit),
        ("from", sample.source),
        ("needs", sample.needs or "nothing"),
    )
    told = [f"{name + ': ' if name else ''}{text}" for name, text in rows]
    return "\n".join(
        [sample.name, *(textwrap.fill(t, 110, initial_indent="  ", subsequent_indent="    ") for t in told)]
    )


def _data(sample: Sample) -> dict[str, object]:
    return {
        "name": sample.name,
        "origin": str(sample.origin),
        "title": sample.title,
        "sensor": sample.sensor,
        "dates": sample.dates,
        "scenes": sample.scenes,
        "size_bytes": sample.size_bytes,
        "license": sample.license,
        "credit": sample.credit,
        "here": sample.here,
        "needs": sample.needs,
        "source": sample.source,
        "files": [{"href": href, "checksum": checksum} for href, checksum in sample.files],
    }
