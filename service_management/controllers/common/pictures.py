import io

from PIL import Image, UnidentifiedImageError

from odoo.tools.mimetypes import guess_mimetype

#: Pictures that Pillow opens, by the type that their first bytes tell
OPENED = {'image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp'}
#: Pictures that it does not open, of telephones
UNOPENED = {'image/heic', 'image/heif'}


def is_picture(content, types=OPENED | UNOPENED):
    """Tell whether bytes are a picture that can be shown, and not only begin like one."""
    kind = guess_mimetype(content)
    if kind not in types:
        return False
    if kind in UNOPENED:
        return True
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return False
    return True
