# upstreamlint with both renderers: docker run --rm -v "$PWD:/work:ro" upstreamlint
# For both architectures: docker buildx build --platform linux/amd64,linux/arm64 .
FROM python:3.13.9-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY linter linter
COPY rules rules
RUN pip wheel --no-cache-dir --wheel-dir /wheels ".[render]"

FROM python:3.13.9-slim-bookworm
LABEL org.opencontainers.image.source="https://github.com/upstreamlint/upstreamlint" \
      org.opencontainers.image.description="Find the wiring that will answer \"503 no healthy upstream\", before it is deployed." \
      org.opencontainers.image.licenses="Apache-2.0"
# The wheels are those of the stage above, and no others.
# hadolint ignore=DL3013
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels "upstreamlint[render]" \
    && useradd --no-create-home --home-dir /nonexistent --uid 65532 upstreamlint
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["upstreamlint"]
CMD ["check"]
