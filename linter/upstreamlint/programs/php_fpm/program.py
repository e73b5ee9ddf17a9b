"""How PHP-FPM is recognised."""

from __future__ import annotations

from upstreamlint.programs.program import Program, later, marked

PROGRAM = Program(
    name="PHP-FPM",
    technology="php_fpm",
    load=later("upstreamlint.programs.php_fpm.load", "load"),
    link=later("upstreamlint.programs.php_fpm.load", "link"),
    images="php",
    commands=frozenset({"php-fpm"}),
    concerns=marked(r"php|fpm|sock"),
)
