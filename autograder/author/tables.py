"""The table of units, which the welcome page and the README show."""

from autograder.units import all_units

_BEGIN, _END = "<!-- units -->", "<!-- end of units -->"


def with_table(text: str, root: str = "") -> str:
    """The text with the table of units between its marks, if it has any; links begin with `root`."""
    if _BEGIN not in text:
        return text
    before, _, rest = text.partition(_BEGIN)
    return f"{before}{_BEGIN}\n{_table(root)}\n{_END}{rest.partition(_END)[2]}"


def _table(root: str) -> str:
    lines = ["| unit | lesson | exercises | minutes |", "|---:|---|---|---:|"]
    for unit in all_units():
        names = ", ".join(f"`{name}`" for name in unit.points())
        lesson, exercises = f"{root}course/{unit.stem}.ipynb", f"{root}exercises/{unit.stem}/{unit.stem}.ipynb"
        minutes = sum(exercise.minutes for exercise in unit.exercises().values())
        lines.append(
            f"| {int(unit.stem[:2])} | [{unit.title}]({lesson}) | [exercises]({exercises}): {names} | {minutes} |"
        )
    return "\n".join(lines)
