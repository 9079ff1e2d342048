"""Ending processes, its own and others', and outliving its own."""

from autograder.tests.attacks.attack import CRASHED, ERROR, FAILED, PASSED, TIMEOUT, Attack, answering, probing, useless

_SLEEPER = "['sleep', '31337']"

ENDING = (
    answering("ends its process", "os._exit(0)", outcomes=CRASHED),
    answering("exits with success", "sys.exit(0)", outcomes=ERROR),
    answering("aborts", "os.abort()", outcomes=CRASHED),
    answering("kills itself", "os.kill(os.getpid(), signal.SIGKILL)", outcomes=CRASHED),
    answering("reads where nothing is mapped", "ctypes.string_at(0)", outcomes=CRASHED),
    answering("closes every descriptor", "os.closerange(0, 256)", outcomes=CRASHED),
    answering("stops itself", "os.kill(os.getpid(), signal.SIGSTOP)\nwhile True: pass", outcomes=TIMEOUT),
    answering(
        "loops for ever and ignores being interrupted",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        outcomes=TIMEOUT,
    ),
    answering(
        "recurses until the stack is full",
        "sys.setrecursionlimit(10**9)\ndef deeper(n):\n    return [*map(deeper, [n])]\nreturn deeper(1)",
        outcomes=CRASHED,
    ),
    Attack("a cell that ends its process keeps nobody else's points", "os._exit(0)", unfinished=True),
    Attack("a cell that kills its process group", "os.killpg(0, signal.SIGTERM)\nos._exit(0)", unfinished=True),
    Attack(
        "kills everybody whom it can see",
        # Only where the judge is out of sight: elsewhere it would end more than its own process.
        "try:\n    os.kill(JUDGE, 0)\n    print('REACHED the judge')\n"
        "except ProcessLookupError:\n    os.kill(-1, signal.SIGKILL)\n    os._exit(0)",
        unfinished=True,
    ),
    probing(
        "signals others",
        "os.kill(JUDGE, 0) or 'signalled'",
        "os.kill(os.getppid(), 0) or 'signalled' if os.getppid() else None",
        "os.kill(1, 0) or 'signalled' if os.getpid() != 1 else None",
        "os.kill(-1, 0) or 'signalled'",
        "os.pidfd_open(JUDGE)",
    ),
    Attack(
        "leaves a daemon behind",
        "if not os.fork():\n    os.setsid()\n    if not os.fork():\n"
        f"        os.execvp('sleep', {_SLEEPER})\n    os._exit(0)",
    ),
    Attack(
        "leaves a process behind that ignores signals",
        f"subprocess.Popen({_SLEEPER}, start_new_session=True, "
        "preexec_fn=lambda: [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)])",
    ),
    Attack(
        "leaves a process behind and ends its own",
        f"subprocess.Popen({_SLEEPER}, start_new_session=True)\nos._exit(0)",
        unfinished=True,
    ),
    useless(
        "leaves a thread behind that changes its answers later",
        "def later():\n    while True:\n        time.sleep(0.01)\n"
        "        globals()['weighted_average'] = lambda *_: 10.0\n"
        "threading.Thread(target=later, daemon=True).start()",
        outcomes=FAILED,
    ),
    Attack(
        "leaves work for the end of its process", "import atexit\natexit.register(time.sleep, 3600)", outcomes=PASSED
    ),
    Attack("sets an alarm", "signal.signal(signal.SIGALRM, signal.SIG_IGN)\nsignal.setitimer(0, 0.01, 0.01)"),
)
