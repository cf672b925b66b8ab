"""The fitness of an archive as a table for a terminal, and as plain data."""

import math

from osint_imagery.core.estimate import Estimate
from osint_imagery.core.texts import PLANS
from osint_imagery.observe.interpretability import niirs_words
from osint_imagery.observe.stanag import stanag_words
from osint_imagery.workflow.fitness import Fitness, PredictionFitness

__all__ = ["fitness_data", "fitness_table"]

_HEADS = (
    "prediction",
    "clear looks",
    "place seen in window",
    "chance of a look",
    "pixels allow at most",
    "found",
    "LR-",
    "LR+",
)


def fitness_table(found: Fitness) -> str:
    """Return the table, and under it the answer to each prediction with what would be needed.

    Parameters
    ----------
    found : Fitness
        From :func:`osint_imagery.workflow.fitness.fitness`.
    """
    rows = [_HEADS, *(_cells(row) for row in found.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    table.insert(1, "  ".join("-" * width for width in widths))
    head = PLANS["head"].format(claim=found.claim_id, used=found.used, offered=found.offered, catalog=found.catalog)
    return "\n".join([head, "", *table, "", *(line for row in found.rows for line in _lines(row)), PLANS["notes"]])


def _cells(row: PredictionFitness) -> tuple[str, ...]:
    clear, every = row.looks("")
    _, radar = row.looks("radar")
    later = f", {row.later} later" if row.later else ""
    kinds = [f"{count} {word}" for count, word in ((radar, "radar"), (row.unknown, "unknown")) if count]
    level = row.resolution.level if row.resolution else None
    pixels = f"{row.resolution.gsd_m:g} m: {level.value if level else 'nothing'}" if row.resolution else "no optical"
    return (
        row.prediction.id,
        f"{clear} of {every}{later}" + (f" ({', '.join(kinds)})" if kinds else ""),
        "-" if math.isnan(row.usable_fraction) else f"{row.usable_fraction:.0%}",
        _chance(row.coverage.p_look) + (" by later looks" if later and not clear else ""),
        pixels,
        f"{row.pod.low:.2f} to {row.pod.high:.2f}" if row.pod else "not known",
        f">= {row.minus.low:.2g}",
        f"<= {row.plus_cap:.2g} ({row.quiet_pairs} pairs)" if row.plus_cap else "none",
    )


def _chance(p_look: Estimate) -> str:
    value = "" if math.isnan(p_look.value) else f"{p_look.value:.2f} "
    exact = p_look.low == p_look.high
    return value.strip() if exact and value else f"{value}({p_look.low:.2f} to {p_look.high:.2f})"


def _lines(row: PredictionFitness) -> list[str]:
    told = [
        f"{row.prediction.id}: {row.worth.value}",
        f"  why: {row.reason}",
        f"  looks: {row.coverage.reason}",
        f"  found: {row.pod_reason}",
    ]
    told += [f"  pixels: {words}" for words in _interpretability(row)]
    if row.radar:
        told.append(f"  {row.radar}")
    return [*told, f"  would answer it: {row.wanted.reason}", ""]


def _interpretability(row: PredictionFitness) -> tuple[str, ...]:
    """Return what the pixels reach on the scales of readers, and what would be needed; empty without pixels."""
    if row.resolution is None:
        return ()
    gsd, needed = row.resolution.gsd_m, row.wanted.pixel_m
    words = [niirs_words(gsd)]
    if math.isfinite(needed) and needed < gsd:
        words.append(PLANS["needed"].format(pixel=needed, niirs=niirs_words(float(f"{needed:.2g}"))))
    return (*words, *filter(None, (stanag_words(row.prediction.target.what, row.prediction.level, gsd),)))


def fitness_data(found: Fitness) -> dict[str, object]:
    """Return the same as plain data for JSON; what is not known is null."""
    return {
        "claim": found.claim_id,
        "catalog": found.catalog,
        "offered": found.offered,
        "used": found.used,
        "worth_doing": found.worth_doing,
        "predictions": [_plain(row) for row in found.rows],
    }


def _plain(row: PredictionFitness) -> dict[str, object]:
    allowed, pod = row.resolution, row.pod
    return {
        "id": row.prediction.id,
        "worth": row.worth.name.lower(),
        "reason": row.reason,
        "looks": {kind: dict(zip(("clear", "all"), row.looks(kind), strict=True)) for kind in ("optical", "radar")},
        "clear_looks_later": row.later,
        "usable_fraction": _number(row.usable_fraction),
        "p_look": _bounds(row.coverage.p_look),
        "gaps": [gap.label for gap in row.coverage.gaps],
        "gsd_m": allowed.gsd_m if allowed else None,
        "level_asked": row.prediction.level.value,
        "level_allowed": allowed.level.value if allowed and allowed.level else None,
        "interpretability": list(_interpretability(row)),
        "pod_upper_limit": {"band": pod.band, "low": pod.low, "middle": pod.middle, "high": pod.high} if pod else None,
        "pod_reason": row.pod_reason,
        "radar": row.radar or None,
        "quiet_pairs": row.quiet_pairs,
        "lr_plus_at_most": row.plus_cap,
        "lr_minus_at_best": row.minus.low,
        "wanted": {
            "pixel_m": _number(row.wanted.pixel_m),
            "revisit_days": row.wanted.revisit_days,
            "clear_share": row.wanted.clear,
            "months": list(row.wanted.months),
            "reason": row.wanted.reason,
        },
    }


def _bounds(given: Estimate) -> dict[str, float | None]:
    return {"value": _number(given.value), "low": given.low, "high": given.high}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
