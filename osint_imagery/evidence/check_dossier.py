#!/usr/bin/env python3
"""Check a dossier with nothing but Python 3.9 or newer: every file's SHA-256, the ledger's chain, nothing missing.

    python3 check_dossier.py [FOLDER]

Without a folder, the one that this file lies in is checked. The answer is printed; the exit status is 0 if all holds
and 1 if not. It needs no network and changes nothing. It does not check signatures and timestamps in seal/ (it counts
them; HOW-TO-VERIFY.txt says how), nor what the files say: only that they are the files that were recorded.

ledger.jsonl holds one entry a line, as canonical JSON (RFC 8785: keys sorted, no spaces, no fractions). The "digest"
of an entry is the SHA-256 of its line without that field; "previous" is the digest of the line before; ledger.head
repeats the last one. Who rewrites the whole chain can make it hold again: compare the last digest with a copy kept
elsewhere.
"""

import base64
import hashlib
import json
import os
import re
import sys
import time
from datetime import datetime
from typing import Any

LEDGER, HEAD = "ledger.jsonl", "ledger.head"
PARTIAL = {f".{name}.{end}" for name in (LEDGER, HEAD) for end in ("partial", "former")}  # what a killed run may leave
OWN = {LEDGER, HEAD, ".ledger.lock"} | PARTIAL
UP = {"", ".", ".."}
KEYS = {"index", "kind", "at", "body", "previous", "digest"}
FILE_KEYS = {"path", "digest", "size"}
ADDED = ("claim_registered", "scene_metadata_added", "figure_added", "report_added", "file_added")
SEARCH = {"endpoint", "method", "body", "conforms_to", "asked", "pages", "returned", "matched"}
LATER = ("assessment_added", "annotations_added", "review_added")
KINDS = {
    **dict.fromkeys(ADDED + LATER, FILE_KEYS | {"media_type", "shows"}),
    "record_added": FILE_KEYS | {"record_id", "answer", "scene_ids"},
    "search_made": SEARCH | {"answers", "gaps", "remarks", "when", "offered", "covers_claim", "source"},
    "scene_offered": {"scene_id", "acquired", "used", "reason", "href", "metadata_digest"},
    "correction": {"supersedes", "by", "reason", "replacement"},
    "reopened": {"by", "reason"},
    "closed": {"files", "unrecorded"},
    "signed": {"claim", "entries", "head", "signer", "said_at", "public_key", "signature"},
    "timestamped": {"claim", "entries", "head", "authority", "response"},
}
SEALS = {"signed", "timestamped"}
SEAL_FORMS = {
    "public_key": re.compile("[0-9a-f]{64}"),
    "signature": re.compile("[0-9a-f]{128}"),
    "response": re.compile("([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==|[A-Za-z0-9+/]=))?"),
}
ED25519 = bytes.fromhex("302a300506032b6570032100")  # what precedes 32 bytes of key in SubjectPublicKeyInfo (RFC 8410)
ERRORS = (ValueError, TypeError, KeyError, AttributeError, RecursionError)  # of a line that is no entry
DIGEST = re.compile("sha256:[0-9a-f]{64}")
INSTANT = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z")

Object = dict[str, Any]


def is_instant(value: Any) -> bool:
    """Whether a value is an instant in UTC that there was: no 31 February, no second 60."""
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value[:19])
    except ValueError:
        return False
    return True


def is_text(value: Any) -> bool:
    """Whether a value is a text that is not empty."""
    return isinstance(value, str) and value != ""


def is_count(value: Any) -> bool:
    """Whether a value is a whole number from 0 on."""
    return type(value) is int and value >= 0


def is_digest(value: Any) -> bool:
    """Whether a value is a SHA-256 as it is written here."""
    return isinstance(value, str) and bool(DIGEST.fullmatch(value))


def is_interval(value: Any) -> bool:
    """Whether a value is a span between two instants."""
    keys = {"start_datetime", "end_datetime", "label"}
    if not isinstance(value, dict) or set(value) != keys or not is_text(value["label"]):
        return False
    return is_instant(value["start_datetime"]) and is_instant(value["end_datetime"])


