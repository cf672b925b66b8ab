"""Every error and warning the library raises, in one tree.

Each error is also the builtin it resembles, so ``except ValueError`` keeps working::

    OsintImageryError
    ├── InputError (ValueError)             the caller can mend it
    │   ├── InputTypeError (TypeError)      an argument of another type
    │   ├── TimeError                       naive datetime, reversed span
    │   ├── GeometryError                   empty, invalid or unplaceable geometry
    │   ├── GridMismatchError               two images that are not on one grid
    │   ├── OutsideFootprintError           area of interest outside the scene
    │   ├── BandError                       missing band, too few bands
    │   ├── IdenticalPixelsError            two "dates" with the same pixels
    │   ├── ClaimError                      a claim file that does not say enough
    │   ├── LevelError                      detection level above what the pixel size allows
    │   ├── ConformanceError                a search that the server does not declare to understand
    │   └── LicenseError                    restricted imagery whose terms were not acknowledged
    ├── DataError (OSError)                 bytes that are not what was promised
    │   ├── CatalogError
    │   ├── ReadError
    │   │   └── RemoteError                 a server that failed, or sent something else than was asked for
    │   │       ├── AccessError (PermissionError)         wrong or missing credentials, expired signature
    │   │       ├── RefusedAddressError (PermissionError) an address that a catalogue may not lead to
    │   │       ├── RemoteTimeoutError (TimeoutError)     no answer in time
    │   │       ├── BusyError                             too many requests
    │   │       ├── IncompleteBodyError                   fewer or more bytes than stated
    │   │       ├── RangeUnsupportedError                 no parts of files, only whole ones
    │   │       ├── ChangedFileError                      another file between two parts
    │   │       ├── BudgetError                           more bytes or time than was allowed
    │   │       └── OfflineError                          a request where none is allowed
    │   ├── MissingAssetError (FileNotFoundError)
    │   └── ChecksumError
    ├── UndeterminedError (ArithmeticError) the data cannot support an answer
    │   ├── AlignmentError
    │   │   └── TooFewTilesError            too little ground tells how it moved
    │   ├── NotEnoughDataError
    │   └── ConvergenceError
    └── EvidenceError
        ├── EvidenceExistsError (FileExistsError)
        └── VerificationError (ValueError)

Messages name the argument, the value got, and what to do.
"""

__all__ = [
    "AccessError",
    "AlignmentError",
    "BandError",
    "BudgetError",
    "BusyError",
    "CalibrationWarning",
    "CatalogError",
    "ChangedFileError",
    "ChecksumError",
    "ClaimError",
    "ConformanceError",
    "ConvergenceError",
    "DataError",
    "EvidenceError",
    "EvidenceExistsError",
    "GeometryError",
    "GridMismatchError",
    "IdenticalPixelsError",
    "IncompleteBodyError",
    "IncompleteSearchWarning",
    "InputError",
    "InputTypeError",
    "LevelError",
    "LicenseError",
    "MissingAssetError",
    "NotEnoughDataError",
    "NothingFoundWarning",
    "OfflineError",
    "OsintImageryError",
    "OsintImageryWarning",
    "OutsideFootprintError",
    "RangeUnsupportedError",
    "ReadError",
    "RefusedAddressError",
    "RemoteError",
    "RemoteTimeoutError",
    "TilesDisagreeWarning",
    "TimeError",
    "TooFewTilesError",
    "UndeterminedError",
    "VerificationError",
]


class OsintImageryError(Exception):
    """Base of every error of this library."""


class InputError(OsintImageryError, ValueError):
    """An argument that cannot be used; the message names it, its value and the remedy."""


class InputTypeError(InputError, TypeError):
    """An argument of another type than the one that is needed."""


class TimeError(InputError):
    """A datetime without a time zone, or a span that ends before it starts."""


class GeometryError(InputError):
    """A geometry that is empty, invalid, or cannot be placed on the Earth."""


class GridMismatchError(InputError):
    """Two images whose grids differ where one common grid is needed."""


class OutsideFootprintError(InputError):
    """The area of interest lies outside the scene, or outside every scene."""


