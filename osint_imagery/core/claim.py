"""The claim, in words fixed before any pixel is read: what is said, what would follow, what the rival would mean."""

import json
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import shapely
import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError, model_validator
from pydantic.functional_validators import AfterValidator

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.claim_text import explain_faults, read_yaml
from osint_imagery.core.errors import ClaimError, InputError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan

__all__ = [
    "Change",
    "Claim",
    "Claimant",
    "DetectionLevel",
    "Hypothesis",
    "Place",
    "Prediction",
    "Response",
    "Source",
    "Span",
    "Target",
    "read_claim",
]

Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]


class DetectionLevel(StrEnum):
    """What can be told about an object, lowest first (terms of STANAG 3769)."""

    DETECTION = "detection"
    RECOGNITION = "recognition"
    IDENTIFICATION = "identification"
    TECHNICAL_ANALYSIS = "technical_analysis"


class Change(StrEnum):
    """What a prediction expects to see."""

    APPEARS = "appears"
    DISAPPEARS = "disappears"
    CHANGES = "changes"


def _text_of_date(value: object) -> object:
    """YAML turns unquoted dates into date objects; take them back to text. A naive time stays one and is refused."""
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _checked_time(text: str) -> str:
    TimeSpan(text)  # refuses what is no time, and a time of day without a zone
    return text


Moment = Annotated[str, BeforeValidator(_text_of_date), AfterValidator(_checked_time)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class Span(_Model):
    """First and last moment, both included; a bare date means the whole UTC day."""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _parse(self) -> Self:
        self.span()
        return self

    def span(self) -> TimeSpan:
        """Return the span in UTC."""
        return TimeSpan(self.start, self.end)


class Claimant(_Model):
    """Who says it."""

    name: Text
    role: str = ""


class Response(_Model):
    """An official response or denial, verbatim."""

    by: Text
    text: Text
    stance: Literal["denies", "confirms", "neither"]
    stated_on: Moment | None = None


class Source(_Model):
    """Another source behind the claim, graded by the Admiralty system: reliability and credibility apart."""

    kind: Literal["statement", "document", "reported_intercept", "eyewitness", "image", "other"]
    description: Text
    reliability: Literal["A", "B", "C", "D", "E", "F"] = "F"
    credibility: Literal["1", "2", "3", "4", "5", "6"] = "6"
    limits: str = ""


class Place(_Model):
    """Where: exactly one of `bbox` (west, south, east, north), `point` with `radius_m`, or GeoJSON `geometry`."""

    name: Text
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)] | None = None
    point: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    radius_m: Annotated[float, Field(gt=0)] | None = None
    geometry: dict[str, Any] | None = None
    sensitive: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [
            self.bbox is not None,
            self.point is not None and self.radius_m is not None,
            self.geometry is not None,
        ]
        if sum(given) != 1:
            msg = "give exactly one of bbox, point with radius_m, geometry"
            raise ValueError(msg)
        self.aoi()
        return self

    def aoi(self) -> AreaOfInterest:
        """Return the area of interest."""
        if self.bbox is not None:
            west, south, east, north = self.bbox
            return AreaOfInterest.from_bbox(west, south, east, north, name=self.name)
        if self.point is not None and self.radius_m is not None:
            return AreaOfInterest.from_point(self.point[0], self.point[1], radius_m=self.radius_m, name=self.name)
        try:
            drawn = shapely.from_geojson(json.dumps(self.geometry))
        except (shapely.errors.GEOSException, TypeError) as err:
            msg = f"geometry is no GeoJSON geometry ({err})"
            raise ValueError(msg) from err
        return AreaOfInterest.from_geometry(drawn, name=self.name)


class Hypothesis(_Model):
    """One explanation; at least one of a claim's hypotheses is the rival of what is claimed."""

    id: Key
    text: Text
    rival: bool = False


class Target(_Model):
    """The thing that should be visible: size in meters, and how bright against its ground where known.

    ``contrast`` is the expected difference target minus background per band, in the unit of the
    images it is looked for in (reflectance: -1..1); without it the power cannot be measured.
    """

    what: Text
    length_m: Annotated[float, Field(gt=0)]
    width_m: Annotated[float, Field(gt=0)]
    contrast: dict[str, float] | None = None


