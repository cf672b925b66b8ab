"""A second opinion on clouds beside the provider's own layer, and how far the two agree; neither is the truth."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from osint_imagery.change.clouds_network import SIX, flag_clouds_by_network
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import InputError, NotEnoughDataError
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.lineage import Step
from osint_imagery.scenes.reading import read
from osint_imagery.scenes.scene import Scene

__all__ = ["CloudAgreement", "CloudOpinion", "cloud_opinion"]

_CLOUD = Flag.CLOUD | Flag.CLOUD_POSSIBLE | Flag.CIRRUS
_NOT_JUDGED = Flag.NO_DATA | Flag.FAILED_READ | Flag.QUALITY_UNKNOWN
_LEVELS = {"L1C": "l1c", "L1": "l1c", "L2A": "l2a", "L2": "l2a"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudAgreement:
    """How far two opinions on cloud agree, pixel by pixel; shadows are counted, and not compared.

    Parameters
    ----------
    provider, second : str
        Whose opinions.
    compared : int
        Pixels on which both have one.
    share : float
        Of them, on which both say the same, 0 to 1.
    kappa : float or None
        Cohen's kappa; None where both say one and the same of every pixel.
    only_provider, only_second : float
        Share that one alone calls cloud.
    shadow_provider, shadow_second : float
        Share that each calls cloud shadow.
    patch_px : int
        Largest connected patch on which they disagree, pixels.
    patch_at : tuple of float or None
        Its middle, longitude and latitude; None where there is none.
    """

    provider: str
    second: str
    compared: int
    share: float
    kappa: float | None
    only_provider: float
    only_second: float
    shadow_provider: float
    shadow_second: float
    patch_px: int
    patch_at: tuple[float, float] | None

    @property
    def label(self) -> str:
        """In words.

        Examples
        --------
        >>> shadows = {"shadow_provider": 0.0, "shadow_second": 0.1}
        >>> CloudAgreement(provider="SCL", second="ukis-csmask", compared=100, share=1.0, kappa=None, only_provider=0.0,
        ...     only_second=0.0, patch_px=0, patch_at=None, **shadows).label.partition(";")[0]
        'a second opinion (ukis-csmask) on cloud agrees with SCL on 100 % of 100 pixels (kappa not defined)'
        """
        kappa = "kappa not defined" if self.kappa is None else f"kappa {self.kappa:.2f}"
        text = f"a second opinion ({self.second}) on cloud agrees with {self.provider} on {100 * self.share:.0f} % "
        text += f"of {self.compared} pixels ({kappa}); cloud shadow by it on {100 * self.shadow_second:.0f} %, "
        text += f"by {self.provider} on {100 * self.shadow_provider:.0f} %"
        if self.patch_at is None:
            return text
        alone = [f"{100 * part:.0f} %" for part in (self.only_second, self.only_provider)]
        lon, lat = self.patch_at
        return (
            f"{text}; cloud only by it on {alone[0]}, only by {self.provider} on {alone[1]}; "
            f"largest patch of disagreement {self.patch_px} pixels around longitude {lon:.4f}, latitude {lat:.4f}"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CloudOpinion:
    """A scene as its provider flags it, what the second opinion flags, and how far they agree.

    Parameters
    ----------
    image : Image
        With the provider's flags, unchanged; its lineage states the agreement.
    flags : ndarray of uint16, (y, x)
        Cloud and shadow by the second opinion; ``image.with_flags(opinion.flags)`` adds them.
    agreement : CloudAgreement
    """

    image: Image
    flags: NDArray[np.uint16]
    agreement: CloudAgreement


def cloud_opinion(scene: Scene, grid: Grid) -> CloudOpinion:
    """Ask the networks of ukis-csmask (extra ``clouds``) about a scene's clouds, beside its provider's layer.

    Parameters
    ----------
    scene : Scene
        Optical, with a quality layer and the bands blue, green, red and nir (better swir16 and swir22 too).
    grid : Grid
        Where.

    Returns
    -------
    CloudOpinion
        Nothing of the provider's is replaced.

    Raises
    ------
    InputError
        If the scene has no quality layer, its level is not known, or the extra is not installed.
    BandError, NotEnoughDataError
        If a band is missing, or no pixel has both opinions.

    Notes
    -----
    Misled as :func:`~osint_imagery.change.clouds_network.flag_clouds_by_network` is. Agreement is no proof: both miss
    thin cloud, and both take bright roofs for cloud. Cloud, possible cloud and cirrus count as
    one class. On cloudy dates of a Romanian forest the networks call most of the dark forest shadow.
    """
    require(Scene, scene=scene)
    require(Grid, grid=grid)
    level = _LEVELS.get(scene.sensor.level or "")
    if scene.quality_asset is None or level is None or scene.sensor.kind != "optical":
        msg = f"scene={scene!r} has no quality layer, or no level that is known; there is nothing to compare with"
        raise InputError(msg)
    wanted = tuple(name for name in SIX if name in scene.bands)
    image = read(scene, grid, wanted)
    plain = read(scene, grid, wanted, quality=False)
    second = flag_clouds_by_network(plain, level=level)
    flags = np.asarray(second.flags & int(_CLOUD | Flag.CLOUD_SHADOW), dtype=np.uint16)
    network = dict(second.lineage.steps[-1].parameters)["network"]
    agreement = _agreement(image, flags, plain.valid, names=(str(scene.sensor.quality), network))
    parameters = (("network", network), ("agreement", agreement.label))
    step = Step(name="cloud_opinion", version="1", parameters=parameters, inputs=(image.digest, second.digest))
    return CloudOpinion(image=replace(image, lineage=image.lineage.then(step)), flags=flags, agreement=agreement)


def _agreement(
    image: Image, flags: NDArray[np.uint16], judged: NDArray[np.bool_], *, names: tuple[str, str]
) -> CloudAgreement:
    known = judged & ((image.flags & int(_NOT_JUDGED)) == 0)
    count = int(known.sum())
    if count == 0:
        msg = "no pixel has the provider's and the second opinion; nothing can be compared"
        raise NotEnoughDataError(msg)
    first, second = ((layer & int(_CLOUD)) != 0 for layer in (image.flags, flags))
    shadow = [int((known & ((layer & int(Flag.CLOUD_SHADOW)) != 0)).sum()) / count for layer in (image.flags, flags)]
    differ = known & (first != second)
    share = 1 - int(differ.sum()) / count
    cloudy = [int((layer & known).sum()) / count for layer in (first, second)]
    chance = cloudy[0] * cloudy[1] + (1 - cloudy[0]) * (1 - cloudy[1])
    size, place = _largest(differ, image.grid)
    return CloudAgreement(
        provider=names[0],
        second=names[1],
        compared=count,
        share=share,
        kappa=None if chance == 1 else (share - chance) / (1 - chance),
        only_provider=int((differ & first).sum()) / count,
        only_second=int((differ & second).sum()) / count,
        shadow_provider=shadow[0],
        shadow_second=shadow[1],
        patch_px=size,
        patch_at=place,
    )


def _largest(differ: NDArray[np.bool_], grid: Grid | None) -> tuple[int, tuple[float, float] | None]:
    """Return size and middle of the largest patch; corners connect."""
    labels, count = ndimage.label(differ, structure=np.ones((3, 3)))
    if count == 0 or grid is None:
        return 0, None
    sizes = np.bincount(labels.ravel())[1:]
    rows, columns = np.nonzero(labels == int(np.argmax(sizes)) + 1)
    lon, lat = grid.lonlat(rows.mean(keepdims=True), columns.mean(keepdims=True))
    return int(sizes.max()), (float(lon[0]), float(lat[0]))
