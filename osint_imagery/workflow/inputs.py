"""What an investigation was made from, as its dossier keeps it for whoever computes it again."""

from collections.abc import Sequence
from pathlib import Path

from osint_imagery.change.detectors import resolve
from osint_imagery.core.lineage import decimal_text
from osint_imagery.evidence.inputs import (
    CatalogInput,
    Inputs,
    PredictionInput,
    SettingsInput,
    address_of,
    libraries_here,
    scene_input,
)
from osint_imagery.scenes.catalog import Catalog
from osint_imagery.workflow.examining import Examination, Settings
from osint_imagery.workflow.looking import Offered

__all__ = ["inputs_of"]

_DIGITS = 15  # of a pixel side, so that the same number comes back


def inputs_of(
    catalog: Catalog, offer: Offered, settings: Settings, works: Sequence[Examination], *, dossier: Path
) -> Inputs:
    """Return what the records of an investigation were made from.

    Parameters
    ----------
    catalog : Catalog
        Where the scenes are.
    offer : Offered
        Every acquisition that looked.
    settings : Settings
        What was set.
    works : sequence of Examination
        One a prediction.
    dossier : Path
        The dossier's folder; a catalogue beside it is named relative to it.
    """
    read = frozenset(name for work in works for name in work.plan.scene_ids)
    at_hand = {scene.id: (scene, True) for scene in offer.scenes}
    elsewhere = {scene.id: (scene, False) for scene in offer.elsewhere if scene.id not in at_hand}
    return Inputs(
        catalog=CatalogInput(name=catalog.name, href=address_of(catalog, dossier), digest=catalog.digest),
        settings=SettingsInput(
            detector=settings.detector,
            detector_version=resolve(settings.detector).method.version,
            seed=settings.seed,
            places=settings.places,
            gsd_m=decimal_text(settings.gsd_m, _DIGITS),
        ),
        libraries=libraries_here(),
        scenes=tuple(
            scene_input(scene, at_hand=here, compared=scene.id in read)
            for scene, here in (at_hand | elsewhere).values()
        ),
        predictions=tuple(
            PredictionInput(prediction=work.finding.prediction.id, compared=work.plan.compared, quiet=work.plan.quiet)
            for work in works
        ),
    )
