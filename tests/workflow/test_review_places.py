"""The places of a blind sheet: the rule holds whatever the seed, and nothing about a square tells what it is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osint_imagery.core.errors import InputError, NotEnoughDataError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.workflow.review_places import Ground, Place, choose_places, difference

SHAPE = (120, 100)


def ground(*, away: tuple[slice, slice] | None = None) -> Ground:
    labels = np.zeros(SHAPE, dtype=np.int32)
    labels[50:53, 50:54], labels[80, 30], labels[5:7, 90:95], labels[51, 57] = 1, 2, 3, 4
    usable = np.ones(SHAPE, dtype=bool)
    if away is not None:
        usable[away] = False
    examined = np.zeros(SHAPE, dtype=bool)
    examined[40:100, 20:90] = True
    rows = np.arange(SHAPE[0], dtype=float)[:, None] * np.ones(SHAPE[1])
    return Ground(labels=labels, usable=usable, examined=examined & usable, difference=np.where(usable, rows, np.nan))


def pixels(places: tuple[Place, ...]) -> np.ndarray:
    count = np.zeros(SHAPE, dtype=int)
    for place in places:
        count[place.window] += 1
    return count


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(8, 14))
def test_controls_are_quiet_usable_and_overlap_nothing(seed: int, side: int) -> None:
    made = ground(away=(slice(90, 120), slice(0, 60)))
    places, _ = choose_places(made, side=side, controls=8, most=40, seed=seed)
    controls = tuple(place for place in places if place.kind == "control")
    found = tuple(place for place in places if place.kind == "detection")
    assert len(controls) == 8
    assert pixels(controls).max() == 1
    assert not (pixels(controls)[pixels(found) > 0]).any()
    for place in controls:
        assert made.usable[place.window].all()
        near = (
            slice(max(0, place.rows[0] - 4), place.rows[1] + 4),
            slice(max(0, place.columns[0] - 4), place.columns[1] + 4),
        )
        assert not made.labels[near].any()
        assert place.examined == bool(made.examined[place.window].all())


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(8, 20))
def test_every_detection_lies_whole_in_a_square_of_one_size(seed: int, side: int) -> None:
    made = ground()
    places, rule = choose_places(made, side=side, controls=4, most=40, seed=seed)
    assert {(p.rows[1] - p.rows[0], p.columns[1] - p.columns[0]) for p in places} == {(side, side)}
    assert pixels(places).shape == SHAPE  # all inside the ground
    named = {place.detection for place in places if place.kind == "detection"}
    shown = set(np.unique(np.concatenate([made.labels[p.window].ravel() for p in places if p.kind == "detection"])))
    assert shown >= {1, 2, 3, 4}  # those without a square of their own lie in another's
    for place in places:
        if place.kind == "detection":
            assert place.whole
            assert (made.labels[place.window] == place.detection).sum() == (made.labels == place.detection).sum()
    assert f"{4 - len(named)} of 4 here" in rule


def test_a_seed_gives_the_same_sheet_and_another_another() -> None:
    one, rule = choose_places(ground(), side=10, controls=6, most=40, seed=3)
    assert choose_places(ground(), side=10, controls=6, most=40, seed=3) == (one, rule)
    assert choose_places(ground(), side=10, controls=6, most=40, seed=4)[0] != one
    assert "seed 3" in rule


def test_examined_ground_comes_first_and_half_are_the_largest_differences() -> None:
    made = ground()
    places, _ = choose_places(made, side=10, controls=12, most=40, seed=1)
    controls = [place for place in places if place.kind == "control"]
    assert all(place.examined for place in controls)  # there is room for more than twelve
    hard = [place.rows[0] for place in controls if place.chosen == "largest difference"]
    assert len(hard) == 6
    assert min(hard) >= 70  # the difference grows downwards
    more = [p for p in choose_places(made, side=10, controls=40, most=40, seed=1)[0] if p.kind == "control"]
    assert any(not place.examined for place in more)


def test_as_many_controls_as_detections_and_at_least_ten() -> None:
    places, _ = choose_places(ground(), side=10, controls=None, most=40, seed=0)
    assert sum(place.kind == "control" for place in places) == 10


def test_where_a_detection_stands_in_its_square_and_in_the_order_tells_nothing() -> None:
    rng = np.random.default_rng(0)
    spots, orders = set(), set()
    for seed in rng.integers(0, 2**32, 60):
        places, _ = choose_places(ground(), side=20, controls=4, most=1, seed=int(seed))
        (index,) = [k for k, place in enumerate(places) if place.kind == "detection"]
        orders.add(index)
        if places[index].detection == 2:
            spots.add((80 - places[index].rows[0], 30 - places[index].columns[0]))
    assert orders == {0, 1, 2, 3, 4}
    assert len(spots) > 5


def test_the_limit_leaves_detections_over_at_random_and_says_how_many() -> None:
    kept = set()
    for seed in range(30):
        places, rule = choose_places(ground(), side=8, controls=0, most=1, seed=seed)
        kept |= {place.detection for place in places}
        assert "at most 1" in rule
    assert kept == {1, 2, 3, 4}


def test_a_detection_larger_than_its_square_is_not_whole() -> None:
    labels = np.zeros(SHAPE, dtype=np.int32)
    labels[20:60, 20:60] = 1
    plain = ground()
    large = Ground(labels=labels, usable=plain.usable, examined=plain.examined, difference=plain.difference)
    (place,) = [p for p in choose_places(large, side=8, controls=2, most=9, seed=2)[0] if p.kind == "detection"]
    assert not place.whole
    assert labels[place.window].any()


def test_no_room_is_said() -> None:
    with pytest.raises(NotEnoughDataError, match=r"controls=90 places of side_px=20 .* do not fit: \d+ did"):
        choose_places(ground(), side=20, controls=90, most=40, seed=0)
    with pytest.raises(InputError, match="side_px=101 is more than"):
        choose_places(ground(), side=101, controls=1, most=40, seed=0)
    plain = ground()
    none = Ground(
        labels=np.zeros(SHAPE, dtype=np.int32),
        usable=plain.usable,
        examined=np.zeros(SHAPE, dtype=bool),
        difference=plain.difference,
    )
    with pytest.raises(NotEnoughDataError, match="no place on the examined ground"):
        choose_places(none, side=10, controls=4, most=40, seed=0)


def test_the_difference_is_large_where_a_date_changed_and_missing_where_it_cannot_be_seen() -> None:
    rng = np.random.default_rng(2)
    before = rng.normal(0.2, 0.01, (2, 40, 40))
    after = before + rng.normal(0, 0.01, before.shape)
    after[:, 10:15, 10:15] += 0.2
    after[:, 30, 30] = np.nan
    found = difference(
        Pair(before=Image.from_array(before, bands=("red", "nir")), after=Image.from_array(after, bands=("red", "nir")))
    )
    assert found[11:14, 11:14].min() > 5 * np.nanmedian(found)
    assert np.isnan(found[30, 30])
    assert np.isfinite(found).sum() == 40 * 40 - 1
