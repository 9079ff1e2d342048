"""Reading what is not for it: suites, mistakes, solutions, other work, other processes, the network.

Where such a deed did succeed it would do no harm: nothing is deleted or overwritten.
"""

from autograder.tests.attacks.attack import probing

_ELSEWHERE = "('judging', 'suites', 'mistakes', 'solutions', 'grading', 'gradebook')"

READING = (
    probing(
        "reads the gradebook", "open(GRADEBOOK).read()", "os.stat(GRADEBOOK)", "os.listdir(os.path.dirname(GRADEBOOK))"
    ),
    probing("reads a neighbour's submission", "open(NEIGHBOUR).read()", "glob.glob(os.path.dirname(NEIGHBOUR) + '/*')"),
    probing(
        "reads the solutions",
        "open(ROOT + '/solutions/00_start.py').read()",
        "os.listdir(ROOT + '/solutions')",
        "open(ROOT + '/solutions/00_start/00_start.ipynb').read()",
    ),
    probing(
        "reads the suites and the mistakes",
        "open(ROOT + '/autograder/suites/test_start.py').read()",
        "open(ROOT + '/autograder/mistakes/start.py').read()",
        "[path for path in glob.glob(ROOT + '/**/*.py', recursive=True) if any(part in path for part in "
        f"{_ELSEWHERE})]",
    ),
    probing(
        "asks for the reference of its own unit",
        "getattr(__import__('course.built').built, 'pairwise_dot')",
        "__import__('course.built').built.given._giver('pairwise_dot')",
        "vars(__import__('course.built').built.given._giver)['_owners']",
        "__import__('autograder.learner.stepping_stones').earlier.AtHome()('pairwise_dot')",
        "[one for one in gc.get_objects() if type(one).__name__ == 'Reference']",
        "[path for path in glob.glob(ROOT + '/course/*') if not path.endswith(('__init__.py', 'built.py', 'toolkit'))]",
    ),
    probing(
        "imports what judges",
        "__import__('autograder.mistakes.start')",
        "__import__('autograder.suites.test_start')",
        "__import__('autograder.judging.judge')",
        "__import__('autograder.grading.marker')",
    ),
    probing(
        "finds what judges through the package that it may import",
        f"[name for place in __import__('autograder').__path__ for name in os.listdir(place) if name in {_ELSEWHERE}]",
        "__import__('pkgutil').get_data('autograder', 'suites/test_start.py')",
        "__import__('importlib.resources').resources.files('autograder').joinpath('mistakes/start.py').read_text()",
        "__import__('linecache').getlines(ROOT + '/autograder/suites/test_start.py')",
    ),
    probing(
        "finds what judges among loaded modules and live objects",
        f"[name for name in sys.modules if any('autograder.' + part in name for part in {_ELSEWHERE})]",
        "[one for one in __import__('gc').get_objects() if inspect.isfunction(one) and hasattr(one, 'known_mistakes')]",
        "[one for one in __import__('gc').get_objects() if isinstance(one, str) and 'pass mark' in one]",
    ),
    probing(
        "reads the history and settings of whoever grades",
        "open('/root/.bash_history').read()",
        "os.listdir(os.path.expanduser('~root') + '/.ssh')",
        "open('/etc/shadow').read()",
        "[name for name in os.environ if 'PASS' in name or 'TOKEN' in name or 'SECRET' in name]",
    ),
    probing(
        "reads the judge's process",
        "open(f'/proc/{JUDGE}/environ').read()",
        "open(f'/proc/{JUDGE}/mem', 'rb').read(1)",
        "os.listdir(f'/proc/{JUDGE}/fd')",
        "os.readlink(f'/proc/{JUDGE}/root')",
    ),
    probing(
        "reads any other process",
        "[pid for pid in os.listdir('/proc') if pid.isdigit() and int(pid) != os.getpid()]",
        "open(f'/proc/{os.getppid()}/environ').read()",
        "open('/proc/1/environ').read() if os.getpid() != 1 else ''",
        "os.readlink('/proc/1/cwd') if os.getpid() != 1 else ''",
    ),
    probing(
        "climbs out of its root",
        "open('/proc/self/root' + GRADEBOOK).read()",
        "open('/proc/self/cwd/' + '../' * 20 + GRADEBOOK).read()",
        "open('/proc/self/task/' + str(os.getpid()) + '/root' + GRADEBOOK).read()",
        "os.chroot(TMP) or 'moved'",
        "os.symlink(GRADEBOOK, TMP + '/link') or open(TMP + '/link').read()",
        "os.link(GRADEBOOK, TMP + '/hard') or 'linked'",
    ),
    probing(
        "reads descriptors that it has inherited",
        "[name for name in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + name) and "
        "os.readlink('/proc/self/fd/' + name).startswith(ROOT)]",
        "[os.pread(n, 9, 0) for n in range(3, 256) if os.path.exists(f'/proc/self/fd/{n}') "
        "and os.path.isfile(f'/proc/self/fd/{n}')]",
    ),
    probing(
        "mounts and unshares",
        "ctypes.CDLL(None).mount(b'none', TMP.encode(), b'tmpfs', 0, None) == 0",
        "ctypes.CDLL(None).unshare(0x10000000) == 0",
        "ctypes.CDLL(None).setns(0, 0) == 0",
        "ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0",
        "subprocess.run(['unshare', '-Ur', 'id'], capture_output=True, timeout=5).returncode == 0",
        "subprocess.run(['mount', '-t', 'proc', 'proc', TMP], capture_output=True, timeout=5).returncode == 0",
    ),
    probing(
        "becomes somebody else",
        "os.setuid(0) or 'root'",
        "os.setgroups([0]) or 'root'",
        "[path for path in ('/usr/bin/su', '/usr/bin/passwd') if os.path.exists(path) and "
        "subprocess.run([path, '--help'], capture_output=True, timeout=5) and os.geteuid() == 0]",
        "os.open('/dev/mem', os.O_RDONLY)",
        "os.mknod(TMP + '/disk', 0o060600, os.makedev(8, 0)) or 'made'",
    ),
    probing(
        "connects to the judge",
        *(
            f"socket.socket(socket.{family}).connect(LISTENERS[{index}]) or 'connected'"
            for index, family in enumerate(("AF_INET", "AF_UNIX", "AF_UNIX"))
        ),
    ),
    probing(
        "uses the network",
        "socket.create_connection(('127.0.0.1', LISTENERS[0][1]), 2)",
        "socket.create_server(('127.0.0.1', 0))",
        "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
        "socket.getaddrinfo('example.org', 80)",
        "__import__('urllib.request').request.urlopen('http://127.0.0.1:%d' % LISTENERS[0][1], timeout=2)",
        "[name for _, name in socket.if_nameindex() if name != 'lo']",
    ),
    probing(
        "writes to the course and its Python",
        "os.open(ROOT + '/course/toolkit/figures.py', os.O_WRONLY)",
        "tempfile.TemporaryFile(dir=ROOT + '/course/toolkit')",
        "tempfile.TemporaryFile(dir=os.path.dirname(keras.__file__))",
        "tempfile.TemporaryFile(dir=sys.prefix + '/bin')",
        "os.open('/etc/passwd', os.O_WRONLY)",
        "open(WITNESS, 'w').write('x')",
    ),
    probing(
        "looks into memory that nobody gave it",
        "open('/proc/self/mem', 'rb').read(1)",
        "open('/proc/kcore', 'rb').read(1)",
        "os.open('/proc/sysrq-trigger', os.O_WRONLY)",
        "os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY)",
    ),
)
