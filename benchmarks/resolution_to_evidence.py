"""From a pixel size to the weight of evidence: the published table, each digit, by the public functions.

Run: python benchmarks/resolution_to_evidence.py
First Johnson's table (detection/recognition/identification), then the chance of a look and both likelihood ratios for
seven cases at a false-alarm rate of 0.02. The ratios rest on POD as it is printed, with two digits: where the table
names an object and a pixel size, POD is Johnson's and computed here; for the daily 3 m archive and the construction
site it is a premise. The exit status is 1 if one digit differs. tests/evidence/test_resolution_to_evidence.py runs it.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from osint_imagery.core.claim import DetectionLevel, Target
from osint_imagery.core.estimate import proportion
from osint_imagery.evidence.assessment import false_alarm_bound, ratio_minus, ratio_plus
from osint_imagery.observe.resolution import resolution
from osint_imagery.observe.stay import look_probability

__all__ = ["CASES", "SIZES", "Case", "Row", "rows"]

FALSE_ALARMS = 0.02
PIXELS_M = (0.3, 0.5, 1.5, 3, 5, 10, 20)
SIZES = {
    ("launcher vehicle", 13.4, 3.05): "1/.99/.88 1/.86/.50 .96/.13/.04 .55/.02/.01 .20/.01/0 .03/0/0 .01/0/0",
    ("40-ft container", 12.19, 2.44): "1/.97/.79 1/.76/.37 .91/.08/.03 .42/.01/0 .13/0/0 .02/0/0 0",
    ("container stack", 90, 12): "1/1/1 1/1/1 1/.99/.89 1/.76/.37 1/.34/.12 .87/.07/.02 .34/.01/0",
    ("cargo ship", 120, 16): "1/1/1 1/1/1 1/1/.97 1/.92/.61 1/.58/.23 .97/.14/.04 .58/.02/.01",
    ("shed", 30, 15): "1/1/1 1/1/1 1/.90/.59 1/.40/.14 .96/.12/.04 .55/.02/.01 .12/0/0",
    ("hangar", 100, 60): "1/1/1 1/1/1 1/1/1 1/1/.95 1/.94/.66 1/.47/.17 .94/.10/.03",
    ("fighter", 19, 14): "1/1/1 1/1/.99 1/.75/.37 .99/.23/.07 .87/.06/.02 .34/.01/0 .06/0/0",
    ("car", 4.5, 1.8): "1/.65/.28 .99/.25/.08 .46/.02/0 .09/0/0 .03/0/0 0 0",
}
"""(object, length m, width m): P at 50 % line pairs 1.0, 4.0 and 6.4, for each pixel size."""

SHIP = Target(what="cargo ship", length_m=120, width_m=16)
LAUNCHER = Target(what="launcher vehicle", length_m=13.4, width_m=3.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case of the table: how often somebody looks, what the pixels allow, and the printed digits.

    ``target`` is None where POD is a premise; ``printed`` holds P_look, POD, LR+ and LR-.
    """

    name: str
    revisit_days: float
    dwell_days: float
    clear: float
    printed: tuple[str, str, str, str]
    target: Target | None = None
    gsd_m: float = 10.0
    level: DetectionLevel = DetectionLevel.DETECTION

    def computed(self) -> tuple[str, str, str, str]:
        """Return the same four numbers from the public functions, in the table's digits."""
        look = look_probability(self.revisit_days, self.dwell_days, self.clear)
        pod = self.printed[1]
        if self.target is not None:
            chance = resolution(self.target, self.gsd_m).probability(self.level)
            pod = "none" if chance is None else f"{chance:.2f}"
        plus, minus = ratio_plus(float(pod), FALSE_ALARMS), ratio_minus(look, float(pod), FALSE_ALARMS)
        return f"{look:.3f}", pod, f"{plus:.1f}", f"{minus:.3f}"


CASES = (
    Case(
        name="ship 2 d, every 5 d at 10 m, clear .5",
        revisit_days=5,
        dwell_days=2,
        clear=0.5,
        printed=("0.200", "0.97", "48.5", "0.809"),
        target=SHIP,
    ),
    Case(
        name="the same, daily at 3 m",
        revisit_days=1,
        dwell_days=2,
        clear=0.5,
        printed=("0.750", "0.97", "48.5", "0.276"),
    ),
    Case(
        name="the ship's class at 10 m",
        revisit_days=5,
        dwell_days=2,
        clear=0.5,
        printed=("0.200", "0.14", "7.9", "0.972"),
        target=SHIP,
        level=DetectionLevel.RECOGNITION,
    ),
    Case(
        name="launcher 2 d, every 5 d at 10 m, clear .5",
        revisit_days=5,
        dwell_days=2,
        clear=0.5,
        printed=("0.200", "0.03", "2.5", "0.994"),
        target=LAUNCHER,
    ),
    Case(
        name="launcher 60 d, daily at 10 m, clear .5",
        revisit_days=1,
        dwell_days=60,
        clear=0.5,
        printed=("1.000", "0.03", "2.5", "0.970"),
        target=LAUNCHER,
    ),
    Case(
        name="construction 60 d, every 5 d, clear .5",
        revisit_days=5,
        dwell_days=60,
        clear=0.5,
        printed=("1.000", "0.97", "48.5", "0.030"),
    ),
    Case(
        name="construction 60 d, every 5 d, clear .1",
        revisit_days=5,
        dwell_days=60,
        clear=0.1,
        printed=("0.718", "0.97", "48.5", "0.308"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One printed entry and what the functions give."""

    name: str
    printed: str
    computed: str

    @property
    def agrees(self) -> bool:
        """Whether every digit is the same."""
        return self.printed == self.computed


def digits(chance: float) -> str:
    """Return a probability as the table prints it: two digits, no leading zero, 1 and 0 without digits."""
    text = f"{chance:.2f}"
    return {"1.00": "1", "0.00": "0"}.get(text, text[1:])


def entry(target: Target, gsd_m: float) -> str:
    """Return one entry of Johnson's table."""
    parts = [digits(chance) for _, chance in resolution(target, gsd_m).probabilities]
    return "0" if set(parts) == {"0"} else "/".join(parts)


def rows() -> Iterator[Row]:
    """Yield every entry of both tables."""
    for (what, length, width), printed in SIZES.items():
        target = Target(what=what, length_m=length, width_m=width)
        for gsd, text in zip(PIXELS_M, printed.split(), strict=True):
            yield Row(name=f"Johnson: {what} at {gsd:g} m", printed=text, computed=entry(target, gsd))
    for case in CASES:
        yield Row(name=case.name, printed="  ".join(case.printed), computed="  ".join(case.computed()))


def main() -> None:
    """Print both tables beside the published ones; stop with 1 where a digit differs."""
    every = list(rows())
    print(f"{'':52s} {'published':28s} computed     (cases: P_look, POD, LR+, LR- at FAR {FALSE_ALARMS})")
    for row in every:
        print(f"{row.name:52s} {row.printed:28s} {row.computed:28s} {'' if row.agrees else 'DIFFERS'}".rstrip())
    wrong = sum(not row.agrees for row in every)
    print(f"{len(every)} entries, {wrong} differ")
    cap = 1 / false_alarm_bound(proportion(0, 30), 30)
    print(f"no alarm in 30 quiet pairs: published as about n / 3 = 10, exactly 1 / (1 - 0.05^(1/30)) = {cap:.2f}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
