"""What several commands share: place and dates, credentials from the environment, and how results are printed."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import InputError
from osint_imagery.scenes.account import account_of
from osint_imagery.scenes.catalog import Catalog, open_catalog
from osint_imagery.scenes.profiles import profile_at, profile_named

__all__ = [
    "CATALOG",
    "add_collections",
    "add_place",
    "aoi_of",
    "needed_aoi",
    "opened",
    "print_json",
    "progress",
]

CATALOG = "static STAC catalogue, folder or archive of products and GeoTIFFs, or a server's name or https address"


def add_place(
    parser: argparse.ArgumentParser, *, required: bool
) -> "argparse._MutuallyExclusiveGroup":  # argparse has no public name for it
    """Add the options for a place, and return their group."""
    where = parser.add_mutually_exclusive_group(required=required)
    where.add_argument("--aoi", help="vector file with the area of interest")
    where.add_argument("--bbox", nargs=4, type=float, metavar=("W", "S", "E", "N"), help="box in degrees")
    return where


def add_collections(parser: argparse.ArgumentParser) -> None:
    """Add the option for collections of a server."""
    parser.add_argument(
        "--collection",
        action="append",
        default=[],
        metavar="ID",
        help="collection of a server, may be given several times (default: all that it has)",
    )


def aoi_of(options: argparse.Namespace) -> AreaOfInterest | None:
    """Return the place that the options name."""
    if options.aoi:
        return AreaOfInterest.from_file(options.aoi)
    if options.bbox:
        west, south, east, north = options.bbox
        name = f"{_degrees(south, north, 'NS')}, {_degrees(west, east, 'EW')}"
        return AreaOfInterest.from_bbox(west, south, east, north, name=name)
    return None


def _degrees(low: float, high: float, sides: str) -> str:
    """Return two degrees as a title says them."""
    ends = [f"{abs(value):.4f}° {sides[value < 0]}" for value in (low, high)]
    return " to ".join(ends)


def needed_aoi(options: argparse.Namespace) -> AreaOfInterest:
    """Return the place that the options name, and refuse a command without one."""
    aoi = aoi_of(options)
    if aoi is None:
        msg = "aoi is missing; give --aoi FILE or --bbox W S E N"
        raise InputError(msg)
    return aoi


def opened(source: str) -> Catalog:
    """Return a catalogue; a known one is given the account that the environment names."""
    here = Path(source).exists()
    profile = None if here else profile_named(source) or profile_at(source)
    return open_catalog(source, signer=account_of(profile, os.environ))


def print_json(body: object) -> None:
    """Print a machine-readable result."""
    print(json.dumps(body, indent=2, ensure_ascii=False))


def progress(options: argparse.Namespace) -> Callable[[str], None]:
    """Show progress on a terminal, none in a pipe."""
    quiet = options.json or not sys.stderr.isatty()
    return lambda text: None if quiet else print(f"  {text}", file=sys.stderr, flush=True)
