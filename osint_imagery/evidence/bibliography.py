"""Everything that a set of records rests on, cited: scenes, methods, this software."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from osint_imagery.change.literature import cite
from osint_imagery.core.reference import Reference
from osint_imagery.core.timespan import TimeSpan, utc
from osint_imagery.evidence.fields import SceneField
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.scenes.citation import Product, scene_reference, scene_title
from osint_imagery.scenes.provider import publisher_of
from osint_imagery.scenes.sensors import sensor

__all__ = ["Bibliography", "bibliography", "cite_software"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bibliography:
    """References in the order in which they are used, with the credit lines that stand beside pictures.

    Parameters
    ----------
    references : tuple of Reference
        Scenes first, then methods, then the software.
    credits : tuple of str
        Credit lines, each once, with the year of the data.
    """

    references: tuple[Reference, ...]
    credits: tuple[str, ...]

    @property
    def text(self) -> str:
        """Credit lines and plain references, one a line."""
        plain = [item.note if item.kind == "dataset" else item.text for item in self.references]
        return "".join(f"{line}\n" for line in (*self.credits, "", *plain))

    @property
    def bibtex(self) -> str:
        """A BibTeX file."""
        return "\n".join(item.bibtex for item in self.references)

    @property
    def csl(self) -> str:
        """A CSL-JSON file."""
        items = [item.csl for item in self.references]
        return json.dumps(items, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def bibliography(records: Sequence[EvidenceRecord]) -> Bibliography:
    """Return what records cite, each work once.

    Parameters
    ----------
    records : sequence of EvidenceRecord
        Of one claim file, for example.

    Returns
    -------
    Bibliography
        Years are those of the data. What the provider did not state is said not to be stated.
    """
    scenes = [_scene(item) for record in records for item in record.scenes]
    methods = [item for record in records if record.method for item in cite(record.method.name, record.method.citation)]
    software = [cite_software(record.software) for record in records]
    found = {item.key: item for item in (*scenes, *methods, *software)}
    lines = dict.fromkeys(line for record in records for line in record.credit)
    return Bibliography(references=tuple(found.values()), credits=tuple(lines))


def cite_software(software: str) -> Reference:
    """Return this software as a reference.

    Parameters
    ----------
    software : str
        Name and version as a record states them, ``"osint-imagery 0.1.0"``.

    Examples
    --------
    >>> cite_software("osint-imagery 0.1.0").text.split(". ")[2]
    'Version 0.1.0.'
    """
    name, _, version = software.rpartition(" ")
    return Reference(
        key=software.replace(" ", "-"),
        kind="software",
        title=f"{name or software}: checking public claims against public satellite imagery",
        authors=("The osint_imagery maintainers",),
        version=version if name else "",
        license="Apache-2.0",
    )


def _scene(item: SceneField) -> Reference:
    return scene_reference(
        scene_id=item.id,
        title=scene_title(sensor(item.sensor).name, item.platform, item.product_id),
        publisher=publisher_of(item.sensor, item.credit),
        acquired=TimeSpan(utc(item.acquired.start_datetime), utc(item.acquired.end_datetime)),
        accessed=utc(item.accessed),
        about=Product(version=item.processing_version, doi=item.doi, license=item.license, text=item.citation),
    )
