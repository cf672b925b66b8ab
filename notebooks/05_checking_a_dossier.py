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
# # Checking someone else's dossier
#
# A colleague, a source or an opponent hands you a folder: a claim, pictures, and a report that says something. Five
# questions, in this order:
#
# 1. Is it what was made, byte for byte?
# 2. Can I check that without trusting this library?
# 3. Do the same scenes give the same numbers?
# 4. Do the numbers carry the words?
# 5. Does somebody who knows nothing of the claim see it too?
#
# The port and its claim are invented and the scenes are **simulated**. Nothing here needs a network.

# %%
import json
import shutil
import subprocess
import sys
import tempfile
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from IPython.display import Image

import osint_imagery as oi
from osint_imagery.core.errors import VerificationError
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.review_key import read_key
from osint_imagery.evidence.review_text import review_lines
from osint_imagery.workflow.reviewing import blind_sheet

work = Path(tempfile.mkdtemp())
theirs = work / "dossier"
catalog = oi.bundled("port/catalog.json")
body = yaml.safe_load(oi.bundled("port/claim.yaml").read_text(encoding="utf-8"))
body["predictions"] = body["predictions"][:2]  # the shed and the ship; the third takes a minute more
(work / "claim.yaml").write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
made = oi.investigate(oi.read_claim(work / "claim.yaml"), catalog, out=theirs)


def say(words):
    """Print a sentence in lines that do not break inside a word."""
    print(textwrap.fill(str(words), 100))


# %% [markdown]
# From here on, pretend that the folder came by mail. `report.html` in it is what you are meant to read first. Read it
# last: nothing in it is better than what it rests on.
#
# ## 1. Is it what was made?
#
# Every file is compared with the digest that the ledger holds, every line of the ledger with the line before it, and
# the assessment is made again from the records.

# %%
oi.verify(theirs)

# %% [markdown]
# "Verified" means that nothing was altered **since the folder was closed**. It does not say who made it, nor that the
# interpretation is right. Whoever writes a whole new folder has one that verifies too. So compare the `head` with the
# one that they published, or that a timestamp authority confirms (`osint-imagery seal`):

# %%
say(made.head)

# %% [markdown]
# ### What a flipped byte looks like
#
# One bit of one picture is turned over, in a copy. No eye would see it.

# %%
altered = work / "altered"
shutil.copytree(theirs, altered)
picture = altered / "figures" / "shed-before-after.png"
data = bytearray(picture.read_bytes())
data[40_000] ^= 1
picture.write_bytes(data)


def problems(folder):
    """Print what does not hold: the first three of it."""
    try:
        oi.verify(folder)
    except VerificationError as err:
        for problem in err.problems[:3]:
            say(f"refused: {problem}")
        if len(err.problems) > 3:
            print("and", len(err.problems) - 3, "more")


problems(altered)

# %% [markdown]
# An answer is turned round, in the record and nowhere else:

# %%
shutil.rmtree(altered)
shutil.copytree(theirs, altered)
record = altered / "records" / "0001-shed.json"
record.write_bytes(record.read_bytes().replace(b'"answer":"seen"', b'"answer":"undetermined"'))
problems(altered)

# %% [markdown]
# A scene that did not suit is struck out of the ledger, so that nobody sees it was there:

