"""QR codes: drawn as SVG or PNG, and read from a picture."""

import io
import warnings
from itertools import groupby

import qrcode
import qrcode.exceptions
import zxingcpp
from PIL import Image, UnidentifiedImageError

from common.errors import MalformedInput

MAX_PIXELS = 40_000_000


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
        raise MalformedInput("This is too long for a QR code.", detail=f"{len(text)} characters") from error
    return code


def read(picture: bytes) -> str:
    """The text of the one QR code in a PNG, JPEG or WebP picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(picture), formats=["PNG", "JPEG", "WEBP"])
            if image.width * image.height > MAX_PIXELS:
                raise MalformedInput("This picture is too large.")
            grey = image.convert("L")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise MalformedInput("This is not a picture that can be read: send PNG, JPEG or WebP.") from error
    found = {
        code.text
        for code in zxingcpp.read_barcodes(
            grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        )
    }
    if len(found) != 1:
        raise MalformedInput(
            "No QR code was found in this picture." if not found else "This picture holds several QR codes."
        )
    return str(found.pop())