def is_texts(value: Any) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(map(is_text, value))


FIELDS: dict[str, tuple[Any, str]] = {
    **dict.fromkeys(("media_type", "shows", "record_id", "answer", "scene_id", "reason", "by"), (is_text, "a text")),
    **dict.fromkeys(("signer", "authority", "endpoint", "method", "body"), (is_text, "a text")),
    **dict.fromkeys(("used", "covers_claim"), (lambda value: isinstance(value, bool), "true or false")),
    **dict.fromkeys(("pages", "returned", "offered", "supersedes"), (is_count, "a number from 0 on")),
    **dict.fromkeys(("metadata_digest", "source", "claim", "head"), (is_digest, "a SHA-256")),
    **dict.fromkeys(("asked", "said_at"), (is_instant, "an instant in UTC")),
    **dict.fromkeys(("scene_ids", "gaps", "remarks", "conforms_to"), (is_texts, "a list of texts")),
    "href": (lambda value: isinstance(value, str), "a text"),
    "matched": (lambda value: value is None or is_count(value), "a number from 0 on, or null"),
    "answers": (lambda value: isinstance(value, list) and all(map(is_digest, value)), "a list of SHA-256"),
    "acquired": (lambda value: value is None or is_interval(value), "a span of time, or null"),
    "when": (is_interval, "a span of time"),
}


def wrong_field(body: Object) -> str:
    """Return which field of a body is not of its kind, and what it should be; empty where all are."""
    for key in sorted(set(body) & set(FIELDS)):
        holds, what = FIELDS[key]
        if not holds(body[key]):
            return f"body.{key}: {str(body[key])[:60]!r} is not {what}"
    return ""


def canonical(value: Any) -> bytes:
    """Return a value as canonical JSON; fractions do not occur in a ledger and are refused."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def no_fraction(text: str) -> Any:
    """Refuse a number that is not whole."""
    raise ValueError("a fraction, " + text)


def once(pairs: list[tuple[str, Any]]) -> Object:
    """Refuse an object that names a key twice."""
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def sha256(path: str) -> str:
    """Return a file's digest."""
    hasher = hashlib.sha256()
    with open(path, "rb") as stream:
        for piece in iter(lambda: stream.read(1 << 20), b""):
            hasher.update(piece)
    return "sha256:" + hasher.hexdigest()


def one_line(text: str) -> str:
    """Return a text in which nothing breaks the line or hides: such characters are written as escapes."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def inside(path: Any) -> bool:
    """Whether a path stays inside the dossier."""
    return isinstance(path, str) and "\\" not in path and path.isprintable() and not UP & set(path.split("/"))


def is_file_entry(body: Any) -> bool:
    """Whether an object describes a stored file."""
    if not isinstance(body, dict) or not set(body) >= FILE_KEYS or type(body["size"]) is not int:
        return False
    return body["size"] >= 0 and inside(body["path"]) and bool(DIGEST.fullmatch(str(body["digest"])))


def well_formed(entry: Any) -> bool:
    """Whether an entry has the fields of its kind."""
    if not isinstance(entry, dict) or set(entry) != KEYS or entry["kind"] not in KINDS:
        return False
    body = entry["body"]
    if not isinstance(body, dict) or set(body) != KINDS[entry["kind"]]:
        return False
    if set(body) >= FILE_KEYS:
        return is_file_entry(body)
    if entry["kind"] == "closed":
        return all(is_file_entry(item) for item in body["files"]) and all(inside(name) for name in body["unrecorded"])
    if entry["kind"] == "correction":
        return body["replacement"] is None or is_file_entry(body["replacement"])
    return all(form.fullmatch(str(body[key])) for key, form in SEAL_FORMS.items() if key in body)


def vouches(entry: Object, before: list[Object]) -> bool:
    """Whether a seal is about the entries before it; True of every other entry."""
    body = entry["body"]
    if entry["kind"] not in SEALS:
        return True
    count = body["entries"]
    known = isinstance(count, int) and 1 <= count <= len(before) and before[count - 1]["digest"] == body["head"]
    return known and body["claim"] == before[0]["body"]["digest"]


def seal_copies(entries: list[Object]) -> dict[str, bytes]:
    """Return the files in seal/, which repeat the ledger's seals in the forms that openssl reads."""
    copies: dict[str, bytes] = {}
    for entry in [item for item in entries if item["kind"] in SEALS]:
        body = entry["body"]
        name = f"seal/{entry['index']:04d}-{entry['kind']}"
        keys = ("claim", "entries", "head", "signer", "said_at")
        stated = {key: body[key] for key in keys if key in body}
        copies[name + ".json"] = canonical({"schema": "osint-imagery/seal/1", **stated})
        if entry["kind"] == "signed":
            key = base64.b64encode(ED25519 + bytes.fromhex(body["public_key"])).decode()
            copies[name + ".pub.pem"] = f"-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n".encode()
            copies[name + ".sig"] = bytes.fromhex(body["signature"])
        else:
            copies[name + ".tsr"] = base64.b64decode(body["response"])
    return copies


