"""QR codes: drawn as SVG or PNG, and read from a picture."""

import io
import warnings

import qrcode
import qrcode.image.svg
import zxingcpp
from PIL import Image, UnidentifiedImageError

from common.errors import MalformedInput

MAX_PIXELS = 40_000_000


def svg(text: str) -> str:
    """A QR code as an inline SVG element, one path, scaling with its box."""
    image = qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage, border=4)
    return str(image.to_string(encoding="unicode"))


def png(text: str, *, box_size: int = 8) -> bytes:
    """A QR code as PNG bytes, `box_size` pixels a module."""
    out = io.BytesIO()
    qrcode.make(text, box_size=box_size, border=4).save(out)
    return out.getvalue()


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
