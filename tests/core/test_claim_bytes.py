"""What no claim can be is refused with its place in the file, shortly, and as an error of a claim."""

import pytest

from osint_imagery.core.claim import claim_from_bytes
from osint_imagery.core.errors import ClaimError
from osint_imagery.scenes.packaged import bundled

PORT = bundled("port/claim.yaml").read_bytes()


def refused(data: bytes) -> str:
    with pytest.raises(ClaimError) as caught:
        claim_from_bytes(data, name="claim.yaml")
    return str(caught.value)


def test_a_list_as_a_name_is_refused_with_its_line() -> None:
    assert "line 1, column 3" in refused(b"? [a, b]\n: c\n")


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    assert "line 2, column 7: byte 0xe9 is not UTF-8" in refused(b"id: a\ntext: \xe9t\xe9\n")
    assert "line 2, column 7: control character '\\x00'" in refused(b"id: a\ntext: \x00\n")


def test_a_text_that_refers_to_itself_over_and_over_is_told_shortly() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 6)]
    assert len(refused("\n".join(lines).encode())) < 5000


def test_a_claim_of_the_future_is_refused() -> None:
    stated = next(line for line in PORT.splitlines() if line.startswith(b"stated_on:"))
    told = refused(PORT.replace(stated, b"stated_on: 2199-01-01"))
    assert "stated_on: stated_on '2199-01-01' lies in the future" in told


@pytest.mark.parametrize("letter", ["\\x07", "\\e", "\\r", "\\x7f"])
def test_control_characters_are_refused(letter: str) -> None:
    short = PORT.split(b"\nnote: >-")[0] + b"\n"
    told = refused(short.replace(b"text: >-", f'text: "A ship {letter}[2K came."\nnote: >-'.encode(), 1))
    assert "text: it holds the control character" in told
    assert told.isprintable()
