"""Whatever of a wrong type is given to a public name, the error names the argument, the value and the remedy."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.wrong_figures import FIGURES

import osint_imagery as oi
from osint_imagery.core.arguments import numbers, require, require_each
from osint_imagery.core.errors import InputError, InputTypeError, OsintImageryError

Call = Callable[[Any], object]

# Name of the argument that is wrong, as the message has to give it, and the call.
CALLS: dict[str, list[tuple[str, Call]]] = {
    **FIGURES,
    "align": [
        ("before=", lambda g: oi.align(g.scene, g.other)),
        ("most_shift_px=", lambda g: oi.align(g.image, g.image, most_shift_px="5")),
    ],
    "archive": [
        ("dossier=", lambda g: oi.archive(5, "x.zip")),
        ("out=", lambda g: oi.archive("x", 5)),
        ("coarsen_m=", lambda g: oi.archive("x", "x.zip", coarsen_m="1000")),
        ("acknowledge=", lambda g: oi.archive("x", "x.zip", acknowledge="CC-BY-NC-4.0")),
    ],
    "attach": [
        ("dossier=", lambda g: oi.attach(5, "x.md")),
        ("target=", lambda g: oi.attach("x", 5)),
        ("acknowledge=", lambda g: oi.attach("x", "x.md", acknowledge="CC-BY-NC-4.0")),
    ],
    "detach": [("target=", lambda g: oi.detach("x", 5))],
    "read_claim": [("path=", lambda g: oi.read_claim(5))],
    "reproduce": [
        ("path=", lambda g: oi.reproduce(5)),
        ("catalog=", lambda g: oi.reproduce("x", 5)),
    ],
    "assess": [
        ("dossier=", lambda g: oi.assess(5)),
        ("priors=", lambda g: oi.assess("x", priors="0.5")),
        ("priors=", lambda g: oi.assess("x", priors=0.5)),
        (r"priors\[0\]=", lambda g: oi.assess("x", priors=["0.5"], prior_reason="because")),
        ("prior_reason=", lambda g: oi.assess("x", priors=[0.5], prior_reason=5)),
    ],
    "verify": [("path=", lambda g: oi.verify(5))],
    "area_from_sample": [
        ("counts=", lambda g: oi.area_from_sample("x", [5, 6])),
        ("mapped=", lambda g: oi.area_from_sample([[1, 2], [3, 4]], "x")),
        ("classes=", lambda g: oi.area_from_sample([[1, 2], [3, 4]], [5, 6], classes=5)),
        ("level=", lambda g: oi.area_from_sample([[1, 2], [3, 4]], [5, 6], level="x")),
    ],
    "area_from_strata": [
        ("strata=", lambda g: oi.area_from_strata(1, ["a"], ["a"], {"a": 5})),
        ("sizes=", lambda g: oi.area_from_strata(["a"], ["a"], ["a"], ["a"])),
        ("sizes=", lambda g: oi.area_from_strata(["a"], ["a"], ["a"], {"a": "x"})),
    ],
    "AreaOfInterest": [
        ("geometry", lambda g: oi.AreaOfInterest(geometry="x")),
        ("west=", lambda g: oi.AreaOfInterest.from_bbox("1", 2, 3, 4)),
        ("radius_m=", lambda g: oi.AreaOfInterest.from_point(1, 2, radius_m="5")),
        ("geometry=", lambda g: oi.AreaOfInterest.from_geometry("x")),
        ("path=", lambda g: oi.AreaOfInterest.from_file(5)),
    ],
    "bundled": [("name=", lambda g: oi.bundled(5))],
    "calibrate_on_labels": [
        ("changes=", lambda g: oi.calibrate_on_labels(g.pair, [], event="x")),
        ("truth=", lambda g: oi.calibrate_on_labels(g.changes, "x", event="x")),
        ("event=", lambda g: oi.calibrate_on_labels(g.changes, np.zeros(g.pair.shape), event=5)),
    ],
    "compare": [
        ("before=", lambda g: oi.compare("a", "b", g.aoi)),
        ("aoi=", lambda g: oi.compare(g.scene, g.other, "x")),
        ("bands=", lambda g: oi.compare(g.scene, g.other, g.aoi, bands="red")),
        (r"quiet=", lambda g: oi.compare(g.scene, g.other, g.aoi, quiet=g.scene)),
        (r"quiet\[0\]=", lambda g: oi.compare(g.scene, g.other, g.aoi, quiet=[g.scene])),
        (r"quiet\[0\] has 1", lambda g: oi.compare(g.scene, g.other, g.aoi, quiet=[(g.scene,)])),
        ("resolution_m=", lambda g: oi.compare(g.scene, g.other, g.aoi, resolution_m="x")),
    ],
    "correct": [
        ("dossier=", lambda g: oi.correct(g.claim, withdraw="x", reason="y")),
        ("withdraw=", lambda g: oi.correct(g.out, withdraw=5, reason="y")),
        ("reason=", lambda g: oi.correct(g.out, withdraw="x", reason=5)),
        ("by=", lambda g: oi.correct(g.out, withdraw="x", reason="y", by=5)),
    ],
    "coverage": [
        ("prediction=", lambda g: oi.coverage("x", [])),
        ("scenes=", lambda g: oi.coverage(g.prediction, g.scene)),
        (r"scenes\[0\]=", lambda g: oi.coverage(g.prediction, ["a"])),
        ("aoi=", lambda g: oi.coverage(g.prediction, [g.scene], aoi="x")),
        ("usable_at_least=", lambda g: oi.coverage(g.prediction, [g.scene], aoi=g.aoi, usable_at_least="x")),
    ],
    "Design": [
        ("scales=", lambda g: oi.Design(scales=5)),
        ("scales=", lambda g: oi.Design(scales=("x",))),
        ("ground=", lambda g: oi.Design(ground="x")),
        ("places_a_scale=", lambda g: oi.Design(places_a_scale="x")),
    ],
    "detect": [
        ("pair=", lambda g: oi.detect(g.image)),
        ("method=", lambda g: oi.detect(g.pair, 5)),
        ("quiet=", lambda g: oi.detect(g.pair, None, g.pair)),
        (r"quiet\[0\]=", lambda g: oi.detect(g.pair, None, [g.image])),
        ("aoi=", lambda g: oi.detect(g.pair, aoi="x")),
        ("level=", lambda g: oi.detect(g.pair, level="x")),
    ],
    "Detections": [("tolerance_px=", lambda g: g.detections.simplified("x"))],
    "Estimate": [
        ("value=", lambda g: oi.Estimate(value="x", low=0, high=1, level=1, unit="m", method="x")),
        ("level=", lambda g: oi.Estimate(value=0, low=0, high=1, level="x", unit="m", method="x")),
    ],
    "fetch": [
        ("what=", lambda g: oi.fetch("x", "folder")),
        ("folder=", lambda g: oi.fetch(g.scene, 5)),
        ("most_bytes=", lambda g: oi.fetch(g.scene, "folder", most_bytes="1 GB")),
        ("executor=", lambda g: oi.fetch(g.scene, "folder", executor=4)),
        ("bands=", lambda g: oi.fetch(g.scene, "folder", bands="red")),
    ],
    "fetch_sample": [("name=", lambda g: oi.fetch_sample(5, g.out)), ("folder=", lambda g: oi.fetch_sample("port", 5))],
    "fitness": [("claim=", lambda g: oi.fitness("x", g.catalog)), ("catalog=", lambda g: oi.fitness(g.claim, 5))],
    "Grid": [
        ("aoi=", lambda g: oi.Grid.over("x", resolution_m=10)),
        ("resolution_m=", lambda g: oi.Grid.over(g.aoi, resolution_m="10")),
        ("transform=", lambda g: oi.Grid(crs="EPSG:32636", transform="x", shape=(1, 1))),
        ("transform=", lambda g: oi.Grid(crs="EPSG:32636", transform=(1, 2), shape=(1, 1))),
        ("shape=", lambda g: oi.Grid(crs="EPSG:32636", transform=g.grid.transform, shape=5)),
        ("crs=", lambda g: oi.Grid(crs=5, transform=g.grid.transform, shape=(1, 1))),
        ("aoi=", lambda g: g.grid.inside("x")),
        ("geometry=", lambda g: g.grid.to_lonlat("x")),
        ("geometry=", lambda g: g.grid.to_world("x")),
        ("row=", lambda g: g.grid.xy("x", 5)),
    ],
    "Image": [
        ("values", lambda g: oi.Image.from_array("x", bands=("a",))),
        ("bands=", lambda g: oi.Image.from_array(np.zeros((1, 2, 2)), bands=5)),
        ("grid=", lambda g: oi.Image.from_array(np.zeros((1, 2, 2)), bands=("a",), grid="x")),
        ("array", lambda g: oi.Image.from_xarray("x")),
        ("band=", lambda g: g.image.band(5)),
        ("bands=", lambda g: g.image.select(5)),
        ("flags=", lambda g: g.image.with_flags("x")),
    ],
    "investigate": [
        ("claim=", lambda g: oi.investigate("x", g.catalog, out=g.out)),
        ("catalog=", lambda g: oi.investigate(g.claim, 5, out=g.out)),
        ("out=", lambda g: oi.investigate(g.claim, g.catalog, out=5)),
    ],
    "normalize": [("pair=", lambda g: oi.normalize(g.image))],
    "open_catalog": [
        ("source=", lambda g: oi.open_catalog(5)),
        ("source=", lambda g: oi.open_catalog(None)),
        ("access=", lambda g: oi.open_catalog("https://example.org", access="x")),
    ],
    "outline": [("changes=", lambda g: oi.outline(g.pair))],
    "Pair": [("before=", lambda g: oi.Pair(before="x", after=g.image))],
    "power": [
        ("pair=", lambda g: oi.power(g.prediction, g.image)),
        ("prediction=", lambda g: oi.power("x", g.pair)),
        ("quiet=", lambda g: oi.power(g.prediction, g.pair, g.pair)),
        ("aoi=", lambda g: oi.power(g.prediction, g.pair, aoi=5)),
        ("places=", lambda g: oi.power(g.prediction, g.pair, places=2.5)),
        ("design=", lambda g: oi.power(g.prediction, g.pair, design="x")),
    ],
    "read": [
        ("grid=", lambda g: oi.read(g.scene, g.aoi)),
        ("scene=", lambda g: oi.read("x", g.grid)),
        ("bands=", lambda g: oi.read(g.scene, g.grid, "red")),
    ],
    "read_stack": [
        ("scenes=", lambda g: oi.read_stack("x", g.grid)),
        (r"scenes\[0\]=", lambda g: oi.read_stack([g.image], g.grid)),
        ("grid=", lambda g: oi.read_stack([g.scene], g.aoi)),
        ("bands=", lambda g: oi.read_stack([g.scene], g.grid, "red")),
    ],
    "Stack": [("images=", lambda g: oi.Stack(images=g.image)), (r"images\[0\]=", lambda g: oi.Stack(images=("x",)))],
    "reliability": [
        ("probability=", lambda g: oi.reliability("x", [1])),
        ("truth=", lambda g: oi.reliability([0.5], "x")),
    ],
    "resolution": [
        ("gsd_m='10'", lambda g: oi.resolution(g.prediction.target, "10")),
        ("target=", lambda g: oi.resolution("x", 10)),
    ],
    "romania_catalog": [
        ("folder=", lambda g: oi.romania_catalog(5)),
        ("source=", lambda g: oi.romania_catalog(g.out, source="x")),
    ],
    "Scene": [("band=", lambda g: g.scene.asset_for(5))],
    "search": [
        ("when='2024'", lambda g: oi.search(g.catalog, g.aoi, "2024")),
        ("catalog=", lambda g: oi.search("x", g.aoi, oi.TimeSpan("2024-05-01"))),
        ("aoi=", lambda g: oi.search(g.catalog, "x", oi.TimeSpan("2024-05-01"))),
        ("collections=", lambda g: oi.search(g.catalog, g.aoi, oi.TimeSpan("2024-05-01"), collections="a")),
        ("query=", lambda g: oi.search(g.catalog, g.aoi, oi.TimeSpan("2024-05-01"), query="a")),
        ("cql2=", lambda g: oi.search(g.catalog, g.aoi, oi.TimeSpan("2024-05-01"), cql2="a")),
        ("sort=", lambda g: oi.search(g.catalog, g.aoi, oi.TimeSpan("2024-05-01"), sort="a")),
        ("limit=", lambda g: oi.search(g.catalog, g.aoi, oi.TimeSpan("2024-05-01"), limit="a")),
    ],
    "sweep": [
        ("before='/a'", lambda g: oi.sweep("/a", "/b", g.out)),
        ("out=", lambda g: oi.sweep(g.scene, g.other, 5)),
        ("block_px=", lambda g: oi.sweep(g.scene, g.other, g.out, block_px="x")),
        ("products=", lambda g: oi.sweep(g.scene, g.other, g.out, products="score")),
    ],
    "TimeSpan": [
        ("start=", lambda g: oi.TimeSpan(5)),
        ("end=", lambda g: oi.TimeSpan("2024-05-01", 5)),
        ("other=", lambda g: oi.TimeSpan("2024-05-01").overlaps("x")),
        ("other=", lambda g: oi.TimeSpan("2024-05-01").contains("x")),
    ],
}
# Made by the library, never by a caller; strict models, whose own errors name the field; or without an argument.
WITHOUT = {
    "Assessment",
    "ChangeMap",
    "Claim",
    "Comparison",
    "Detection",
    "Dossier",
    "Reproduction",
    "Prediction",
    "Verdict",
    "detectors",
    "samples",
}
CASES = [
    pytest.param(wrong, call, id=f"{name}-{index}")
    for name, calls in CALLS.items()
    for index, (wrong, call) in enumerate(calls)
]


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    catalog = oi.open_catalog(oi.bundled("port/catalog.json"))
    scenes = {scene.id: scene for scene in catalog.scenes()}
    scene, other = scenes["port-20240516"], scenes["port-20240526"]
    aoi = oi.AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962)
    grid = oi.Grid.over(aoi, resolution_m=10)
    image, later = oi.read(scene, grid), oi.read(other, grid)
    pair = oi.Pair(before=image, after=later)
    claim = oi.read_claim(oi.bundled("port/claim.yaml"))
    changes = oi.detect(pair, "cva")
    return SimpleNamespace(
        catalog=catalog,
        scene=scene,
        other=other,
        aoi=aoi,
        grid=grid,
        image=image,
        pair=pair,
        claim=claim,
        prediction=claim.predictions[0],
        changes=changes,
        detections=oi.outline(changes),
        coverage=oi.coverage(claim.predictions[0], [scene, other], aoi=aoi),
        out=tmp_path_factory.mktemp("wrong") / "out",
    )


@pytest.mark.parametrize(("wrong", "call"), CASES)
def test_a_wrong_type_is_refused_with_the_name_of_the_argument(given: Any, wrong: str, call: Call) -> None:
    with pytest.raises(OsintImageryError, match=rf"\b{wrong}") as caught:
        call(given)
    assert isinstance(caught.value, InputError)
    assert len(str(caught.value)) < 400
    assert not given.out.exists()


def test_every_public_name_that_takes_arguments_is_tried() -> None:
    assert set(oi.__all__) == set(CALLS) | WITHOUT


def test_the_message_has_name_value_and_remedy() -> None:
    with pytest.raises(InputTypeError, match=r"^when='2024' is no TimeSpan; make one with TimeSpan\("):
        require(oi.TimeSpan, when="2024")
    with pytest.raises(TypeError, match=r"^path=5 is no str or Path; give a path"):
        require(str | Path, path=5)
    with pytest.raises(ValueError, match=r"^values=None holds no numbers|^values=\['a'\] holds no numbers"):
        numbers(values=["a"])
    require(oi.TimeSpan | None, when=None)


def test_a_long_value_is_shortened() -> None:
    with pytest.raises(InputTypeError) as caught:
        require(oi.TimeSpan, when="x" * 10_000)
    assert len(str(caught.value)) < 200


def test_a_generator_is_a_collection_and_text_is_none() -> None:
    assert require_each(int, counts=(n for n in (1, 2))) == (1, 2)
    with pytest.raises(InputTypeError, match="bands='red' is no collection; give a list or tuple of str"):
        require_each(str, bands="red")
    with pytest.raises(InputTypeError, match=r"counts\[1\]='x' is no int"):
        require_each(int, counts=[1, "x"])
