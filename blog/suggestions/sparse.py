"""Sparse rows of weights, as three arrays (CSR), which may be mapped from a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Row = tuple[NDArray[np.int32], Floats]


@dataclass(frozen=True, slots=True)
class SparseRows:
    """Row i has `weights[starts[i]:starts[i + 1]]` in the columns `columns[starts[i]:starts[i + 1]]`."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    weights: Floats

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "SparseRows":
        """Return rows, each given as columns and weights."""
        listed = list(rows)
        starts = np.zeros(len(listed) + 1, np.int64)
        np.cumsum([len(columns) for columns, _ in listed], out=starts[1:])
        columns = np.concatenate([np.zeros(0, np.int32), *(columns for columns, _ in listed)])
        weights = np.concatenate([np.zeros(0, np.float32), *(weights for _, weights in listed)])
        return cls(starts, columns, weights)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row(self, number: int) -> Row:
        """Return the columns and weights of a row."""
        part = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return self.columns[part], self.weights[part]

    def transposed(self, width: int) -> "SparseRows":
        """Return the same weights with the columns, `width` of them, as rows."""
        order = np.argsort(self.columns, kind="stable")
        starts = np.zeros(width + 1, np.int64)
        np.cumsum(np.bincount(self.columns, minlength=width), out=starts[1:])
        numbers = np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))
        return SparseRows(starts, numbers[order], self.weights[order])

    def combined(self, vector: Floats, width: int) -> Floats:
        """Return the sum of the rows, each times its value in a vector, as a vector of `width` columns."""
        rows = [(self.row(number), vector[number]) for number in np.flatnonzero(vector).tolist()]
        if not rows:
            return np.zeros(width, np.float32)
        columns = np.concatenate([columns for (columns, _), _ in rows])
        weights = np.concatenate([weights * value for (_, weights), value in rows])
        return np.bincount(columns, weights, width).astype(np.float32)


def largest(columns: NDArray[Any], weights: NDArray[Any], limit: int) -> Row:
    """Return the `limit` largest weights as a row of length 1, its columns ascending."""
    if len(weights) > limit:
        kept = np.argpartition(-weights, limit - 1)[:limit]
        columns, weights = columns[kept], weights[kept]
    order = np.argsort(columns)
    length = float(np.linalg.norm(weights)) or 1.0
    return columns[order].astype(np.int32), (weights[order] / length).astype(np.float32)
