"""QR codes: drawn as SVG or PNG, and read from a picture."""

import io
import warnings
from itertools import groupby
from typing import IO, Final

import qrcode
import qrcode.exceptions
import zxingcpp
from PIL import Image, UnidentifiedImageError

from common.adapters.limits.turns import DEAR
from common.errors import MalformedInputError

MAX_MEMORY: Final = 180_000_000  # bytes that reading a picture takes: a PNG or JPEG of 25 megapixels
# Bytes a pixel, as measured: a library unpacks WebP in copies, and the four colours of print once more.
_PER_PIXEL: Final = {"PNG": 7, "JPEG": 7, "WEBP": 16}
_PER_PIXEL_IN_PRINT: Final = 12
ENOUGH: Final = 2_500  # pixels of width or height, in which a JPEG is unpacked where it has twice as many


def svg(text: str) -> str:
    """A QR code as an inline SVG element that scales with its box: one path, a stroke a run of modules."""
    modules = _code(text).get_matrix()
    strokes = []
    for y, row in enumerate(modules):
        strokes.append(f"M0 {y}.5")
        for dark, run in groupby(row):
            strokes.append(f"{'h' if dark else 'm'}{len(list(run))}{'' if dark else ' 0'}")
    size = len(modules)
    return (
        f'<svg viewBox="0 0 {size} {size}" shape-rendering="crispEdges" aria-hidden="true" focusable="false">'
        f'<path fill="none" stroke="#000" d="{"".join(strokes)}"/></svg>'
    )


def png(text: str, *, box_size: int = 8) -> bytes:
    """A QR code as PNG bytes, `box_size` pixels a module."""
    out = io.BytesIO()
    _code(text, box_size=box_size).make_image().save(out)
    return out.getvalue()


def _code(text: str, *, box_size: int = 8) -> qrcode.QRCode:
    code = qrcode.QRCode(box_size=box_size, border=4)
    code.add_data(text)
    try:
        code.make()
    except (qrcode.exceptions.DataOverflowError, ValueError) as error:
        raise MalformedInputError(
            "This is too long for a QR code.", detail=f"{len(text)} characters"
        ) from error
    return code


def read(picture: bytes | IO[bytes]) -> str:
    """The text of the one QR code in a PNG, JPEG or WebP picture; one picture at a time, or `BusyError`."""
    with DEAR.taken():
        return _read(io.BytesIO(picture) if isinstance(picture, bytes) else picture)


def _read(picture: IO[bytes]) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(picture, formats=["PNG", "JPEG", "WEBP"])
            size = _PER_PIXEL_IN_PRINT if image.mode == "CMYK" else _PER_PIXEL[image.format or "WEBP"]
            if image.width * image.height * size > MAX_MEMORY:
                raise MalformedInputError("This picture is too large.")
            image.draft("L", (ENOUGH, ENOUGH))
            grey = image.convert("L")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise MalformedInputError(
            "This is not a picture that can be read: send PNG, JPEG or WebP."
        ) from error
    found = {
        code.text
        for code in zxingcpp.read_barcodes(
            grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        )
    }
    if len(found) != 1:
        raise MalformedInputError(
            "No QR code was found in this picture." if not found else "This picture holds several QR codes."
        )
    return str(found.pop())
