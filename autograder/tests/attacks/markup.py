"""Scripts, terminal escapes and formulas, by every way that leads to an instructor's or a learner's screen."""

from autograder.tests.attacks.attack import CRASHED, ERROR, FAILED, WRONG, Attack, answering

_SHOW = "from IPython.display import *\n"
_LIVE = (
    "<script>alert(31337)</script><img src=x onerror=alert(31337)><svg onload=alert(31337)><iframe srcdoc='<script>"
    "alert(31337)</script>'></iframe><a href='javascript:alert(31337)'>x</a><details ontoggle=alert(31337) open>x"
    "</details><math><mtext></mtext><style>@import url(//example.org/31337)</style></math><form action=//example.org>"
    "<button formaction='javascript:alert(31337)'>x</button></form><object data='data:text/html,<script>alert(31337)"
    "</script>'></object><base href='//example.org/31337'><meta http-equiv=refresh content='0;url=//example.org/31337'>"
    "<div style='background:url(//example.org/31337)'>x</div><link rel=stylesheet href='//example.org/31337'>"
)
_ESCAPES = "\\x1b[2J\\x1b]0;31337\\x07\\x9b31337\\u202e\\u2066\\r\\b"


def displaying(name: str, expression: str) -> Attack:
    return Attack(f"displays {name}", f"{_SHOW}live = {_LIVE!r}\ndisplay({expression})")


MARKUP = (
    displaying("HTML", "HTML(live)"),
    displaying("SVG", "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(31337)</script></svg>')"),
    displaying("JavaScript", "Javascript('alert(31337)')"),
    displaying("Markdown", "Markdown(live)"),
    displaying("LaTeX", "Latex(r'$\\href{javascript:alert(31337)}{x}$' + live)"),
    displaying(
        "JSON, plots and widgets",
        "{k: live for k in ('application/json', 'application/vnd.jupyter.widget-view+json', "
        "'application/vnd.plotly.v1+json', 'application/vnd.bokehjs_exec.v0+json')}, raw=True",
    ),
    displaying(
        "HTML in metadata", "{'text/html': 'x'}, metadata={'text/html': {'isolated': True, 'x': live}}, raw=True"
    ),
    displaying("HTML as plain text", "{'text/plain': live}, raw=True"),
    displaying("HTML as a picture", "{'image/png': live, 'image/jpeg': live, 'image/svg+xml': live}, raw=True"),
    displaying("a picture with HTML behind it", "Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + live.encode())"),
    displaying(
        "HTML from its own representation",
        "type('X', (), {'_repr_html_': lambda self: live, '_repr_javascript_': lambda self: 'alert(31337)'})()",
    ),
    Attack("prints markup", f"print({_LIVE!r})\nprint({_LIVE!r}, file=sys.stderr)"),
    Attack("prints escapes for a terminal", f"print('{_ESCAPES}\\x00')"),
    Attack("writes markup into its source", f"'''{_LIVE}'''\n# </pre></div><script>alert(31337)</script>\nNone"),
    Attack("raises markup in a cell", f"raise ValueError({_LIVE!r})", unfinished=True),
    Attack(
        "raises a class whose name is markup", f"raise type({_LIVE!r}, (Exception,), {{}})({_LIVE!r})", unfinished=True
    ),
    answering("raises markup", f"raise ValueError({_LIVE!r})", outcomes=ERROR),
    answering("raises escapes", f"raise ValueError('{_ESCAPES}\\x00')", outcomes=ERROR),
    answering("raises what a spreadsheet would run", "raise ValueError('=cmd|\\' /C calc\\'!A0')", outcomes=ERROR),
    answering(
        "raises what a rich console would run",
        "raise ValueError('[link=file:///etc]31337[/link][bold]')",
        outcomes=ERROR,
    ),
    answering(
        "raises a class whose name is markup and escapes",
        f"raise type('{_ESCAPES}' + {_LIVE!r}, (Exception,), {{}})",
        outcomes=CRASHED | ERROR,
    ),
    answering(
        "returns an object whose class is named so",
        f"return type('{_ESCAPES}' + {_LIVE!r}, (), {{}})()",
        outcomes=WRONG,
    ),
    answering("returns markup and escapes", f"return '{_ESCAPES}' + {_LIVE!r}", outcomes=WRONG),
    answering("returns them as keys", f"return {{'{_ESCAPES}' + {_LIVE!r}: 1}}", outcomes=WRONG),
    answering("returns half characters", "return '\\ud800'", outcomes=WRONG),
    Attack(
        "has markup in its name and documentation",
        answer=f"def weighted_average(values, weights):\n    '''{_LIVE}'''\n    return None\n"
        f"weighted_average.__name__ = weighted_average.__qualname__ = '{_ESCAPES}' + {_LIVE!r}\n",
        score=0,
        outcomes=FAILED,
    ),
)
