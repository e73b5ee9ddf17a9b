"""Charts that lie in the folder of another as archives."""

from __future__ import annotations

import io
import tarfile

import pytest

from upstreamlint.charts.chart import read
from upstreamlint.charts.undefined import undefined
from upstreamlint.files.readable import DiskFiles

LIBRARY = {
    "Chart.yaml": "apiVersion: v2\nname: common\nversion: 1.2.3\ntype: library\n",
    "templates/_names.tpl": '{{- define "common.names.chart" -}}{{ .Chart.Name }}{{- end -}}',
}


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A chart that includes `common.names.chart`, and something misspelt."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop/templates").mkdir(parents=True)
    (tmp_path / "shop/charts").mkdir()
    (tmp_path / "shop/Chart.yaml").write_text(
        "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies: [{name: common, version: 1.x.x, repository: here}]\n"
    )
    (tmp_path / "shop/templates/words.yaml").write_text(
        'name: {{ include "common.names.chart" . }}\nother: {{ include "common.names.chrat" . }}\n'
    )
    return tmp_path / "shop"


def _packed(files):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"common/{path}")
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return stream.getvalue()


def _told(shop):
    return [p.message for p in undefined(read("shop", DiskFiles(["."])), ())]


def test_templates_of_an_archive_are_known(shop):
    (shop / "charts/common-1.2.3.tgz").write_bytes(_packed(LIBRARY))
    assert _told(shop) == ["no template is called `common.names.chrat`: there is `common.names.chart`"]
    assert not read("shop", DiskFiles(["."])).lacks


@pytest.mark.parametrize("data", [b"", b"no archive", _packed(LIBRARY)[:40], _packed({})])
def test_archive_that_is_none_is_a_chart_that_is_not_here(shop, data):
    (shop / "charts/common-1.2.3.tgz").write_bytes(data)
    assert _told(shop) == []


def test_archive_of_another_name_is_another_chart(shop):
    (shop / "charts/common-web-1.2.3.tgz").write_bytes(_packed(LIBRARY))
    assert _told(shop) == []
    assert read("shop", DiskFiles(["."])).lacks
