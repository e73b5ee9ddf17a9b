"""The files that a run may read: nothing outside the given paths, by whatever way."""

from __future__ import annotations

import pytest

from upstreamlint.files.readable import DiskFiles, MemoryFiles, decode, matching


@pytest.fixture
def tree(tmp_path, monkeypatch):
    (tmp_path / "inside" / "conf.d").mkdir(parents=True)
    (tmp_path / "inside" / "nginx.conf").write_text("http {}\n")
    (tmp_path / "inside" / "conf.d" / "b.conf").write_text("b\n")
    (tmp_path / "inside" / "conf.d" / "a.conf").write_text("a\n")
    (tmp_path / "secret").write_text("secret\n")
    (tmp_path / "inside" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "inside" / "folder").symlink_to(tmp_path)
    (tmp_path / "inside" / "binary").write_bytes(b"\0\1\2")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "path", ["secret", "inside/../secret", "inside/link", "inside/folder/secret", "/etc/passwd"]
)
def test_nothing_outside_is_read(tree, path):
    files = DiskFiles(["inside"])
    assert files.source(path) is None
    assert not files.is_file(path)
    assert not files.knows(path)


def test_what_is_inside_is_read_once(tree):
    files = DiskFiles(["inside"])
    source = files.source("inside/./conf.d/../nginx.conf")
    assert source is not None
    assert source.text == "http {}\n"
    assert files.source("inside/nginx.conf") is source


def test_a_link_that_may_not_be_read_is_nowhere(tree, monkeypatch):
    def refuse(path, **_):
        raise PermissionError(13, "Permission denied", path)

    files = DiskFiles(["inside"])
    monkeypatch.setattr("os.path.realpath", refuse)
    for path in ("/proc/1/ns/net", "../proc/1/ns/net"):
        assert not files.is_file(path)
        assert not files.is_folder(path)
        assert files.source(path) is None


def test_binary_content_is_no_text(tree):
    assert DiskFiles(["inside"]).source("inside/binary") is None


@pytest.mark.parametrize("files", ["disk", "memory"])
def test_patterns_find_files_in_order(tree, files):
    chosen = (
        DiskFiles(["inside"])
        if files == "disk"
        else MemoryFiles({"inside/conf.d/b.conf": "b", "inside/conf.d/a.conf": "a", "inside/nginx.conf": ""})
    )
    assert matching(chosen, "inside/conf.d/*.conf") == ["inside/conf.d/a.conf", "inside/conf.d/b.conf"]
    assert matching(chosen, "inside/*.conf") == ["inside/nginx.conf"]
    assert matching(chosen, "inside/nginx.conf") == ["inside/nginx.conf"]
    assert matching(chosen, "inside/missing.conf") == []


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain", "plain"),
        (b"\xef\xbb\xbfmark", "mark"),
        ("wide".encode("utf-16"), "wide"),
        (b"stray \xff byte", "stray � byte"),
        (b"nul \0", None),
    ],
)
def test_bytes_become_text(data, text):
    assert decode(data) == text
