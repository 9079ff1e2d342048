"""Shadowed modules and settings: what a submission writes in its folder is gone with its process.

Each of these plants files in the first worker and ends it; `then` looks in the next one, in which the cells that did
not end a process are run again.
"""

from autograder.tests.attacks.attack import Attack, probing

_SAYS_SO = "print('REACHED')"


def planting(name: str, *paths: str, text: str = _SAYS_SO, look: str = "") -> Attack:
    """An attack by files in what a worker takes for its home."""
    plant = "".join(
        f"path = os.path.expanduser({path!r})\nos.makedirs(os.path.dirname(path), exist_ok=True)\n"
        f"open(path, 'w').write({text!r})\n"
        for path in paths
    )
    then = "".join(f"attempt(lambda: os.path.exists(os.path.expanduser({path!r})))\n" for path in paths)
    return Attack(name, f"{plant}os._exit(0)", then=then + look, unfinished=True)


SHADOWING = (
    planting("modules in the working folder", "~/keras.py", "~/numpy.py", "~/json.py", "~/socket.py"),
    planting("modules of the grader's name", "~/autograder/__init__.py", "~/course/__init__.py"),
    planting("settings for pytest", "~/conftest.py", "~/pytest.ini", "~/pyproject.toml"),
    planting(
        "modules that Python imports by itself",
        "~/sitecustomize.py",
        "~/usercustomize.py",
        "~/.local/lib/python3.11/site-packages/usercustomize.py",
        "~/.local/lib/python3.11/site-packages/planted.pth",
        text="import sys; print('REACHED')",
    ),
    planting("start-up files of IPython", "~/.ipython/profile_default/startup/00.py", "~/.ipython/ipython_config.py"),
    planting(
        "settings of Keras",
        "~/.keras/keras.json",
        text='{"floatx": "float64", "epsilon": 1, "backend": "torch", "image_data_format": "channels_first"}',
        look="attempt(lambda: keras.config.floatx() != 'float32' or keras.config.epsilon() > 1e-6)",
    ),
    planting("settings of matplotlib", "~/matplotlibrc", "~/.config/matplotlib/matplotlibrc", text="backend: planted"),
    Attack(
        "settings in its environment",
        "os.environ |= {'PYTHONPATH': '/tmp', 'PYTHONSTARTUP': '/tmp/x.py', 'KERAS_BACKEND': 'torch', "
        "'PYTEST_ADDOPTS': '--co', 'LD_PRELOAD': '/tmp/x.so'}\nos._exit(0)",
        then="attempt(lambda: {'PYTHONSTARTUP', 'PYTEST_ADDOPTS', 'LD_PRELOAD'} & set(os.environ))",
        unfinished=True,
    ),
    Attack(
        "modules of its own beside its notebook, for itself",
        "open('helper.py', 'w').write('x = 3')\nsys.path.insert(0, os.getcwd())\nimport helper",
    ),
    probing(
        "a Python of its own that forgets the limits",
        "subprocess.run([sys.executable, '-Ic', 'print(open(%r).read())' % GRADEBOOK], stdout=-1, timeout=20).stdout",
        "subprocess.run(['sh', '-c', 'cat ' + GRADEBOOK], stdout=-1, timeout=20).stdout",
    ),
)