def beginnings(folder: str, copies: dict[str, bytes]) -> set[str]:
    """Return what a run that was killed while it wrote a copy left: its beginning, under a name of its own."""
    found = set()
    for name, data in copies.items():
        place, _, last = name.rpartition("/")
        half = f"{place}/.{last}.partial"
        path = os.path.join(folder, *half.split("/"))
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as stream:
                if data.startswith(stream.read()):
                    found.add(half)
    return found


def differing_copies(folder: str, entries: list[Object]) -> tuple[set[str], list[str], list[str]]:
    """Return the copies that may be there, those that were altered, and those that are away."""
    altered, away = [], []
    copies = seal_copies(entries)
    for name, data in sorted(copies.items()):
        path = os.path.join(folder, *name.split("/"))
        if os.path.lexists(path) and (os.path.islink(path) or not os.path.isfile(path)):
            altered.append(name + ": is not what the ledger holds")
            continue
        if not os.path.isfile(path):
            away.append(name + ": missing; the ledger holds what was in it")
            continue
        with open(path, "rb") as stream:
            if stream.read() != data:
                altered.append(name + ": is not what the ledger holds")
    return set(copies) | beginnings(folder, copies), altered, away


def in_turn(kind: str, before: list[str]) -> bool:
    """Whether a kind may follow: after a closing seals, a reopening, or a correction with a new closing."""
    if kind in SEALS:
        return bool(before) and before[-1] != "correction"
    kinds = [item for item in before if item not in SEALS]
    since = kinds[max((n for n, item in enumerate(kinds) if item in ("closed", "reopened")), default=0) :]
    if since[:1] != ["closed"]:
        return kind != "reopened"
    return kind in (("correction", "reopened") if since == ["closed"] else ("closed",))


def read_entry(line: bytes) -> Object:
    """Read one line, refusing all that is not canonical JSON of an entry."""
    entry = json.loads(
        line.decode("utf-8"), parse_float=no_fraction, parse_constant=no_fraction, object_pairs_hook=once
    )
    if not well_formed(entry):
        raise ValueError("not an entry of a kind that is known")
    wrong = wrong_field(entry["body"]) or wrong_field(entry["body"].get("replacement") or {})
    if wrong:
        raise ValueError(wrong)
    if canonical(entry) != line:
        raise ValueError("not in canonical form (RFC 8785)")
    unsealed = {key: value for key, value in entry.items() if key != "digest"}
    if entry["digest"] != "sha256:" + hashlib.sha256(canonical(unsealed)).hexdigest():
        raise ValueError("does not have the digest it states")
    return dict(entry)