class Prediction(_Model):
    """What should be seen, where and when, if a hypothesis is true; and which hypothesis excludes it."""

    id: Key
    text: Text
    expected_under: Key
    excluded_under: Key
    change: Annotated[Change, Field(strict=False)]
    target: Target
    when: Span
    dwell_days: Annotated[float, Field(gt=0)] | None = None
    level: Annotated[DetectionLevel, Field(strict=False)] = DetectionLevel.DETECTION
    place: Place | None = None

    @property
    def lasts(self) -> str:
        """How long the target stays, in words."""
        return "for good" if self.dwell_days is None else f"{self.dwell_days:g} days"


class Claim(_Model):
    """A public claim with its rival explanations and what each predicts; hashed before pixels are read."""

    schema_: Literal["osint-imagery/claim/1"] = Field(alias="schema")
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    text: Text
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
    claimant: Claimant
    stated_on: Moment
    first_appearance: Text
    place: Place
    when: Span
    responses: list[Response] = []
    sources: list[Source] = []
    hypotheses: Annotated[list[Hypothesis], Field(min_length=1)]
    predictions: Annotated[list[Prediction], Field(min_length=1)]
    baseline: Span | None = None
    note: str = ""
    _source: bytes = PrivateAttr(default=b"")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        names = [item.id for item in self.hypotheses]
        if len(set(names)) != len(names) or len({p.id for p in self.predictions}) != len(self.predictions):
            msg = "two hypotheses or two predictions share an id; make them distinct"
            raise ValueError(msg)
        if not any(item.rival for item in self.hypotheses) or all(item.rival for item in self.hypotheses):
            msg = (
                "no rival hypothesis: a claim is checked against what else could explain the picture; "
                "add a hypothesis with 'rival: true' (the denial, or 'nothing happened') beside the claimed one"
            )
            raise ValueError(msg)
        for item in self.predictions:
            for name in (item.expected_under, item.excluded_under):
                if name not in names:
                    msg = f"prediction {item.id} names hypothesis {name!r}; hypotheses are {', '.join(names)}"
                    raise ValueError(msg)
            if item.expected_under == item.excluded_under:
                msg = (
                    f"prediction {item.id} is expected and excluded under {item.expected_under}: it tells nothing apart"
                )
                raise ValueError(msg)
        return self

    @property
    def digest(self) -> str:
        """Digest of the claim file's bytes as read."""
        return digest_bytes(self._source)

    @property
    def source(self) -> bytes:
        """The claim file's bytes, verbatim."""
        return self._source

    def aoi(self, prediction: Prediction | None = None) -> AreaOfInterest:
        """Return the area of a prediction, or of the claim where the prediction names none."""
        place = prediction.place if prediction and prediction.place else self.place
        return place.aoi()

    def hypothesis(self, key: str) -> Hypothesis:
        """Return a hypothesis by its id."""
        return next(item for item in self.hypotheses if item.id == key)

    def __repr__(self) -> str:
        return f"Claim({self.id!r}: {self.text!r}; {len(self.predictions)} predictions)"


def read_claim(path: str | Path) -> Claim:
    """Read and check a claim file.

    Parameters
    ----------
    path : str or Path
        A YAML file of schema ``osint-imagery/claim/1``.

    Returns
    -------
    Claim
        Frozen, with the file's bytes kept verbatim for the digest.

    Raises
    ------
    ClaimError
        If the file cannot be read or does not say enough (no rival hypothesis, for example);
        the message names every field that is wrong.
    """
    source = Path(path)
    try:
        data = source.read_bytes()
        body = read_yaml(data)
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as err:
        msg = f"path={str(path)!r} could not be read as YAML ({err}); start from sample_scenes/port/claim.yaml"
        raise ClaimError(msg) from err
    if not isinstance(body, dict):
        msg = f"path={str(path)!r} holds {type(body).__name__}, not a mapping; see sample_scenes/port/claim.yaml"
        raise ClaimError(msg)
    try:
        claim = Claim.model_validate(body)
    except ValidationError as err:
        raise ClaimError(explain_faults(err, source)) from err
    except InputError as err:
        msg = f"path={source.name!r}: {err}"
        raise ClaimError(msg) from err
    claim._source = data  # noqa: SLF001 - the model's own private attribute
    return claim
