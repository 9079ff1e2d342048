"""What a learner's code can reach at each level of confinement: what it needs, and nothing else."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from autograder.sandbox import Cell, Limits, RemoteWorkbench, cgroup
from autograder.sandbox.confinement import NotConfined, is_enough
from autograder.sandbox.launch import Launcher
from autograder.units import ROOT

FULL, NO_NAMESPACES = "namespaces+landlock+seccomp+rlimits", "landlock+seccomp+rlimits"
SECRETS = ["README.md", "autograder/suites/test_attention.py", "autograder/mistakes/attention.py"]
SECRETS += ["solutions/04_attention.py", "autograder/judging/known.py", "exercises"]


@pytest.fixture(scope="module", params=[FULL, NO_NAMESPACES])
def confined(request, launcher):
    """A launcher for each level at which grading is allowed."""
    if request.param == FULL:
        yield launcher
        return
    weaker = Launcher(without=["namespaces"])
    yield weaker
    weaker.close()


def run(launcher, source, **options):
    """What one cell left, run in a fresh worker of its own."""
    with RemoteWorkbench([Cell(textwrap.dedent(source))], Limits(**options), launcher) as bench:
        return bench.run()[0]


def printed(launcher, source, **options):
    result = run(launcher, source, **options)
    assert result.outcome == "ok", result.message
    return "".join(output["text"] for output in result.outputs).strip()


def test_the_strongest_level_is_reached_here(launcher):
    with RemoteWorkbench([], launch=launcher) as bench:
        bench.run()
        assert bench.confinement.removesuffix("+cgroup") == FULL


@pytest.mark.parametrize("place", [*SECRETS, "/etc/shadow", "/var/log", "/proc/{grader}/environ"])
def test_no_file_that_is_not_for_it_can_be_read(confined, place):
    source = f"""
    import os
    try:
        place = {str(ROOT / place.format(grader=os.getpid()))!r}
        print(os.listdir(place) if os.path.isdir(place) else open(place, "rb").read())
    except OSError:
        print("refused")
    """
    assert printed(confined, source) == "refused"


def test_of_the_home_folder_only_python_itself_can_be_seen(confined):
    source = f"""
    import os, sys
    try:
        names = os.listdir({str(Path.home())!r})
    except OSError:
        names = []
    python = [sys.prefix, sys.base_prefix]
    print([name for name in names if not any(("/" + name + "/") in path + "/" for path in python)])
    """
    assert printed(confined, source) == "[]"


@pytest.mark.parametrize(
    "module", ["autograder.mistakes", "autograder.suites", "autograder.judging", "autograder.grading"]
)
def test_what_judges_cannot_be_imported(confined, module):
    source = f"""
    try:
        import {module}
        print("imported")
    except (ImportError, OSError):
        print("refused")
    """
    assert printed(confined, source) == "refused"


@pytest.mark.parametrize(
    "place",
    [
        ROOT / "course" / "toolkit" / "figures.py",
        ROOT / "autograder" / "seam" / "plain.py",
        os.__file__,
        "/usr/x",
        "/x",
    ],
)
def test_nothing_can_be_written_outside_the_scratch_folder(confined, place):
    source = f"""
    try:
        open({str(place)!r}, "a").close()
        print("written")
    except OSError:
        print("refused")
    """
    assert printed(confined, source) == "refused"


def test_no_network_can_be_reached(confined):
    source = """
    import socket
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK):
        try:
            socket.socket(family, socket.SOCK_DGRAM)
            print("open")
        except OSError:
            pass
    """
    assert printed(confined, source) == ""


@pytest.mark.parametrize(
    "call",
    [
        "libc.unshare(0x10000000)",
        'libc.mount(b"none", b"/tmp", b"tmpfs", 0, b"")',
        "libc.ptrace(16, os.getppid() or 1, 0, 0)",
        'libc.chroot(b"/tmp")',
        "libc.syscall(425, 8, ctypes.create_string_buffer(120))",
        'libc.setns(os.open("/proc/self/ns/net", os.O_RDONLY), 0)',
    ],
)
def test_calls_that_undo_confinement_are_refused(confined, call):
    source = f"""
    import ctypes, os
    libc = ctypes.CDLL(None, use_errno=True)
    print({call}, ctypes.get_errno())
    """
    assert printed(confined, source) == "-1 1"


def test_no_capability_is_left_and_none_can_be_gained(confined):
    status = printed(confined, "print(open('/proc/self/status').read())")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert int(fields["CapEff"], 16) == int(fields["CapPrm"], 16) == 0
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"


def test_other_processes_can_be_neither_seen_nor_ended(confined):
    source = f"""
    import os, signal
    try:
        os.kill({os.getpid()}, 0)
        print("reached")
    except OSError:
        print("refused")
    """
    assert printed(confined, source) == "refused"


def test_descriptors_of_the_judge_are_closed(confined):
    source = """
    import os
    kinds = []
    for number in os.listdir("/proc/self/fd"):
        try:
            kinds.append(os.readlink("/proc/self/fd/" + number))
        except OSError:
            pass  # the one that listed the folder
    print(sorted(kind.split(":")[0] for kind in kinds if kind != "/dev/null"))
    """
    assert printed(confined, source) == "['socket']"


def test_what_honest_code_needs_is_there(confined):
    source = """
    import os, subprocess, tempfile, threading, multiprocessing
    import keras, numpy, matplotlib
    with tempfile.TemporaryFile() as file:
        file.write(b"x" * 1_000_000)
    print(subprocess.run(["echo", "child"], capture_output=True, text=True).stdout.strip())
    thread = threading.Thread(target=lambda: print("thread")); thread.start(); thread.join()
    print(len(os.urandom(4)), open(os.devnull).read() == "", os.path.exists(os.path.expanduser("~")))
    lock = threading.Lock()
    """
    assert printed(confined, source).split() == ["child", "thread", "4", "True", "True"]


def test_the_scratch_folder_is_empty_private_and_limited(launcher):
    assert (
        printed(
            launcher, "import os; open('/scratch/note', 'w').write('for you'); print(os.path.exists('/scratch/note'))"
        )
        == "True"
    )
    assert printed(launcher, "import os; print(os.path.exists('/scratch/note'))") == "False"
    fill = """
    try:
        for number in range(1000):
            open(f"/scratch/{number}", "wb").write(bytes(1 << 20))
    except OSError as error:
        print(number, error.strerror)
    """
    number, why = printed(launcher, fill, scratch_bytes=8 << 20).split(" ", 1)
    assert int(number) < 10
    assert why == "No space left on device"


def test_a_fork_bomb_ends_with_its_worker(launcher):
    bomb = """
    import os, time
    made = 0
    try:
        while True:
            if os.fork() == 0:
                time.sleep(600)
            made += 1
    except OSError:
        print(made)
    """
    assert 0 < int(printed(launcher, bomb, processes=40)) < 40
    assert run(launcher, "1").outcome == "ok"


def test_a_daemon_does_not_outlive_its_worker(launcher):
    daemon = """
    import os, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp("sleep", ["sleep", "8642"])
        os._exit(0)
    time.sleep(0.3)
    """
    with RemoteWorkbench([Cell(textwrap.dedent(daemon))], launch=launcher) as bench:
        bench.run()
        assert _sleeping("8642")
    _wait_until(lambda: not _sleeping("8642"))


def _sleeping(seconds):
    return [one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", seconds]]


def _wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_nothing_outlives_a_judge_that_is_killed(tmp_path):
    judge = f"""
    import subprocess
    from autograder.sandbox import Cell, RemoteWorkbench
    from autograder.sandbox.launch import Launcher
    bench = RemoteWorkbench([Cell("import subprocess; subprocess.Popen(['sleep', '9753'])")], launch=Launcher())
    bench.run()
    open({str(tmp_path / "ready")!r}, "w").close()
    input()
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(judge)], cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True
    )
    _wait_until((tmp_path / "ready").exists, seconds=120)
    family = psutil.Process(process.pid).children(recursive=True)
    assert _sleeping("9753")
    assert family
    process.send_signal(signal.SIGKILL)
    process.wait()
    _wait_until(lambda: not _sleeping("9753"))
    _wait_until(lambda: not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE])