class BandError(InputError):
    """A band that the scene does not have, or fewer bands than the method needs."""


class IdenticalPixelsError(InputError):
    """Two images that claim different dates but hold the same pixels."""


class ClaimError(InputError):
    """A claim that does not say enough to be checked (no rival hypothesis, for example)."""


class LevelError(InputError):
    """A detection level (STANAG 3769) above what the pixel size allows."""


class LicenseError(InputError):
    """Imagery under restricted terms that would be exported without these being acknowledged."""


class ConformanceError(InputError):
    """A search that the server does not declare to understand: its answer could be empty for that reason alone."""


class DataError(OsintImageryError, OSError):
    """Bytes that are missing, unreadable, or not the bytes that were promised."""


class CatalogError(DataError):
    """A catalogue that cannot be read or does not hold what it says."""


class ReadError(DataError):
    """A raster that cannot be read in full; never turned into no-data."""


class MissingAssetError(DataError, FileNotFoundError):
    """A file that a scene names and that is not there."""


class ChecksumError(DataError):
    """A file whose digest is not the one its catalogue promised; nothing is replaced."""


class RemoteError(ReadError):
    """A server that failed, or sent something else than was asked for; never turned into no-data or "no scene"."""


class AccessError(RemoteError, PermissionError):
    """A server that refuses access: wrong or missing credentials, an expired signature."""


class RefusedAddressError(RemoteError, PermissionError):
    """An address that a catalogue may not lead to: another scheme, a private network, a redirect to another host."""


class RemoteTimeoutError(RemoteError, TimeoutError):
    """A server that did not answer in time, after all retries."""


class BusyError(RemoteError):
    """A server that asks to come back later (429, 503), after all retries."""


class IncompleteBodyError(RemoteError):
    """An answer with fewer or more bytes than it states, after all retries."""


class RangeUnsupportedError(RemoteError):
    """A server that sends whole files only, where a part was asked for."""


class ChangedFileError(RemoteError):
    """A file that became another one between two parts of it; the parts are not put together."""


class BudgetError(RemoteError):
    """More bytes, requests or seconds than were allowed."""


class OfflineError(RemoteError):
    """A request where none is allowed."""


class UndeterminedError(OsintImageryError, ArithmeticError):
    """The data cannot support an answer; a workflow reports it as ``undetermined`` with this reason."""


class AlignmentError(UndeterminedError):
    """Two images that could not be brought onto each other within the stated residual."""


class TooFewTilesError(AlignmentError):
    """Too few tiles of two images tell how one lies on the other, each by itself and summed."""


class NotEnoughDataError(UndeterminedError):
    """Fewer valid pixels, tiles or dates than the estimate needs."""


class ConvergenceError(UndeterminedError):
    """An iteration that did not converge or collapsed."""


class EvidenceError(OsintImageryError):
    """Something about a claim file on disk."""


class EvidenceExistsError(EvidenceError, FileExistsError):
    """Evidence is already there; it is never overwritten."""


class LockedError(EvidenceError, TimeoutError):
    """Another writer holds a claim file."""


class SealError(EvidenceError):
    """A timestamp that could not be had."""


class StorageError(EvidenceError, OSError):
    """A file that could not be written (no space, no right to); what was there before is untouched."""


class VerificationError(EvidenceError, ValueError):
    """A claim file that does not verify; ``.problems`` names every file and what is wrong with it.

    Parameters
    ----------
    message : str
        One line that sums up.
    problems : tuple of str
        One line a problem, each naming the file.
    """

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


class OsintImageryWarning(UserWarning):
    """Base of every warning of this library."""


class NothingFoundWarning(OsintImageryWarning):
    """A search or a detection that came back empty; the message says what was examined."""


class IncompleteSearchWarning(OsintImageryWarning):
    """A search whose answer may lack scenes that the catalogue has; the message says why."""


class CalibrationWarning(OsintImageryWarning):
    """A result that carries no probability because nothing quiet was there to calibrate it on."""


class TilesDisagreeWarning(OsintImageryWarning):
    """Tiles of one acquisition that differ where both measured; the message says which, and by how much."""
