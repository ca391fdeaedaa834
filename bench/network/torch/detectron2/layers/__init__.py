"""The batch norm whose statistics and scales are buffers."""

from . import batch_norm
from .batch_norm import FrozenBatchNorm2d

__all__ = ["FrozenBatchNorm2d", "batch_norm"]
