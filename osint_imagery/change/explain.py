"""What else could make pixels differ, and whether it was tested."""

from osint_imagery.change.detections import Explanation
from osint_imagery.core.pair import Pair

__all__ = ["explanations"]

_SEASON_DAYS = 30  # methods.md 10


def explanations(pair: Pair, pixels: int) -> tuple[Explanation, ...]:
    """Return the rival explanations of one object of so many pixels, each ruled out, not ruled out, or not tested.

    Only what the pair itself knows is tested here; nothing is called ruled out because nobody looked.
    """
    return (
        _misregistration(pair, pixels),
        _season(pair),
        _untested("sun and shadow", "what the sun's angles do here was not tested"),
        _untested("haze or undetected cloud", "nothing but what a quality layer flags, where there is one"),
        _untested("view angle", "what the view angles do here was not tested"),
    )


def _untested(name: str, note: str) -> Explanation:
    return Explanation(name=name, status="not tested", note=note)


def _misregistration(pair: Pair, pixels: int) -> Explanation:
    residual = pair.misregistration
    if residual is None:
        return Explanation(name="misregistration", status="not tested", note="the dates were not aligned")
    width = pixels**0.5
    small = residual.high < 0.3 and width > 3 * residual.high
    note = f"residual at most {residual.high:.2f} px (95 %), object about {width:.0f} px wide"
    return Explanation(name="misregistration", status="ruled out" if small else "not ruled out", note=note)


def _season(pair: Pair) -> Explanation:
    before, after = pair.before.acquired, pair.after.acquired
    if before is None or after is None:
        return Explanation(name="season", status="not tested", note="a date is not known")
    apart = abs(before.middle.timetuple().tm_yday - after.middle.timetuple().tm_yday)
    apart = min(apart, 365 - apart)
    status = "ruled out" if apart <= _SEASON_DAYS else "not ruled out"
    return Explanation(name="season", status=status, note=f"{apart} days apart in the year")  # type: ignore[arg-type]
