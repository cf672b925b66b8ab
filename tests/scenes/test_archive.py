"""Archives: read where they lie, refused where they could do harm."""

import io
import stat
import struct
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest

from osint_imagery.core.errors import MissingAssetError, ReadError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.scenes import archive
from osint_imagery.scenes.archive import members_of
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.scene import Refused

BYTES = bytes(range(256)) * 40


def a_zip(path, members, *, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as target:
        for name, data in members:
            target.writestr(zipfile.ZipInfo(name) if isinstance(name, str) else name, data, method)
    return path


def a_tar(path, members):
    with tarfile.open(path, "w") as target:
        for name, data in members:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            info.size = len(data)
            target.addfile(info, io.BytesIO(data))
    return path


MAKERS = {
    "stored.zip": lambda path, members: a_zip(path, members, method=zipfile.ZIP_STORED),
    "deflated.zip": a_zip,
    "a.tar": a_tar,
}


@pytest.fixture(params=MAKERS)
def make(request, tmp_path):
    return lambda members: MAKERS[request.param](tmp_path / request.param, members)


def test_members_are_the_files_that_went_in(make, tmp_path):
    path = make([("P/a.bin", BYTES), ("./P/b.bin", BYTES[::-1]), ("P/empty", b"")])
    before = sorted(tmp_path.iterdir())
    members = members_of(path)
    assert list(members) == ["P/a.bin", "P/b.bin", "P/empty"]
    for name, data in (("P/a.bin", BYTES), ("P/b.bin", BYTES[::-1]), ("P/empty", b"")):
        place = members[name]
        assert isinstance(place, Location)
        assert (place.size(), place.digest(), place.local) == (len(data), digest_bytes(data), None)
        with place.open() as first, place.open() as second:
            assert first.read(10) == data[:10]
            assert (first.seek(-5, io.SEEK_END) if data else 0, first.read()) == (max(0, len(data) - 5), data[-5:])
            assert second.read() == data
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", [".", "./"])
def test_the_entry_of_the_archives_own_folder_is_no_member(tmp_path, name):
    folder = tarfile.TarInfo(name)
    folder.type = tarfile.DIRTYPE  # as `tar cf x.tar .` begins
    path = a_tar(tmp_path / "a.tar", [(folder, b""), ("./P/a.bin", BYTES)])
    assert list(members_of(path)) == ["P/a.bin"]
    assert list(members_of(a_zip(tmp_path / "a.zip", [("./", b""), ("./P/a.bin", BYTES)]))) == ["P/a.bin"]


def test_a_file_cannot_have_the_name_of_the_archives_own_folder(tmp_path):
    for path in (a_tar(tmp_path / "a.tar", [(".", BYTES)]), a_zip(tmp_path / "a.zip", [(".", BYTES)])):
        with pytest.raises(ReadError, match="is refused"):
            members_of(path)


def test_stored_member_begins_behind_the_extra_fields_of_its_own_header(tmp_path):
    info = zipfile.ZipInfo("P/a.bin")
    info.extra = b"UT" + struct.pack("<H", 5) + b"\1abcd"
    place = members_of(a_zip(tmp_path / "a.zip", [(info, BYTES)], method=zipfile.ZIP_STORED))["P/a.bin"]
    with place.open() as stream:
        assert stream.read() == BYTES


def test_threads_read_one_member_at_once(make):
    place = members_of(make([("a", BYTES)]))["a"]

    def part(i):
        with place.open() as stream:
            stream.seek(i * 7)
            return stream.read(50) == BYTES[i * 7 : i * 7 + 50]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(part, range(200)))


def test_stamp_changes_with_the_archive(make):
    place = members_of(make([("a", BYTES)]))["a"]
    before = place.stamp()
    make([("a", BYTES + b"x")])
    assert place.stamp() != before


