"""A case of the public record: "no change visible" at 10 m, offered as proof that small munitions did no damage.

In April 2021, the press reported, low-resolution pictures without visible change were offered as proof that Natanz had
not been attacked. The same reasoning is put here to the simulated port, whose pixels are of the same size: an entry
hole in a roof, and small craters. That nothing shows is no answer, and must not come out as one.
"""

from collections.abc import Callable
from typing import Any

import pytest

from osint_imagery.change.detections import Verdict
from osint_imagery.core.claim import Claim, DetectionLevel
from osint_imagery.core.errors import InputError
from osint_imagery.evidence.decision import Answer
from osint_imagery.evidence.finding import Finding, find
from osint_imagery.evidence.overclaim import refuse_overclaim
from osint_imagery.evidence.wording import absence_sentence, answer_sentence, ratio_sentence
from osint_imagery.observe.power import power
from osint_imagery.observe.resolution import resolution
from osint_imagery.scenes.catalog import open_catalog, search
from osint_imagery.scenes.packaged import bundled
from osint_imagery.scenes.streaming import shared_bands
from osint_imagery.workflow.comparing import Reader, align_many, compare_read, grid_for
from osint_imagery.workflow.fitness import Worth, fitness
from osint_imagery.workflow.investigating import investigate
from osint_imagery.workflow.looking import looks_at, offered
from osint_imagery.workflow.planning import choose_looks, choose_quiet
from osint_imagery.workflow.spans import claim_span, quiet_span

CATALOG = bundled("port/catalog.json")
WHEN = {"start": "2024-04-02", "end": "2024-04-25"}  # nothing happened there in those days
DARK = {"blue": -0.08, "green": -0.08, "red": -0.08, "nir": -0.1, "swir16": -0.1}


def damage(name: str, what: str, side_m: float) -> dict[str, Any]:
    return {
        "id": name,
        "text": f"{what} on the eastern hardstanding after a strike with small munitions",
        "expected_under": "delivery",
        "excluded_under": "ordinary",
        "change": "appears",
        "target": {"what": what, "length_m": side_m, "width_m": side_m, "contrast": DARK},
        "when": WHEN,
        "place": {"name": "eastern hardstanding", "bbox": [-28.004469, 45.005139, -28.001901, 45.006962]},
    }


@pytest.fixture(scope="module")
def struck(claim_of: Callable[..., Claim]) -> Claim:
    items = [damage("hole", "an entry hole in a roof", 1.0), damage("craters", "a crater of a small munition", 4.0)]
    return claim_of(predictions=items, when=WHEN, baseline={"start": "2024-02-01", "end": "2024-04-01"})


@pytest.fixture(scope="module")
def findings(struck: Claim, clock: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Finding, ...]:
    return investigate(struck, CATALOG, out=tmp_path_factory.mktemp("struck") / "out", clock=clock).findings


def test_no_change_at_ten_meters_is_could_not_have_been_seen(findings: tuple[Finding, ...]) -> None:
    assert len(findings) == 2
    for finding in findings:
        assert finding.answer is Answer.NOT_OBSERVABLE
        assert answer_sentence(finding).startswith("COULD NOT HAVE BEEN SEEN: the pixels are too coarse")
        assert "imagery would look the same either way" in ratio_sentence(finding)
        assert any(look.state.value == "clear" for look in finding.coverage.inside)  # not for want of a clear sky


@pytest.mark.parametrize(
    "words",
    [
        "There is no evidence of damage at the site.",
        "The satellite picture shows no sign of an attack.",
        "No trace of the strike can be seen.",
    ],
)
def test_the_sentence_of_the_public_record_is_refused(findings: tuple[Finding, ...], words: str) -> None:
    for finding in findings:
        with pytest.raises(InputError, match="'no evidence of' is refused"):
            refuse_overclaim(words, finding)
        with pytest.raises(InputError, match="could have been seen"):
            absence_sentence(finding)


def test_the_archive_is_called_unfit_before_a_pixel_is_read_and_the_fit_one_is_named(struck: Claim) -> None:
    for row, side in zip(fitness(struck, CATALOG).rows, (1.0, 4.0), strict=True):
        assert row.worth is Worth.NO
        assert row.minus.low > 0.9
        assert row.wanted.pixel_m < side
        finer = resolution(row.prediction.target, row.wanted.pixel_m)
        assert (finer.probability(DetectionLevel.DETECTION) or 0) >= 0.9 - 1e-6


def test_even_a_comparison_that_found_no_change_does_not_turn_it_into_no_damage(struck: Claim) -> None:
    # The rule on pixel size is not asked: the same answer has to come from the pixels, by insertion.
    prediction, aoi = struck.predictions[1], struck.aoi(struck.predictions[1])
    source = open_catalog(CATALOG)
    found = search(source, struck.aoi(), claim_span(struck))
    looks = looks_at(prediction, offered(source, found), aoi)
    chosen = choose_looks(prediction, looks)
    assert chosen is not None
    scenes = {scene.id: scene for scene in found.scenes}
    before, after = (scenes[look.scene_id] for look in chosen)
    reader = Reader(grid=grid_for((before, after), aoi), bands=shared_bands((before, after)))
    wanted = choose_quiet(looks.clear, chosen, quiet_span(struck, prediction))
    quiet, _ = align_many(reader, [(scenes[a.scene_id], scenes[b.scene_id]) for a, b in wanted])
    result = compare_read(reader, (before, after), aoi, quiet=quiet)
    assert result.detections.verdict is Verdict.NO_CHANGE_FOUND
    measured = power(prediction, result.aligned, quiet, aoi=aoi, places=80)
    finding = find(
        prediction,
        aoi=aoi,
        coverage=looks,
        resolution=resolution(prediction.target, 0.3),  # as if the size were no obstacle
        detections=result.detections,
        power=measured,
        scenes=(before, after),
        quiet=tuple((pair.before.scene_id or "", pair.after.scene_id or "") for pair in quiet),
    )
    assert measured.tried == 80
    assert measured.found <= 4
    assert finding.answer in {Answer.NOT_OBSERVABLE, Answer.UNDETERMINED}
    assert finding.ratio is not None
    assert not finding.ratio.bears_on_absence
    with pytest.raises(InputError, match="'no evidence of' is refused"):
        refuse_overclaim("There is no evidence of damage.", finding)
