"""What a configuration file in JavaScript tells a development server."""

from __future__ import annotations

import pytest

from upstreamlint.containers.listening.blocks import block_of
from upstreamlint.readers.fragment import whole
from upstreamlint.source import Source


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("export default defineConfig({ server: { port: 3000 } })", (None, "3000")),
        ("export default { server: { host: true, port: 3000 } }", ("0.0.0.0", "3000")),
        ("export default { server: { host: '0.0.0.0' }, test: { port: 1 } }", ("0.0.0.0", None)),
        (
            "export default { server: { host: false, // host: true\n hmr: { host: 'a', port: 1 } } }",
            (None, None),
        ),
        ("export default defineConfig(({ mode }) => { return { server: { port: 80 } } })", (None, "80")),
        ("export default { server: { proxy: { '/api': 'http://api:80' }, open: false } }", (None, None)),
        ("export default { server: { ...shared, port: 3000 } }", None),
        ("export default { server: { host: process.env.HOST } }", None),
        ("export default { server: { host } }", None),
        ("export default { test: { server: { port: 1 } } }", None),
        ("export default { vite: { server: { port: 1 } }, server: { port: 2 } }", None),
        ("export default { server }", None),
        ("export default { plugins: [laravel()], server: { port: 2 } }", None),
        ("export default { plugins: [] }", None),
        ("export default { server: { port: 3000", None),
    ],
)
def test_only_what_stands_there_as_it_is_counts(
    text: str, told: tuple[str | None, str | None] | None
) -> None:
    found = block_of(whole(Source("vite.config.ts", text)), "server")
    assert (None if found is None else tuple(one and one.text for one in found)) == told
