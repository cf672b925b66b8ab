"""What lies in every dossier besides its evidence: the claim first, then how a stranger can check the folder."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from osint_imagery.core.lineage import digest_bytes
from osint_imagery.evidence.folder import NewFile
from osint_imagery.evidence.ledger import Entry

__all__ = ["CLAIM", "VERIFIER", "own_files", "strange_furniture", "verifier_source"]

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


_EARLIER = {
    "sha256:30ead94098d9afbea7743c8ed7f9ecaa8061c7344346483593777e8bed1e21bd": VERIFIER,
    "sha256:367aebf3432d0826ef4ad783de5858d2362ae35fe9c245739d0ee127dfbb1091": VERIFIER,
    "sha256:6ff20d36903df4b23f879063a5ad9bfaa45f93e89576935db8211dca1679d488": VERIFIER,
    "sha256:08116cca8b521a06c4e7832402a7778a0b76f758282fb0fe0d1a4fae1eb66526": VERIFIER,
    "sha256:3056016b1f7e476c1e596e54c55b61714b5ad60689696fae4e68118875ce177f": VERIFIER,
    "sha256:5f8fcd06882636b9b7b7c941838ca32ca325e8d3b1567c6d53ec38c4491304d1": VERIFIER,
    "sha256:0087b16b581a201db2342514da2436914362fa2f4b90cdc4d56f6e9c332f5437": VERIFIER,
    "sha256:fcd945081f6ae2e38d3dbdcc619f1d1e38673be2ca1df81580cead3e0a7ddd83": VERIFIER,
    "sha256:33e9aac7408c19255a81bfaf536910f62b642ab15988d3920408a6aa48f328d5": VERIFIER,
}
"""What this library wrote before, by digest: whoever changes a text adds the digest of the one before."""


def strange_furniture(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return which programs and instructions of a dossier are none that this library wrote.

    Their bytes are those that were recorded, which is all that a chain can tell: who rewrites it can let the program
    say anything.

    Parameters
    ----------
    entries : sequence of Entry
        The ledger.
    """
    known = {digest_bytes(data): new.name for new, data in own_files()} | _EARLIER
    warned = {_PROGRAM.name: ("program", "run"), _HOW.name: ("text", "follow")}
    return tuple(
        f"{file.path} is not the {warned[file.path][0]} this library wrote (digest {file.digest}): "
        f"do not {warned[file.path][1]} it"
        for entry in entries
        if (file := entry.file) is not None and file.path in warned and known.get(file.digest) != file.path
    )


@lru_cache(maxsize=1)
def verifier_source() -> bytes:
    """Return the stand-alone verifier's bytes, the same for every dossier of this version."""
    return Path(__file__).with_name(VERIFIER).read_bytes()


def own_files() -> tuple[tuple[NewFile, bytes], ...]:
    """Return the files that follow the claim."""
    return (_HOW, _HOW_TO_VERIFY.encode()), (_PROGRAM, verifier_source())
