"""The command that computes a claim file again from what it cites."""

import argparse

from osint_imagery.cli_options import print_json, progress
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
    found = reproduce(options.dossier, options.catalog, progress=progress(options))
    if options.json:
        print_json(as_data(found))
    else:
        print(found)
    return _STATUS.get(found.outcome, 1)
