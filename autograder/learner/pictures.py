"""A picture of what came back beside what was expected."""

import base64

import numpy as np

_LARGEST = 12  # rows and columns whose numbers can still be read


def side_by_side(got: np.ndarray, expected: np.ndarray) -> str:
    """Yours beside the expected, as one PNG: the first matrix in which they differ. Empty where it is too large."""
    got, expected = _first_difference(got, expected)
    if not 0 < got.shape[0] <= _LARGEST or got.shape[1] > _LARGEST:
        return ""
    from course.toolkit import figures

    picture = figures.matrices({"Yours": got, "Expected": expected})
    encoded = base64.b64encode(picture.png).decode()
    width = round(0.72 * picture.width)  # an aside, smaller than the pictures of a lesson
    style = "display:block;margin-top:10px;border-radius:6px;max-width:100%"
    return (
        f'<img alt="Yours beside the expected values" width="{width}" style="{style}" '
        f'src="data:image/png;base64,{encoded}">'
    )


def _first_difference(got: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    while got.ndim > 2:
        apart = [
            not np.allclose(mine, theirs, rtol=1e-5, atol=1e-6) for mine, theirs in zip(got, expected, strict=True)
        ]
        index = apart.index(True) if True in apart else 0
        got, expected = got[index], expected[index]
    return np.atleast_2d(got), np.atleast_2d(expected)
