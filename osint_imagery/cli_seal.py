"""Commands that vouch for a claim file: a key, a signature, a timestamp."""

import argparse
import json
from datetime import UTC, datetime

from osint_imagery.core.errors import InputError
from osint_imagery.evidence.signing import new_key, sign
from osint_imagery.evidence.timestamping import timestamp

__all__ = ["add_seal_commands"]


def add_seal_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's own."""
    parser = commands.add_parser("seal", help="sign a claim file, have it timestamped, or make a key (extra: sign)")
    parser.add_argument("dossier", nargs="?", help="folder of the claim file")
    parser.add_argument("--new-key", metavar="FILE", help="make a signing key instead, and print its public half")
    parser.add_argument("--key", metavar="FILE", help="sign with this key")
    parser.add_argument("--signer", metavar="NAME", help="who signs, as readers know them")
    parser.add_argument("--timestamp", metavar="URL", help="address of a timestamp authority (RFC 3161)")
    parser.add_argument("--json", action="store_true", help="print a machine-readable result")
    parser.set_defaults(command=_seal)


def _seal(options: argparse.Namespace) -> int:
    if options.new_key:
        public = new_key(options.new_key)
        print(
            json.dumps({"public_key": public})
            if options.json
            else f"public key {public}: publish it where you are known"
        )
        return 0
    if not options.dossier or not (options.key or options.timestamp) or bool(options.key) != bool(options.signer):
        msg = "seal: give DOSSIER with --key FILE --signer NAME, with --timestamp URL, or with both; or --new-key FILE"
        raise InputError(msg)
    done: list[dict[str, object]] = []
    if options.key:
        signed = sign(options.dossier, options.key, signer=options.signer, at=datetime.now(UTC))
        done.append({"signed_by": signed.signer, "public_key": signed.public_key, "head": signed.head})
    if options.timestamp:
        stamped = timestamp(options.dossier, options.timestamp, at=datetime.now(UTC))
        done.append({"timestamped_by": stamped.authority, "head": stamped.head})
    for item in done:
        print(json.dumps(item) if options.json else "; ".join(f"{key.replace('_', ' ')} {item[key]}" for key in item))
    return 0
