"""Records what Hugging Face's network computes as LayoutXLM: test/layoutlmv2/fixtures/layoutxlm/network.json.

Usage: PYTHONPATH=../../bench/network/torch python make_layoutxlm_network.py TINY_FOLDER OUT

Needs torch, transformers and numpy, and detectron2 or what stands in for it under bench/network/torch. Weights and inputs are
hashes of names and positions, as in test/support/fixture-weights.ts, so that the record needs no weights. First the same is
done for the tiny LayoutLMv2 of TINY_FOLDER (tiny_config.json, tiny.json), whose values were recorded with detectron2 itself.
"""

import json
import math
import os
import sys

import numpy as np
import torch
import transformers
from transformers import LayoutLMv2Config, LayoutLMv2ForSequenceClassification

LABEL_COUNT = 5
PAGES, TOKENS, PADDING = 2, 20, 3
# float32 in another order of additions.
TOLERANCE = 1e-5
# What LayoutXLM sets otherwise than LayoutLMv2, as published.
LAYOUTXLM = {
    "max_position_embeddings": 66,
    "type_vocab_size": 1,
    "layer_norm_eps": 1e-05,
    "pad_token_id": 1,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "fast_qkv": False,
    "has_relative_attention_bias": False,
    "has_spatial_attention_bias": False,
    "has_visual_segment_embedding": True,
}


def stream(name, count):
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = (np.arange(count, dtype=np.uint64) * 0x9E3779B9 + seed) & 0xFFFFFFFF
    x = ((x ^ (x >> np.uint64(16))) * 0x85EBCA6B) & 0xFFFFFFFF
    x = ((x ^ (x >> np.uint64(13))) * 0xC2B2AE35) & 0xFFFFFFFF
    return x ^ (x >> np.uint64(16))


def spread(name, shape):
    if name.endswith("norm.weight"):
        return (0.05, 0.2) if ".conv3." in name else (0.1, 1)
    if name.endswith(("norm.bias", "norm.running_mean")):
        return 0.1, 0
    if name.endswith("norm.running_var"):
        return 0.3, 1
    if name.endswith("LayerNorm.weight"):
        return 0.1, 1
    if name.endswith("LayerNorm.bias"):
        return 0.05, 0
    if "embeddings.weight" in name:
        return 0.2, 0
    if "rel_pos" in name:
        return 0.5, 0
    if name.endswith(("_bias", ".bias")):
        return 0.1, 0
    return math.sqrt((6 if len(shape) == 4 else 3) / math.prod(shape[1:])), 0


def fill(model):
    for name, tensor in model.state_dict().items():
        if name.endswith(("num_batches_tracked", "position_ids", "pixel_mean", "pixel_std")):
            continue
        scale, offset = spread(name, tensor.shape)
        unit = (stream(name, tensor.numel()) >> np.uint64(8)).astype(np.float64) / 2**23 - 1
        values = (unit * scale + offset).astype(np.float32)
        tensor.copy_(torch.from_numpy(values).reshape(tensor.shape))


def make_batch(vocabulary_size, pages, tokens, padding):
    count = pages * tokens
    ids = (stream("input_ids", count) % vocabulary_size).astype(np.int64).reshape(pages, tokens)
    sides = [(stream(name, count) % 1001).astype(np.int64).reshape(pages, tokens) for name in ("bx0", "by0", "bx1", "by1")]
    a, b, c, d = sides
    boxes = np.stack([np.minimum(a, c), np.minimum(b, d), np.maximum(a, c), np.maximum(b, d)], axis=-1)
    boxes[:, 0] = 0
    mask = np.ones((pages, tokens), dtype=np.int64)
    for page in range(pages):
        end = tokens - padding * (page + 1)
        ids[page, end:], boxes[page, end:], mask[page, end:] = 0, 0, 0
    image = (stream("image", pages * 3 * 224 * 224) & np.uint64(255)).astype(np.float32).reshape(pages, 3, 224, 224)
    arrays = {"input_ids": ids, "bbox": boxes, "attention_mask": mask, "image": image}
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def run(settings, label_count, pages, tokens, padding, labels):
    config = LayoutLMv2Config(**{**settings, "num_labels": label_count})
    model = LayoutLMv2ForSequenceClassification(config).eval()
    with torch.no_grad():
        fill(model)
    output = model(**make_batch(config.vocab_size, pages, tokens, padding), labels=torch.tensor(labels))
    output.loss.backward()
    gradients = {
        name: None if parameter.grad is None else float(parameter.grad.norm())
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    }
    return output.loss.item(), output.logits.tolist(), gradients


def check_on_recorded(folder):
    """That the backbone in use is detectron2's, or computes the same."""
    with open(os.path.join(folder, "tiny.json"), encoding="utf-8") as file:
        recorded = json.load(file)
    with open(os.path.join(folder, "tiny_config.json"), encoding="utf-8") as file:
        settings = json.load(file)
    sizes = [recorded[key] for key in ("num_labels", "B", "T", "pad", "labels")]
    _, logits, _ = run(settings, *sizes)
    difference = np.abs(np.array(logits) - np.array(recorded["logits"])).max()
    assert difference < TOLERANCE, difference
    return settings


def main():
    tiny_folder, out = sys.argv[1:]
    settings = check_on_recorded(tiny_folder)
    unneeded = ("id2label", "label2id", "transformers_version", "architectures", "dtype", "_name_or_path")
    config = {key: value for key, value in {**settings, **LAYOUTXLM}.items() if key not in unneeded}
    labels = [3, 1]
    loss, logits, gradients = run(config, LABEL_COUNT, PAGES, TOKENS, PADDING, labels)
    how = f"Made by test/interop/make_layoutxlm_network.py with torch {torch.__version__}, transformers {transformers.__version__}."
    record = {
        "how": how,
        "config": config,
        "num_labels": LABEL_COUNT,
        "B": PAGES,
        "T": TOKENS,
        "pad": PADDING,
        "labels": labels,
        "loss": loss,
        "logits": logits,
        "gradientNorms": gradients,
    }
    with open(out, "w", encoding="utf-8") as file:
        json.dump(record, file, indent=1)
        file.write("\n")


main()
