"""A digested document has one spelling: any other is refused, and so is a wrong schema."""

import pytest

from osint_imagery.core.errors import InputError
from osint_imagery.evidence.fields import Model
from osint_imagery.evidence.strict import read_strictly


class Doc(Model):
    n: int

    def body(self) -> bytes:
        return f'{{"n":{self.n}}}'.encode()


@pytest.mark.parametrize("data", [b'{"n":1}\n', b'{"n": 1}', b' {"n":1}'])
def test_another_spelling_is_refused(data: bytes) -> None:
    assert read_strictly(Doc, b'{"n":1}', "doc").n == 1
    with pytest.raises(InputError, match="doc is not in canonical form"):
        read_strictly(Doc, data, "doc")


def test_a_wrong_schema_is_named() -> None:
    with pytest.raises(InputError, match=r"doc: n: .* \(1 problems\); fetch it again"):
        read_strictly(Doc, b'{"n":"x"}', "doc", remedy="fetch it again")
