"""Commands that pass evidence on: attach, archive, and the exchange with ClaimReview."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from osint_imagery.core.claim import read_claim
from osint_imagery.core.errors import EvidenceExistsError
from osint_imagery.core.writing import write_atomic
from osint_imagery.evidence.archive import archive
from osint_imagery.evidence.attach import attach, detach
from osint_imagery.evidence.claim_draft import read_claim_review
from osint_imagery.evidence.claim_review import claim_review
from osint_imagery.evidence.credentials import credential_figure
from osint_imagery.evidence.ledger import LEDGER
from osint_imagery.evidence.standing import Standing

__all__ = ["add_exchange_commands"]


def add_exchange_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the program's own."""
    for parser in (
        _attach_parser(commands),
        _archive_parser(commands),
        _review_parser(commands),
        _credential_parser(commands),
    ):
        parser.add_argument("--json", action="store_true", help="print a machine-readable result")


def _attach_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    parser = commands.add_parser("attach", help="put a claim file's detection report into another file, or take it out")
    parser.add_argument("dossier", help="folder of the closed claim file")
    parser.add_argument("target", help="Markdown (.md), ClaimReview (.json, .jsonld) or the claim's own .yaml")
    parser.add_argument("--remove", action="store_true", help="take the report out again, without a trace")
    _acknowledge(parser)
    parser.set_defaults(command=_attach)
    return parser


def _archive_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    parser = commands.add_parser("archive", help="write a claim file as one zip: BagIt, RO-Crate, PROV, GeoPackage")
    parser.add_argument("dossier", help="folder of the closed claim file")
    parser.add_argument("out", help="zip to write")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--coarsen", type=float, metavar="M", help="blur the place to a cell of M meters of a grid")
    place.add_argument("--exact", action="store_true", help="show a place that is marked sensitive as it is")
    _acknowledge(parser)
    parser.set_defaults(command=_archive)
    return parser


def _review_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    parser = commands.add_parser("claim-review", help="write a claim as ClaimReview JSON-LD, or start a claim from one")
    parser.add_argument("source", help="claim.yaml, folder of a closed claim file, or a ClaimReview (.json, .jsonld)")
    parser.add_argument("out", help="file to write: .json for a ClaimReview, .yaml for a claim to complete")
    parser.add_argument("--exact", action="store_true", help="tell a place that is marked sensitive as it is")
    parser.set_defaults(command=_review)
    return parser


def _credential_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    parser = commands.add_parser("credential", help="copy a figure with C2PA credentials (extra: credentials)")
    parser.add_argument("dossier", help="folder of the closed claim file")
    parser.add_argument("figure", help="name of a figure of a record")
    parser.add_argument("out", help="file to write")
    parser.add_argument("--key", required=True, help="P-256 private key, PEM")
    parser.add_argument("--certificates", required=True, help="its certificate and those above it, PEM")
    parser.add_argument("--exact", action="store_true", help="show a place that is marked sensitive as it is")
    _acknowledge(parser)
    parser.set_defaults(command=_credential)
    return parser


def _acknowledge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--acknowledge",
        action="append",
        default=[],
        metavar="LICENSE",
        help="licence with restricted use whose terms you have read and meet; may be repeated",
    )


def _attach(options: argparse.Namespace) -> int:
    if options.remove:
        done = detach(options.dossier, options.target)
    else:
        done = attach(options.dossier, options.target, acknowledge=options.acknowledge)
    word = "removed from" if options.remove else "attached to" if done.changed else "already attached to"
    _say(
        options,
        f"report {word} {done.path}",
        {
            "target": str(done.path),
            "changed": done.changed,
            "report": done.key,
            "figures": [str(f) for f in done.figures],
        },
    )
    return 0


def _archive(options: argparse.Namespace) -> int:
    made = archive(
        options.dossier, options.out, coarsen_m=options.coarsen, exact=options.exact, acknowledge=options.acknowledge
    )
    told = "\n".join((f"{made.path}: {len(made.files)} files, {made.digest}", *made.remarks))
    body = {"out": str(made.path), "digest": made.digest, "files": list(made.files), "remarks": list(made.remarks)}
    _say(options, told, body)
    return 0


def _credential(options: argparse.Namespace) -> int:
    made = credential_figure(
        options.dossier,
        options.figure,
        options.out,
        key=options.key,
        certificates=options.certificates,
        exact=options.exact,
        acknowledge=options.acknowledge,
    )
    told = f"{made.path}: {made.state} ({', '.join(made.codes) or 'nothing against it'}): {made.words}"
    body = {"out": str(made.path), "digest": made.digest, "state": made.state, "codes": list(made.codes)}
    _say(options, told, {**body, "signer": made.signer, "words": made.words})
    return 0


def _review(options: argparse.Namespace) -> int:
    source, out = Path(options.source), Path(options.out)
    if out.exists():
        msg = f"out={options.out!r} exists; nothing is overwritten, name another file"
        raise EvidenceExistsError(msg)
    if source.suffix.lower() in {".json", ".jsonld"}:
        draft = read_claim_review(source)
        write_atomic(out, draft.text().encode())
        missing = ", ".join(draft.missing) or "nothing"
        _say(options, f"{out}: still needed: {missing}", {"out": str(out), "missing": list(draft.missing)})
        return 0 if not draft.missing else 1
    if (source / LEDGER).is_file():
        standing = Standing.of(source)
        text = claim_review(standing.claim, records=[item.record for item in standing.records], exact=options.exact)
    else:
        text = claim_review(read_claim(source), exact=options.exact)
    write_atomic(out, text.encode())
    _say(options, f"{out}: written", {"out": str(out)})
    return 0


def _say(options: argparse.Namespace, text: str, body: Mapping[str, object]) -> None:
    print(json.dumps(body, indent=2, ensure_ascii=False) if options.json else text)
