"""Health checks: from the Compose file, else from the Dockerfile, else what is known of the image."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar, Sequence
from upstreamlint.model.compose.images import image_facts, image_name
from upstreamlint.model.compose.types import ComposeService, Healthcheck, HealthForm
from upstreamlint.readers.compose.tree import boolean, integer, is_unknown, seconds
from upstreamlint.readers.dockerfile_stage import Check
from upstreamlint.source import Anchor
from upstreamlint.typed import Literal, TypeAlias

INTERVAL = 30.0
TIMEOUT = 30.0
RETRIES = 3
START_PERIOD = 0.0
START_INTERVAL = 5.0
"""The engine's defaults; times in seconds."""

HealthState: TypeAlias = Literal["checked", "unchecked", "unknown"]


def healthcheck(service: Mapping) -> Healthcheck | None:
    """The `healthcheck` of a service's tree."""
    written = service.mapping("healthcheck")
    if written is None:
        return None
    form, words = _test(written)
    retries = written.scalar("retries")
    count = integer(retries.value) if retries else None
    return Healthcheck(
        form,
        words,
        _time(written, "interval", INTERVAL),
        _time(written, "timeout", TIMEOUT),
        count or RETRIES,
        _time(written, "start_period", START_PERIOD),
        _time(written, "start_interval", START_INTERVAL),
        service.key("healthcheck"),
    )


def _time(written: Mapping, key: str, default: float) -> float:
    value = written.scalar(key)
    return (seconds(value.value) if value else None) or default


def _test(written: Mapping) -> tuple[HealthForm, tuple[Scalar, ...]]:
    disable = written.scalar("disable")
    if disable is not None and boolean(disable.value):
        return "disabled", ()
    test = written.get("test")
    if isinstance(test, Scalar):
        # Text is a script, also the text `NONE`.
        return ("CMD-SHELL", (test,)) if test.value else ("inherited", ())
    words = tuple(w for w in test if isinstance(w, Scalar)) if isinstance(test, Sequence) else ()
    if not words:
        return "inherited", ()
    if words[0].value == "NONE":
        return "NONE", ()
    if words[0].value == "CMD-SHELL":
        return "CMD-SHELL", words[1:]
    return "CMD", words[1:] if words[0].value == "CMD" else words


def from_dockerfile(check: Check) -> Healthcheck:
    """The `HEALTHCHECK` of a Dockerfile in the same terms."""
    command = check.command
    form: HealthForm = "NONE" if command is None else "CMD-SHELL" if command.shell else "CMD"
    return Healthcheck(
        form,
        command.words if command else (),
        check.interval or INTERVAL,
        check.timeout or TIMEOUT,
        check.retries or RETRIES,
        check.start_period or START_PERIOD,
        check.start_interval or START_INTERVAL,
        check.anchor,
        from_dockerfile=True,
    )


def effective_healthcheck(service: ComposeService) -> Healthcheck | None:
    """The check that the engine would run, as far as the files say: the service's own before the image's."""
    own = service.healthcheck
    stage = service.stage
    if own is not None and own.form != "inherited":
        return own
    if stage is not None and stage.healthcheck is not None:
        return from_dockerfile(stage.healthcheck)
    return None


def health_state(service: ComposeService) -> tuple[HealthState, Anchor]:
    """Whether the engine checks the service's health, and what says so.

    `unchecked` is certain: the check is switched off, or the image is known to bring none. An image that
    is not known may bring one.
    """
    check = effective_healthcheck(service)
    if check is not None:
        off = check.form in ("NONE", "disabled")
        return ("unchecked" if off else "checked"), check.anchor
    if service.incomplete:
        return "unknown", service.anchor
    stage = service.stage
    image = stage.base if stage is not None else None if service.build else service.image
    if image is None or (is_unknown(image) and "${" in image_name(image.value).name):
        return "unknown", service.anchor
    known = image_facts(image.value).healthcheck
    if known is None:
        return "unknown", image.anchor
    return ("checked" if known else "unchecked"), image.anchor
