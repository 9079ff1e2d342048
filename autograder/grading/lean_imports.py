"""What is left out of a process that imports this first: a grammar that takes a second to make, and nobody here uses.

nbformat imports jsonschema, and that imports `rfc3987_syntax` where it is installed, as it is with JupyterLab, to tell
whether internationalised addresses are well formed. No notebook's schema asks for it, and jsonschema does without it.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # an import of it fails at once
