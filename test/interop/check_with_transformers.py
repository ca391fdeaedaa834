"""Loads a checkpoint folder with Hugging Face's library and compares what it finds with expected.json.

Usage: python check_with_transformers.py FOLDER EXPECTED_JSON

Needs torch, transformers and, for the network itself, detectron2; where that is not installed, the folder bench/network/torch
on PYTHONPATH stands in for it. (Without either transformers cannot build this network; configuration, tokenizer and image
processor are checked all the same, and the last line says so.)
"""

import json
import sys

import torch
from transformers import AutoConfig, AutoImageProcessor, AutoTokenizer, LayoutLMv2ForSequenceClassification
from transformers.utils import is_detectron2_available, is_sentencepiece_available

# float32 on both sides; the order of additions differs.
LOGIT_TOLERANCE = 1e-4


def check_configuration(folder, expected):
    config = AutoConfig.from_pretrained(folder)
    labels = [config.id2label[row] for row in range(config.num_labels)]
    assert labels == expected["labels"], labels


def check_tokenizer(folder, expected):
    if expected["needsSentencePiece"] and not is_sentencepiece_available():
        raise RuntimeError("This tokenizer needs the package sentencepiece (and protobuf).")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert type(tokenizer).__name__ == expected["tokenizerClass"], type(tokenizer)
    assert len(tokenizer) <= expected["vocabSize"], len(tokenizer)
    encoding = tokenizer(expected["words"], boxes=expected["wordBoxes"])
    assert encoding["input_ids"] == expected["inputIds"], encoding["input_ids"]
    assert encoding["bbox"] == expected["boxes"], encoding["bbox"]


def check_image_processor(folder):
    processor = AutoImageProcessor.from_pretrained(folder)
    size = processor.size
    assert (size["height"], size["width"]) == (224, 224), size
    assert int(processor.resample) == 2, processor.resample


def check_network(folder, expected):
    model, info = LayoutLMv2ForSequenceClassification.from_pretrained(folder, output_loading_info=True)
    assert not info["missing_keys"], info["missing_keys"]
    assert not info["unexpected_keys"], info["unexpected_keys"]
    assert not info["mismatched_keys"], info["mismatched_keys"]
    sample = expected["sample"]
    count = len(sample["inputIds"])
    image = torch.tensor(sample["image"], dtype=torch.float32).reshape(1, 224, 224, 3)
    with torch.no_grad():
        logits = model.eval()(
            input_ids=torch.tensor(sample["inputIds"]).reshape(1, count),
            bbox=torch.tensor(sample["boxes"]).reshape(1, count, 4),
            image=image.permute(0, 3, 1, 2),
        ).logits[0]
    difference = (logits - torch.tensor(sample["logits"])).abs().max().item()
    assert difference < LOGIT_TOLERANCE, difference
    return difference


def main():
    folder, expected_path = sys.argv[1:]
    with open(expected_path, encoding="utf-8") as file:
        expected = json.load(file)
    check_configuration(folder, expected)
    check_tokenizer(folder, expected)
    check_image_processor(folder)
    if is_detectron2_available():
        print(f"network: largest difference of a logit {check_network(folder, expected):.2e}")
    else:
        print("network: not checked, detectron2 is not installed")


main()
