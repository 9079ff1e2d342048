"""Bombs: a submission has only so many processes, threads, bytes, files and seconds."""

from autograder.tests.attacks.attack import ERROR, MEMORY, TIMEOUT, WRONG, Attack, answering


def until_refused(name: str, step: str, most: int, ends: str = "") -> Attack:
    """A cell that takes a step again and again, and must be refused before it has taken `most`."""
    cell = f"""
taken = 0
try:
    while taken < {most}:
        {step}
        taken += 1
except (OSError, RuntimeError, MemoryError) as error:
    print("refused:", type(error).__name__)
else:
    print("REACHED", taken)
{ends}
"""
    return Attack(name, cell)


BOMBS = (
    until_refused(
        "starts processes",
        "subprocess.Popen(['sleep', '600'])",
        400,
        "if os.getpid() == 1:\n    os.kill(-1, signal.SIGKILL)\n    [os.waitpid(-1, 0) for _ in range(taken)]",
    ),
    until_refused(
        "starts threads",
        "threading.Thread(target=globals().setdefault('end', threading.Event()).wait, daemon=True).start()",
        400,
        "end.set()\n[one.join(10) for one in threading.enumerate() if one.daemon]",
    ),
    until_refused(
        "opens files",
        "globals().setdefault('kept', []).append(os.open('/dev/null', 0))",
        2000,
        "os.closerange(kept[0], kept[-1] + 1)",
    ),
    until_refused(
        "opens pipes",
        "globals().setdefault('kept', []).append(os.pipe())",
        2000,
        "[os.close(n) for pair in kept for n in pair]",
    ),
    until_refused(
        "fills its folder",
        "open(f'{TMP}/{taken}', 'wb').write(bytes(1 << 20))",
        200,
        "[os.remove(path) for path in glob.glob(TMP + '/*') if os.path.isfile(path)]",
    ),
    until_refused(
        "makes files without end",
        "os.mknod(f'{TMP}/{taken}')",
        20_000,
        "[os.remove(path) for path in glob.glob(TMP + '/*') if os.path.isfile(path)]",
    ),
    until_refused(
        "makes one file of a terabyte", "os.truncate(os.open(TMP + '/big', os.O_CREAT | os.O_RDWR), 1 << 40)", 1
    ),
    until_refused("asks for a terabyte", "bytearray(1 << 40)", 1),
    until_refused("maps more memory than it may have", "__import__('mmap').mmap(-1, 8 << 30)", 1),
    answering(
        "takes memory without end",
        "kept = []\nwhile True:\n    kept.append(np.ones(2_000_000))",
        outcomes=MEMORY | TIMEOUT,
    ),
    answering(
        "lets its children take the memory",
        "for _ in range(8):\n    if not os.fork():\n        kept = np.ones(40_000_000)\n        time.sleep(600)\n"
        "while True: time.sleep(0.1)",
        outcomes=MEMORY | TIMEOUT,
    ),
    answering("returns more than may be returned", "return np.zeros(30_000_000)", outcomes=ERROR),
    answering(
        "returns more items than may be returned",
        "return [[]] * 300_000 if values.shape[0] else None",
        outcomes=WRONG | TIMEOUT,
    ),
    answering("returns a nest without end", "nest = []\nnest.append(nest)\nreturn nest", outcomes=ERROR),
    answering(
        "returns a text of a hundred megabytes",
        "return 'x' * 100_000_000 if values.shape[0] else None",
        outcomes=WRONG | TIMEOUT,
    ),
    answering("raises a text of a hundred megabytes", "raise ValueError('x' * 100_000_000)", outcomes=ERROR | TIMEOUT),
    answering(
        "raises an error whose text takes for ever",
        "class Slow(Exception):\n    def __str__(self):\n        while True: pass\nraise Slow",
        outcomes=TIMEOUT,
    ),
    answering(
        "raises errors without end, one from the other",
        "def chain(n):\n    try:\n        1 / 0\n    except Exception as error:\n"
        "        raise ValueError(n) from error if n == 0 else chain(n - 1)\nchain(200)",
        outcomes=ERROR,
    ),
    answering("runs a regular expression for ever", "import re\nre.match('(a+)+$', 'a' * 60 + 'b')", outcomes=TIMEOUT),
    answering("returns thousands of tensors", "return [values] * 5_000 if values.shape[0] else None"),
    Attack("prints a gigabyte", "line = 'x' * 1_000_000\nfor _ in range(1000): print(line)", unfinished=True),
    Attack(
        "prints a line ten thousand times to both streams",
        "for n in range(10_000):\n    print(n)\n    print(n, file=sys.stderr)",
        unfinished=True,
    ),
    Attack(
        "displays ten thousand objects",
        "from IPython.display import display\nfor n in range(10_000): display(n)",
        unfinished=True,
    ),
    Attack(
        "displays an object whose text takes for ever",
        "class Slow:\n    def __repr__(self):\n        while True: pass\n"
        "from IPython.display import display\ndisplay(Slow())",
        unfinished=True,
    ),
    Attack("a cell that never ends", "while True: pass", unfinished=True),
    Attack("a cell that sleeps for ever", "time.sleep(600)", unfinished=True),
    Attack("a cell of ten thousand lines", "x = 1\n" * 10_000),
    Attack("a cell that nests brackets", "(" * 5_000 + ")" * 5_000, unfinished=True),
    Attack("a cell with a number of a million digits", "9" * 1_000_000, unfinished=True),
    Attack("a cell with characters that no source may hold", "x = '\0'", unfinished=True),
)
