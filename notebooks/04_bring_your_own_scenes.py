# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Bring your own scenes
#
# Somebody sent you satellite pictures, or you downloaded some. Here are the four doors: a folder of GeoTIFFs, a product
# as its provider packs it, a STAC catalogue, and arrays that another program made.
#
# The pictures of this notebook are **simulated** and come with the package. Put your own folder in their place; nothing
# in it is renamed, unpacked or changed. Nothing here needs a network.

# %%
import json
import os
import shutil
import tempfile
from itertools import combinations
from pathlib import Path

import osint_imagery as oi
from osint_imagery.core.errors import BandError, CatalogError, GridMismatchError

work = Path(tempfile.mkdtemp())

# %% [markdown]
# ## 1. A folder of GeoTIFFs
#
# A GeoTIFF says where it lies. It seldom says when it was taken, by what, and who has to be credited. So beside each
# `NAME.tif` stands a small `NAME.json` that does: the **sidecar**. This cell makes such a folder, as you would by hand.

# %%
mine = work / "from-a-colleague"
mine.mkdir()
for folder in sorted(oi.bundled("port").glob("port-2024*")):
    stated = json.loads((folder / "item.json").read_bytes())["properties"]
    shutil.copy(folder / "pixels.tif", mine / f"{folder.name}.tif")
    sidecar = {
        "acquired": stated["datetime"],  # from the provider's metadata; never from a file name
        "source": "simulated, sample_scenes/make_port.py",
        "bands": ["blue", "green", "red", "nir", "swir16"],
        "scale": 0.0001,  # stored number x scale = reflectance
        "nodata": 0,
        "unit": "reflectance",
        "license": "Apache-2.0",
        "simulated": True,  # leave this out for real pictures
    }
    (mine / f"{folder.name}.json").write_text(json.dumps(sidecar, indent=2))

print((mine / "port-20240516.json").read_text())

# %% [markdown]
# In one sidecar a field's name is misspelt. Somebody meant something by it, so it is not passed over:

# %%
shutil.copy(mine / "port-20240516.tif", mine / "second.tif")
(mine / "second.json").write_text(json.dumps({"aquired": "2024-05-16", "source": "a colleague"}))
try:
    list(oi.open_catalog(mine).scenes())
except CatalogError as err:
    print("refused:", str(err).replace(str(work), ""))

# %% [markdown]
# Another picture came without a sidecar, as happens.

# %%
(mine / "second.json").unlink()
(mine / "second.tif").rename(mine / "picture_2024-05-16_final.tif")

catalog = oi.open_catalog(mine)
aoi = oi.AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962, name="eastern hardstanding")
found = oi.search(catalog, aoi, oi.TimeSpan("2024-02-01", "2024-06-30"))
found

# %% [markdown]
# Every file is accounted for: used, or rejected with the reason. The date in a file's name counts for nothing, since
# names are given by people.

# %%
for offer in found.ledger:
    if not offer.used:
        print(offer.scene_id, "-", offer.reason, "\n")

# %% [markdown]
# ### Look before you compare
#
# A plain GeoTIFF has no cloud layer, so the library cannot know what is cloud. **You** have to look, and to write down
# what you chose. Here are three dates, laid over each other two at a time: swipe, fade, or let them take turns.

# %%
scenes = {scene.id: scene for scene in found}
grid = oi.Grid.over(aoi, resolution_m=10, margin_m=400, crs="EPSG:32626")
rgb = ("blue", "green", "red")
cloudy, before, after = (
    oi.read(scenes[f"port-2024{day}"], grid, rgb) for day in ("0521", "0516", "0526")
)
oi.swipe(oi.Pair(before=before, after=cloudy), title="16 and 21 May: the second cannot be used")

# %%
oi.swipe(oi.Pair(before=before, after=after), title="16 and 26 May: both clear")

# %% [markdown]
# ### Several dates
#
# The dates that you found clear by looking, before anything is said to have happened. Pairs of them are the **quiet
# pairs**: they show how much this place changes on ordinary days.

