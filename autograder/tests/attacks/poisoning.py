"""Poison for whoever comes next: after each of these an honest notebook must find nothing and be marked as ever."""

from autograder.tests.attacks.attack import Attack

_KEY = 0x31337

POISONING = (
    Attack("leaves files", "for place in (TMP, '/dev/shm', os.getcwd()):\n    open(place + '/poison', 'w').write('x')"),
    Attack(
        "changes modules",
        "np.poison = keras.poison = True\nimport course.toolkit.figures\n"
        "course.toolkit.figures.matrix = course.toolkit.figures.poison = None",
    ),
    Attack(
        "changes the settings of Keras",
        "keras.config.set_epsilon(1.0)\nkeras.config.set_floatx('float64')\nkeras.config.set_floatx('float32')\n"
        "keras.config.disable_traceback_filtering()",
    ),
    Attack("sets seeds and consumes randomness", "keras.utils.set_random_seed(31337)\nnp.random.seed(31337)"),
    Attack("changes its environment", "os.environ['POISON'] = 'x'\nos.umask(0o777)\nos.nice(5)"),
    Attack("takes a name for a socket", "s = socket.socket(socket.AF_UNIX)\ns.bind('\\0poison')\ns.listen()"),
    Attack(
        "leaves shared memory",
        f"libc = ctypes.CDLL(None)\nlibc.shmget({_KEY}, 4096, 0o1666)\nlibc.msgget({_KEY}, 0o1666)\n"
        f"libc.semget({_KEY}, 1, 0o1666)",
    ),
    Attack(
        "writes into the memory of what it was forked from",
        "for pid in {os.getppid(), 1} - {os.getpid()}:\n    attempt(lambda: os.open(f'/proc/{pid}/mem', os.O_RDWR))",
    ),
    Attack(
        "writes through the pages it shares",
        "import gc\ngc.unfreeze()\nsys.modules['numpy'].poison = True\nsys.path.insert(0, TMP)\n"
        "import IPython\nIPython.poison = True\nopen.__class__",
    ),
    Attack("leaves a daemon that waits for the next", "if not os.fork():\n    os.setsid()\n    time.sleep(600)"),
    Attack(
        "leaves compiled modules",
        "import py_compile\nopen(TMP + '/keras.py', 'w').write('x = 1')\n"
        "py_compile.compile(TMP + '/keras.py')\nattempt(lambda: py_compile.compile(keras.__file__))",
    ),
)

HONEST_AFTERWARDS = Attack(
    "finds nothing",
    f"""
attempt(lambda: [path for path in glob.glob(TMP + '/**', recursive=True) if 'poison' in path or path.endswith('.py')])
attempt(lambda: [one for one in (np, keras, sys.modules['IPython']) if hasattr(one, 'poison')])
attempt(lambda: keras.config.epsilon() != 1e-7 or keras.config.floatx() != 'float32')
attempt(lambda: 'POISON' in os.environ or TMP in sys.path or os.umask(0o022) != 0o022 or os.nice(0))
attempt(lambda: socket.socket(socket.AF_UNIX).connect('\\0poison') or 'connected')
attempt(lambda: ctypes.CDLL(None).shmget({_KEY}, 4096, 0o666) >= 0)
attempt(lambda: ctypes.CDLL(None).msgget({_KEY}, 0o666) >= 0)
attempt(lambda: [pid for pid in os.listdir('/proc') if pid.isdigit() and int(pid) != os.getpid()])
attempt(lambda: getattr(__import__('course.toolkit.figures', fromlist=['x']), 'poison', 'fine') != 'fine')
""",
)
