"""What a file seems to be, from its first bytes: for messages about files that are not what their name or use says."""

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PAR1", "Parquet"),
    (b"PARE", "encrypted Parquet"),
    (b"ARROW1", "an Arrow file"),
    (b"\xff\xff\xff\xff", "an Arrow stream"),
    (b"FEA1", "Feather of version 1"),
    (b"ORC", "ORC"),
    (b"Obj\x01", "Avro"),
    (b"PK\x03\x04", "a ZIP archive (or a spreadsheet)"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "a picture"),
    (b"\x7fELF", "a program"),
    (b"\xff\xfe\x00\x00", "text in UTF-32"),
    (b"\x00\x00\xfe\xff", "text in UTF-32"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)


def looks_like(head: bytes) -> str | None:
    """A name for what begins like this, None for what could be text in UTF-8 or is not known."""
    return next((name for magic, name in MAGIC if head.startswith(magic)), None)


def shown(head: bytes) -> str:
    """What begins like this, for a message: its kind, ``text``, or its first bytes."""
    known = looks_like(head)
    if known is not None:
        return known
    if not head:
        return "nothing"
    words = head[:64].decode("utf-8", errors="ignore").split()
    if words and all(map(str.isprintable, words)):
        return "text"
    return f"bytes that begin with {head[:8].hex(' ')}"
