"""Three scenes as a catalogue offers them."""

from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.scenes.catalog import Offer


def offers() -> tuple[Offer, ...]:
    return tuple(
        Offer(
            scene_id=name,
            acquired=TimeSpan("2026-05-13") if name != "S9" else None,
            used=name != "S9",
            reason="meets area and dates" if name != "S9" else "no date in the metadata",
            href=f"{name}.json",
            metadata_digest=digest_bytes(f'{{"id": "{name}"}}\n'.encode()),  # as the scenes of the tests have them
        )
        for name in ("S1", "S2", "S9")
    )
