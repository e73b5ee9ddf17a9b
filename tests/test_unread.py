"""What carries traffic and was not read is said by name, and fails a strict run."""

from __future__ import annotations

import pytest

from upstreamlint import cli, rules, testing

RULES = rules.load()


def compose(*mounts, image="registry.example/proxy:1"):
    volumes = "".join(f"      - {mount}\n" for mount in mounts)
    return f"services:\n  proxy:\n    image: {image}\n    volumes:\n{volumes}"


def unread(texts):
    result = testing.check_texts(texts, RULES)
    needed = [s for s in result.coverage.skipped if s.needed]
    assert result.fails(None, strict=True) == bool(needed)
    assert not result.fails(None)
    return {s.path: s.reason.partition(" ")[0] for s in needed}


@pytest.mark.parametrize(
    ("mount", "path", "program"),
    [
        ("./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg", "haproxy.cfg", "HAProxy"),
        ("./lb.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro", "lb.cfg", "HAProxy"),
        ("./conf:/usr/local/etc/haproxy", "conf/main.cfg", "HAProxy"),
        ("./my.conf:/usr/local/apache2/conf/httpd.conf", "my.conf", "Apache"),
        ("./default.vcl:/etc/varnish/default.vcl", "default.vcl", "Varnish"),
        ("./frps.toml:/etc/frp/frps.toml", "frps.toml", "frp"),
        ("./traefik.toml:/traefik.toml", "traefik.toml", "Traefik"),
    ],
)
def test_a_mounted_configuration_without_a_reader(mount, path, program):
    assert unread({"compose.yaml": compose(mount), path: "x\n"}) == {path: program}


def test_samples_in_a_mounted_folder():
    texts = {"compose.yaml": compose("./proxy-confs:/config/nginx/proxy-confs")}
    texts["proxy-confs/app.subdomain.conf.sample"] = "server { listen 443; }\n"
    assert list(unread(texts)) == ["proxy-confs"]


def test_a_configuration_in_a_config_map():
    text = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: lb}\ndata:\n  haproxy.cfg: |\n    frontend web\n"
    )
    assert unread({"lb.yaml": text}) == {"lb.yaml": "HAProxy"}


@pytest.mark.parametrize(
    ("mount", "path", "text"),
    [
        ("./nginx.conf:/etc/nginx/nginx.conf", "nginx.conf", "events {}\nhttp { server { listen 80; } }\n"),
        ("./data.json:/srv/data.json", "data.json", "{}\n"),
        ("./redis.conf:/etc/redis.conf", "redis.conf", "port 6379\n"),
        ("./app.conf:/app/app.conf", "app.conf", "a=1\n"),
    ],
)
def test_what_is_read_or_carries_nothing_is_no_gap(mount, path, text):
    assert unread({"compose.yaml": compose(mount, image="nginx:1.27"), path: text}) == {}


def test_quadlet_units_of_pods_are_read_and_files_that_only_end_like_units_are_not(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web.kube").write_text("[Unit]\nDescription=web\n[Kube]\nYaml=web.yaml\n")
    (tmp_path / "notes.pod").write_text("=head1 Perl's pod\n")
    (tmp_path / "compose.yaml").write_text("services:\n  web: {image: 'registry.example/web:1'}\n")
    assert cli.run(["check", "--no-cache", "--strict"]) == 0
    assert "not read" not in capsys.readouterr().out
