"""Stands in for detectron2 where it cannot be installed: as much of it as Hugging Face's LayoutLMv2 uses.

That is the ResNeXt-FPN backbone with the names, the arithmetic and the frozen parts that detectron2 gives it, and nothing
of detection. A real detectron2 that is installed is taken instead (see peer.py).
"""

from . import config, layers, modeling

__all__ = ["config", "layers", "modeling"]
