"""A student's plots, taken out of the stored outputs of a notebook and drawn anew.

Nothing of the stored bytes is passed on: what a decoder makes of them is put on white paper,
scaled down and encoded again.
"""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zachetka.errors import SubmissionRejectedError
from zachetka.submission.decoding import decode, parse_json
from zachetka.submission.file import FILE_BYTES
from zachetka.submission.metadata import mapping
from zachetka.submission.notebook import all_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

PLOTS: Final = 12
WIDTH: Final = 900
HEIGHT: Final = 1800
SIDE: Final = 4096
PIXELS: Final = 40_000_000  # of all images of a notebook
STORED_BYTES: Final = 8_000_000
PLOT_BYTES: Final = 400_000
PLOTS_BYTES: Final = 3_000_000

# Each may cost a decoder a second; honest notebooks hold a few dozen at most.
_TRIES: Final = 40
_CHART_COLOURS: Final = 1 << 13
_FORMATS: Final = ("PNG", "JPEG")
_SIGNATURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
# By the names of nbformat 4 and 3.
_KEYS: Final = ("image/png", "image/jpeg", "png", "jpeg")


@dataclass(frozen=True, slots=True)
class Plot:
    """An image that is safe to show; `cell_index` is the position of its cell, from 0."""

    cell_index: int
    webp: bytes
    width: int
    height: int

    @property
    def data_uri(self) -> str:
        """The image as the source of an `img` element."""
        return "data:image/webp;base64," + base64.b64encode(self.webp).decode("ascii")


@dataclass(frozen=True, slots=True)
class Plots:
    """The plots of a notebook, and how many of its images could not be taken over."""

    plots: tuple[Plot, ...] = ()
    left_out: int = 0


def read_plots(data: bytes) -> Plots:
    """Give the PNG and JPEG images in the outputs of a notebook's bytes, drawn anew.

    Bytes that are no notebook have none. The number of those that were left out is given, too.
    """
    if len(data) > FILE_BYTES:
        return Plots()
    try:
        untrusted_notebook = parse_json(decode(data, []))
        if not isinstance(untrusted_notebook, dict):
            return Plots()
        untrusted_cells = all_cells(untrusted_notebook, [])
    except SubmissionRejectedError:
        return Plots()
    plots: list[Plot] = []
    left_out = 0
    room_bytes = PLOTS_BYTES
    room_pixels = PIXELS
    for number, (cell_index, untrusted_image) in enumerate(_stored_images(untrusted_cells)):
        full = len(plots) == PLOTS or number >= _TRIES
        untrusted_bytes = None if full else _image_bytes(untrusted_image)
        pixels = _pixels(untrusted_bytes) if untrusted_bytes else 0
        room_pixels -= pixels
        plot = None
        if untrusted_bytes and pixels and room_pixels >= 0:
            plot = _drawn_anew(cell_index, untrusted_bytes)
        if plot is None or len(plot.webp) > room_bytes:
            left_out += 1
            continue
        room_bytes -= len(plot.webp)
        plots.append(plot)
    return Plots(tuple(plots), left_out)


def _stored_images(untrusted_cells: list[Any]) -> Iterator[tuple[int, object]]:
    for index, untrusted_cell in enumerate(untrusted_cells):
        untrusted_outputs = mapping(untrusted_cell).get("outputs")
        if not isinstance(untrusted_outputs, list):
            continue
        for untrusted_output in map(mapping, untrusted_outputs):
            untrusted_data = mapping(untrusted_output.get("data", untrusted_output))
            # One output may hold the same image in two formats.
            key = next((key for key in _KEYS if key in untrusted_data), None)
            if key is not None:
                yield index, untrusted_data[key]


def _pixels(untrusted_bytes: bytes) -> int:
    """Give the size that an image's header claims; 0 for one that is not to be decoded."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(untrusted_bytes), formats=_FORMATS) as image:
                width, height = image.size
    except Exception:  # noqa: BLE001 - whatever a decoder says of a stranger's bytes
        return 0
    return width * height if max(width, height) <= SIDE else 0


def _drawn_anew(cell_index: int, untrusted_bytes: bytes) -> Plot | None:
    try:
        canvas = _on_white(untrusted_bytes)
        webp = _encoded(canvas)
    except Exception:  # noqa: BLE001 - whatever a decoder says of a stranger's bytes
        return None
    if len(webp) > PLOT_BYTES:
        return None
    return Plot(cell_index, webp, canvas.width, canvas.height)


def _image_bytes(untrusted_image: object) -> bytes | None:
    if isinstance(untrusted_image, list):
        lines = [line for line in untrusted_image if isinstance(line, str)]
        if sum(map(len, lines)) > 2 * STORED_BYTES:
            return None
        untrusted_image = "".join(lines)
    if not isinstance(untrusted_image, str) or len(untrusted_image) > 2 * STORED_BYTES:
        return None
    try:
        data = base64.b64decode(untrusted_image)
    except (binascii.Error, ValueError):
        return None
    return data if len(data) <= STORED_BYTES and data.startswith(_SIGNATURES) else None


def _on_white(untrusted_bytes: bytes) -> Image:
    """Decode an image and put it on white paper, which leaves its metadata behind.

    Raises:
        Exception: whatever the decoder raises.
    """
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(untrusted_bytes), formats=_FORMATS) as image:
            if image.format not in _FORMATS or max(image.size) > SIDE or min(image.size) < 1:
                raise ValueError(f"{image.format} of {image.size}")
            image.load()
            colours = image.convert("RGBA")
    canvas = Image.new("RGB", colours.size, "white")
    canvas.paste(colours, mask=colours.getchannel("A"))
    canvas.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    return canvas


def _encoded(canvas: Image) -> bytes:
    """Keep the lines of a chart sharp, and give a photograph fewer bytes."""
    stream = io.BytesIO()
    is_chart = canvas.getcolors(_CHART_COLOURS) is not None
    canvas.save(stream, "WEBP", lossless=is_chart, quality=50 if is_chart else 80, method=2)
    return stream.getvalue()