def read_chain(data: bytes) -> tuple[list[Object], list[str]]:
    """Return the entries of a ledger, and everything that is wrong with their lines and their order."""
    lines = data.split(b"\n")
    problems = [] if data and lines[-1] == b"" else [LEDGER + ": does not end with a newline"]
    entries: list[Object] = []
    for index, line in enumerate(lines if problems else lines[:-1]):
        where = f"{LEDGER}: line {index + 1}: "
        try:
            entry = read_entry(line)
        except ERRORS as err:
            problems.append(where + str(err))
            continue
        last = entries[-1] if entries else None
        kinds = [str(item["kind"]) for item in entries]
        checks = (
            (type(entry["index"]) is int and entry["index"] == index, "lines are missing or moved"),
            (entry["previous"] == (last["digest"] if last else None), "is not chained to the line before it"),
            (is_instant(entry["at"]), f"at: {str(entry['at'])[:60]!r} is not an instant in UTC"),
            (last is None or in_order(str(last["at"]), str(entry["at"])), "is dated before the line before it"),
            ((entry["kind"] == "claim_registered") == (index == 0), "the claim is registered first, and once"),
            (in_turn(str(entry["kind"]), kinds), "follows a closed ledger"),
            (vouches(entry, entries), "vouches for another ledger than the one before it"),
        )
        problems += [where + what for holds, what in checks if not holds]
        entries.append(entry)
    return entries, problems


def in_order(first: str, second: str) -> bool:
    """Whether one instant is not after another, as text: up to the second they sort as they stand."""
    return (first[:19], first[19:-1].ljust(9, "0")) <= (second[:19], second[19:-1].ljust(9, "0"))


def check_head(stated: bytes, entries: list[Object], waiting: bytes) -> tuple[list[str], list[str]]:
    """Return problems and notes of the head, which tells when lines were taken off the end.

    In a closed dossier it is the last entry's; unless a run was killed in between, and what it had still to put in the
    head's place (`waiting`) says so.
    """
    if not stated:
        told = [HEAD + ": missing"]
        return ([], told) if len(entries) == 1 else (told, [])  # a run killed as it began had not written it
    heads = [str(entry["digest"]).encode() + b"\n" for entry in entries]
    if stated not in heads:
        return [HEAD + ": is not the digest of any entry: it or " + LEDGER + " was altered or cut short"], []
    late = len(heads) - 1 - heads.index(stated)
    if late and is_shut(entries) and waiting != heads[-1]:
        return [f"{HEAD}: is {late} entries behind {LEDGER}, which is closed: one of the two was altered"], []
    return [], [f"{HEAD} is {late} entries behind {LEDGER}: a run was killed, or goes on"] if late else []


def is_shut(entries: list[Object]) -> bool:
    """Whether the last closing was not followed by a reopening."""
    return [entry["kind"] for entry in entries if entry["kind"] in ("closed", "reopened")][-1:] == ["closed"]


def content(folder: str, name: str) -> bytes:
    """Return a file's bytes; none where it is away or no plain file."""
    path = os.path.join(folder, *name.split("/"))
    if not os.path.isfile(path) or os.path.islink(path):
        return b""
    with open(path, "rb") as stream:
        return stream.read()


def strange_leftovers(folder: str, ledger: bytes, entries: list[Object]) -> list[str]:
    """Return what no killed run leaves under the names of its leftovers, where anything could be hidden.

    A former file is what was there before: the ledger begins with it, or it is an earlier head. A partial file is the
    beginning of what was to come: of this ledger, or of this ledger with entries that follow. Of a line that was cut
    off nothing can tell what it was to be; in an open dossier that is let pass, as other unrecorded files are.
    """
    partial = content(folder, f".{LEDGER}.partial")
    whole = partial[: partial.rfind(b"\n") + 1]
    coming, wrong = read_chain(whole) if partial.startswith(ledger) and whole else ([], [])
    follows = partial.startswith(ledger) and not wrong and (whole == partial or not is_shut(entries))
    heads = [str(entry["digest"]).encode() + b"\n" for entry in entries + coming]
    sound = {
        f".{LEDGER}.partial": ledger.startswith(partial) or follows,
        f".{LEDGER}.former": ledger.startswith(content(folder, f".{LEDGER}.former")),
        f".{HEAD}.partial": any(head.startswith(content(folder, f".{HEAD}.partial")) for head in heads),
        f".{HEAD}.former": any(head.startswith(content(folder, f".{HEAD}.former")) for head in heads),
    }
    told = ": holds what no interrupted run leaves; nothing vouches for it, take it away"
    return [name + told for name, holds in sorted(sound.items()) if not holds]