@pytest.mark.parametrize("name", ["../a", "P/../../a", "/etc/a", "C:/a", "P\\..\\a", ".."])
def test_names_that_lead_out_are_refused(make, name):
    with pytest.raises(ReadError, match="leads out of it"):
        members_of(make([("P/good", b"x"), (name, b"x")]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice_is_refused(make):
    with pytest.raises(ReadError, match="holds 'P/a' twice"):
        members_of(make([("P/a", b"1"), ("P/a", b"2")]))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path, kind):
    info = tarfile.TarInfo("P/link")
    info.type, info.linkname = kind, "/etc/passwd"
    with pytest.raises(ReadError, match="is a link, a device or sparse"):
        members_of(a_tar(tmp_path / "a.tar", [("P/good", b"x"), (info, b"")]))


def test_links_in_a_zip_are_refused(tmp_path):
    info = zipfile.ZipInfo("P/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(ReadError, match="is a link"):
        members_of(a_zip(tmp_path / "a.zip", [(info, b"/etc/passwd")]))


def test_bomb_is_refused_before_anything_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_unpacked", None)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target, target.open("P/zeros.jp2", "w") as stream:
        for _ in range(210):
            stream.write(bytes(1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ReadError, match=r"would unpack to 220200960 bytes from \d+"):
        members_of(path)


def test_many_members_that_swell_together_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_RATIO", 10)
    monkeypatch.setattr(archive, "_SMALL", 1 << 10)
    members = [(str(i), bytes(9 << 10)) for i in range(40)]
    with pytest.raises(ReadError, match="would unpack to"):
        members_of(a_zip(tmp_path / "a.zip", members))


def test_limits_of_count_and_total(make, monkeypatch):
    path = make([(str(i), b"xy") for i in range(5)])
    assert len(members_of(path)) == 5
    monkeypatch.setattr(archive, "_MEMBERS", 4)
    with pytest.raises(ReadError, match="more than 4 files"):
        members_of(path)
    monkeypatch.setattr(archive, "_MEMBERS", 9)
    monkeypatch.setattr(archive, "_TOTAL", 9)
    if path.suffix == ".zip":
        with pytest.raises(ReadError, match="would unpack to 10 bytes"):
            members_of(path)


def test_size_that_the_directory_understates_gives_no_more_than_it_says(tmp_path):
    path = a_zip(tmp_path / "a.zip", [("a", bytes(100_000))])
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    path.write_bytes(data)
    member = members_of(path)["a"]
    assert member.size() == 10
    for read in (member.digest, member.open):
        with pytest.raises(ReadError, match="CRC"):
            read()


def test_encrypted_member_is_refused(tmp_path):
    path = a_zip(tmp_path / "a.zip", [("a", BYTES)])
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ReadError, match="is encrypted"):
        members_of(path)


def test_altered_byte_of_a_zip_is_noticed_by_its_own_checksum(tmp_path):
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        path = a_zip(tmp_path / f"{method}.zip", [("a", BYTES)], method=method)
        data = bytearray(path.read_bytes())
        data[60] ^= 1
        path.write_bytes(data)
        with pytest.raises(ReadError, match=r"zip!a' cannot be read in full"):
            members_of(path)["a"].digest()


def test_damaged_and_missing_archives_are_named(make):
    path = make([("a", BYTES), ("b", BYTES)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ReadError, match=r"is no archive that can be read|is cut off"):
        members_of(path)
    path.unlink()
    with pytest.raises(MissingAssetError, match="is not there"):
        members_of(path)


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tgz"])
def test_compressed_tar_tells_what_to_do_and_stands_in_the_ledger(tmp_path, name):
    path = tmp_path / name
    with tarfile.open(path, "w:gz") as target:
        target.addfile(tarfile.TarInfo("a"))
    with pytest.raises(ReadError, match=r"compressed by gzip.*unpack it"):
        members_of(path)
    (entry,) = open_catalog(tmp_path).entries()
    assert isinstance(entry, Refused)
    assert "unpack it, open the folder" in entry.reason


def test_refused_archive_stands_in_the_ledger_and_names_no_machine(tmp_path):
    a_tar(tmp_path / "bad.tar", [("../a.tif", b"x")])
    a_zip(tmp_path / "other.zip", [("readme.txt", b"x")])
    bad, other = open_catalog(tmp_path).entries()
    assert isinstance(bad, Refused)
    assert (bad.id, bad.href) == ("bad", "bad.tar")
    assert "leads out of it" in bad.reason
    assert "holds no product that is known" in other.reason
    assert str(tmp_path) not in bad.reason + other.reason
    (alone,) = open_catalog(tmp_path / "bad.tar").entries()
    assert alone == bad
