"""The settings of the backbone with detectron2's defaults. Others can be set, and have no effect."""


class Node:
    """Settings by name; a name that was never set gives an empty node, so that `cfg.A.B = x` works."""

    def __init__(self, **settings):
        self.__dict__.update(settings)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        node = Node()
        setattr(self, name, node)
        return node


def get_cfg():
    cfg = Node()
    cfg.MODEL = Node(
        META_ARCHITECTURE="GeneralizedRCNN",
        PIXEL_MEAN=[103.530, 116.280, 123.675],
        PIXEL_STD=[1.0, 1.0, 1.0],
        BACKBONE=Node(FREEZE_AT=2),
        RESNETS=Node(
            DEPTH=50, NUM_GROUPS=1, WIDTH_PER_GROUP=64, STEM_OUT_CHANNELS=64, RES2_OUT_CHANNELS=256
        ),
        FPN=Node(OUT_CHANNELS=256),
    )
    return cfg
