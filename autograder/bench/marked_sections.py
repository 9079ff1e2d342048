"""Sections of BENCHMARKS.md that belong to one command each: between markers, kept when another command writes."""

import re

_SECTION = re.compile(r"<!-- begin (?P<name>[^>]+) -->\n.*?<!-- end (?P=name) -->\n", re.DOTALL)


def with_section(text: str, name: str, body: str) -> str:
    """The page with this section, in its old place or at the end."""
    section = f"<!-- begin {name} -->\n{body.strip()}\n<!-- end {name} -->\n"
    for found in _SECTION.finditer(text):
        if found["name"] == name:
            return text[: found.start()] + section + text[found.end() :]
    return f"{text.rstrip()}\n\n{section}".lstrip()


def with_sections_of(text: str, old: str) -> str:
    """The page, and at its end every marked section that the old one has."""
    sections = [found[0] for found in _SECTION.finditer(old)]
    return "\n".join([text, *sections])
