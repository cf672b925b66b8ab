"""Frames of a moving picture as a file's bytes: one palette, no clock, the same bytes each time."""

import io
import subprocess
from collections.abc import Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL.PngImagePlugin import PngInfo

from osint_imagery.core.errors import InputError, StorageError

__all__ = ["KINDS", "Frame", "film"]

Frame = NDArray[np.uint8]  # (y, x, 3), screen colors

KINDS = {
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".apng": "image/apng",
    ".mp4": "video/mp4",
}
"""Suffixes and media types."""

_SAMPLE = 4  # every so many pixels of each frame decide on the palette
_FPS = 10  # players stumble over films of one picture a second: each is repeated
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>'
    '<rdf:li xml:lang="x-default">{words}</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>'
)


def film(frames: Sequence[Frame], kind: str, *, seconds: float, words: str) -> bytes:
    """Return the bytes of a film.

    Parameters
    ----------
    frames : sequence of ndarray
        Of one size.
    kind : str
        One of :data:`KINDS`.
    seconds : float
        For which each is shown; the last one twice as long.
    words : str
        What is written into the file: credit, scenes and what it shows.

    Raises
    ------
    InputError
        If ``.mp4`` is asked for and the extra ``video`` is not installed.
    """
    if kind == ".mp4":
        return _movie(frames, seconds=seconds, words=words)
    times = [round(1000 * seconds)] * (len(frames) - 1) + [round(2000 * seconds)]
    pictures = [Picture.fromarray(frame) for frame in frames]
    stream = io.BytesIO()
    if kind == ".gif":
        colors = _palette(frames)
        flat = [picture.quantize(palette=colors, dither=Picture.Dither.NONE) for picture in pictures]
        flat[0].save(
            stream,
            format="GIF",
            save_all=True,
            append_images=flat[1:],
            duration=times,
            loop=0,
            optimize=False,
            comment=words.encode(),
        )
    elif kind == ".webp":
        pictures[0].save(
            stream,
            format="WEBP",
            save_all=True,
            append_images=pictures[1:],
            duration=times,
            loop=0,
            lossless=True,
            xmp=_XMP.format(words=escape(words)).encode(),
        )
    else:
        told = PngInfo()
        told.add_itxt("Description", words)
        pictures[0].save(
            stream, format="PNG", save_all=True, append_images=pictures[1:], duration=times, loop=0, pnginfo=told
        )
    return stream.getvalue()


def _palette(frames: Sequence[Frame]) -> Picture.Image:
    """Return one palette for all frames: with one each, a color would mean another brightness on each date."""
    sample = np.concatenate([frame[::_SAMPLE, ::_SAMPLE].reshape(1, -1, 3) for frame in frames], axis=1)
    return Picture.fromarray(sample).quantize(256, method=Picture.Quantize.MEDIANCUT, dither=Picture.Dither.NONE)


def _movie(frames: Sequence[Frame], *, seconds: float, words: str) -> bytes:
    """Return H.264 in MP4, which every browser plays; its colors are halved in size, as in all such films."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError as err:
        msg = "path ends in .mp4, which needs imageio-ffmpeg; pip install 'osint-imagery[video]', or end it in .gif"
        raise InputError(msg) from err
    shown = [frame[: frame.shape[0] // 2 * 2, : frame.shape[1] // 2 * 2] for frame in frames]  # H.264 wants even sides
    height, width, _ = shown[0].shape
    repeats = max(1, round(_FPS * seconds))
    order = [*(frame for frame in shown for _ in range(repeats)), *[shown[-1]] * repeats]
    with TemporaryDirectory() as scratch:
        out = Path(scratch, "film.mp4")
        command = [
            *(get_ffmpeg_exe(), "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"),
            *("-s", f"{width}x{height}", "-r", str(_FPS), "-i", "-", "-an", "-c:v", "libx264"),
            *("-preset", "medium", "-crf", "16", "-pix_fmt", "yuv420p", "-threads", "1"),
            *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1", "-metadata", f"comment={words}"),
            *("-movflags", "+faststart", str(out)),
        ]
        run = subprocess.run(command, input=b"".join(map(bytes, order)), capture_output=True, check=False)  # noqa: S603
        if run.returncode:
            msg = f"the film was not written (ffmpeg: {run.stderr.decode(errors='replace')[-300:].strip()})"
            raise StorageError(msg)
        return out.read_bytes()
