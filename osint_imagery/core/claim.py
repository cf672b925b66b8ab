"""The claim, in words fixed before any pixel is read: what is said, what would follow, what the rival would mean."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, PrivateAttr, ValidationError, model_validator

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require
from osint_imagery.core.claim_prediction import Change, DetectionLevel, Hypothesis, Prediction, Target
from osint_imagery.core.claim_sense import Oddity, oddities, refuse_contradictions
from osint_imagery.core.claim_source import Appearance, Claimant, Response, Source
from osint_imagery.core.claim_text import ClaimText, explain_faults
from osint_imagery.core.claim_value import Language, Model, Moment, Note, Place, Span, Text, fault
from osint_imagery.core.errors import ClaimError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.showing import pairs_html
from osint_imagery.core.timespan import TimeSpan

__all__ = [
    "Appearance",
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
    "claim_from_bytes",
    "read_claim",
]


class Claim(Model):
    """A public claim with its rival explanations and what each predicts; hashed before pixels are read."""

    schema_: Literal["osint-imagery/claim/1"] = Field(alias="schema")
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    text: Text
    language: Language
    claimant: Claimant
    stated_on: Moment
    first_appearance: Text
    appearances: list[Appearance] = Field(default=[])
    place: Place
    when: Span
    responses: list[Response] = Field(default=[])
    sources: list[Source] = Field(default=[])
    hypotheses: Annotated[list[Hypothesis], Field(min_length=2)]
    predictions: Annotated[list[Prediction], Field(min_length=1)]
    baseline: Span | None = None
    note: Note = ""
    _source: bytes = PrivateAttr(default=b"")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        _distinct("hypotheses", [item.id for item in self.hypotheses])
        _distinct("predictions", [item.id for item in self.predictions])
        if not any(item.rival for item in self.hypotheses) or all(item.rival for item in self.hypotheses):
            msg = (
                "no rival hypothesis: a claim is checked against what else could explain the picture; "
                "add a hypothesis with 'rival: true' (the denial, or 'nothing happened') beside the claimed one"
            )
            raise fault(msg, "hypotheses")
        self._linked([item.id for item in self.hypotheses])
        self._sourced([item.id for item in self.hypotheses])
        self._quiet_before()
        self._stated()
        refuse_contradictions(self.place, self.when, self.hypotheses, self.predictions)
        return self

    def _stated(self) -> None:
        """Refuse a claim that nobody can have made yet; clocks and time zones are a day apart at most."""
        if TimeSpan(self.stated_on).start > datetime.now(UTC) + timedelta(days=1):
            msg = f"stated_on {self.stated_on!r} lies in the future; give the day on which the claim was made"
            raise fault(msg, "stated_on")

    def _quiet_before(self) -> None:
        """Refuse a baseline that reaches into what is claimed: what is usual would be taken from the event itself."""
        first = min([self.when.span().start, *(item.when.span().start for item in self.predictions)])
        if self.baseline is not None and self.baseline.span().end > first:
            msg = (
                f"baseline ends after {first:%Y-%m-%d}, when what is claimed or predicted may begin; what is usual at "
                "the place must not be taken from the time of the event: end it before"
            )
            raise fault(msg, "baseline", "end")

    def _linked(self, names: list[str]) -> None:
        for index, item in enumerate(self.predictions):
            owner, at = f"prediction {item.id}", ("predictions", index)
            _named(owner, [item.expected_under], names, *at, "expected_under")
            _named(owner, [item.excluded_under], names, *at, "excluded_under")
            _named(owner, item.expecting, names, *at, "also_expected_under")
            _named(owner, item.excluding, names, *at, "also_excluded_under")
            both = [name for name in item.expecting if name in item.excluding]
            if both:
                msg = f"{owner} is expected and excluded under {both[0]}: it tells nothing apart"
                raise fault(msg, *at, "excluded_under" if both[0] == item.excluded_under else "also_excluded_under")
        tested = {name for item in self.predictions for name in (*item.expecting, *item.excluding)}
        for index, name in enumerate(names):
            if name not in tested:
                msg = f"hypothesis {name} predicts nothing; add a prediction that is expected or excluded under it"
                raise fault(msg, "hypotheses", index)

    def _sourced(self, names: list[str]) -> None:
        for index, item in enumerate(self.sources):
            owner, at = f"source {index + 1}", ("sources", index)
            for field in ("consistent_with", "inconsistent_with"):
                _named(owner, getattr(item, field), names, *at, field)
            both = [name for name in item.consistent_with if name in item.inconsistent_with]
            if both:
                msg = f"{owner} is consistent and inconsistent with {both[0]}; choose one, or name it in neither"
                raise fault(msg, *at, "inconsistent_with")

    @property
    def digest(self) -> str:
        """Digest of the claim file's bytes as read."""
        return digest_bytes(self._source)

    @property
    def source(self) -> bytes:
        """The claim file's bytes, verbatim."""
        return self._source

    @property
    def oddities(self) -> tuple[Oddity, ...]:
        """What may be meant but a reader has to know: two hypotheses that no picture tells apart, for example."""
        return oddities(self.place, self.when, self.hypotheses, self.predictions)

    def aoi(self, prediction: Prediction | None = None) -> AreaOfInterest:
        """Return the area of a prediction, or of the claim where the prediction names none."""
        place = prediction.place if prediction and prediction.place else self.place
        return place.aoi()

    def is_sensitive(self, prediction: Prediction | None = None) -> bool:
        """Return whether a prediction's place is to be kept back; without one, whether any place of the claim is.

        The claim's own mark holds for every prediction, a prediction's mark for its own place.
        """
        asked = self.predictions if prediction is None else [prediction]
        return self.place.sensitive or any(item.place is not None and item.place.sensitive for item in asked)

    def hypothesis(self, key: str) -> Hypothesis:
        """Return a hypothesis by its id."""
        return next(item for item in self.hypotheses if item.id == key)

    def _repr_html_(self) -> str:
        answers = [(f"{one.by} ({one.stance})", one.text) for one in self.responses]
        rows = [("said by", self.claimant.name), ("place", self.place.name), ("when", self.when.span().label), *answers]
        rows += [(f"prediction {one.id}", f"{one.text} ({one.when.span().label})") for one in self.predictions]
        return pairs_html([*rows, ("digest", self.digest)], title=f"{self.id}: {self.text}")

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
        If the file cannot be read, does not say enough (no rival hypothesis, for example) or contradicts itself;
        the message names every field that is wrong, with its line and column.

    Examples
    --------
    >>> from osint_imagery.scenes.packaged import bundled
    >>> claim = read_claim(bundled("port/claim.yaml"))
    >>> claim.claimant.name, claim.sources[0].reliability, claim.sources[0].credibility
    ('Ministry of Defence of Norland (fictional)', 'F', '6')
    """
    require(str | PathLike, path=path)
    source = Path(path)
    try:
        data = source.read_bytes()
    except OSError as err:
        msg = f"path={str(path)!r} could not be read ({err}); start from sample_scenes/port/claim.yaml"
        raise ClaimError(msg) from err
    return claim_from_bytes(data, name=source.name)


def claim_from_bytes(data: bytes, *, name: str) -> Claim:
    """Check a claim file's bytes; `name` is what messages call it.

    Raises
    ------
    ClaimError
        As :func:`read_claim`.
    """
    try:
        text = ClaimText.parse(data)
    except (yaml.YAMLError, ValueError, RecursionError) as err:  # ValueError: a number of thousands of digits
        msg = f"path={name!r} could not be read as YAML ({err}); start from sample_scenes/port/claim.yaml"
        raise ClaimError(msg) from err
    if not isinstance(text.body, dict):
        msg = f"path={name!r} holds {type(text.body).__name__}, not a mapping; see sample_scenes/port/claim.yaml"
        raise ClaimError(msg)
    try:
        claim = Claim.model_validate(text.body)
    except ValidationError as err:
        raise ClaimError(explain_faults(err, text, name)) from err
    claim._source = data  # noqa: SLF001 - the model's own private attribute
    return claim


def _distinct(field: str, names: list[str]) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            msg = f"two hypotheses or two predictions share an id ({name}); make them distinct"
            raise fault(msg, field, index, "id")


def _named(owner: str, given: Sequence[str], names: list[str], *at: str | int) -> None:
    """Refuse an id that is no hypothesis of the claim, or is given twice."""
    for index, name in enumerate(given):
        if name not in names:
            msg = f"{owner} names hypothesis {name!r}; hypotheses are {', '.join(names)}"
            raise fault(msg, *at)
        if name in given[:index]:
            msg = f"{owner} names hypothesis {name!r} twice; name it once"
            raise fault(msg, *at)
