"""ResNeXt with a feature pyramid, under detectron2's names: `bottom_up.res4.3.conv2.norm`, `fpn_lateral2`, `fpn_output2`.

All levels of the pyramid are computed, as detectron2 does, although LayoutLMv2 reads only p2.
"""

from collections import namedtuple

from torch import nn
from torch.nn import functional

from ..layers import FrozenBatchNorm2d

ShapeSpec = namedtuple("ShapeSpec", ["channels", "stride"])

# Bottleneck blocks of res2 to res5.
BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


class NormedConvolution(nn.Conv2d):
    """A convolution without bias, and its frozen batch norm."""

    def __init__(self, inputs, outputs, size, stride=1, padding=0, groups=1):
        super().__init__(inputs, outputs, size, stride=stride, padding=padding, groups=groups, bias=False)
        self.norm = FrozenBatchNorm2d(outputs)

    def forward(self, x):
        return self.norm(super().forward(x))


class Stem(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = NormedConvolution(3, channels, 7, stride=2, padding=3)

    def forward(self, x):
        return functional.max_pool2d(functional.relu_(self.conv1(x)), kernel_size=3, stride=2, padding=1)


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, outputs, stride, groups):
        super().__init__()
        self.shortcut = NormedConvolution(inputs, outputs, 1, stride=stride) if inputs != outputs else None
        self.conv1 = NormedConvolution(inputs, width, 1)
        self.conv2 = NormedConvolution(width, width, 3, stride=stride, padding=1, groups=groups)
        self.conv3 = NormedConvolution(width, outputs, 1)

    def forward(self, x):
        out = functional.relu_(self.conv1(x))
        out = functional.relu_(self.conv2(out))
        out = self.conv3(out)
        out = out + (x if self.shortcut is None else self.shortcut(x))
        return functional.relu_(out)


class ResNet(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        settings = cfg.MODEL.RESNETS
        self.stem = Stem(settings.STEM_OUT_CHANNELS)
        self.channels = []
        inputs = settings.STEM_OUT_CHANNELS
        for index, blocks in enumerate(BLOCKS[settings.DEPTH]):
            outputs = settings.RES2_OUT_CHANNELS * 2**index
            width = settings.NUM_GROUPS * settings.WIDTH_PER_GROUP * 2**index
            stage = nn.Sequential()
            for block in range(blocks):
                stride = 2 if block == 0 and index > 0 else 1
                stage.append(Bottleneck(inputs, width, outputs, stride, settings.NUM_GROUPS))
                inputs = outputs
            setattr(self, f"res{index + 2}", stage)
            self.channels.append(outputs)
        frozen = [self.stem, self.res2, self.res3, self.res4, self.res5][: cfg.MODEL.BACKBONE.FREEZE_AT]
        for part in frozen:
            part.requires_grad_(False)

    def forward(self, x):
        outputs = []
        x = self.stem(x)
        for stage in (self.res2, self.res3, self.res4, self.res5):
            x = stage(x)
            outputs.append(x)
        return outputs


class FPN(nn.Module):
    def __init__(self, bottom_up, channels):
        super().__init__()
        self.out_channels = channels
        for level, inputs in zip((2, 3, 4, 5), bottom_up.channels):
            setattr(self, f"fpn_lateral{level}", nn.Conv2d(inputs, channels, 1))
            setattr(self, f"fpn_output{level}", nn.Conv2d(channels, channels, 3, padding=1))
        self.bottom_up = bottom_up

    def output_shape(self):
        return {f"p{level}": ShapeSpec(self.out_channels, 2**level) for level in (2, 3, 4, 5, 6)}

    def forward(self, x):
        results = {}
        above = None
        for level, features in reversed(list(zip((2, 3, 4, 5), self.bottom_up(x)))):
            merged = getattr(self, f"fpn_lateral{level}")(features)
            if above is not None:
                merged = merged + functional.interpolate(above, scale_factor=2.0, mode="nearest")
            results[f"p{level}"] = getattr(self, f"fpn_output{level}")(merged)
            above = merged
        results["p6"] = functional.max_pool2d(results["p5"], kernel_size=1, stride=2, padding=0)
        return results


def build_resnet_fpn_backbone(cfg):
    return FPN(ResNet(cfg), cfg.MODEL.FPN.OUT_CHANNELS)