# %%
clear = ["0206", "0216", "0221", "0307", "0312", "0327", "0401", "0416", "0421", "0426", "0501", "0511"]
chosen = [scenes[f"port-2024{day}"] for day in clear]
quiet = [
    (one, other)
    for one, other in combinations(chosen, 2)
    if 9 < (other.acquired.middle - one.acquired.middle).days < 21  # about as far apart as the two dates in question
]
comparison = oi.compare(scenes["port-20240516"], scenes["port-20240526"], aoi, quiet=quiet)
comparison

# %%
print(comparison.detections.verdict, "-", comparison.detections.reason)

# %% [markdown]
# ### A figure for print
#
# One line. The suffix decides the format: `.png`, `.svg` or `.pdf`. Nothing that exists is overwritten.

# %%
comparison.figure(title="Port of Halcyon, eastern hardstanding").save(work / "before-after.png")

# %% [markdown]
# ## 2. A product as downloaded
#
# A Sentinel-2 `.SAFE` folder, a Landsat folder or `.tar`, an OPERA product: give the folder or the archive, as it is.
# Such products are too large to come with the package. If the environment variable `OSINT_IMAGERY_DATA` names a folder
# with a `products` folder in it, this cell opens what is there; if not, it says so.

# %%
downloads = Path(os.environ.get("OSINT_IMAGERY_DATA", ""), "products")
if os.environ.get("OSINT_IMAGERY_DATA") and downloads.is_dir():
    for scene in oi.open_catalog(downloads).scenes():
        print(scene, "\n  credit:", scene.credit)
        for note in scene.notes:
            print("  note:", note)
else:
    print("SKIPPED: no downloaded product here. Set OSINT_IMAGERY_DATA to try this part.")

# %% [markdown]
# The notes are part of the citation. They say what is missing in a product, and what was taken from where.
#
# ## 3. A STAC catalogue
#
# STAC is the form in which most providers list their scenes. A catalogue on disk, or the address of one on a server
# (`oi.open_catalog("https://...")`), opens in the same way. Unlike a folder of GeoTIFFs it brings cloud layers and the
# digest of each file.

# %%
stac = oi.open_catalog(oi.bundled("port/catalog.json"))
listed = {scene.id: scene for scene in stac.scenes()}
listed["port-20240521"]

# %%
told = oi.read(listed["port-20240521"], grid, rgb)
print(f"usable by the cloud layer: {told.valid.mean():.0%}; without one: {cloudy.valid.mean():.0%}")

# %% [markdown]
# The same pixels. Without the layer the cloud passes for ground, and a comparison would find "change" everywhere.
#
# ## 4. Arrays of another program: xarray in and out
#
# Whoever works with xarray (rioxarray, odc-stac, openEO) brings an array with the dimensions `band`, `y`, `x`. The date
# is given beside it.

# %%
array = before.to_xarray()
print(array.dims, array.shape)
array.attrs

# %%
again = oi.Image.from_xarray(array, acquired="2024-05-16T12:31:09Z", sensor="simulated-msi")
again

# %% [markdown]
# Pixels and place are the same, and what was simulated stays so. Two things are **not** taken over: the scene's id and
# the credit line, since nobody can know what was computed with the array in between. Such an image cannot be cited by
# product, and figures say so.

# %%
assert again.digest == before.digest and again.grid == before.grid
print("credit:", again.credit, "| scene:", again.scene_id, "| simulated:", again.simulated)

# %% [markdown]
# xarray itself would take the difference of two arrays that do not lie on each other, without a word. Here this is an
# error, with the reason:

# %%
shifted = oi.Image.from_xarray(array.assign_coords(x=array.x + 5), acquired="2024-05-26")
try:
    oi.Pair(before=again, after=shifted)
except GridMismatchError as err:
    print("refused:", err)

# %%
try:
    oi.read(listed["port-20240516"], grid, ("red", "thermal"))
except BandError as err:
    print("refused:", err)

# %% [markdown]
# Every field of a sidecar, and every product that was tried: `docs/scenes.md`. Next:
# `05_checking_a_dossier.py`, when the dossier is somebody else's.