def test_too_weak_a_level_is_refused_unless_the_instructor_says_so():
    weak = Launcher(without=["namespaces", "landlock"])
    try:
        with RemoteWorkbench([Cell("print('ran')")], launch=weak) as bench, pytest.raises(NotConfined) as told:
            bench.run()
        assert "seccomp+rlimits" in str(told.value)
        assert "--unconfined" in str(told.value)
        with RemoteWorkbench([Cell("print('ran')")], launch=weak, unconfined=True) as bench:
            assert bench.run()[0].outputs[0]["text"] == "ran\n"
            assert bench.confinement.removesuffix("+cgroup") == "seccomp+rlimits"
    finally:
        weak.close()


@pytest.mark.parametrize(
    ("level", "enough"),
    [
        (FULL, True),
        ("namespaces+rlimits", True),
        (NO_NAMESPACES, True),
        ("landlock+rlimits", False),
        ("rlimits", False),
    ],
)
def test_a_level_is_enough_when_files_and_network_are_out_of_reach(level, enough):
    assert is_enough(level) == enough


@pytest.mark.skipif(os.geteuid() != 0, reason="all other tests run as an ordinary user already")
def test_an_ordinary_user_reaches_the_same_level():
    """Root may live where nobody else can go: a view is made in which this Python can be reached by all."""
    script = """
    import os, sys
    from autograder.sandbox import jail, kernel
    kernel.unshare(kernel.NEW_MOUNTS)
    kernel.forget_host_mounts()
    base = os.open(sys.base_prefix, os.O_PATH)
    home = "/" + sys.base_prefix.split("/")[1]
    if not os.stat(home).st_mode & 0o005:
        kernel.mount("tmpfs", home, "tmpfs", 0, "mode=755")
        os.makedirs(sys.base_prefix)
        kernel.bind(base, sys.base_prefix)
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    kernel.stay_inspectable()
    from autograder.sandbox import Cell, RemoteWorkbench
    from autograder.sandbox.launch import Launcher
    launcher = Launcher()
    cell = Cell("import os; print(os.getuid(), open('/proc/self/uid_map').read().split())")
    with RemoteWorkbench([cell], launch=launcher) as bench:
        outputs = bench.run()[0].outputs
        print(bench.confinement, launcher.forks, os.getuid(), outputs[0]["text"])
    launcher.close()
    """
    environment = {**os.environ, "TMPDIR": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.stdout.split() == [FULL, "True", "65534", "1000", "['1000',", "'1000',", "'1']"], ran.stderr[-2000:]


@pytest.mark.skipif(cgroup.make(1 << 30, 10) is None, reason="this process may not make control groups")
def test_memory_that_hides_from_other_limits_is_counted_by_the_kernel(launcher):
    """Files in the scratch folder lie in memory, but in no process'."""
    hide = """
    for number in range(3):
        with open(f"/scratch/{number}", "wb") as file:
            file.write(bytes(60 << 20))
    """
    with RemoteWorkbench(
        [Cell(textwrap.dedent(hide))], Limits(scratch_bytes=1 << 30, memory_bytes=128 << 20), launcher
    ) as bench:
        result = bench.run()[0]
        assert bench.confinement == f"{FULL}+cgroup"
    assert (result.outcome, result.message) == ("memory", "Your code took more than 128 MiB of memory.")


@pytest.mark.skipif(cgroup.make(1 << 30, 10) is None, reason="this process may not make control groups")
def test_a_forked_worker_is_in_its_control_group_before_it_says_a_word(launcher, monkeypatch):
    found = []
    add = cgroup.Group.add
    monkeypatch.setattr(
        cgroup.Group, "add", lambda group, pid: (found.append(pid in group.processes()), add(group, pid))[1]
    )
    launcher(Limits()).end()
    assert found
    assert all(found)
