"""Model files with code in them: they are written and loaded where the learner's code runs, or nowhere."""

from autograder.tests.attacks.attack import ERROR, WRONG, Attack, answering

_LAMBDA = """
def act(x):
    import builtins
    builtins.attempt(lambda: open(builtins.GRADEBOOK).read())
    return x
import builtins
builtins.attempt, builtins.GRADEBOOK = attempt, GRADEBOOK
model = keras.Sequential([keras.Input((3,)), keras.layers.Lambda(act)])
"""
_CONFIG = """
import zipfile
config = {"module": "os", "class_name": "system", "config": {"command": "touch " + WITNESS}, "registered_name": None}
with zipfile.ZipFile(TMP + '/made.keras', 'w') as file:
    file.writestr('config.json', json.dumps(config))
    file.writestr('metadata.json', json.dumps({"keras_version": keras.__version__, "date_saved": ""}))
    file.writestr('model.weights.h5', b'')
"""
_RUN = "class Run:\n    def __reduce__(self):\n        return os.system, ('touch ' + WITNESS,)\n"

KERAS_FILES = (
    Attack(
        "a layer with code in it, saved and loaded",
        _LAMBDA + "model.save(TMP + '/a.keras')\nload = keras.models.load_model\n"
        "attempt(lambda: load(TMP + '/a.keras', safe_mode=False) and None)",
    ),
    Attack(
        "a file whose configuration names a program",
        _CONFIG + "attempt(lambda: keras.models.load_model(TMP + '/made.keras', safe_mode=False))",
    ),
    Attack(
        "an archive that unpacks above its folder",
        "import zipfile\nwith zipfile.ZipFile(TMP + '/slip.zip', 'w') as file:\n"
        "    file.writestr('../' * 20 + WITNESS, 'x')\n"
        "get = keras.utils.get_file\n"
        "attempt(lambda: get(origin='file://' + TMP + '/slip.zip', extract=True) and os.path.exists(WITNESS))",
    ),
    Attack(
        "a pickle that runs a program",
        "import pickle\nclass Run:\n    def __reduce__(self):\n"
        "        return os.system, ('cat ' + GRADEBOOK + ' >' + WITNESS,)\n"
        "attempt(lambda: pickle.loads(pickle.dumps(Run())) == 0)\nattempt(lambda: os.path.exists(WITNESS))",
    ),
    answering("returns a model with code in it", f"{_LAMBDA}return model", outcomes=WRONG),
    answering(
        "returns an object that would run a program where it is unpickled", f"{_RUN}return Run()", outcomes=WRONG
    ),
    answering(
        "returns the same inside an array",
        f"{_RUN}return np.array([Run()])",
        outcomes=ERROR,
    ),
)
