"""What a claim is made of: words, keys, moments, spans, places."""

import json
from typing import Annotated, Any, Self
from unicodedata import category

import shapely
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.readable import is_blank, unreadable_in
from osint_imagery.core.timespan import TimeSpan

__all__ = ["Key", "Language", "Model", "Moment", "Name", "Note", "Place", "Span", "Text", "fault"]


def _shown(text: str) -> str:
    if is_blank(text):
        msg = f"{text!r} is blank; write what was said, or leave the field out where it is not needed"
        raise ValueError(msg)
    return text


def _plain(text: str) -> str:
    found = next((letter for letter in text if category(letter) == "Cc" and letter not in "\n\t\x85"), None)
    if found is not None:
        msg = f"it holds the control character {found!r}, which hides or moves what stands beside it; take it out"
        raise ValueError(msg)
    return text


def _one_line(text: str) -> str:
    found = unreadable_in(text)
    if found:
        msg = f"{text!r} holds {found}, which breaks the line or shows the name in another order; take it out"
        raise ValueError(msg)
    return text


Note = Annotated[str, AfterValidator(_plain)]
Text = Annotated[str, Field(min_length=1), AfterValidator(_plain), AfterValidator(_shown)]
Name = Annotated[Text, AfterValidator(_one_line)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
Key = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]


def _checked_time(text: str) -> str:
    TimeSpan(text)  # refuses what is no time, and a time of day without a zone
    return text


Moment = Annotated[str, AfterValidator(_checked_time)]


def fault(msg: str, *at: str | int) -> PydanticCustomError:
    """Return a fault that knows which part of the claim it is about."""
    return PydanticCustomError("value_error", "{told}", {"told": msg, "at": at})


class Model(BaseModel):
    """Frozen, strict, nothing extra."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class Span(Model):
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


class Place(Model):
    """Where: exactly one of `bbox` (west, south, east, north), `point` with `radius_m`, or GeoJSON `geometry`."""

    name: Name
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
