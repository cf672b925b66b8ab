"""The command that computes a claim file again from what it cites."""

import argparse
import json
import sys
from collections.abc import Callable

from osint_imagery.evidence.differences import Outcome
from osint_imagery.workflow.reproducing import reproduce
from osint_imagery.workflow.reproduction_text import as_data

__all__ = ["add_reproduce_command"]

_STATUS = {Outcome.SAME: 0, Outcome.WITHIN: 0, Outcome.UNCHECKED: 2}


def add_reproduce_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's own."""
    parser = commands.add_parser(
        "reproduce",
        help="compute a claim file again from the scenes it cites",
        description="Exit status: 0 the same, or within the tolerance; 1 altered, upstream changed, or beyond the "
        "tolerance; 2 bad input, or not everything could be checked.",
    )
    parser.add_argument("dossier", help="folder of the closed claim file")
    parser.add_argument("--catalog", help="copy of the scenes, or their new place (default: where the dossier says)")
    parser.add_argument("--json", action="store_true", help="print a machine-readable result, with every number")
    parser.set_defaults(command=_reproduce)


def _reproduce(options: argparse.Namespace) -> int:
    found = reproduce(options.dossier, options.catalog, progress=_progress(options))
    print(json.dumps(as_data(found), indent=2, ensure_ascii=False) if options.json else found)
    return _STATUS.get(found.outcome, 1)


def _progress(options: argparse.Namespace) -> Callable[[str], None]:
    """Show progress on a terminal, none in a pipe."""
    quiet = options.json or not sys.stderr.isatty()
    return lambda text: None if quiet else print(f"  {text}", file=sys.stderr, flush=True)
