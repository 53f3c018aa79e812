"""The body of an answer as it comes, unpacked in small steps: how large it gets is known before it is held.

Reason: httpx unpacks what it has received whole, and 64 kB of gzip hold 64 MB.
"""

import zlib
from collections.abc import Iterator

import httpx

from tasks.errors import FetchError

ENCODINGS = "gzip, deflate"  # all that is asked for; the others would need a cap of their own
STEP = 65_536
GZIP, ZLIB, BARE = 31, 15, -15  # what zlib calls its windows
WINDOWS = {"gzip": GZIP, "x-gzip": GZIP, "deflate": ZLIB}


async def read(response: httpx.Response, url: str, max_bytes: int, is_cut: bool = False) -> bytes:
    """All of it, unpacked; `is_cut`: no more than `max_bytes` of it, whatever follows.

    Raises: FetchError where it is larger, packed or not, or packed as was not asked for; httpx.DecodingError.
    """
    told = response.headers.get("content-length", "")
    if not is_cut and told.isascii() and told.isdecimal() and int(told[:20]) > max_bytes:
        raise FetchError(f"larger than {max_bytes} bytes", url)
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", *WINDOWS):
        raise FetchError(f"packed as {encoding[:40]!r}, which was not asked for", url)
    unpacker = Unpacker(WINDOWS[encoding]) if encoding in WINDOWS else None
    body, received = bytearray(), 0
    async for chunk in response.aiter_raw():
        received += len(chunk)
        for part in unpacker.feed(chunk) if unpacker else (chunk,):
            body += part
            if max(received, len(body)) > max_bytes:
                if is_cut:
                    return bytes(body[:max_bytes])
                raise FetchError(f"larger than {max_bytes} bytes", url)
    body += unpacker.rest() if unpacker else b""
    return bytes(body)


class Unpacker:
    """gzip of any number of members, or deflate with or without its head."""

    def __init__(self, window: int):
        self._window, self._is_begun = window, False
        self._member = zlib.decompressobj(window)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Parts of at most STEP bytes. Raises: httpx.DecodingError."""
        while data:
            if self._member.eof:  # only gzip has a second member; what else follows is filling
                if self._window != GZIP or not data.startswith(b"\x1f\x8b"):
                    return
                self._member = zlib.decompressobj(GZIP)
            try:
                part = self._member.decompress(data, STEP)
            except zlib.error as error:
                if self._window != ZLIB or self._is_begun:
                    raise httpx.DecodingError(str(error)) from error
                self._window, self._member = BARE, zlib.decompressobj(BARE)
                continue
            self._is_begun = True
            yield part
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def rest(self) -> bytes:
        """What the last step left. Raises: httpx.DecodingError where the end is missing."""
        rest = self._member.flush()
        if self._is_begun and not self._member.eof:
            raise httpx.DecodingError("a packed body without its end")
        return rest
