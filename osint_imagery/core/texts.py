"""The English of answers and plans: their sentences and reasons, in one place so that they can be translated."""

__all__ = ["PLANS", "REASONS", "SIMULATED_BASIS", "TEMPLATES", "WEIGHING"]

SIMULATED_BASIS = "scenes are simulated: nothing here is an observation"

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
    "capped": "The figure is the limit that this many quiet pairs and the level of the decision allow; so is the "
    "upper end of the interval, which therefore says nothing of how much larger the ratio may be.",
    "upper capped": "The upper end of the interval is the limit that this many quiet pairs and the level of the "
    "decision allow, not an estimate.",
    "cap": "the upper end is the most that so many quiet pairs can support",
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
    "smaller": "a change of {extent} was found at the place, smaller than {what} ({size}): it may be as large "
    "only by the upper end of its interval, which does not decide",
    "at least": "at least {size}",
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

WEIGHING: dict[str, str] = {
    "not examined": "no record examines this prediction",
    "stands": "nothing that it rests on was withdrawn",
    "left out": "{record} is left out: {why}",
    "withdrawn record": "withdrawn on {at} by {by}: {reason}",
    "withdrawn scene": "it rests on scene {scene}, withdrawn on {at} by {by}: {reason}",
    "bounds": "bounds from what a silence to what a sighting would have been worth; 1 lies within them",
    "same": "asks the same of the same pixels as {item}: counted there",
    "source says nothing": "shown, not counted: the claim file does not say what it speaks for",
    "source is a party": "shown, not counted: it goes back to a party to the claim, whose word is what is checked",
    "source is a scene": "shown, not counted: it goes back to a scene that the imagery counts already",
    "source alike": "shown, not counted: it speaks alike for every hypothesis",
    "source counted": "counted as the analyst states it; never turned into a ratio",
    "shared scene": "scene {scene}",
    "shared bytes": "the same product or files under other scene names",
    "shared quiet": "{count} scene{s} of the quiet pairs",
    "shared place": "ground of {first} and {second}",
    "shared origin": "origin: {origin}",
    "pooled": "harmonic to arithmetic mean of {count} ratios, which may hang together in any way; intervals taken as a "
    "whole",
    "multiplied": "product of {count} groups taken as independent; intervals taken as a whole",
    "turned": "inverse of: {method}",
    "alike": "{first}, {second}: LR 1 by construction, whatever was observed",
    "no ratio": (
        "No likelihood ratio is given between “{first}” and “{second}”: of {count} items of imagery none that tells "
        "them apart has one."
    ),
    "ratio": (
        "At the level of object change, the imagery of {items} is {times} times as probable under what “{one}” "
        "predicts there as under what “{other}” predicts: {words}. This is no ratio for the claim."
    ),
    "together": "{items} hang together ({shared}): never multiplied, their means give {ratio}.",
    "strongest": "The strongest of them is {item}.",
    "contradicting": "They point both ways.",
    "as product": (
        "If the {count} groups were independent under both hypotheses, their product would be {ratio}: {words}."
    ),
    "row counted": "counted: ratio {ratio}, if the thing came against if it did not",
    "row end": "{note}; the end farther from 1 is the most that its {counts} can support, not an estimate",
    "row figure": "{note}; figure and end farther from 1 are the most that its {counts} can support, no estimates",
    "quiet counts": "quiet pairs",
    "inserted counts": "inserted targets",
    "limit end": "The end farther from 1 of the interval of {items} is the most that so many {counts} can support, "
    "not an estimate.",
    "limit figure": "The figure of {items} and the end of its interval farther from 1 are the most that so many "
    "{counts} can support, no estimates.",
    "row useless": "shown, not counted: ratio {ratio} does not reach 2 or 1/2 with all of its interval",
    "becomes": "“{first}” against “{second}”: {old} becomes {new}",
    "becomes if independent": "“{first}” against “{second}”, groups taken as independent: {old} becomes {new}",
    "reordered": "order by {share}: {old} becomes {new}",
    "not ordered": "nothing is told apart",
    "others none": "No other source is stated.",
    "others": (
        "Other sources, apart from the imagery and never turned into numbers: {count} stated, {counted} counted; "
        "independent ones inconsistent with {ranks}."
    ),
    "others no use": "Other sources: {count} stated, none of them counted (the matrix says why).",
    "rank": "“{hypothesis}”: {count}",
    "nothing decided": "“{first}” against “{second}”: no useful ratio ({words})",
    "item undecided": "{item}: {reason}",
    "update": (
        "Whoever held {prior} before that what was weighed ({items}) came about as “{first}” predicts, not as "
        "“{second}” does, should now hold {between}: {words}."
    ),
    "no update": "Nothing of this is for the claim, nor for predictions that could not be weighed.",
    "update open": "no word, for the interval is open at an end",
    "level": "The likelihood ratios speak of changes of objects of a size; nothing here speaks of the claim itself.",
    "level why": "a ratio keeps the level at which it was computed (hierarchy of propositions)",
    "predicts": "each hypothesis shows and excludes what the claim file says, where, when and how large",
    "predicts why": "stated before any pixel was read; nobody tested whether the hypothesis must show it",
    "only": "the hypotheses are compared with each other only; all of them may be wrong",
    "only why": "a ratio says nothing of an explanation that nobody wrote down",
    "construct": "what hypotheses say alike, or say nothing about, has ratio 1 between them",
    "construct why": "by construction: it does not tell them apart; it is not the same as no evidence",
    "missing": "items without a ratio were left out: that nobody could look, or that pixels did not decide, is taken "
    "to be as frequent whether the thing came or not",
    "missing why": "{count} item{s} without a ratio: {names}",
    "independence": "groups that share no scene, no quiet date and no ground are independent under both hypotheses; "
    "needed for the products alone",
    "independence why": "one detector, one sensor or one stated contrast behind several groups can break it; the "
    "bounds that assume nothing stand beside",
    "means": "within a group nothing is multiplied: the means of its ratios stand for all of it",
    "means why": "means keep Turing's rule however the items hang together; the largest of them picked afterwards does "
    "not",
    "quiet": "the quiet pairs stand for what each place does between any two dates",
    "quiet why": "assumed in {count} of the records this rests on",
    "parties": "what claimant and respondents say is not a source for or against them",
    "parties why": "their word is what is checked",
    "beyond thing": "that what changed at {place} is {what}: pixels of {pixel:.2g} m or finer allow recognition by "
    "size (these have {gsd} m), or another source that saw it",
    "beyond reading": "that what changed at {place} is {what}: pixels of {gsd} m allow recognition by size, and no "
    "reader is taken to have named it here; or another source that saw it",
    "beyond purpose": "what the change was for, what was inside, who owned it: no pixel shows that; it takes sources "
    "of another kind ({counted} of {count} stated here count for or against a side)",
    "beyond link": "that the claim follows from the changes it predicts, and its denial from their absence: stated in "
    "the claim file, shown by nothing here",
    "change seen before": "{item}: a usable look before {first} that already shows {what}",
    "change seen quiet": "{item}: quiet pairs of the place in which objects as strong appear",
    "change seen unmeasured": "{item}: at least ten quiet pairs of the place, and a contrast of {what} in the bands of "
    "the scenes: without them its ratio is not known",
    "change not seen": "{item}: a usable look at {place} within {when} that shows {what}, or evidence that it was "
    "smaller, covered or elsewhere",
    "change look": "{item}: a usable look at {place} within {when}, pixels of {pixel:.2g} m or finer",
    "change pixels": "{item}: pixels of {pixel:.2g} m or finer within {when} (these have {gsd} m)",
    "change power": "{item}: a comparison in which {what} put into quiet pictures is found (it was found {found} of "
    "{tried} times)",
    "change undetermined": "{item}: usable looks at {place} before and within {when}, with at least ten quiet pairs",
    "change not examined": "{item}: a record that examines it",
    "change rival": "a prediction that “{rival}” expects, looked for: nothing that it expects has been",
}
"""What the records of a claim say together: reasons, assumptions and sentences of an assessment."""
