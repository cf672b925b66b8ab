"""A claim with its finding, made in memory."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from support.reported import made_claim, made_content

from osint_imagery.core.claim import Claim
from osint_imagery.report.content import ReportContent


@pytest.fixture
def make_claim(tmp_path: Path) -> Callable[..., Claim]:
    return partial(made_claim, tmp_path)


@pytest.fixture
def make_content(tmp_path: Path) -> Callable[..., ReportContent]:
    return partial(made_content, tmp_path)
