"""The package as a whole: its public names, what importing it loads, and what its files must not hold."""

import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import osint_imagery as oi

HOME = Path(__file__).resolve().parents[1]
FILES = sorted(path for folder in ("osint_imagery", "tests") for path in (HOME / folder).rglob("*.py"))
NAMES = tuple(
    """
AreaOfInterest Assessment ChangeMap Claim Comparison Design Detection Detections Dossier Estimate Grid Image Pair
Prediction Reproduction Scene Stack TimeSpan Verdict ach_matrix align archive area_from_sample area_from_strata assess
attach before_after bundled calibrate_on_labels compare contact_sheet correct coverage detach detect detectors
difference explore fetch fetch_sample fitness investigate likelihood_ladder normalize open_catalog outline pod_curve
power read read_claim read_stack reliability reliability_diagram reproduce resolution romania_catalog samples search
sweep swipe time_series timelapse timeline verify
""".split()  # noqa: SIM905 - one name a line would be forty lines
)


def fresh(code: str) -> str:
    """Run code in a new interpreter and return what it prints."""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_these_names_are_public_and_no_others():
    assert sorted(oi.__all__) == sorted(NAMES)
    assert list(oi.__all__) == sorted(oi.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_resolves_to_a_documented_thing_of_this_package(name):
    value = getattr(oi, name)
    assert value.__module__.startswith("osint_imagery.")
    assert value.__name__ == name
    text = inspect.getdoc(value)
    assert text
    assert text.splitlines()[0].endswith(".")
    assert name in dir(oi)


@pytest.mark.parametrize("name", [name for name in NAMES if inspect.isfunction(getattr(oi, name))])
def test_a_public_function_states_its_types(name):
    signature = inspect.signature(getattr(oi, name))
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(item.annotation is not inspect.Parameter.empty for item in signature.parameters.values())
    assert not any(item.kind is inspect.Parameter.VAR_KEYWORD for item in signature.parameters.values())


def test_public_names_that_type_checkers_see_are_those_that_load():
    source = (HOME / "osint_imagery" / "__init__.py").read_text(encoding="utf-8")
    seen = source[source.index("TYPE_CHECKING:") : source.index("__version__")]
    for name, home in oi._HOME.items():
        (line,) = [line for line in seen.splitlines() if f"osint_imagery.{home} import" in line]
        assert name in line.replace(",", " ").split()


def test_an_unknown_name_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match="no attribute 'detect_everything'"):
        oi.detect_everything  # noqa: B018
    assert not hasattr(oi, "core_secret")


def test_importing_the_package_loads_neither_matplotlib_nor_geopandas():
    names = ("matplotlib", "geopandas", "rasterio", "numpy")
    assert fresh(f"import sys, osint_imagery; print([n for n in {names} if n in sys.modules])") == "[]"


def test_reading_a_claim_and_searching_load_no_drawing_library():
    code = (
        "import sys, osint_imagery as oi\n"
        "claim = oi.read_claim(oi.bundled('port/claim.yaml'))\n"
        "oi.search(oi.open_catalog(oi.bundled('port/catalog.json')), claim.aoi(), claim.when.span())\n"
        "print([n for n in ('matplotlib', 'skimage') if n in sys.modules])"
    )
    assert fresh(code) == "[]"


def test_the_version_is_the_one_of_the_distribution():
    from importlib.metadata import version

    assert version("osint-imagery") == oi.__version__


def test_the_types_are_published():
    assert (HOME / "osint_imagery" / "py.typed").is_file()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_short_enough_to_be_read(path):
    alone = path.name == "check_dossier.py"  # lies in every dossier, and needs nothing beside it
    assert len(path.read_text(encoding="utf-8").splitlines()) <= (540 if alone else 300)


def tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (HOME / ".git").exists():
        pytest.skip("not a git checkout: which files are tracked is not known")
    out = subprocess.run([git, "ls-files", "-z"], cwd=HOME, check=True, capture_output=True).stdout
    return [HOME / name.decode() for name in out.split(b"\0") if name and (HOME / name.decode()).is_file()]


def test_no_tracked_file_names_a_machine_path_or_a_package_registry():
    paths = ("/wo" + "rk/", "/ro" + "ot/", "/tmp/ba" + "sh")  # noqa: S108 - the words that must not occur
    hosts = ("py" + "pi.org", "files.python" + "hosted", "conda." + "anaconda.org", "registry." + "npmjs")
    words = [word.encode() for word in (*paths, *hosts)]
    found = [
        f"{path.relative_to(HOME)}: {word.decode()}"
        for path in tracked()
        for word in words
        if word in path.read_bytes()
    ]
    assert found == []


@pytest.mark.parametrize(("page", "least"), [("catalogs.md", 15)])
def test_every_test_that_a_page_names_exists(page, least):
    text = (HOME / "docs" / page).read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) >= least
    missing = [name for path, name in named if f"def {name}(" not in (HOME / path).read_text(encoding="utf-8")]
    assert missing == []
