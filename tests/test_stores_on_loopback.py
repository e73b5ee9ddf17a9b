"""Databases, queues and caches that a variable looks for on the loopback of its own container."""

import pytest

from upstreamlint import Severity, rules, testing

RULES = rules.load()


def found(variable, value, *, network_mode="", image="redis:7"):
    mode = f'    network_mode: "{network_mode}"\n' if network_mode else ""
    compose = f"""services:
  app:
    image: registry.example/app:1
    environment: {{{variable}: "{value}"}}
{mode}  store:
    image: {image}
    environment: {{MYSQL_ROOT_PASSWORD: x, POSTGRES_PASSWORD: x}}
"""
    result = testing.check_texts({"compose.yaml": compose}, RULES)
    return [d.rule for d in result.diagnostics if d.severity is Severity.ERROR]


@pytest.mark.parametrize(
    ("variable", "value", "image"),
    [
        ("REDIS_URL", "redis://localhost:6379/0", "redis:7"),
        ("CELERY_BROKER", "amqp://guest:guest@127.0.0.1:5672//", "rabbitmq:3"),
        ("SPRING_DATASOURCE_URL", "jdbc:mysql://localhost:3306/shop", "mysql:8"),
        ("WORDPRESS_DB_HOST", "localhost:3306", "mysql:8"),
    ],
)
def test_the_store_is_a_service_beside(variable, value, image):
    assert found(variable, value, image=image) == ["loopback-in-container"]


@pytest.mark.parametrize(
    ("variable", "value", "network_mode"),
    [
        ("API_URL", "http://localhost:6379", ""),
        ("REDIS_URL", "redis://localhost:6380/0", ""),
        ("REDIS_URL", "redis://localhost:6379/0", "host"),
        ("REDIS_URL", "redis://localhost:6379/0", "service:store"),
        ("REDIS_URL", "redis://store:6379/0", ""),
    ],
)
def test_a_browser_another_port_and_a_shared_network_are_fine(variable, value, network_mode):
    assert found(variable, value, network_mode=network_mode) == []
