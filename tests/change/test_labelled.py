import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osint_imagery.change import CalibrationKind, detect
from osint_imagery.change.labelled import calibrate_on_labels
from osint_imagery.change.reliability import reliability
from osint_imagery.core.errors import GridMismatchError, InputError, NotEnoughDataError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

SIDE = 160


def changes_and_truth(seed: int = 0, strength: float = 1.0):
    rng = np.random.default_rng(seed)
    ground = rng.normal(size=(4, SIDE, SIDE))
    built = np.zeros((SIDE, SIDE))
    for row, column in rng.integers(4, SIDE - 12, (60, 2)):
        built[row : row + 6, column : column + 6] = 1
    look = lambda added: Image.from_array(  # noqa: E731
        ground + added + rng.normal(scale=0.3, size=ground.shape), bands=("blue", "green", "red", "nir")
    )
    return detect(Pair(before=look(0.0), after=look(strength * built)), "irmad"), built


def test_probabilities_of_left_out_blocks_agree_with_the_labels() -> None:
    changes, truth = changes_and_truth()
    calibrated, found = calibrate_on_labels(changes, truth, event="sheds built")
    assert found.skill > 0.3
    assert found.ece < 0.05
    assert calibrated.calibration.of == "sheds built"
    assert calibrated.calibration.probability_kind is CalibrationKind.LABELS
    assert found == reliability(calibrated.probability, truth)


def test_labels_that_have_nothing_to_do_with_the_score_give_no_skill() -> None:
    changes, truth = changes_and_truth()
    shuffled = np.random.default_rng(3).permutation(truth.ravel()).reshape(truth.shape)
    _, found = calibrate_on_labels(changes, shuffled, event="noise")
    assert -0.02 < found.skill < 0.02


def test_a_block_is_never_judged_by_its_own_labels() -> None:
    """A memory of the labels would show as skill where the score is constant but labels differ by block."""
    changes, _ = changes_and_truth(strength=0.0)
    truth = np.zeros((SIDE, SIDE))
    truth[:20, :20] = truth[60:80, 100:120] = truth[140:, 140:] = 1
    _, found = calibrate_on_labels(changes, truth, event="blocks", block_px=20)
    assert found.skill <= 0.01


def test_unlabelled_ground_gets_a_probability_and_unobserved_none() -> None:
    changes, truth = changes_and_truth()
    partly = np.where(np.arange(SIDE) < 100, truth, np.nan)
    calibrated, found = calibrate_on_labels(changes, partly, event="sheds built")
    assert np.isfinite(calibrated.probability[:, 120]).all()
    assert found.count == 100 * SIDE


@pytest.mark.parametrize(
    ("truth", "event", "error"),
    [
        (np.zeros((3, 3)), "x", GridMismatchError),
        (np.full((SIDE, SIDE), 2.0), "x", InputError),
        (np.zeros((SIDE, SIDE)), "", InputError),
        (np.zeros((SIDE, SIDE)), "x", NotEnoughDataError),
        (np.ones((SIDE, SIDE)), "x", NotEnoughDataError),
    ],
)
def test_bad_labels_are_refused(truth, event, error) -> None:
    changes, _ = changes_and_truth()
    with pytest.raises(error):
        calibrate_on_labels(changes, truth, event=event)


def test_reliability_by_hand() -> None:
    found = reliability([[0.9, 0.8, np.nan], [0.1, 0.2, 0.5]], [[1, 1, 1], [0, 0, np.nan]])
    assert found.count == 4
    assert found.brier == pytest.approx((0.01 + 0.04 + 0.01 + 0.04) / 4)
    assert found.skill == pytest.approx(1 - found.brier / 0.25)
    assert found.ece == pytest.approx(0.15)


@given(seed=st.integers(0, 10_000), prevalence=st.floats(0.05, 0.95))
@settings(max_examples=30, deadline=None)
def test_true_probabilities_are_calibrated_and_a_constant_has_no_skill(seed: int, prevalence: float) -> None:
    rng = np.random.default_rng(seed)
    chance = np.clip(rng.beta(0.5, 0.5 / prevalence - 0.5 + 1e-3, 40_000), 0, 1)
    truth = rng.random(40_000) < chance
    if truth.min() == truth.max():
        return
    assert reliability(chance, truth).ece < 0.02
    assert abs(reliability(np.full(40_000, truth.mean()), truth).skill) < 1e-9


@pytest.mark.parametrize(
    ("said", "true", "error"),
    [
        ([0.5, 1.5], [0, 1], InputError),
        ([0.5, 0.5], [0, 2], InputError),
        ([0.5], [0, 1], GridMismatchError),
        ([0.5, 0.4], [1, 1], NotEnoughDataError),
        ([np.nan, 0.4], [1, 0], NotEnoughDataError),
    ],
)
def test_reliability_refuses(said, true, error) -> None:
    with pytest.raises(error):
        reliability(said, true)
