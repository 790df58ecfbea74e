"""What the server refuses, and in which words."""

import pytest
from PIL import Image

CHOICES = "at_most, format, height, long_side, megapixels, quality, scale, size, strength, weights, width"
REFUSED = [
    (
        {"size": "sides", "width": 16},
        "holiday.png: is 16 x 12 pixels, and so has the size already (width 16); wish for a larger one",
    ),
    (
        {"weights": "lapsrn-x2", "scale": 3},
        "holiday.png: to become 48 x 36: scale 3: lapsrn-x2 enlarges 2 times at most",
    ),
    (
        {"weights": "/etc/passwd", "scale": 2},
        "weights: wants one of automatic, lapsrn-x2, lapsrn-x4, lapsrn-x8, bicubic, found '/etc/passwd'",
    ),
    (
        {"scale": 1000},
        "holiday.png: to become 16000 x 12000: scale 1000: wants at most 512, "
        "which takes 3 networks one after another",
    ),
    ({"size": "scale"}, "size: wants how many times larger, more than 1, such as 2"),
    ({"size": "sides", "width": ""}, "size: wants a width, a height or both, in pixels"),
    ({"scale": float("nan")}, "scale: wants a number from 1 to 1,048,576, found nan"),
    ({"scale": "2"}, "scale: wants a number from 1 to 1,048,576, found '2'"),
    ({"scale": True}, "scale: wants a number from 1 to 1,048,576, found True"),
    ({"size": "long_side", "long_side": 30.5}, "long side: wants a whole number, found 30.5"),
    ({"scale": 2, "strength": 1.5}, "strength: wants a number from 0 to 1, found 1.5"),
    ({"scale": 2, "format": "../x"}, "format: wants one of png, jpg, webp, tif, bmp, avif, found '../x'"),
    ({"scale": 2, "output": "/tmp/x"}, f"output: is no choice of this page; there are: {CHOICES}"),
]


@pytest.mark.parametrize(("choices", "why"), REFUSED)
def test_what_cannot_be_done_is_said_in_words(client, photo, choices, why):
    with client.tab() as tab:
        tab.send(photo().read_bytes(), "holiday.png")
        assert tab.told("plan", **choices) == (422, {"error": why})


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"', b"\xff", b"[" * 9000])
def test_what_is_no_order_is_refused(client, photo, body):
    with client.tab() as tab:
        tab.send(photo().read_bytes(), "holiday.png")
        status, _, said = tab.ask("POST", "plan", body)
        assert status == 422
        assert said.startswith(b'{"error":"order: wants ')


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "x.jpg: wants an image, found an empty file"),
        (b"no picture at all", "x.jpg: wants an image, found a file of another kind"),
        (b"%PDF-1.4 ......", "x.jpg: wants a PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF or HEIC, found a PDF"),
    ],
)
def test_what_is_no_photograph_is_refused(client, content, why):
    with client.tab() as tab:
        assert tab.send(content, "../../x.jpg") == (422, {"error": why})
        assert tab.told("plan", scale=2) == (
            409,
            {"error": "srkit-app: wants a photograph first; drop one on the page"},
        )
    assert client.left() == []


def test_a_document_of_several_pages_is_left_to_the_command(client, tmp_path):
    pages = [Image.new("L", (8, 6), level) for level in (0, 99)]
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    why = "scan.tif: has 2 pages, and one picture is enlarged here; the command srkit upscale enlarges all pages"
    with client.tab() as tab:
        assert tab.send((tmp_path / "scan.tif").read_bytes(), "scan.tif") == (422, {"error": why})
