"""Commands on a claim file: weigh its records together, withdraw what was wrong."""

import argparse
import json

from osint_imagery.workflow.assessing import assess
from osint_imagery.workflow.correcting import Corrected, correct

__all__ = ["add_claim_file_commands"]


def add_claim_file_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the program's own."""
    _assess_parser(commands)
    parser = commands.add_parser("correct", help="withdraw a scene or a record of a claim file, or replace a record")
    parser.add_argument("dossier", help="folder of the claim file")
    parser.add_argument("--withdraw", required=True, metavar="NAME", help="id of a scene, or id or path of a record")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why; stands in the ledger for ever")
    parser.add_argument("--by", default="not stated", metavar="WHO", help="who says so (default: not stated)")
    parser.add_argument("--replace-with", metavar="RECORD", help="file of the record that takes its place")
    parser.add_argument("--json", action="store_true", help="print a machine-readable result")
    parser.set_defaults(command=_correct)


def _assess_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("assess", help="weigh all records of a claim file that stand together")
    parser.add_argument("dossier", help="folder of the claim file; it is not changed")
    parser.add_argument(
        "--prior",
        action="append",
        type=float,
        default=[],
        metavar="P",
        help="what a reader may have held before, 0.01 to 0.99; may be repeated",
    )
    parser.add_argument("--prior-reason", default="", metavar="TEXT", help="why these priors; needed with --prior")
    parser.add_argument("--json", action="store_true", help="print the assessment as it would be stored")
    parser.set_defaults(command=_assess)


def _assess(options: argparse.Namespace) -> int:
    found = assess(options.dossier, priors=options.prior, prior_reason=options.prior_reason)
    print(found.body().decode() if options.json else found.summary())
    return 0


def _correct(options: argparse.Namespace) -> int:
    done = correct(
        options.dossier,
        withdraw=options.withdraw,
        reason=options.reason,
        by=options.by,
        replace_with=options.replace_with,
    )
    print(json.dumps(_data(done), indent=2, ensure_ascii=False) if options.json else _text(done))
    return 0


def _data(done: Corrected) -> dict[str, object]:
    return {
        "withdrawn": [one.model_dump(mode="json") for one in done.withdrawn],
        "assessment": done.assessment,
        "page": done.page,
        "head": done.head,
        "closed": done.closed,
    }


def _text(done: Corrected) -> str:
    gone = [f"  {one.record} (scene {one.scene})" if one.scene else f"  {one.record}" for one in done.withdrawn]
    return "\n".join(
        (
            f"{done.path.name}: {len(gone)} record{' no longer stands' if len(gone) == 1 else 's no longer stand'}",
            *gone,
            f"read now: {done.page}, {done.assessment}",
            f"head {done.head}{'' if done.closed else ' (open: close it when all is added)'}",
        )
    )
