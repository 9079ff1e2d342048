"""Forged messages: whatever arrives on the wire costs the call, or the submission, that sent it."""

from autograder.tests.attacks.attack import CRASHED, ERROR, FAILED, RIGHT, TIMEOUT, Attack

_TOOLS = """
def numbers_of_sockets():
    return [int(name) for name in os.listdir("/proc/self/fd") if is_socket(name)]

def is_socket(number):
    try:
        return os.readlink(f"/proc/self/fd/{number}").startswith("socket:")
    except OSError:
        return False

WIRE = numbers_of_sockets()[0]

def write(raw):
    while raw:
        try:
            raw = raw[os.write(WIRE, raw):]
        except BlockingIOError:
            time.sleep(0.001)

def frame(header, body=b""):
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    write(struct.pack("!II", len(header), len(body)) + header + body)

def say(**fields):
    frame({"d": fields})

def request():
    "The request that is being answered."
    frame = sys._getframe()
    while "number" not in (frame.f_locals.get("message") or ()):
        frame = frame.f_back
    return frame.f_locals["message"]

def number():
    return request()["number"]
"""


def sending(name: str, body: str, **expected) -> Attack:
    """An answer that writes to the wire, where the judge calls it, before it returns what is right."""
    lines = "    if request()['kind'] == 'perform':\n"
    lines += "\n".join(f"        {line}" for line in body.strip("\n").splitlines())
    right = RIGHT.replace("weighted_average", "rightly")
    answer = f"{right}\ndef weighted_average(values, weights):\n{lines}\n    return rightly(values, weights)\n"
    return Attack(name, _TOOLS, answer, **{"score": 0, "outcomes": CRASHED, **expected})


ON_THE_WIRE = (
    sending("a reply before it is asked", "say(kind='performed', number=number() + 1, value=3)"),
    sending("a reply to another request", "say(kind='performed', number=1, value=3)"),
    sending("its own reply twice", "say(kind='performed', number=number(), value=3)", outcomes=FAILED | CRASHED),
    sending("a reply of a kind there is not", "say(kind='passed', number=number())"),
    sending("a reply whose kind is a number", "say(kind=3, number=number())"),
    sending("a reply whose kind is a list", "say(kind={'l': []}, number=number())"),
    sending(
        "a reply whose kind is an array",
        "frame({'d': {'kind': {'a': ['<f4', [2]]}, 'number': number()}}, bytes(8))",
    ),
    sending(
        "a reply whose number is an array",
        "frame({'d': {'kind': 'performed', 'number': {'a': ['<i8', [2]]}}}, bytes(16))",
    ),
    sending("a reply whose number is NaN", "say(kind='performed', number=float('nan'))"),
    sending("a refusal whose fields are of other types", "say(kind='failed', number=number(), outcome=3)"),
    sending(
        "a refusal with an outcome of its choice",
        "say(kind='failed', number=number(), outcome='passed', message='', line='', types={'l': []})",
    ),
    sending("a length of four GiB", "write(struct.pack('!II', 0xFFFFFFFF, 0))"),
    sending("two lengths that are too long together", "write(struct.pack('!II', 1 << 26, 1 << 26))"),
    sending("a header nested ten thousand deep", "frame(b'{\"l\":[' * 10_000 + b']}' * 10_000)"),
    sending("a header that is no JSON", "frame(b'\\xff' * 100)"),
    sending("an array of a type with code in it", "frame({'d': {'value': {'a': ['|O', [1]]}}}, bytes(8))"),
    sending("an array of negative size", "frame({'d': {'value': {'a': ['<f4', [-1, -1]]}}}, bytes(4))"),
    sending("an array of immense size", "frame({'d': {'value': {'a': ['<f4', [1 << 30, 1 << 30]]}}}, bytes(4))"),
    sending("an array of NaN size", 'frame(b\'{"d": {"value": {"a": ["<f4", [NaN]]}}}\', bytes(4))'),
    sending(
        "a handle that it made up",
        "say(kind='performed', number=number(), value={'h': [10**9, 'os.system']})",
        outcomes=FAILED | CRASHED,
    ),
    sending(
        "a call to a function that the judge never gave",
        "say(kind='callback', function=31337, args={'t': []}, kwargs={'d': {}})",
    ),
    sending("a call whose arguments are no arguments", "say(kind='callback', function=1, args=3, kwargs=4)"),
    sending(
        "a call to a function whose number is an array",
        "frame({'d': {'kind': 'callback', 'function': {'a': ['<i8', [2]]}, 'args': {'t': []}, "
        "'kwargs': {'d': {}}}}, bytes(16))",
    ),
    sending(
        "calls without end",
        "os.set_blocking(WIRE, True)\n"
        "threading.Thread(target=lambda: [os.read(WIRE, 1 << 16) for _ in iter(int, 1)], daemon=True).start()\n"
        "while True:\n    say(kind='callback', function=31337, args={'t': []}, kwargs={'d': {}})",
        outcomes=TIMEOUT | CRASHED,
    ),
    Attack(
        "a cell whose reply has an array for its number",
        _TOOLS + "frame({'d': {'kind': 'ran', 'number': {'a': ['<i8', [2]]}}}, bytes(16))",
        unfinished=True,
    ),
    Attack(
        "a cell that answers for itself",
        _TOOLS + "say(kind='ran', number=number(), result={'d': {'outcome': 'ok', 'outputs': {'l': []}}})",
        score=0,
        outcomes=CRASHED,
        other=0,
        unfinished=True,
    ),
    Attack(
        "outputs that are no outputs",
        _TOOLS + "from autograder.sandbox.wire import Wire\nsend = Wire.send\n"
        "def sent(self, message, *rest):\n"
        "    if message.get('kind') == 'ran':\n"
        "        message['result']['outputs'] += [3, None, {'output_type': {}}]\n"
        "        message['result']['outputs'] += [{'output_type': 'stream', 'text': [1]}]\n"
        "        message['result']['outputs'] += [{'output_type': 'error', 'traceback': {'a': 1}}]\n"
        "        message['result']['outputs'] += [{'output_type': 'execute_result', 'data': {'text/html': 3}}]\n"
        "    return send(self, message, *rest)\n"
        "Wire.send = sent",
        score=9,
        other=9,
        outcomes=ERROR,
        problem="replaces parts of the grader: autograder.sandbox.wire.Wire.send.",
    ),
)
