"""QR codes: what is drawn can be read again, and a hostile picture is only an error."""

import io
import re
import struct
import zlib
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageDraw

from common.adapters import qr
from common.adapters.limits.turns import BusyError, Turns
from common.errors import MalformedInputError

OFFER = (
    "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Flocalhost%3A8000%2Fissuers%2Fx%2Foffers%2F1"
)


def drawn(svg: str, scale: int = 4) -> bytes:
    """The SVG's one path as a PNG, stroke by stroke."""
    root = ElementTree.fromstring(svg)
    size = int(root.attrib["viewBox"].split()[2])
    image = Image.new("L", (size * scale, size * scale), 255)
    pen = ImageDraw.Draw(image)
    for row in re.findall(r"M0 (\d+)\.5([^M]*)", root[0].attrib["d"]):
        x, top = 0, int(row[0]) * scale
        for command, width in re.findall(r"([hm])(\d+)", row[1]):
            if command == "h":
                pen.rectangle((x * scale, top, (x + int(width)) * scale - 1, top + scale - 1), fill=0)
            x += int(width)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("text", [OFFER, "ñandú Quispe Ñahui", "x" * 600, "A"])
def test_a_drawn_code_is_read_again(text: str) -> None:
    assert qr.read(qr.png(text)) == text
    assert qr.read(drawn(qr.svg(text))) == text


def test_the_svg_carries_nothing_but_its_path() -> None:
    root = ElementTree.fromstring(qr.svg('"><script>alert(1)</script>'))
    assert [element.tag for element in root.iter()] == ["svg", "path"]
    assert re.fullmatch(r"[Mhm0-9. ]+", root[0].attrib["d"])


def test_a_text_too_long_is_said_so() -> None:
    for draw in (qr.svg, qr.png):
        with pytest.raises(MalformedInputError, match="too long"):
            draw("x" * 3000)


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_other_pictures_are_read_too(form: str) -> None:
    out = io.BytesIO()
    Image.open(io.BytesIO(qr.png(OFFER))).convert("RGB").save(out, form)
    assert qr.read(out.getvalue()) == OFFER


def test_a_rotated_photograph_is_read() -> None:
    out = io.BytesIO()
    picture = Image.open(io.BytesIO(qr.png(OFFER))).convert("L")
    picture.rotate(17, expand=True, fillcolor=255).save(out, "PNG")
    assert qr.read(out.getvalue()) == OFFER


def test_none_or_several_codes_are_said_so() -> None:
    blank = Image.new("L", (200, 200), 255)
    out = io.BytesIO()
    blank.save(out, "PNG")
    with pytest.raises(MalformedInputError, match="No QR code"):
        qr.read(out.getvalue())
    left, right = (Image.open(io.BytesIO(qr.png(text))).convert("L") for text in ("one", "two"))
    both = Image.new("L", (left.width + right.width, left.height), 255)
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    out = io.BytesIO()
    both.save(out, "PNG")
    with pytest.raises(MalformedInputError, match="several"):
        qr.read(out.getvalue())


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def in_copies(form: str, mode: str) -> bytes:
    """A picture of a kind that takes more memory a pixel than others, and so may have fewer."""
    out = io.BytesIO()
    Image.new(mode, (4_000, 4_000)).save(out, form)
    return out.getvalue()


@pytest.mark.parametrize(
    "picture",
    [b"", b"not a picture", qr.png(OFFER)[:100], qr.png(OFFER)[:-40], b"GIF89a" + bytes(100),
     b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"RIFF\x00\x00\x00\x00WEBP",
     png_claiming(7_000, 7_000), png_claiming(100_000, 100_000), png_claiming(2**31 - 1, 2**31 - 1),
     png_claiming(0, 0), in_copies("WEBP", "RGB"), in_copies("JPEG", "CMYK")],
    ids=["empty", "text", "cut early", "cut late", "gif", "pdf", "svg", "webp head", "49 megapixels",
         "bomb", "overflow", "no pixel", "webp of 16 megapixels", "print of 16 megapixels"],
)  # fmt: skip
def test_a_hostile_picture_is_only_an_error(picture: bytes) -> None:
    with pytest.raises(MalformedInputError):
        qr.read(picture)


def test_one_picture_at_a_time_and_few_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(at_once=1, waiting=0, patience=0)
    monkeypatch.setattr(qr, "DEAR", turns)
    with turns.taken(), pytest.raises(BusyError):
        qr.read(qr.png(OFFER))
    assert qr.read(io.BytesIO(qr.png(OFFER))) == OFFER
