import ntpath
import os

import pytest

from upstreamlint.errors import UsageError
from upstreamlint.files.discover import discover, shown_from, why_unread
from upstreamlint.files.gitignore import Patterns

NGINX = "server {\n  listen 80;\n}\n"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Writes files below the working directory and says what is found there."""
    monkeypatch.chdir(tmp_path)

    def build(files):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return build


def found(*paths, **options):
    return [file.path for file in discover(paths or ["."], **options).files]


def kinds(*paths):
    return {file.path: file.kind.value for file in discover(paths or ["."]).files}


def skipped(*paths):
    return {skip.path: skip.reason for skip in discover(paths or ["."]).skipped}


def test_kinds_by_name_and_by_content(tree):
    tree(
        {
            "a.yaml": "",
            "b.YML": "",
            "c.json": "",
            "Dockerfile": "",
            "Dockerfile.web": "",
            "api.dockerfile": "",
            "dockerfile.py": "",
            ".env": "",
            "prod.env": "",
            ".env.local": "",
            "nginx.conf": "",
            "web.conf": NGINX,
            "redis.conf": "port 6379\n",
            "apache.conf": "<Location />\nProxyPass http://a\n</Location>\n",
            "default.conf.template": "upstream a { server ${HOST}; }\n",
            "sites-enabled/shop": "location /a {\n  proxy_pass http://b;\n}\n",
            "sites-enabled/README.md": NGINX,
            "templates/x.template": "proxy_pass http://b;\n",
            "main.py": NGINX,
            "upstreamlint.yaml": "",
            ".upstreamlint-baseline.yaml": "",
            "binary.conf": b"server {\0",
        }
    )
    assert kinds() == {
        ".env": "env",
        ".env.local": "env",
        "Dockerfile": "dockerfile",
        "Dockerfile.web": "dockerfile",
        "a.yaml": "yaml",
        "api.dockerfile": "dockerfile",
        "b.YML": "yaml",
        "c.json": "yaml",
        "default.conf.template": "nginx",
        "nginx.conf": "nginx",
        "prod.env": "env",
        "sites-enabled/shop": "nginx",
        "templates/x.template": "nginx",
        "web.conf": "nginx",
    }


def test_folders_of_others_are_never_walked(tree):
    tree({f"{name}/a.yaml": "" for name in (".git", "node_modules", "x/vendor", ".terraform", ".venv", "ok")})
    assert found() == ["ok/a.yaml"]


def test_test_data_is_left_out_and_said(tree):
    tree(
        {
            "a.yaml": "",
            "x/testdata/b.yaml": "",
            "tests/fixtures/c/golden/d.yaml": "",
            "test/output/e.yaml": "",
        }
    )
    assert found() == ["a.yaml"]
    assert set(skipped()) == {"x/testdata", "tests/fixtures", "test/output"}
    assert found("tests/fixtures") == ["tests/fixtures/c/golden/d.yaml"]
    assert found("tests/fixtures/c") == ["tests/fixtures/c/golden/d.yaml"]
    assert found(".", "x/testdata") == ["a.yaml", "x/testdata/b.yaml"]


def test_what_a_policy_is_tried_on_is_left_out_and_said(tree):
    tree({f"x/{name}": "" for name in ("suite.yaml", "template.yaml", "samples/a/disallowed.yaml")})
    assert set(skipped()) == {"x/samples"}
    assert found("x/samples") == ["x/samples/a/disallowed.yaml"]


def test_what_is_put_aside_is_left_out_and_said(tree):
    tree({"a.yaml": "", "archive/b.yaml": "", "x/.archive/c.yaml": "", "x/archive/d.yaml": ""})
    assert found() == ["a.yaml", "x/archive/d.yaml"]
    assert set(skipped()) == {"archive", "x/.archive"}
    assert found("archive") == ["archive/b.yaml"]


def test_gitignore_files_are_honoured_wherever_they_are(tree):
    tree(
        {
            ".gitignore": "/build/\n*.gen.yaml\n!keep.gen.yaml\n",
            "build/a.yaml": "",
            "x/build/a.yaml": "",
            "x/b.gen.yaml": "",
            "x/keep.gen.yaml": "",
            "x/.gitignore": "c.yaml\n!b.gen.yaml\n",
            "x/c.yaml": "",
            "c.yaml": "",
        }
    )
    assert found() == ["c.yaml", "x/b.gen.yaml", "x/build/a.yaml", "x/keep.gen.yaml"]


def test_gitignore_of_the_repository_counts_for_a_folder_in_it(tree):
    root = tree(
        {
            ".git/HEAD": "",
            ".gitignore": "*.gen.yaml\n/x/out/\n",
            "x/a.gen.yaml": "",
            "x/out/b.yaml": "",
            "x/c.yaml": "",
        }
    )
    assert found("x") == ["x/c.yaml"]
    os.chdir(root / "x")
    assert found() == ["c.yaml"]
    # What is named is taken, even if it is ignored.
    assert found("out") == ["out/b.yaml"]
    assert found("a.gen.yaml") == ["a.gen.yaml"]


def test_exclude_is_relative_to_its_base(tree):
    tree({"deploy/a.yaml": "", "deploy/old/b.yaml": "", "old/c.yaml": "", "deploy/d.bak.yaml": ""})
    assert found(exclude=["/old/", "*.bak.yaml"], base="deploy") == ["deploy/a.yaml", "old/c.yaml"]


def test_no_gitignore_takes_back_what_is_excluded(tree):
    tree({".gitignore": "!a.yaml\n", "a.yaml": "", "b.yaml": ""})
    assert found(exclude=["a.yaml"]) == ["b.yaml"]


def test_a_named_file_is_read_whatever_its_name(tree):
    tree({"a.txt": "kind: Service\n", "b.txt": NGINX, "c.yaml": "", "d.bin": b"\0"})
    assert kinds("a.txt", "b.txt", "./c.yaml") == {"a.txt": "yaml", "b.txt": "nginx", "c.yaml": "yaml"}
    assert skipped("d.bin") == {"d.bin": "binary"}


def test_paths_are_shown_as_the_user_sees_them(tree):
    root = tree({"x/a.yaml": "", "y/b.yaml": ""})
    assert found(str(root / "x")) == ["x/a.yaml"]
    os.chdir(root / "x")
    assert found("../y", ".") == ["../y/b.yaml", "a.yaml"]
    assert found(str(root / "y")) == [f"{root}/y/b.yaml"]


def test_a_file_named_twice_is_found_once(tree):
    tree({"x/a.yaml": ""})
    assert found(".", "x", "x/a.yaml") == ["x/a.yaml"]


def test_links_lead_nowhere_outside_and_in_no_circle(tree):
    root = tree({"in/a.yaml": "", "in/sub/b.yaml": "", "out/c.yaml": ""})
    (root / "in/loop").symlink_to(root / "in")
    (root / "in/away").symlink_to(root / "out")
    (root / "in/c.yaml").symlink_to("../out/c.yaml")
    (root / "in/d.yaml").symlink_to("sub/b.yaml")
    (root / "in/dangling.yaml").symlink_to("nothing.yaml")
    assert found("in") == ["in/a.yaml", "in/d.yaml", "in/sub/b.yaml"]
    assert skipped("in")["in/c.yaml"] == "symbolic link that leaves the folder"


def test_charts_are_named_once_and_their_templates_not_read(tree):
    tree(
        {
            "charts/shop/Chart.yaml": "",
            "charts/shop/values.yaml": "",
            "charts/shop/templates/a.yaml": "{{",
            "charts/shop/templates/sub/b.yaml": "{{",
            "templates/c.yaml": "",
        }
    )
    outcome = discover(["."])
    assert [f.path for f in outcome.files] == [
        "charts/shop/Chart.yaml",
        "charts/shop/values.yaml",
        "templates/c.yaml",
    ]
    assert outcome.charts == ("charts/shop",)
    assert skipped() == {"charts/shop": "Helm chart, not rendered"}


def test_large_files_are_skipped(tree, monkeypatch):
    for module in ("asked", "discover"):
        monkeypatch.setattr(f"upstreamlint.files.{module}.MAX_BYTES", 10)
    tree({"a.yaml": "x" * 11, "b.yaml": ""})
    assert found() == ["b.yaml"]
    assert list(skipped()) == ["a.yaml"]
    assert list(skipped("a.yaml")) == ["a.yaml"]
    assert why_unread("a.yaml").startswith("larger than")


def test_missing_path_is_a_plain_sentence(tree):
    tree({})
    with pytest.raises(UsageError, match=r"^`nope` does not exist$"):
        discover(["nope"])


@pytest.mark.parametrize(
    ("lines", "path", "expected"),
    [
        ("a", "a", True),
        ("a", "x/a", True),
        ("a", "x/a/", True),
        ("/a", "x/a", None),
        ("x/a", "y/x/a", None),
        ("a/", "a", None),
        ("a/", "a/", True),
        ("*.log", "x/y.log", True),
        ("*.log\n!y.log", "x/y.log", False),
        ("!y.log\n*.log", "x/y.log", True),
        ("a/*", "a/b", True),
        ("a/*", "a/", None),
        ("a/*", "a/b/c", None),
        ("a/**", "a/", None),
        ("a/**", "a/b/c", True),
        ("**/a", "x/y/a", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a**b", "axb", True),
        ("a**b", "ax/b", None),
        ("?", "/", None),
        ("[a-c].yaml", "b.yaml", True),
        ("[!a-c].yaml", "b.yaml", None),
        ("[]a]", "]", True),
        ("[a", "[a", None),
        ("a[/]b", "a/b", None),
        ("# a", "# a", None),
        (r"\#a", "#a", True),
        (r"\!a", "!a", True),
        ("a ", "a", True),
        ("a\\ ", "a ", True),
        ("a\r", "a", True),
        ("", "a", None),
        ("/", "a", None),
        ("A", "a", None),
    ],
)
def test_patterns(lines, path, expected):
    assert Patterns(lines.split("\n")).ignores(path) is expected


@pytest.mark.parametrize(
    ("path", "here", "shown"),
    [
        ("k8s\\web.yaml", "C:\\repo", "k8s/web.yaml"),
        (".\\k8s\\..\\web.yaml", "C:\\repo", "web.yaml"),
        ("C:\\repo\\k8s\\web.yaml", "C:\\repo", "k8s/web.yaml"),
        ("c:\\Repo\\web.yaml", "C:\\repo", "web.yaml"),
        ("C:\\repo", "C:\\repo\\", "."),
        ("D:\\other\\web.yaml", "C:\\repo", "D:/other/web.yaml"),
        ("C:\\repository\\web.yaml", "C:\\repo", "C:/repository/web.yaml"),
    ],
)
def test_a_path_of_windows_is_shown_with_slashes_from_the_working_directory(path, here, shown):
    assert shown_from(path, here, ntpath) == shown
