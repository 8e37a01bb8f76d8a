"""The content store: original bytes under their SHA-256, written before any row speaks of them."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from models.domain.errors import (
    IntegrityError,
    InvalidInputError,
    NotFoundError,
    StoreFullError,
    StoreUnavailableError,
)

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredContent:
    """Bytes that are safely kept."""

    sha256: str
    size_bytes: int


@contextmanager
def _no_room_is_said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StoreFullError("the disk of the content store is full; the file was not kept") from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise StoreUnavailableError("the content store cannot be written to; the file was not kept") from error
        raise


@dataclass(frozen=True, slots=True)
class ContentStore:
    """A folder of files named by the SHA-256 of their bytes; nothing in it is ever changed or removed."""

    root: Path

    def put(self, content: bytes | Path | BinaryIO, *, max_bytes: int | None = None) -> StoredContent:
        """Keep bytes, a file or a stream (hashed while it is written) and return its name.

        Raises
        ------
        InvalidInputError
            If the content is longer than `max_bytes`; nothing is kept.
        StoreFullError, StoreUnavailableError
            If the disk is full, or the folder may not be written to; nothing is kept.
        """
        if isinstance(content, Path):
            with content.open("rb") as file:
                return self.put(file, max_bytes=max_bytes)
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        with _no_room_is_said():
            self.root.mkdir(parents=True, exist_ok=True)
            return self._write(stream, max_bytes)

    def _write(self, stream: BinaryIO, max_bytes: int | None) -> StoredContent:
        digest, size_bytes = hashlib.sha256(), 0
        descriptor, name = tempfile.mkstemp(prefix=".incoming-", dir=self.root)
        try:
            with os.fdopen(descriptor, "wb") as file:
                while chunk := stream.read(_CHUNK_BYTES):
                    size_bytes += len(chunk)
                    if max_bytes is not None and size_bytes > max_bytes:
                        raise InvalidInputError(f"the file is larger than {max_bytes:,} bytes")
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            self._keep(Path(name), digest.hexdigest())
        finally:
            Path(name).unlink(missing_ok=True)
        return StoredContent(digest.hexdigest(), size_bytes)

    def _keep(self, incoming: Path, sha256: str) -> None:
        target = self.path(sha256)
        if target.exists():
            return
        target.parent.mkdir(exist_ok=True)
        incoming.chmod(0o440)
        incoming.replace(target)
        for folder in (target.parent, self.root):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def path(self, sha256: str) -> Path:
        """Return where content of that name lies, whether or not it exists."""
        if len(sha256) != hashlib.sha256().digest_size * 2 or not set(sha256) <= set("0123456789abcdef"):
            raise InvalidInputError("that is no SHA-256")
        return self.root / sha256[:2] / sha256

    def open(self, sha256: str) -> BinaryIO:
        """Open kept content for reading."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotFoundError(f"no content is kept under {sha256}") from error

    def verify(self, sha256: str) -> None:
        """Compare kept bytes with their name.

        Raises
        ------
        IntegrityError
            If they differ or are missing.
        """
        path = self.path(sha256)
        if not path.exists():
            raise IntegrityError(f"the bytes of {sha256} are missing")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise IntegrityError(f"the bytes of {sha256} have changed")