# %%
shutil.rmtree(altered)
shutil.copytree(theirs, altered)
lines = (altered / "ledger.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
(altered / "ledger.jsonl").write_text("".join(lines[:10] + lines[11:]), encoding="utf-8")
problems(altered)

# %% [markdown]
# ## 2. Without trusting this library
#
# In the folder lies `check_dossier.py`: one file that needs Python 3.9 and nothing else, short enough to be read. A
# careful reader takes it from the library's repository, not from the folder that is in doubt. `HOW-TO-VERIFY.txt` says
# how to do the same by hand.

# %%
checker = Path(oi.__file__).parent / "evidence" / "check_dossier.py"
assert checker.read_bytes() == (theirs / "check_dossier.py").read_bytes()
for folder in (theirs, altered):
    run = subprocess.run([sys.executable, "-I", checker, folder], capture_output=True, text=True)
    said = run.stdout.splitlines()
    print("\n".join(said if len(said) < 9 else [*said[:3], "...", said[-1]]))
    print(f"(exit status {run.returncode})\n")

# %% [markdown]
# ## 3. Do the same scenes give the same numbers?
#
# `reproduce` looks up each cited scene, compares its bytes with the digests in the record, and computes every number
# again. This tells three things apart: their record was altered, the provider changed the product since, or the
# arithmetic does not come out. With your own copy of the scenes, name it: `reproduce(folder, catalog)`.

# %%
again = oi.reproduce(theirs, catalog)
again

# %% [markdown]
# "Same" says: these pixels give these numbers. It does not say that the right dates were chosen. So look at what could
# have been chosen: every scene that the catalogue offered stands in the ledger, and every look in the record.

# %%
shed = json.loads((theirs / "records" / "0001-shed.json").read_bytes())
print("compared:", *(scene["id"] for scene in shed["scenes"]))
for look in shed["coverage"]["looks"][-10:]:
    print(look["scene_id"], look["state"], "-", look["reason"])

# %% [markdown]
# ## 4. Do the numbers carry the words?
#
# The picture first. Dates in UTC, one stretch for both, what was examined, what was not:

# %%
Image(theirs / "figures" / "shed-before-after.png", width=900)

# %% [markdown]
# What the record says of the shed, and what it says could **not** have been seen:

# %%
for key in ("answer", "reason", "ratio_sentence", "not_visible"):
    say(f"{key}: {shed[key]}")
    print()

# %% [markdown]
# How much it ought to move you depends on what you held before, and that is yours, not the library's. Give several:
# a sceptic's, an undecided reader's, a believer's.

# %%
found = oi.assess(theirs, priors=(0.05, 0.5, 0.9), prior_reason="from sceptic to believer")
found

# %% [markdown]
# If your own prior and theirs lead to different words, the imagery does not settle the matter. That is a finding.
#
# ## 5. A second reader
#
# Somebody who knows neither the claim nor the finding looks at squares: some with a detection, some without. First a
# digest of the key goes into the ledger, so that nobody can change afterwards which was which. Work on a copy: a claim
# file that is reopened says so for ever.

# %%
mine = work / "mine"
shutil.copytree(theirs, mine)
now = datetime.now(UTC).replace(microsecond=0)
ClaimFile.open(mine).reopen("A Checker", "a second reader is asked", at=now)
sheet = blind_sheet(
    mine,
    catalog,
    record="simulated-port-2024-shed",
    out=work / "for-the-reader",
    key=work / "key.json",
    at=now,
    side_px=16,
    seed=1,
)
print(sheet.items, "places; the reader gets:", *sorted(path.name for path in sheet.folder.iterdir()))

# %%
Image(sheet.folder / "chips" / "01.png", width=700)

# %% [markdown]
# The reader opens `sheet.html`, answers, and sends a file back. Here an **invented** reader answers: a change where the
# shed is, one more that nobody else sees, one "cannot tell", and nothing in the rest.

# %%
key = read_key((work / "key.json").read_bytes())
detection = next(place.item for place in key.items if place.kind == "detection")
wrong, unsure = [place.item for place in key.items if place.kind == "control"][:2]
labels = {detection: "change", wrong: "change", unsure: "cannot tell"}

answers = json.loads((sheet.folder / "answers.geojson").read_text(encoding="utf-8"))
answered = (now + timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
answers.update(who="An invented reader", at=answered, seen_before=False)
for place in answers["features"]:
    label = labels.get(place["id"], "no change")
    place["properties"].update(label=label, level="detection" if label == "change" else None)
(work / "answers.geojson").write_text(json.dumps(answers), encoding="utf-8")

review = ClaimFile.open(mine).add_review(key, [work / "answers.geojson"], at=now + timedelta(hours=1))
for line in review_lines(review):
    say(line)

# %% [markdown]
# One detection is few. What can be said: the reader, who did not know, saw a change where the detector had found one,
# and in most of the other places none. The places were chosen, so this is no accuracy of a map.

# %%
ClaimFile.open(mine).close(at=now + timedelta(hours=1))
oi.verify(mine)

# %% [markdown]
# Last, open `report.html` (or make paper of it: `osint-imagery report dossier --out report.pdf`). By now you know which of its sentences rest on what.
#
# More: `docs/claim-files.md` (what is in the folder), `docs/second-reader.md`, `docs/uncertainty.md`.
