"""What figures ask of an assessment: its shape alone, for figures and evidence do not know each other."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.texts import SIMULATED_BASIS
from osint_imagery.figures.palette import LOUD, QUIET
from osint_imagery.figures.sheet import Sheet

__all__ = ["Item", "Pairing", "Row", "Weighed", "pairing_of", "say_basis", "say_head"]


class _Ratio(Protocol):
    def estimate(self) -> Estimate: ...


class _Claim(Protocol):
    """The claim that is assessed."""

    @property
    def id(self) -> str: ...


class _Hypothesis(Protocol):
    """One explanation."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def rival(self) -> bool: ...


class _Confidence(Protocol):
    @property
    def level(self) -> str: ...
    @property
    def reasons(self) -> Sequence[str]: ...


class Item(Protocol):
    """What was observed of one prediction; ``worth`` against the limits that trials and quiet dates set."""

    @property
    def id(self) -> str:
        """As the claim names it."""

    @property
    def text(self) -> str:
        """In words."""

    @property
    def state(self) -> str:
        """The answer."""

    @property
    def worth(self) -> _Ratio | None:
        """LR+ or LR-, where there is one."""

    @property
    def cap(self) -> str | None:
        """Highest LR+ that the quiet dates allow."""

    @property
    def floor(self) -> str | None:
        """Lowest LR- that the insertions allow."""


class _Source(Protocol):
    """Another source, with its grades."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def reliability(self) -> str: ...
    @property
    def credibility(self) -> str: ...


class _Term(Protocol):
    """One item for one pair of hypotheses; a ratio above 1 is for the first."""

    @property
    def item(self) -> str: ...
    @property
    def ratio(self) -> _Ratio | None: ...
    @property
    def words(self) -> str: ...
    @property
    def reason(self) -> str: ...


class Pairing(Protocol):
    """One claimed hypothesis against one rival."""

    @property
    def first(self) -> str:
        """Id of the claimed hypothesis."""

    @property
    def second(self) -> str:
        """Id of the rival."""

    @property
    def terms(self) -> Sequence[_Term]:
        """One an item."""

    @property
    def any_dependence(self) -> _Ratio | None:
        """All together, whatever hangs together."""

    @property
    def independent(self) -> _Ratio | None:
        """Their product."""

    @property
    def words(self) -> str:
        """Verbal equivalent, however they hang together."""

    @property
    def words_if_independent(self) -> str:
        """Verbal equivalent of the product."""

    @property
    def sentence(self) -> str:
        """What the imagery says between them."""


class Row(Protocol):
    """An item against every hypothesis."""

    @property
    def item(self) -> str:
        """Id of the item."""

    @property
    def cells(self) -> Sequence[str]:
        """One a hypothesis."""

    @property
    def diagnosticity(self) -> str | None:
        """|ln LR|, where there is one."""

    @property
    def counted(self) -> bool:
        """Whether it counts."""

    @property
    def note(self) -> str:
        """Why, or why not."""


class _Rank(Protocol):
    """How many groups of counted items are inconsistent with a hypothesis."""

    @property
    def hypothesis(self) -> str: ...
    @property
    def inconsistent(self) -> int: ...


class _Ranking(Protocol):
    """Hypotheses by inconsistency, by one share of the evidence."""

    @property
    def share(self) -> str: ...
    @property
    def ranks(self) -> Sequence[_Rank]: ...


@runtime_checkable
class Weighed(Protocol):
    """An assessment, as :func:`osint_imagery.assess` returns it."""

    @property
    def claim(self) -> _Claim:
        """What is assessed."""

    @property
    def hypotheses(self) -> Sequence[_Hypothesis]:
        """Claimed ones and rivals."""

    @property
    def imagery(self) -> Sequence[Item]:
        """Items of imagery."""

    @property
    def sources(self) -> Sequence[_Source]:
        """Other sources."""

    @property
    def matrix(self) -> Sequence[Row]:
        """One row an item."""

    @property
    def pairs(self) -> Sequence[Pairing]:
        """Each claimed hypothesis against each rival."""

    @property
    def rankings(self) -> Sequence[_Ranking]:
        """By imagery, by other sources, by both."""

    @property
    def confidence(self) -> _Confidence:
        """How good the basis is, and why."""

    @property
    def digest(self) -> str:
        """Of the assessment."""


def say_head(sheet: Sheet, found: Weighed, heading: str) -> str:
    """Plan the heading, with a warning over it where scenes are simulated; return that warning for `shows`."""
    simulated = SIMULATED_BASIS in found.confidence.reasons
    if simulated:
        sheet.say(f"SIMULATED: {SIMULATED_BASIS}", size=13, bold=True, color=LOUD)
    sheet.say(heading, size=11, bold=True, gap=1.2)
    return "SIMULATED. " if simulated else ""


def say_basis(sheet: Sheet, found: Weighed) -> None:
    """Plan how good the basis is, and which assessment of which claim is drawn."""
    sheet.say(f"Analytic confidence {found.confidence.level}: {'; '.join(found.confidence.reasons)}.", bold=True)
    sheet.say(f"Claim {found.claim.id}; assessment {found.digest}", color=QUIET)


def pairing_of(found: Weighed, pair: tuple[str, str] | None) -> Pairing:
    """Return the pair of hypotheses that is named, else the first.

    Raises
    ------
    InputError
        If there is no such pair.
    """
    known = {(one.first, one.second): one for one in found.pairs}
    wanted = pair if pair is not None else next(iter(known), None)
    if wanted not in known:
        told = "; ".join(f"{first}, {second}" for first, second in known) or "none"
        msg = f"pair={pair!r} is no claimed hypothesis and rival of this assessment; these are: {told}"
        raise InputError(msg)
    return known[wanted]
