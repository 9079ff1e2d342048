"""How learning platforms name what they put into a zip: patterns for nbgrader's `zip_collect`."""

_EXTRACTED = r".*?[/\\]extracted[/\\](?:[^/\\]+[/\\])??"  # where nbgrader unpacks: in a folder for the zip, or in none
_FILE = (  # in folders if learners have uploaded a zip themselves; never what their systems add to one
    r"(?!.*(?:__MACOSX|\.ipynb_checkpoints)[/\\])(?:[^/\\]+[/\\])*(?P<file_id>[^/\\.][^/\\]*)\.ipynb$"
)
_MOODLE = r"_assignsubmission_file_[/\\]?"

DOWNLOADS = {
    "moodle": rf"{_EXTRACTED}(?P<student_id>[^/\\]+?)_\d+{_MOODLE}{_FILE}",
    "moodle-anonymous": rf"{_EXTRACTED}[^/\\]+?_(?P<student_id>\d+){_MOODLE}{_FILE}",
    "canvas": rf"{_EXTRACTED}[^/\\]+?_(?:LATE_)?(?P<student_id>\d+)_\d+_{_FILE}",
}
"""For `c.FileNameCollectorPlugin.named_regexp`: Moodle's names of learners or participants' numbers, Canvas' user ids.

A learner is known by what the platform has put first. Whatever follows is of the learner's choice, and counts for
nothing: it can name nobody else. Files keep their names, because two of one learner's must not become one.
"""
