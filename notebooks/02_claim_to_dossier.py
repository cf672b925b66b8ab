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
# # From a claim to a dossier that a stranger can verify
#
# The claim, the port and everybody in it are invented and the scenes are **simulated**. Nothing here needs a network.

# %%
import json
import tempfile
from pathlib import Path

from IPython.display import Image

import osint_imagery as oi
from osint_imagery.core.errors import VerificationError

claim = oi.read_claim(oi.bundled("port/claim.yaml"))
print(claim.text)
for item in claim.predictions:
    print(f"- {item.id}: {item.text} ({item.when.start} to {item.when.end}; stays {item.lasts})")

# %% [markdown]
# A claim is written and hashed before a pixel is read, together with its rival and with what each would show. So
# nobody, the author included, can fit the question to the picture afterwards.

# %%
claim.digest

# %%
out = Path(tempfile.mkdtemp()) / "dossier"
dossier = oi.investigate(claim, oi.bundled("port/catalog.json"), out=out, progress=print)

# %%
print(dossier.summary())

# %% [markdown]
# Three predictions, and three things that can happen to one:
#
# - **shed**: a change of that size is there, bracketed by two acquisitions. The ratio speaks about a change of an object,
#   never about what it means.
# - **ship**: nobody looked in those days. The port looks the same whether it was there or not.
# - **launcher**: it is in these pixels (the simulation put it there), and 10 m pixels cannot show it. That nothing is
#   seen tells nothing.

# %%
Image(out / "figures" / "shed-before-after.png", width=900)

# %%
Image(out / "figures" / "ship-looks.png", width=900)

# %% [markdown]
# ## What is in the folder

# %%
for path in sorted(out.rglob("*")):
    if path.is_file():
        print(f"{path.stat().st_size:9}  {path.relative_to(out)}")

# %% [markdown]
# The ledger begins with the claim. Every scene that the catalogue offered follows, used or rejected, so that nobody
# has to trust that the good ones were not picked.

# %%
for line in (out / "ledger.jsonl").read_text().splitlines()[:5]:
    entry = json.loads(line)
    print(entry["index"], entry["kind"], entry["body"].get("path") or entry["body"]["scene_id"], entry["digest"][:19])

# %%
record = json.loads((out / "records" / "0001-shed.json").read_bytes())
for key in ("answer", "reason", "interval", "ratio_sentence", "not_visible"):
    print(f"{key}: {record[key]}\n")
print([scene["product_id"] for scene in record["scenes"]])

# %% [markdown]
# ## All predictions together
#
# Only the shed tells the two hypotheses apart. The ship and the launcher are shown and not counted: the picture would be
# the same either way. How likely anything is, the library says only over what a reader held before, and only of what was
# weighed.

# %%
found = oi.assess(dossier, priors=(0.1, 0.5, 0.9), prior_reason="from sceptic to believer")
found

# %%
print(found)

# %% [markdown]
# ## Verify, then tamper
#
# `verify` needs the folder and nothing else.

# %%
print(oi.verify(out))

# %% [markdown]
# Now one bit of one record is changed.

# %%
path = out / "records" / "0001-shed.json"
kept = path.read_bytes()
altered = bytearray(kept)
altered[1000] ^= 1
path.write_bytes(altered)
try:
    oi.verify(out)
except VerificationError as err:
    for problem in err.problems:
        print("refused:", problem)

# %%
path.write_bytes(kept)
oi.verify(out).closed

# %% [markdown]
# What this does **not** show: who wrote the dossier, or when. Whoever writes the whole ledger anew makes another
# folder that verifies. Keep the head digest somewhere out of your own reach (publish it, mail it, have it stamped):

# %%
dossier.head
