import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from osint_imagery.core.flags import UNUSABLE, Flag
from osint_imagery.scenes.quality import CLASSES, FIELDS, decode
from osint_imagery.scenes.sensors import QualityEncoding

CODES = arrays(
    st.sampled_from([np.uint8, np.uint16, np.int16, np.int32, np.int64, np.uint32, np.float32, np.float64]),
    array_shapes(max_dims=2, max_side=6),
)


@settings(deadline=None)
@given(codes=CODES, encoding=st.sampled_from(list(QualityEncoding)))
def test_any_code_decodes_to_known_flags(codes, encoding):
    flags = decode(codes, encoding)
    assert flags.dtype == np.uint16
    assert flags.shape == codes.shape
    every = np.uint16(sum(int(flag) for flag in Flag))
    assert (flags & ~every == 0).all()


@pytest.mark.parametrize("encoding", list(CLASSES))
def test_every_documented_class_means_its_flag_and_others_are_unknown(encoding):
    codes = np.arange(300)
    flags = decode(codes, encoding)
    for code in codes:
        assert flags[code] == int(CLASSES[encoding].get(int(code), Flag.QUALITY_UNKNOWN))


@pytest.mark.parametrize("encoding", list(FIELDS))
def test_every_documented_bit_field_sets_its_flag(encoding):
    for field in FIELDS[encoding]:
        flags = decode(np.array([field.value << field.start]), encoding)
        assert flags[0] & int(field.flag) == int(field.flag)


@pytest.mark.parametrize(
    ("code", "flag"),
    [
        (21824, Flag.CLEAR),  # values of the USGS guide
        (21952, Flag.WATER),
        (22280, Flag.CLOUD),
        (1, Flag.NO_DATA),
        (23888, Flag.CLOUD_SHADOW),
        (30048, Flag.SNOW),
        (54596, Flag.CIRRUS),
        (22018, Flag.CLOUD_POSSIBLE),
    ],
)
def test_collection_2_values_of_the_usgs_guide(code, flag):
    assert decode(np.array([code]), QualityEncoding.QA_PIXEL)[0] & int(flag | UNUSABLE) == int(flag)


@pytest.mark.parametrize(
    ("code", "flag"),
    [
        (20480, Flag.CLEAR),
        (1, Flag.NO_DATA | Flag.QUALITY_UNKNOWN),
        (53248, Flag.CLOUD),
        (28672, Flag.CIRRUS),
        (36864, Flag.CLOUD_POSSIBLE),
    ],
)
def test_landsat_8_values_from_before_the_collections(code, flag):
    assert decode(np.array([code]), QualityEncoding.BQA)[0] == int(flag)


def test_undocumented_is_never_clear():
    assert decode(np.array([77, -1, 500]), QualityEncoding.SCL).tolist() == [2048] * 3
    assert decode(np.array([np.nan, 4.5, 4.0]), QualityEncoding.SCL).tolist() == [1, 2048, 0]
    assert decode(np.array([1, 1024, 2048]), QualityEncoding.QA60).tolist() == [2048, 4, 16]


@pytest.mark.parametrize("code", [0, 21824 - (1 << 6), 21824 - (1 << 8), 1 << 6])
def test_a_landsat_pixel_that_nobody_judged_is_unknown_not_clear(code):
    """No class is set, or no confidence: a layer filled with zeros, for example."""
    assert decode(np.array([code]), QualityEncoding.QA_PIXEL).tolist() == [int(Flag.QUALITY_UNKNOWN)]


@pytest.mark.parametrize("code", [5440, 21824, 5504, 21888, 21952])
def test_clear_landsat_land_and_water_of_all_satellites_are_known(code):
    assert decode(np.array([code]), QualityEncoding.QA_PIXEL)[0] & int(Flag.QUALITY_UNKNOWN | UNUSABLE) == 0
