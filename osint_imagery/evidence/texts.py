"""The English of this room: every sentence and every reason, in one place so that they can be translated."""

__all__ = ["REASONS", "TEMPLATES"]

TEMPLATES: dict[str, str] = {
    "seen": "SEEN: {reason}. {bracket}",
    "looked and not seen": "LOOKED AND NOT SEEN: {reason}.",
    "could not have been seen": "COULD NOT HAVE BEEN SEEN: {reason}.",
    "undetermined": "UNDETERMINED: {reason}.",
    "appears": "The change lies between {first} (without it) and {last} (with it).",
    "disappears": "The change lies between {first} (with it) and {last} (without it).",
    "changes": "The change lies between {first} (look before) and {last} (look after).",
    "one between": "A usable look in between was not compared and could narrow it: {look}.",
    "between": "{count} usable looks in between were not compared and could narrow it, from {first} to {last}.",
    "absence": "There is no evidence of {what} at {place} in {when}: LR- {minus}.",
    "ratio": (
        "At the level of object change, the imagery is {times} times{interval} more probable if {one} "
        "than if {other}: {words}."
    ),
    "capped": "The figure is the limit that this many quiet pairs and the level of the decision allow.",
    "h1": "{what} {verb} (predicted under '{id}')",
    "h0": "it did not (as under '{id}')",
    "h0 first": "{what} had not {verb} (as under '{id}')",
    "h1 after": "it had (predicted under '{id}')",
    "no ratio": "No likelihood ratio is given: {reason}.",
    "not observable": "the imagery would look the same either way",
    "not compared": "no two looks were compared to an end",
    "several": "Ratios of several predictions are not multiplied: they may rest on the same images.",
    "level": "{what}: {statement}",
    "allowed": "At {gsd:g} m the pixels allow {level} of {what} at best{short}.",
    "short": "; they show that something of this size is there, not what it is",
    "smallest": "Nothing smaller than {smallest} would have been reported.",
    "silence": "Of {tried} such targets put into quiet pictures of the place the method found {found}{worth}.",
    "little": ": that it found nothing here says little",
    "looked in vain": "No number of looks helps: {what} could not have been seen in these pixels at any of them.",
    "silence unknown": "How often the method finds such a target here was not measured, so its silence says nothing.",
    "all gaps": "No look was usable in {when}: what came and went in it could not have been seen.",
    "no known look": "No look in {when} is known to be usable: no quality layer tells cloud from ground in it.",
    "gaps": "Nothing that came and went in these spans could have been seen: {gaps}.",
    "cover": "Nothing under a roof, cover or camouflage, and no content, purpose or owner, can be seen.",
    "verify": "osint-imagery verify {where}{head}",
}
"""Sentences, by what they say; the first four by the answer they give."""

REASONS: dict[str, str] = {
    "too coarse": "the pixels are too coarse for {level} of {what}: {statement}",
    "unknown looks": "the only looks of the time ({looks}) have no known quality over the place; {around}",
    "no look": "no usable look met the stay ({coverage}); {around}",
    "look": "{scene} on {when}",
    "nobody around": "no usable look before or after it is known either",
    "around": "the nearest usable looks around it are {looks}",
    "failed": "the comparison failed: {failure}",
    "none usable": "no look is known to be usable",
    "no pair": "no usable pair of a look before and a look after was compared ({coverage})",
    "beside the stay": (
        "the looks that were compared ({before}; {after}) do not lie before and inside the predicted stay "
        "({when}, {lasts}); compare two that do"
    ),
    "fits": "a change of {extent} at the place is consistent with {what} ({size})",
    "much larger": ", though {times:.0f} times as large",
    "other explanations": "; other explanations: {names}",
    "no power": "put into these pixels, {what} was found {found} of {tried} times: the method could not have shown it",
    "nothing found": "no change that fits the prediction was found",
    "worth unknown": "{found}, and what that is worth is not known",
    "bears": "{found}; LR- {minus}",
    "bears little": "looked and not seen, but this bears little on the claim (LR- {minus}; {why})",
}
"""Why an answer was given, by the rule that gave it; filled in by :mod:`osint_imagery.evidence.decision`."""
