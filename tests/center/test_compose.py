import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = Path(sys.executable).with_name("docker-compose")
EXAMPLE = PROJECT / "docker" / "env.example"
NAMES = re.findall(r"^(\w+)=", EXAMPLE.read_text(), re.MULTILINE)
OPTIONAL = {
    "METRICS_TOKEN",
    "DEVICE_BRIDGE",
    "SMS_ADAPTER",
    "SMS_URL",
    "SMS_TOKEN",
    "CHAT_ADAPTER",
    "CHAT_URL",
    "CHAT_SECRET",
}
"""Without a token nobody else reads the metrics; without a bridge nobody is offered a device; without a gateway
messages are written to a file."""


@pytest.fixture
def _database():
    """None is needed here."""


def compose(*arguments, **environment):
    command = [COMPOSE, "--env-file", os.devnull, "-f", PROJECT / "docker-compose.yml", *arguments]
    return subprocess.run(
        command, env={"PATH": os.environ["PATH"]} | environment, capture_output=True, text=True, check=False
    )


def test_the_filled_in_example_makes_a_valid_configuration():
    checked = compose("config", "--quiet", **dict.fromkeys(NAMES, "x"))

    assert (checked.returncode, checked.stderr) == (0, "")


def test_without_a_gateway_it_is_valid_too():
    assert compose("config", "--quiet", **dict.fromkeys(set(NAMES) - OPTIONAL, "x")).returncode == 0


@pytest.mark.parametrize("name", sorted(set(NAMES) - OPTIONAL))
def test_a_missing_secret_is_named(name):
    checked = compose("config", "--quiet", **dict.fromkeys(set(NAMES) - {name}, "x"))

    assert checked.returncode
    assert name in checked.stderr


def test_the_programs_work_with_a_role_that_owns_nothing():
    told = compose("config", "--format", "json", **dict.fromkeys(NAMES, "x")).stdout
    services = json.loads(told)["services"]
    addresses = {
        name: service.get("environment", {}).get("DATABASE_URL") for name, service in services.items()
    }

    assert [name for name, address in addresses.items() if address and "governance_owner" in address] == [
        "migrate"
    ]
    assert all(addresses[name] for name in ("web", "live", "worker", "beat"))
