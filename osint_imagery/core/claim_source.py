"""Who says it, where it can be read, who answered, and what else stands behind it."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from osint_imagery.core.claim_value import Key, Language, Model, Moment, Name, Text

__all__ = ["Appearance", "Claimant", "Digest", "Response", "Source", "Url"]


def _checked_url(text: str) -> str:
    parts = urlsplit(text)  # raises ValueError on a broken bracketed host
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(letter.isspace() for letter in text):
        msg = f"{text!r} is no web address; write https://... in full"
        raise ValueError(msg)
    return text


Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$"), AfterValidator(_checked_url)]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class Appearance(Model):
    """Where the claim can be read: the address, and a copy that does not change where there is one.

    ``digest`` is that of the copy's bytes; a link alone is no kept content.
    """

    url: Url | None = None
    published: Moment | None = None
    archived_copy: Url | None = None
    archived_on: Moment | None = None
    digest: Digest | None = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.url is None and self.archived_copy is None:
            msg = "give url, archived_copy or both: an appearance is somewhere"
            raise ValueError(msg)
        return self


class Claimant(Model):
    """Who says it."""

    name: Name
    role: str = ""
    kind: Literal["person", "organization"] | None = None
    url: Url | None = None


class Response(Model):
    """An official response or denial, verbatim."""

    by: Name
    text: Text
    stance: Literal["denies", "confirms", "neither"]
    language: Language | None = None
    stated_on: Moment | None = None
    appearance: Appearance | None = None


class Source(Model):
    """Another source behind the claim, graded by the Admiralty system: reliability and credibility apart.

    Reliability is the source's (A completely reliable ... E unreliable, F cannot be judged), credibility the
    information's (1 confirmed by other sources ... 5 improbable, 6 cannot be judged). They are rated
    independently and never combined. ``reported_by`` is who told of an intercept or a document that nobody
    else has seen; the grades are then those of what was told. ``origin`` names where the information comes from in the
    end: sources with one origin, or told of by one reporter, are one source. ``consistent_with`` and
    ``inconsistent_with`` name hypotheses, as the analyst judges; with neither, nothing is said of what it speaks for.
    """

    kind: Literal["statement", "document", "reported_intercept", "eyewitness", "image", "other"]
    description: Text
    reported_by: str = ""
    stated_on: Moment | None = None
    appearance: Appearance | None = None
    reliability: Literal["A", "B", "C", "D", "E", "F"] = "F"
    credibility: Literal["1", "2", "3", "4", "5", "6"] = "6"
    limits: str = ""
    origin: str = ""
    consistent_with: list[Key] = Field(default=[])
    inconsistent_with: list[Key] = Field(default=[])
