"""The answer to a claim in five lines, for a terminal; the full sentences are in the report and the records."""

from collections.abc import Sequence

from osint_imagery.core.claim import Claim
from osint_imagery.core.estimate import area_words, interval_words
from osint_imagery.core.texts import TEMPLATES
from osint_imagery.evidence.decision import Answer
from osint_imagery.evidence.finding import Finding
from osint_imagery.evidence.scales import support_words

__all__ = ["five_lines"]

_CLAIM_LETTERS = 160


def five_lines(claim: Claim, findings: Sequence[Finding], *, where: str, head: str = "") -> str:
    """Return the answer in five lines; answers and ratios take a line more for each further prediction.

    Parameters
    ----------
    claim : Claim
        The claim.
    findings : sequence of Finding
        One a prediction.
    where : str
        The dossier, for the command that verifies it.
    head : str
        Digest of the ledger's last entry.
    """
    text = (
        claim.text if len(claim.text) <= _CLAIM_LETTERS else claim.text[: _CLAIM_LETTERS - 4].rsplit(" ", 1)[0] + " ..."
    )
    ratios = [f"{item.prediction.id}: {_ratio(item)}" for item in findings]
    if len(findings) > 1:
        ratios.append(TEMPLATES["several"])
    suffix = f"   (ledger head {head})" if head else ""
    return "\n".join(
        (
            f'Claim:        "{text}" ({claim.claimant.name})',
            _block("Answer:", [_answer(item) for item in findings] or ["UNDETERMINED: no prediction was examined"]),
            _block("Not visible:", [_unseen(findings)]),
            _block("Ratio:", ratios or ["none"]),
            _block("Verify:", [TEMPLATES["verify"].format(where=where, head=suffix)]),
        )
    )


def _answer(finding: Finding) -> str:
    """Return the answer in one line: what, how large, between when; or why not."""
    name, word = finding.prediction.id, finding.answer.value.upper()
    if finding.answer is not Answer.SEEN or finding.bracket is None or not finding.fitting:
        why = finding.reason.split(";")[0].split(": ")[0].rstrip(".")
        if why.count("(") > why.count(")"):  # cut inside a remark: the remark goes as a whole
            why = why[: why.index("(")].rstrip()
        return f"{name}: {word}: {why}"
    size = interval_words(finding.fitting[0].area, named=True)
    more = f", the strongest of {len(finding.fitting)}" if len(finding.fitting) > 1 else ""
    between = " and ".join(span.label for span in finding.bracket)
    return f"{name}: {word}: a change of {size}{more}, between {between}"


def _ratio(finding: Finding) -> str:
    """Return the ratio that applies to the answer, with its interval and its level, or that there is none."""
    if finding.ratio is None or finding.answer is Answer.NOT_OBSERVABLE:
        return f"none: {TEMPLATES['not observable']}" if finding.answer is Answer.NOT_OBSERVABLE else "none"
    seen = finding.answer is Answer.SEEN
    given = finding.ratio.plus if seen else finding.ratio.minus
    if given is None:
        return "none: " + finding.ratio.reason.split(";")[0].rstrip(".")
    words = support_words(given.low if seen else given.high, first="the change", second="no such change")
    capped = seen and finding.ratio.cap is not None and given.high >= finding.ratio.cap
    limit = f" ({TEMPLATES['cap']})" if capped else ""
    return f"LR{'+' if seen else '-'} {given}{limit}, {words}; at the level of object change, not of the claim"


def _unseen(findings: Sequence[Finding]) -> str:
    smallest = [item.detections.smallest_m2 for item in findings if item.detections is not None]
    small = f"objects below {area_words(max(smallest))}; " if smallest else ""
    return f"{small}what came and went between usable looks; anything under a roof or cover; contents, purpose, owner"


def _block(name: str, lines: Sequence[str]) -> str:
    return "\n".join(f"{name if index == 0 else '':<14}{line}" for index, line in enumerate(lines))
