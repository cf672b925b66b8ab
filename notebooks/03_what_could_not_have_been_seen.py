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
# # What could not have been seen
#
# "The satellite picture shows nothing" can mean three things: nothing was there; it was there and the picture could not
# show it; or nobody looked. Here are three claims about one port: a thing that was seen, one that was looked for and not
# seen, and one that could not have been seen.
#
# The port, the claims and everybody in them are invented, and the scenes are **simulated** (10 m pixels, a look every
# five days, clouds). Nothing here needs a network.

# %%
import json
import tempfile
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import yaml
from IPython.display import Image

import osint_imagery as oi
from osint_imagery.core.errors import InputError
from osint_imagery.evidence.assessment import PropositionLevel
from osint_imagery.evidence.overclaim import refuse_overclaim
from osint_imagery.evidence.wording import (
    absence_sentence,
    answer_sentence,
    ratio_sentence,
    unseen_sentence,
)
from osint_imagery.observe.detectability import closed_form_pod

work = Path(tempfile.mkdtemp())
catalog = oi.bundled("port/catalog.json")
spring = oi.read_claim(oi.bundled("port/claim.yaml"))


def say(words):
    """Print a sentence in lines that do not break inside a word."""
    print(textwrap.fill(str(words), 110))


say(spring.text)

# %% [markdown]
# ## Before any pixel: is it worth looking?
#
# From dates, quality layers and pixel sizes alone, for each thing that the claim predicts: how many clear looks there
# were, whether the pixels could show it, what seeing it or not seeing it could be worth **at best**, and what archive
# would answer it. The same on a command line: `osint-imagery fitness claim.yaml --catalog catalog.json`.

# %%
from osint_imagery.workflow.fitness_text import fitness_table

print(fitness_table(oi.fitness(spring, catalog)))

# %% [markdown]
# ## 1. Seen
#
# *"In the second half of May a storage shed was built."* The road runs from the claim to a closed claim file.

# %%
may = oi.investigate(spring, catalog, out=work / "may")
shed, ship, launcher = may.findings
say(answer_sentence(shed))

# %%
Image(work / "may" / "figures" / "shed-before-after.png", width=900)

# %% [markdown]
# How much is that worth? The same method was run on quiet dates of the same place to learn how often it raises an
# alarm for nothing, and sheds were put into those quiet pictures to learn how often it would find one.

# %%
alarms, pairs = shed.power.false_alarm.counts
print(f"Of {shed.power.tried} sheds put into quiet pictures the method found {shed.power.found}.")
print(f"Of {pairs} pairs of quiet dates {alarms} raised an alarm.")
say(ratio_sentence(shed))

# %% [markdown]
# The ratio is small although the shed is plain to see. It is not a measure of how bright the roof is: with this few quiet
# pairs nobody can know that false alarms are rarer than this, so no larger ratio is printed. And it is a ratio for "an
# object of that size appeared", never for "the claim is true".

# %%
try:
    ratio_sentence(shed, PropositionLevel.CLAIM)
except InputError as err:
    say(f"refused: {err}")

# %% [markdown]
# ## 2. Looked, and not seen, and that matters
#
# Now somebody says that the shed went up a month earlier, in April. (It did not: the simulation built it in May.)

# %%
body = yaml.safe_load(oi.bundled("port/claim.yaml").read_text(encoding="utf-8"))
window = {"start": "2024-04-02", "end": "2024-04-25"}
built = next(item for item in body["predictions"] if item["id"] == "shed")
body |= {
    "id": "simulated-port-april-2024",
    "text": "In April 2024 a storage shed was built at the port of Halcyon.",
    "stated_on": "2024-05-02",
    "when": window,
    "baseline": {"start": "2024-02-01", "end": "2024-04-01"},
    "predictions": [built | {"when": window}],
}
(work / "april.yaml").write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
april = oi.investigate(oi.read_claim(work / "april.yaml"), catalog, out=work / "april-dossier")
(absent,) = april.findings
say(answer_sentence(absent))

# %%
Image(work / "april-dossier" / "figures" / "shed-looks.png", width=900)

# %% [markdown]
# Every mark is a look: clear, partly hidden, or unusable, counted over this very place and not over the whole scene.
# Triangles are the two looks that were compared, upright strokes the quiet dates; under the axis stands why the other looks
# were not clear. There were clear looks before and after, and the method finds such sheds here:

# %%
print(f"Of {absent.power.tried} sheds put into quiet pictures the method found {absent.power.found}.")
say(ratio_sentence(absent))

# %% [markdown]
# So silence says something here, and only here may this sentence be written:

# %%
say(absence_sentence(absent))

# %% [markdown]
# What it does not cover is said in the same breath:

# %%
say(unseen_sentence(absent))

# %% [markdown]
# ## 3. Could not have been seen
#
# *"A launcher vehicle has been parked beside the shed since late May."* It **is** in these pixels: the simulation put
# it there.

# %%
say(answer_sentence(launcher))
say(ratio_sentence(launcher))

# %%
Image(work / "may" / "figures" / "launcher-looks.png", width=900)

# %% [markdown]
# There was no lack of clear looks. The vehicle covers four tenths of one pixel and is hardly darker than the asphalt under
# it. So the sentence that is so often written in such cases is refused:

# %%
try:
    refuse_overclaim("Satellite images show no sign of a launcher at the port.", launcher)
except InputError as err:
    say(f"refused: {err}")

# %% [markdown]
# The ship of the same claim could not have been seen either, for the other reason: nobody looked while it lay there.

# %%
say(answer_sentence(ship))

# %%
Image(work / "may" / "figures" / "ship-looks.png", width=900)

# %% [markdown]
# ## Where the line runs
#
# How large must a thing be? This is the formula for a filter that is told where to look, in white noise: an **upper
# limit** to plan with. What a method really finds in real pixels is measured by putting targets into them (`oi.power`).

# %%
sides = np.geomspace(2, 100, 80)
figure, axis = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
for contrast, style in ((0.2, "-"), (0.05, "--"), (0.02, ":")):
    found = [closed_form_pod(contrast, 0.02, side / 10) for side in sides]
    axis.plot(sides, found, style, color="black", label=f"brighter by {contrast:g} (reflectance)")
for name, side in (("car", 2.8), ("launcher", 6.4), ("shed", 49)):
    axis.axvline(side, color="0.75", linewidth=1)
    axis.annotate(name, (side, 1.03), ha="center", annotation_clip=False, fontsize=9)
axis.set_xscale("log")
axis.set_xticks([2, 5, 10, 20, 50, 100], ["2", "5", "10", "20", "50", "100"])
axis.set_xlabel("side of a square target, m (10 m pixels, noise 0.02 a date)")
axis.set_ylabel("found at most with probability")
axis.set_ylim(0, 1)
axis.legend(frameon=False, loc="upper left")
plt.show()

# %% [markdown]
# Against the truth that the simulation wrote down:

# %%
truth = json.loads(oi.bundled("port/truth.json").read_text(encoding="utf-8"))["things"]
for finding in (shed, absent, ship, launcher):
    name = finding.prediction.id
    first, last = truth[name]["from"][:10], truth[name]["to"]
    there = f"between {first} and {last[:10]}" if last else f"from {first} on"
    when = f"between {finding.prediction.when.start} and {finding.prediction.when.end}"
    print(f"The {name} {when}: {finding.answer.value}. In truth it was there {there}.")
