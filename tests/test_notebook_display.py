"""In a notebook every public value shows itself, and nothing that a stranger wrote becomes markup."""

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

import osint_imagery as oi
from osint_imagery.core.lineage import Artifact
from osint_imagery.core.showing import table_html

HOSTILE = "<img src=x onerror=alert(1)> & \"quoted\" 'text'"
WORDS = {"Verdict"}  # an enumeration: its words are what it shows
VALUES = [value for name in oi.__all__ if inspect.isclass(value := getattr(oi, name)) and name not in WORDS]
RESULTS = [
    result
    for name in oi.__all__
    if inspect.isfunction(value := getattr(oi, name))
    and inspect.isclass(result := value.__annotations__.get("return"))
    and result.__module__.startswith("osint_imagery")
]


@pytest.mark.parametrize("kind", sorted({*VALUES, *RESULTS, Artifact}, key=lambda kind: kind.__name__))
def test_each_value_that_a_public_name_is_or_returns_shows_itself(kind: type) -> None:
    assert hasattr(kind, "_repr_html_") or hasattr(kind, "_repr_png_")


@pytest.fixture(scope="module")
def comparison() -> Any:
    scenes = {scene.id: scene for scene in oi.open_catalog(oi.bundled("port/catalog.json")).scenes()}
    aoi = oi.AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962)
    return oi.compare(scenes["port-20240516"], scenes["port-20240526"], aoi)


def shown(value: Any) -> str:
    page = value._repr_html_()
    assert isinstance(page, str)
    assert "<img" not in page
    return page


def test_what_a_claim_says_stays_text(tmp_path: Path) -> None:
    body = yaml.safe_load(oi.bundled("port/claim.yaml").read_text(encoding="utf-8"))
    body["text"] = body["claimant"]["name"] = body["place"]["name"] = HOSTILE
    for item in (*body["responses"], *body["predictions"]):
        item["text"] = HOSTILE
    path = tmp_path / "claim.yaml"
    path.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    claim = oi.read_claim(path)
    catalog = oi.open_catalog(oi.bundled("port/catalog.json"))
    looks = oi.coverage(claim.predictions[1], tuple(catalog.scenes()), aoi=claim.aoi(claim.predictions[1]))
    assert "&lt;img" in shown(claim)
    assert claim.digest in shown(claim)
    assert "&lt;img" in shown(claim.predictions[0])
    assert "0 looks in the window" in shown(looks)
    assert "port-20240531" in shown(looks)
    fit = shown(oi.fitness(claim, catalog))
    assert "no: the imagery would look the same either way" in fit
    assert "28 of 28" in shown(oi.search(catalog, claim.aoi(), oi.TimeSpan("2024-02-01", "2024-06-30")))


def test_a_detection_shows_its_numbers_its_withheld_ones_and_its_rival_explanations(comparison: Any) -> None:
    (found,) = comparison.detections
    hostile = replace(found, explanations=(replace(found.explanations[0], note=HOSTILE), *found.explanations[1:]))
    page = shown(hostile)
    assert "2,327 m²" in page.replace("2327", "2,327") or str(found.area) in page
    assert "withheld" in page
    assert "&lt;img" in page
    assert all(other.name in page for other in found.explanations)


def test_a_table_of_many_detections_says_how_many_it_leaves_out(comparison: Any) -> None:
    one = comparison.detections
    many = replace(one, items=tuple(replace(one[0], id=number) for number in range(1, 61)), reason=HOSTILE)
    page = shown(many)
    assert page.count("<tr>") == 21
    assert "and 40 more: .to_geodataframe() has all" in page
    assert "<table" not in shown(replace(one, items=()))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (lambda c: c.aligned.grid, "EPSG:32626"),
        (lambda c: oi.TimeSpan("2024-05-16"), "2024-05-16"),
        (lambda c: c.aligned, "misregistration"),
        (lambda c: c.aligned.before, "SIMULATED"),
        (lambda c: c.scenes[0], "port-20240516"),
        (lambda c: oi.Design(), "Design"),
        (lambda c: oi.open_catalog(oi.bundled("port/catalog.json")), "Catalog"),
        (
            lambda c: oi.resolution(oi.read_claim(oi.bundled("port/claim.yaml")).predictions[2].target, gsd_m=10),
            "pixels",
        ),
        (lambda c: Artifact(path=Path(HOSTILE), digest="sha256:00", media_type="x", shows=HOSTILE), "sha256:00"),
    ],
)
def test_small_values_say_what_they_are(comparison: Any, value: Any, words: str) -> None:
    assert words in shown(value(comparison))


def test_a_table_escapes_heads_cells_title_and_note() -> None:
    page = table_html([HOSTILE], [[HOSTILE]], title=HOSTILE, note=HOSTILE)
    assert page.count("&lt;img") == 4
    assert "<img" not in page
