import errno
import hashlib
import io
import os

import pytest

from models.domain.errors import IntegrityError, InvalidInputError, NotFoundError, StoreFullError
from models.store.content import ContentStore


@pytest.fixture
def content(tmp_path):
    return ContentStore(tmp_path / "content")


def files_in(content):
    return [path for path in content.root.rglob("*") if path.is_file()]


def test_bytes_files_and_streams_are_kept_under_their_hash(content, tmp_path):
    original = os.urandom(3_000_000)
    source = tmp_path / "file.bin"
    source.write_bytes(original)
    kept = [content.put(original), content.put(source), content.put(io.BytesIO(original))]
    assert {stored.sha256 for stored in kept} == {hashlib.sha256(original).hexdigest()}
    assert {stored.size_bytes for stored in kept} == {len(original)}
    with content.open(kept[0].sha256) as stream:
        assert stream.read() == original
    assert len(files_in(content)) == 1
    content.verify(kept[0].sha256)


def test_what_is_too_large_is_refused_and_leaves_nothing(content):
    with pytest.raises(InvalidInputError, match="larger than 10 bytes"):
        content.put(io.BytesIO(b"x" * 11), max_bytes=10)
    assert files_in(content) == []


def test_a_flipped_bit_and_a_missing_file_are_named(content):
    stored = content.put(b"original")
    path = content.path(stored.sha256)
    path.chmod(0o600)
    path.write_bytes(b"0riginal")
    with pytest.raises(IntegrityError, match="have changed"):
        content.verify(stored.sha256)
    path.unlink()
    with pytest.raises(IntegrityError, match="are missing"):
        content.verify(stored.sha256)
    with pytest.raises(NotFoundError):
        content.open(stored.sha256)


def test_a_full_disk_says_so_and_leaves_nothing(content):
    class FullDisk(io.BytesIO):
        def read(self, _size=-1):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreFullError, match="full"):
        content.put(FullDisk(b"x"))
    assert files_in(content) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_a_name_that_is_no_hash_opens_nothing(content, name):
    with pytest.raises(InvalidInputError):
        content.open(name)