def walk(folder: str) -> tuple[set[str], set[str], set[str]]:
    """Return the dossier's files, what is no plain file or folder, and folders that hold nothing."""
    files, odd, empty = set(), set(), set()
    for where, names, plain in os.walk(folder):
        if not names and not plain and where != folder:
            empty.add(os.path.relpath(where, folder).replace(os.sep, "/"))
        for name in names + plain:
            path = os.path.join(where, name)
            shown = os.path.relpath(path, folder).replace(os.sep, "/")
            plainly = os.path.isfile(path) or os.path.isdir(path) or not os.path.lexists(path)  # gone meanwhile
            if os.path.islink(path) or not plainly:
                odd.add(shown)
            elif os.path.isfile(path):
                files.add(shown)
    return files - OWN, odd, empty


def left_over(folder: str, copies: set[str], empty: set[str]) -> list[str]:
    """Return notes of what a killed run left that holds nothing of its own: a cut file, an empty folder."""
    left = {name for name in PARTIAL if os.path.exists(os.path.join(folder, name))}
    left |= {name for name in copies if name.endswith(".partial")}
    notes = ["partial file " + name + ": left by an interrupted run" for name in sorted(left)]
    return notes + ["empty folder " + name + ": holds nothing that an entry could record" for name in sorted(empty)]


def differs(path: str, digest: str, size: int) -> str:
    """Return what is wrong with a file's bytes; empty where they are the recorded ones."""
    try:
        if os.path.getsize(path) == size and sha256(path) == digest:
            return ""
    except OSError as err:
        return "cannot be read (" + str(err.strerror) + ")"
    return "was altered: it does not have the size and digest that were recorded"


def check_files(folder: str, entries: list[Object], copies: set[str]) -> tuple[int, list[str], list[str]]:
    """Compare every file; return how many hold, problems and notes."""
    there, odd, empty = walk(folder)
    left = left_over(folder, copies, empty)
    problems = [name + ": is a link or a device, not a file" for name in sorted(odd)]
    lock = os.path.join(folder, ".ledger.lock")
    if os.path.isfile(lock) and os.path.getsize(lock):
        problems.append(".ledger.lock: is not empty, and no writer leaves anything in it")
    bodies = [entry["body"]["replacement"] if entry["kind"] == "correction" else entry["body"] for entry in entries]
    promised = {(body["path"], body["digest"], body["size"]) for body in bodies if body and "path" in body}
    closings = [
        {(item["path"], item["digest"], item["size"]) for item in entry["body"]["files"]}
        for entry in entries
        if entry["kind"] == "closed"
    ]
    listed = set().union(*closings)
    good = 0
    for name, digest, size in sorted(promised | listed):
        path = os.path.join(folder, *name.split("/"))
        wrong = differs(path, digest, size) if name in there else "missing"
        if wrong:
            problems.append(name + ": " + wrong)
        else:
            good += 1
    extra = sorted(there - copies - {file[0] for file in promised | listed})
    if not is_shut(entries):
        told = [name + ": no entry records it: left by a killed run, or to be added" for name in extra]
        return good, problems, told + left
    problems += [name + ": is not listed in the closed ledger" for name in extra]
    unlisted = {file[0] for file in promised} - {file[0] for file in closings[-1]}
    problems += [name + ": was recorded, but the closing does not list it" for name in sorted(unlisted)]
    return good, problems, left


def disagreements(folder: str, entries: list[Object]) -> list[str]:
    """Return where the ledger contradicts its files: in the time of what it dates, in the metadata of its scenes."""
    offered: dict[str, set[str]] = {}
    for body in [entry["body"] for entry in entries if entry["kind"] == "scene_offered"]:
        offered.setdefault(body["scene_id"], set()).add(body["metadata_digest"])
    problems = [untimely(folder, entry) for entry in entries]
    for body in [entry["body"] for entry in entries if entry["kind"] == "scene_metadata_added"]:
        scene = body["shows"][len("metadata of scene ") : -len(", verbatim")]
        known = body["digest"] in offered.get(scene, {body["digest"]})
        problems.append("" if known else f"{body['path']}: is not the metadata that scene {scene} was offered with")
    return [line for line in problems if line]


