"""The English of answers and plans: their sentences and reasons, in one place so that they can be translated."""

__all__ = ["PLANS", "REASONS", "TEMPLATES"]

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
    "absence": "There is no evidence of {what} at {place} {when}: LR- {minus}.",
    "ratio": (
        "At the level of object change, the imagery is {times} times{interval} more probable if {one} "
        "than if {other}: {words}."
    ),
    "shared dates": "The {pairs} quiet pairs are made of {dates} dates and so not independent: the interval is "
    "narrower than it should be.",
    "capped": "The figure is the limit that this many quiet pairs and the level of the decision allow.",
    "floored": "The figure is the limit that this many targets put into pictures allow.",
    "h1": "{what} {verb}",
    "h0": "it did not",
    "h0 first": "{what} had not {verb}",
    "h1 after": "it had",
    "no ratio": "No likelihood ratio is given: {reason}.",
    "not observable": "the imagery would look the same either way",
    "not compared": "no two looks were compared to an end",
    "several": "Ratios of several predictions are not multiplied: they may rest on the same images.",
    "allowed": "At {gsd:g} m the pixels allow {level} of {what} at best{short}.",
    "short": "; they show that something of this size is there, not what it is",
    "smallest": "Nothing smaller than {smallest} would have been reported.",
    "silence": "Of {tried} such targets put into quiet pictures of the place the method found {found}{worth}.",
    "little": ": that it found nothing here says little",
    "looked in vain": "No number of looks helps: {what} could not have been seen in these pixels at any of them.",
    "silence unknown": "How often the method finds such a target here was not measured, so its silence says nothing.",
    "all gaps": "No look was usable {when}: what came and went then could not have been seen.",
    "no known look": "No look {when} is known to be usable: no quality layer tells cloud from ground there.",
    "gaps": "Nothing that came and went in one of these spans (UTC) could have been seen: {gaps}.",
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
    "nor inserted": "; put into these pixels it was found {found} of {tried} times",
    "larger": "a change of {extent} was found at the place, {times:.0f} times as large as {what} ({size}): another "
    "thing, or one that hides it",
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

PLANS: dict[str, str] = {
    "pixels across": "{what} ({length:g} x {width:g} m) is {cells:.1f} pixels of {gsd:g} m across",
    "johnson": "{size}: {allows} (Johnson's curve, from size alone, a ceiling beyond detection: {chances}){below}.",
    "too small": "too small for its presence to be expected to show",
    "reached": "allows {reached}, not {beyond}",
    "all reached": "allows identification at best",
    "below a pixel": (
        "; below one pixel the detection figure is no limit either way: a change in a very bright object can still "
        "show as one brighter pixel, and only insertion measures that"
    ),
    "niirs coarse": "NIIRS 0 to {best} at best, detection only ({gsd:g} m is outside the range of the equation)",
    "niirs": (
        "NIIRS {low:.1f} to {high:.1f} at best (GIQE 5 at SNR {snr:g}, straight down, sharpness from RER "
        "{soft:g} to {sharp:g}; error +-{error:.1f})"
    ),
    "needed": "needed, {pixel:.2g} m: {niirs}",
    "stanag": "STANAG 3769 asks for pixels of {needed:g} m or finer for {level} of {what}; these have {gsd:g} m",
    "closed form": "closed form in {band}, white noise of 0.03 to 0.01 a date, alpha 1e-4: an upper limit",
    "no contrast": "the claim states no contrast",
    "other bands": "the contrast is stated for bands that the archive does not hold",
    "no scale": "the files state no scale to reflectance",
    "no reflectance": "no scene carries reflectance",
    "radar": "radar {shows}; here a change of {change:.1f} dB and more over the target ({pixels:.3g} pixels)",
    "few quiet": (
        "{pairs} quiet pairs, {needed} are needed: how often nothing looks like something would not be known"
    ),
    "sight only": "silence could be worth LR- {minus:.2g} at best, {needed:g} would be needed",
    "both": "silence could be worth LR- {minus:.2g} at best, a sighting LR+ {plus:.2g} at most",
    "no pixel size": "no scene states its pixel size",
    "too faint": "the stated contrast is too faint for these pixels (closed form {high:.2g})",
    "nobody looked": "no usable look met the stay: {coverage}",
    "no pair": "no look before and look after that could be compared: {coverage}",
    "head": "{claim}: {used} of {offered} scenes of {catalog} meet its place and time",
    "notes": (
        "clear looks, place seen: inside the predicted window; later: usable looks after it, which count where the "
        "thing stays for good; pixels allow at most: from size alone; found: in closed form, an upper limit; LR-: what "
        "silence in one comparison could be worth at best; LR+: the most that the quiet pairs could support for a "
        "thing found so often. No pixel of a band was read."
    ),
}
"""What an archive could show, before any pixel is read: fitness, resolution, the readers' scales."""
