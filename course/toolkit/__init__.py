"""What lessons and exercises import: figures and sentence pairs now; more with later units.

Importing it imports keras, without TensorFlow's banner; so it stands first in every notebook.
"""

from course.toolkit.quiet import import_keras

import_keras()
