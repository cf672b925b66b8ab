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
# # Ten minutes: did this place change more than it usually does?
#
# The scenes are **simulated** and come with the package: a port that does not exist, every five days, with clouds,
# haze and moving containers. What was put into the pixels is written in `truth.json` beside them, so the answer can
# be checked. Nothing here needs a network.

# %%
from itertools import combinations

import osint_imagery as oi

catalog = oi.open_catalog(oi.bundled("port/catalog.json"))
scenes = {scene.id: scene for scene in catalog.scenes()}
aoi = oi.AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962, name="eastern hardstanding")
found = oi.search(catalog, aoi, oi.TimeSpan("2024-02-01", "2024-06-30"))
found

# %% [markdown]
# Someone says that a shed was built here in the second half of May. These are the last clear look before and the
# first clear look after.

# %%
before, after = scenes["port-20240516"], scenes["port-20240526"]

# %% [markdown]
# A difference between two dates is no news: containers move, fields grow, shadows turn. The question is whether it is
# more than this place shows anyway. **Quiet pairs** answer it: dates here between which nobody claims that anything
# happened, about as far apart as the two dates of the question. They are treated exactly like the pair in question,
# like placebos in a trial.

# %%
claim = oi.read_claim(oi.bundled("port/claim.yaml"))
looks = oi.coverage(claim.predictions[0], scenes.values(), aoi=aoi)  # reads quality layers only
early = [scenes[look.scene_id] for look in looks.clear if look.acquired.end < before.acquired.start]
quiet = [(a, b) for a, b in combinations(early, 2) if 9 < (b.acquired.middle - a.acquired.middle).days < 21]
len(early), len(quiet)

# %%
comparison = oi.compare(before, after, aoi, quiet=quiet)
comparison

# %% [markdown]
# Both dates have one stretch, so a brighter pixel is a brighter pixel. Only the area inside the dashed line was
# examined. The verdict and what it rests on:

# %%
found = comparison.detections
print(found.verdict, "-", found.reason)
print("smallest thing that would have been reported:", found.smallest_m2, "m2")
print("quiet pairs that could not be used:", len(comparison.notes))
found.to_geodataframe().drop(columns="geometry").T

# %% [markdown]
# - `p_instrument` says "changed beyond noise". Ground does that by itself, so it decides nothing here.
# - `p_object` and `q_fdr` compare the object with what the same method found in the quiet pairs.
# - `probability` is empty where it is withheld. Why it is withheld stands in the calibration:

# %%
found.changes.calibration.reason

# %% [markdown]
# The truth: a shed of 60 x 40 m, 2400 m2. The pixels say how large the change is. They do not say that it is a shed,
# whose it is, or what is in it; and these other explanations were tested, or not:

# %%
for other in found[0].explanations:
    print(f"{other.name:25} {other.status:15} {other.note}")

# %% [markdown]
# ## Undetermined is an answer
#
# The same two dates without quiet pairs and without ground around the area to compare with. There is plenty of
# difference, and no way to know whether it is unusual. So there is no p, no q, no probability, and no verdict.

# %%
alone = oi.compare(before, after)
print(len(alone.detections), "objects differ;", alone.detections.verdict, "-", alone.detections.reason)

# %% [markdown]
# Too few quiet pairs are no better: with eight of them nothing could be reported, however strong it was.

# %%
few = oi.compare(before, after, aoi, quiet=quiet[-8:])
print(few.detections.verdict, "-", few.detections.reason)

# %% [markdown]
# Without quiet pairs but with a small area, the ground around it between the same two dates stands in. That assumes
# that the ground there changes as the area would have without the event, and the answer says so.

# %%
margin = oi.compare(before, after, aoi)
print(margin.detections.verdict, "-", margin.detections.changes.calibration.reason)

# %% [markdown]
# Next: `02_claim_to_dossier.py`, from a claim to a file that a stranger can verify.
