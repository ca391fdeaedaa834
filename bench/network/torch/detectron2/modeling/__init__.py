"""Where Hugging Face's LayoutLMv2 looks up the network whose backbone it takes."""

from types import SimpleNamespace

from . import backbone
from .backbone import build_resnet_fpn_backbone

# Of a whole detector only the backbone is used, so only that is built.
META_ARCH_REGISTRY = {
    "GeneralizedRCNN": lambda cfg: SimpleNamespace(backbone=build_resnet_fpn_backbone(cfg)),
}

__all__ = ["META_ARCH_REGISTRY", "backbone"]
