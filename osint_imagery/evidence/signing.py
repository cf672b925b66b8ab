"""Ed25519 signatures over a state of the ledger: who vouches for a dossier, and that nothing before has changed."""

import os
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

from osint_imagery.core.arguments import require
from osint_imagery.core.errors import EvidenceExistsError, InputError
from osint_imagery.core.timespan import iso, utc
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.ledger_bodies import (
    Signed,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["new_key", "sign", "signature_holds"]


def new_key(path: str | Path) -> str:
    """Make a signing key, and return its public half.

    Parameters
    ----------
    path : str or Path
        File to write: the private key, PEM (PKCS 8), not encrypted, readable by you alone. Keep it out of the dossier.

    Returns
    -------
    str
        Public key, 64 hexadecimal digits: publish it where your readers know you, so that they can compare.

    Raises
    ------
    EvidenceExistsError
        If the file is there; a key is never overwritten.
    InputError
        If the package `cryptography` is not installed (extra ``sign``).
    """
    require(str | os.PathLike, path=path)
    keys = _keys()
    key: Ed25519PrivateKey = keys.Ed25519PrivateKey.generate()
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as err:
        msg = f"path={str(path)!r} is there; a key is never overwritten, choose another file"
        raise EvidenceExistsError(msg) from err
    with os.fdopen(handle, "wb") as stream:
        stream.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(key.public_key().public_bytes_raw().hex())


def sign(dossier: str | Path, key: str | Path, *, signer: str, at: datetime) -> Signed:
    """Sign a dossier as it stands; several people may, one after the other, also after it was closed.

    Parameters
    ----------
    dossier : str or Path
        The folder; it must verify.
    key : str or Path
        Private key from :func:`new_key`, or another Ed25519 key as PEM without a password.
    signer : str
        Who signs, as readers know them.
    at : datetime
        Now by the signer's clock, aware. A signature proves no time: see
        :func:`~osint_imagery.evidence.timestamping.timestamp`.

    Returns
    -------
    Signed
        The ledger's new entry; its parts are copied into ``seal/``.

    Raises
    ------
    VerificationError
        If the dossier does not verify.
    InputError
        If the file is no such key, no signer is named, or the package `cryptography` is not installed (extra ``sign``).

    Notes
    -----
    What is signed is a statement, canonical JSON with the claim's digest, the number of entries, the digest of the last
    of them, the signer and `at`; ``openssl pkeyutl -verify -rawin`` checks the copies in ``seal/``. That the key is
    the signer's is for the reader to know from elsewhere.
    """
    require(str | os.PathLike, dossier=dossier, key=key)
    if not signer.strip():
        msg = f"signer={signer!r} names nobody; say who signs"
        raise InputError(msg)
    private = _private(Path(key))
    folder = ClaimFile.open(dossier)
    last = folder.entries[0].file
    blank = Signed(
        claim=last.digest if last else "",
        entries=len(folder.entries),
        head=folder.head,
        signer=signer,
        said_at=iso(utc(at)),
        public_key=private.public_key().public_bytes_raw().hex(),
        signature="0" * 128,
    )
    seal = blank.model_copy(update={"signature": private.sign(blank.statement()).hex()})
    folder.add_seal(seal, at=at)
    return seal


def signature_holds(seal: Signed) -> bool:
    """Return whether the signature is of this statement by this key.

    Raises
    ------
    InputError
        If the package `cryptography` is not installed.
    """
    keys = _keys()
    from cryptography.exceptions import InvalidSignature

    try:
        public = keys.Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal.public_key))
        public.verify(bytes.fromhex(seal.signature), seal.statement())
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(path: Path) -> "Ed25519PrivateKey":
    keys = _keys()
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as err:
        msg = f"key={str(path)!r} is no private key as PEM without a password ({err}); make one with new_key(path)"
        raise InputError(msg) from err
    if not isinstance(key, keys.Ed25519PrivateKey):
        msg = f"key={str(path)!r} is a {type(key).__name__}; make an Ed25519 key with new_key(path)"
        raise InputError(msg)
    return cast("Ed25519PrivateKey", key)


def _keys() -> ModuleType:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as err:
        msg = "cryptography is not installed; pip install 'osint-imagery[sign]'"
        raise InputError(msg) from err
    return ed25519
