"""What a server can do wrong when it is asked for a part of a file, and the error that it has to be."""

from osint_imagery.core.errors import (
    AccessError,
    BusyError,
    ChangedFileError,
    IncompleteBodyError,
    MissingAssetError,
    RangeUnsupportedError,
    RemoteError,
    RemoteTimeoutError,
)

PART_FAULTS = (
    ("stall", RemoteTimeoutError),
    ("reset", RemoteError),
    ("truncated", RemoteError),
    ("shorter than said", IncompleteBodyError),
    ("longer than said", IncompleteBodyError),
    ("other part", IncompleteBodyError),
    ("other total", ChangedFileError),
    ("no range", RangeUnsupportedError),
    ("403", AccessError),
    ("404", MissingAssetError),
    ("416", ChangedFileError),
    ("429", BusyError),
    ("500", RemoteError),
)
