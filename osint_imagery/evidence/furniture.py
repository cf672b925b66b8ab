"""What lies in every dossier besides its evidence: the claim first, then how a stranger can check the folder."""

from functools import lru_cache
from pathlib import Path

from osint_imagery.evidence.folder import NewFile

__all__ = ["CLAIM", "VERIFIER", "own_files", "verifier_source"]

VERIFIER = "check_dossier.py"
"""The stand-alone verifier's name in a dossier, and beside this file."""

CLAIM = NewFile(name="claim.yaml", kind="claim_registered", shows="the claim, verbatim")
_HOW = NewFile(name="HOW-TO-VERIFY.txt", kind="file_added", shows="how to check this folder")
_PROGRAM = NewFile(name=VERIFIER, kind="file_added", shows="a program that checks this folder with Python alone")

_HOW_TO_VERIFY = """How to verify this folder

1. With the program, offline:      osint-imagery verify .
2. With Python 3.9 or newer and nothing else:      python3 check_dossier.py
   (it lies in this folder; to be sure of the program too, take it from the library instead of from here).
3. By hand: every file's SHA-256 stands in ledger.jsonl (field "digest"); compare it with
       sha256sum claim.yaml records/*.json figures/*
4. ledger.jsonl is a chain: every line is canonical JSON (RFC 8785); its "digest" is the SHA-256 of the same
   line without the field "digest", and "previous" is the digest of the line before.
   ledger.head holds the digest of the last line.
5. Whoever rewrites the whole chain can make it verify again. Compare the head with a copy kept elsewhere, or with the
   signatures and timestamps in seal/, where there are any:
       openssl pkeyutl -verify -rawin -pubin -inkey seal/NAME.pub.pem -in seal/NAME.json -sigfile seal/NAME.sig
       openssl ts -verify -data seal/NAME.json -in seal/NAME.tsr -CAfile THE-AUTHORITY'S-ROOT.pem
   seal/NAME.json states the head, and how many entries it ends, that was signed or timestamped.
6. To compute the numbers again from the scenes:      osint-imagery reproduce .
   inputs.json names the scenes, their files by SHA-256, the dates chosen, the method and the seed.

The claim was registered in the first line, before any pixel was read.
"""


@lru_cache(maxsize=1)
def verifier_source() -> bytes:
    """Return the stand-alone verifier's bytes, the same for every dossier of this version."""
    return Path(__file__).with_name(VERIFIER).read_bytes()


def own_files() -> tuple[tuple[NewFile, bytes], ...]:
    """Return the files that follow the claim."""
    return (_HOW, _HOW_TO_VERIFY.encode()), (_PROGRAM, verifier_source())
