"""How connected pixels are rated."""

import numpy as np

from osint_imagery.change.objects import find_rated


def test_few_sure_pixels_come_before_much_doubtful_ground() -> None:
    probability = np.zeros((40, 60), dtype=np.float32)
    probability[2:32, 2:32] = 0.2  # as a sum of probabilities over the root of the pixels: 6.0
    probability[10:16, 45:51] = 0.9  # 5.4
    found = find_rated(probability > 0.1, probability, np.ones_like(probability))
    doubtful, sure = (found.strength[found.labels[place] - 1] for place in ((5, 5), (12, 47)))
    assert sure > doubtful


def test_of_equally_sure_ground_the_larger_comes_first() -> None:
    probability = np.zeros((40, 60), dtype=np.float32)
    probability[2:12, 2:12] = 0.7
    probability[20:24, 40:44] = 0.7
    found = find_rated(probability > 0.5, probability, np.ones_like(probability))
    assert found.strength[found.labels[5, 5] - 1] > found.strength[found.labels[21, 41] - 1]


def test_without_a_probability_strength_rates() -> None:
    strength = np.zeros((10, 10), dtype=np.float32)
    strength[1:4, 1:4], strength[6:9, 6:9] = 2.0, 5.0
    found = find_rated(strength > 1, None, strength)
    assert found.strength.tolist() == [6.0, 15.0]
