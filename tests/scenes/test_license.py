"""Restricted imagery is not exported unless somebody says that its terms are met."""

import pytest

from osint_imagery.core.errors import LicenseError
from osint_imagery.scenes.license import Use, acknowledged_terms, terms_of
from osint_imagery.scenes.sensors import SENSORS


@pytest.mark.parametrize(
    ("text", "name", "use"),
    [
        ("CC-BY-NC-4.0", "CC-BY-NC-4.0", Use.NONCOMMERCIAL),
        ("CC BY-NC 4.0", "CC-BY-NC-4.0", Use.NONCOMMERCIAL),
        ("Maxar Open Data, cc by-nc-sa 4.0", "CC-BY-NC-SA-4.0", Use.NONCOMMERCIAL),
        ("for non-commercial use", "for non-commercial use", Use.NONCOMMERCIAL),
        ("CC-BY-ND-4.0", "CC-BY-ND-4.0", Use.RESTRICTED),
        ("CC-BY-4.0", "CC-BY-4.0", Use.OPEN),
        ("CC BY-SA 3.0", "CC-BY-SA-3.0", Use.OPEN),
        ("CC0-1.0", "CC0-1.0", Use.OPEN),
        ("proprietary", "proprietary", Use.RESTRICTED),
        ("various", "various", Use.RESTRICTED),
        ("not public domain", "not public domain", Use.RESTRICTED),
        ("CC BY\u2011NC 4.0", "CC-BY-NC-4.0", Use.NONCOMMERCIAL),
        ("CC BY\u2013NC 4.0", "CC-BY-NC-4.0", Use.NONCOMMERCIAL),
        ("CC BY/NC 4.0", "CC-BY-NC-4.0", Use.NONCOMMERCIAL),
        ("CC-BY(NC)-4.0", "CC-BY(NC)-4.0", Use.NONCOMMERCIAL),
        ("CC BY 4.0 NC", "CC BY 4.0 NC", Use.NONCOMMERCIAL),
        ("CC-BY-4.0 and CC-BY-NC-4.0", "CC-BY-4.0 and CC-BY-NC-4.0", Use.NONCOMMERCIAL),
        ("CC-BY-4.0 no commercial use", "CC-BY-4.0 no commercial use", Use.NONCOMMERCIAL),
        ("Proprietary; basemap CC-BY-4.0", "Proprietary; basemap CC-BY-4.0", Use.RESTRICTED),
        (
            "public domain for US government only; otherwise proprietary",
            "public domain for US government only; otherwise proprietary",
            Use.RESTRICTED,
        ),
        ("", "not stated", Use.NOT_STATED),
        (" Not stated ", "not stated", Use.NOT_STATED),
    ],
)
def test_licence_is_read_as_open_only_where_it_is_known_to_be(text: str, name: str, use: Use) -> None:
    assert (terms_of(text).name, terms_of(text).use) == (name, use)


@pytest.mark.parametrize("sensor", SENSORS, ids=lambda item: item.key)
def test_sensors_of_the_table_are_not_gated(sensor) -> None:
    assert not terms_of(sensor.license).gated


def test_refusal_names_scene_licence_and_argument() -> None:
    with pytest.raises(
        LicenseError, match=r"scene='b' is under 'CC-BY-NC-4.0' \(non-commercial\).*acknowledge="
    ) as err:
        acknowledged_terms([("a", "CC-BY-4.0"), ("b", "CC-BY-NC-4.0")])
    assert "acknowledge=('CC-BY-NC-4.0',)" in str(err.value)
    assert isinstance(err.value, ValueError)


def test_acknowledging_one_licence_does_not_open_another() -> None:
    with pytest.raises(LicenseError, match="scene='b' is under 'proprietary'"):
        acknowledged_terms([("a", "CC-BY-NC-4.0"), ("b", "proprietary")], ("CC-BY-NC-4.0",))


def test_only_terms_that_apply_are_recorded() -> None:
    assert acknowledged_terms([("a", "CC-BY-4.0")], ("CC-BY-NC-4.0",)) == ()
    assert acknowledged_terms([("a", "CC-BY-NC-4.0")], "CC-BY-NC-4.0") == ("CC-BY-NC-4.0",)
