import base64
import io
import json
import struct
import zlib

import feedback_samples as samples
import pytest
from PIL import Image, PngImagePlugin

from zachetka.pages.images import (
    HEIGHT,
    PLOT_BYTES,
    PLOTS,
    PLOTS_BYTES,
    SIDE,
    STORED_BYTES,
    WIDTH,
    Plots,
    read_plots,
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def opened(plot):
    return Image.open(io.BytesIO(plot.webp), formats=["WEBP"])


def encoded(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def a_png_that_says(width, height):
    """Give a small file that claims to be of any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("kind", "key"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_image_of_an_output_is_drawn_anew(kind, key):
    (plot,) = samples.plots_of(samples.a_notebook(samples.a_chart(kind=kind), key=key))
    assert (plot.cell_index, plot.width, plot.height) == (1, 640, 480)
    assert opened(plot).size == (640, 480)
    assert plot.data_uri.startswith("data:image/webp;base64,")
    assert base64.b64decode(plot.data_uri.partition(",")[2]) == plot.webp


def test_what_is_drawn_looks_like_what_was_stored():
    (plot,) = samples.plots_of(
        samples.a_notebook(encoded(Image.new("RGB", (10, 10), (200, 30, 40))))
    )
    assert opened(plot).convert("RGB").getpixel((5, 5)) == (200, 30, 40)


def test_transparent_image_gets_white_paper():
    (plot,) = samples.plots_of(
        samples.a_notebook(encoded(Image.new("RGBA", (10, 10), (0, 0, 0, 0))))
    )
    assert opened(plot).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_large_image_is_scaled_down():
    (plot,) = samples.plots_of(samples.a_notebook(samples.a_chart((1800, 600))))
    assert (plot.width, plot.height) == (WIDTH, 300)
    (plot,) = samples.plots_of(samples.a_notebook(samples.a_chart((100, 3600))))
    assert (plot.width, plot.height) == (50, HEIGHT)


def test_metadata_is_left_behind():
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "secret-author")
    exif = Image.Exif()
    exif[0x010E] = "secret-place"
    chart = Image.new("RGB", (20, 20), "red")
    data = encoded(chart, pnginfo=notes, exif=exif, icc_profile=b"secret-profile")
    assert data.count(b"secret") >= 2
    (plot,) = samples.plots_of(samples.a_notebook(data))
    assert b"secret" not in plot.webp
    assert opened(plot).info.keys() <= {"loop", "background", "timestamp", "duration"}


def test_image_may_be_stored_in_lines():
    text = base64.b64encode(samples.a_chart()).decode()
    lines = [text[at : at + 76] + "\n" for at in range(0, len(text), 76)]
    assert len(samples.plots_of(samples.a_notebook(lines))) == 1
    assert len(samples.plots_of(samples.a_notebook("".join(lines)))) == 1


def test_image_of_an_old_notebook_is_found():
    image = base64.b64encode(samples.a_chart()).decode()
    cell = {"cell_type": "code", "input": "", "outputs": [{"png": image}]}
    data = json.dumps({"worksheets": [{"cells": [cell]}], "nbformat": 3}).encode()
    assert len(samples.plots_of(data)) == 1


@pytest.mark.parametrize("key", ["image/svg+xml", "text/html", "image/gif"])
def test_other_kinds_are_not_even_looked_at(key):
    assert read_plots(samples.a_notebook(SVG, samples.a_chart(), key=key)) == Plots()


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(SVG, id="svg"),
        pytest.param(encoded(Image.new("RGB", (5, 5)), "GIF"), id="gif"),
        pytest.param(encoded(Image.new("RGB", (5, 5)), "BMP"), id="bmp"),
        pytest.param(encoded(Image.new("RGB", (5, 5)), "TIFF"), id="tiff"),
        pytest.param(encoded(Image.new("RGB", (5, 5)), "WEBP"), id="webp"),
        pytest.param(b"", id="empty"),
        pytest.param(samples.a_chart()[:400], id="cut png"),
        pytest.param(samples.a_chart(kind="JPEG")[:400], id="cut jpeg"),
        pytest.param(b"\x89PNG\r\n\x1a\n", id="signature only"),
        pytest.param(b"\xff\xd8\xff" + b"\xff" * 1000, id="jpeg of noise"),
        pytest.param(a_png_that_says(SIDE + 1, 10), id="too wide"),
        pytest.param(a_png_that_says(10, SIDE + 1), id="too high"),
        pytest.param(a_png_that_says(2**31 - 1, 2**31 - 1), id="bomb"),
        pytest.param(a_png_that_says(12_000, 12_000), id="bomb that is only warned of"),
        pytest.param(a_png_that_says(0, 10), id="no width"),
        pytest.param(a_png_that_says(500, 500), id="too few bytes"),
        pytest.param("no base64 ☃", id="no base64"),
        pytest.param(None, id="null"),
        pytest.param({"a": 1}, id="object"),
        pytest.param([1, None], id="no lines"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_cannot_be_shown_is_left_out_and_counted(image):
    found = read_plots(samples.a_notebook(samples.a_chart((50, 50)), image))
    assert (len(found.plots), found.left_out) == (1, 1)


def test_stored_image_of_too_many_bytes_is_left_out():
    notes = chunk(b"teSt", b"\0" * STORED_BYTES)
    data = samples.a_chart((20, 20))
    head = len(b"\x89PNG\r\n\x1a\n") + 25
    large = data[:head] + notes + data[head:]
    assert read_plots(samples.a_notebook(large)) == Plots(left_out=1)
    small = data[:head] + notes[:0] + data[head:]
    assert len(samples.plots_of(samples.a_notebook(small))) == 1


def test_images_beyond_the_number_are_counted():
    found = read_plots(samples.a_notebook(*[samples.a_chart((20, 20))] * (PLOTS + 5)))
    assert (len(found.plots), found.left_out) == (PLOTS, 5)


def test_broken_images_are_tried_so_often_and_no_more():
    broken = [b"\x89PNG\r\n\x1a\n"] * 40
    found = read_plots(samples.a_notebook(*broken, samples.a_chart((20, 20))))
    assert found == Plots(left_out=41)


def test_all_plots_together_are_bounded():
    noise = Image.effect_noise((900, 900), 100).convert("RGB")
    images = [encoded(noise, "JPEG", quality=80)] * PLOTS
    found = read_plots(samples.a_notebook(*images))
    assert sum(len(plot.webp) for plot in found.plots) <= PLOTS_BYTES
    assert all(len(plot.webp) <= PLOT_BYTES for plot in found.plots)
    assert len(found.plots) + found.left_out == PLOTS


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"cells": 1}',
        b'{"cells": [1, null, {"outputs": 1}, {"outputs": [1, {"data": 1}]}]}',
        b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_notebook_has_no_plots(data):
    assert read_plots(data) == Plots()