def untimely(folder: str, entry: Object) -> str:
    """Return whether an entry is dated before what it tells of; empty where not."""
    body, where = entry["body"].get("replacement") or entry["body"], f"{LEDGER}: line {entry['index'] + 1}: "
    if body.get("acquired") and not in_order(body["acquired"]["start_datetime"], entry["at"]):
        return f"{where}offers scene {body['scene_id']} before it was acquired"
    if entry["kind"] != "assessment_added" and "record_id" not in body:
        return ""
    made = created(content(folder, body["path"]))
    late = made and not in_order(made, entry["at"])
    return f"{where}is dated {entry['at']}, before {body['path']} was made ({made})" if late else ""


def created(data: bytes) -> str:
    """Return when a document says that it was made; empty where it does not say it."""
    try:
        made = json.loads(data)["created"]
    except ERRORS:
        return ""
    return made if is_instant(made) else ""


def state(folder: str) -> list[bytes]:
    """Return head and ledger, in this order, so that lines which are added between the two are not missed."""
    found = []
    for name in (HEAD, LEDGER):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as stream:
                found.append(stream.read())
        else:
            found.append(b"")
    return found


def check(folder: str) -> tuple[list[str], list[str], list[str]]:
    """Return what holds, what does not, and what a reader should know; again where another program writes to it."""
    lock = os.path.join(folder, ".ledger.lock")
    for _ in range(20):
        locked, before = os.path.exists(lock), state(folder)
        found = check_once(folder, *before)
        if not found[1] or not (locked or os.path.exists(lock) or state(folder) != before):
            break
        time.sleep(0.1)
    held, problems, notes = ([one_line(line) for line in lines] for lines in found)
    return held, problems, notes


def check_once(folder: str, head: bytes, ledger: bytes) -> tuple[list[str], list[str], list[str]]:
    """Check one state of a dossier."""
    if not ledger:
        return [], [LEDGER + ": missing or empty; this is not a dossier, or its ledger was deleted"], []
    entries, problems = read_chain(ledger)
    if problems or not entries:
        return [], problems or [LEDGER + ": empty"], []
    problems, notes = check_head(head, entries, content(folder, f".{HEAD}.partial"))
    problems += strange_leftovers(folder, ledger, entries) + disagreements(folder, entries)
    copies, altered, away = differing_copies(folder, entries)
    good, bad, told = check_files(folder, entries, copies)
    seals = [entry["body"].get("signer") or entry["body"]["authority"] for entry in entries if entry["kind"] in SEALS]
    kinds = [entry["kind"] for entry in entries if entry["kind"] not in SEALS]
    closed = kinds[-1] == "closed"
    held = [
        f"{len(entries)} ledger entries chained, the last at {entries[-1]['at']}",
        f"{good} files have the size and SHA-256 that were recorded",
        f"the claim was registered first, at {entries[0]['at']}, as {entries[0]['body']['digest']}",
        "head " + str(entries[-1]["digest"]),
        "the dossier is " + ("closed" if closed else "open: files and entries may still be added"),
        f"sealed, which this program does not check, by: {', '.join(seals)}" if seals else "no signature, no timestamp",
    ]
    return held, problems + bad + altered, notes + told + away


def main(arguments: list[str]) -> int:
    """Check one folder and print the answer."""
    folder = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    held, problems, notes = check(folder)
    lines = ["PROBLEM " + line for line in problems] or held
    say("\n".join([*lines, *("note: " + line for line in notes), "DOES NOT VERIFY" if problems else "VERIFIED"]))
    return 1 if problems else 0


def say(text: str) -> None:
    """Print a text where it can be shown as far as it can; the verdict does not hang on whether anybody reads it."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # a console that knows ASCII only
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
