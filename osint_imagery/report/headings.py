"""Headings and fixed explanations that the page and the PDF share."""

from collections.abc import Mapping

__all__ = [
    "DETECTIONS",
    "EXPLANATIONS",
    "GLOSSARY",
    "LIMITS_OF_DIGESTS",
    "LOOKS",
    "OFFERED",
    "PARTS",
    "STANCES",
    "WITHOUT_THE_PROGRAM",
]

PARTS: Mapping[str, str] = {
    "answer": "What is claimed, and what the imagery says",
    "evidence": "The evidence",
    "assessment": "All predictions together",
    "method": "How it was done",
    "unseen": "What could not have been seen",
    "looks": "Every look",
    "sources": "Credit and citations",
    "verify": "How to verify this",
}
"""Parts of a report, in the order of reading: answer, evidence, method, limits, sources, how to check."""

STANCES: Mapping[str, str] = {
    "denies": "denies it",
    "confirms": "confirms it",
    "neither": "neither denies nor confirms it",
}

DETECTIONS: Mapping[str, str] = {
    "id": "No.",
    "fits": "Fits the prediction",
    "place": "Middle",
    "area": "Area",
    "brightness": "Became",
    "p_instrument": "p of pixels against noise",
    "p_object": "p of object against quiet ground",
    "q": "q (false discoveries)",
    "probability": "Probability of change",
}
EXPLANATIONS: Mapping[str, str] = {
    "name": "Explanation",
    "status": "Status",
    "note": "Why",
    "detections": "Detections",
}
LOOKS: Mapping[str, str] = {
    "scene_id": "Scene",
    "acquired": "Acquired",
    "sensor": "Sensor",
    "usable": "Usable share of the area",
    "sun": "Sun height",
    "state": "State",
    "reason": "Why",
}
OFFERED: Mapping[str, str] = {
    "scene_id": "Scene",
    "acquired": "Acquired",
    "used": "Used",
    "reason": "Why",
    "digest": "Digest of its metadata",
}

GLOSSARY: Mapping[str, str] = {
    "Look": "One image of the place, at one moment. It is usable where enough of the area is free of cloud.",
    "Quiet pair": "Two dates between which nothing is said to have happened here. Quiet pairs, or the ground around, "
    "show what is usual.",
    "Interval": "The range that the true value lies in, as often as the percentage says; bounds hold always.",
    "p of object against quiet ground": "How often quiet ground showed something at least as strong. Small means "
    "unusual.",
    "q": "The share of false ones to be expected in the list of detections down to this one.",
    "Probability of change": "Given only where a check on quiet ground found it reliable; otherwise it is withheld.",
    "Likelihood ratio": "How many times more probable this imagery is under one hypothesis than under the other: LR+ "
    "after something was seen, LR- after nothing was. 1 says nothing. "
    "It is not the probability that the claim is true.",
}

WITHOUT_THE_PROGRAM = (
    "Without the program: HOW-TO-VERIFY.txt in that folder says how to compare every file with the ledger by hand."
)
LIMITS_OF_DIGESTS = (
    "Matching digests say that nothing was altered since the folder was closed. They do not say that the "
    "interpretation is right."
)
