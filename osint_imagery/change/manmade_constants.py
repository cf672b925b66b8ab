"""Constants of the detector "man-made", the scenes they were fitted on, and how well they did on scenes left out."""

__all__ = [
    "INTERCEPT",
    "LEAST_AGREEMENT",
    "LEAST_PATCHINESS",
    "LEAST_SIZE",
    "LEFT_OUT",
    "MOST_GREENNESS",
    "PREVALENCE",
    "SOURCE",
    "WEIGHTS",
]

# Written by benchmarks/oscd.py --constants. Log odds, and log odds a unit of each feature, in the features' order.
INTERCEPT = -6.1207
WEIGHTS = (0.1846, 1.2353, 0.8858, 1.6462, -6.0813, -4.2819)
PREVALENCE = 0.0227
"""Mean share of labelled change in the five cities: the prevalence that the probabilities assume."""

LEFT_OUT = (
    (2833672, 0.005, 0.005),
    (70799, 0.094, 0.093),
    (29650, 0.163, 0.161),
    (17334, 0.231, 0.23),
    (12303, 0.298, 0.285),
    (9279, 0.365, 0.344),
    (7349, 0.433, 0.4),
    (6225, 0.499, 0.465),
    (5499, 0.566, 0.539),
    (4843, 0.632, 0.593),
    (4448, 0.7, 0.672),
    (4023, 0.766, 0.725),
    (4212, 0.834, 0.783),
    (5057, 0.901, 0.877),
    (12825, 0.978, 0.974),
)
"""Reliability on cities left out of the fit, in 15 bins: pixels, mean probability said, share labelled changed."""

# Written by benchmarks/man_made_domain.py: a tenth beyond what any tile of the five cities showed.
LEAST_PATCHINESS, LEAST_AGREEMENT, LEAST_SIZE, MOST_GREENNESS = 0.368, 0.63, 0.0728, 0.193

SOURCE = (
    "logistic regression on Sentinel-2 Level-1C pairs of Beirut, Mumbai, Cupertino, Nantes and Rennes, 2015 to 2018, "
    "with the OSCD labels of urban change (Daudt, R. C., Le Saux, B., Boulch, A., Gousseau, Y. 2018, IGARSS, "
    "https://doi.org/10.1109/IGARSS.2018.8518015; labels CC BY-NC-SA, not shipped); on each city left out the "
    "calibration error is 0.006 and, where P >= 0.1, 0.035 (mean of cities)"
)
