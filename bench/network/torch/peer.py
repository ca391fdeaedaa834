"""Hugging Face's LayoutLMv2 on torch as a process that measures itself: one JSON request a line in, one JSON answer a line out.

Usage: python peer.py THREADS [DEVICE [PRECISION]]

DEVICE is cpu or cuda; PRECISION is fp32, tf32 or bf16. The network is transformers' own LayoutLMv2ForSequenceClassification,
loaded from a checkpoint folder; where detectron2 is not installed, the folder beside this file stands in for it.
"""

import importlib.util
import json
import os
import sys
import time

THREADS = int(sys.argv[1])
DEVICE = sys.argv[2] if len(sys.argv) > 2 else "cpu"
PRECISION = sys.argv[3] if len(sys.argv) > 3 else "fp32"
HERE = os.path.dirname(os.path.abspath(__file__))
# The folder of a script comes first on the path; a real detectron2 is to come before the one that stands in.
sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != HERE]
STANDS_IN = importlib.util.find_spec("detectron2") is None
if STANDS_IN:
    sys.path.append(HERE)

import torch  # noqa: E402
import transformers  # noqa: E402
from transformers import LayoutLMv2Config, LayoutLMv2ForSequenceClassification  # noqa: E402

IMAGE_SIDE = 224
# Hugging Face's defaults: learning rate, weight decay as Classeur's, length at which gradients are clipped.
LEARNING_RATE, WEIGHT_DECAY, LONGEST_GRADIENT = 5e-5, 0.01, 1.0

state = {"model": None, "optimiser": None}


def main():
    torch.set_num_threads(THREADS)
    torch.manual_seed(1)
    if PRECISION == "tf32":
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.allow_tf32 = True
    elif DEVICE == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
    transformers.logging.set_verbosity_error()
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(OPERATIONS[request["op"]](request)), flush=True)


def describe(_):
    device = torch.cuda.get_device_name() if DEVICE == "cuda" else f"{torch.get_num_threads()} threads"
    backbone = "its detectron2 backbone rewritten" if STANDS_IN else "detectron2"
    return {
        "device": f"torch {torch.__version__}, transformers {transformers.__version__} ({backbone}), {device}, {PRECISION}"
    }


def load(request):
    """From a checkpoint folder, or with random weights."""
    state["model"] = state["optimiser"] = None
    if "folder" in request:
        model = LayoutLMv2ForSequenceClassification.from_pretrained(request["folder"], dtype=torch.float32)
    else:
        model = LayoutLMv2ForSequenceClassification(LayoutLMv2Config(num_labels=request["labels"]))
    model.to(DEVICE)
    if request["mode"] == "training":
        model.train()
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        # Fused is Hugging Face's default.
        state["optimiser"] = torch.optim.AdamW(trained, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True)
    else:
        model.eval()
    state["model"] = model
    return {}


def classify(request):
    """One batch forward; seconds and the logits."""
    inputs = make_inputs(request["tokens"], request["batch"])
    with torch.inference_mode(), autocast():
        started = now()
        logits = state["model"](**inputs).logits.float().cpu()
        seconds = now() - started
    return {"seconds": seconds, "logits": logits.tolist()}


def train(request):
    """One optimiser step over `accumulate` micro-batches of `batch` pages."""
    model, optimiser = state["model"], state["optimiser"]
    inputs = make_inputs(request["tokens"], request["batch"])
    labels = torch.arange(request["batch"], device=DEVICE) % model.config.num_labels
    accumulate = request.get("accumulate", 1)
    started = now()
    for _ in range(accumulate):
        with autocast():
            loss = model(**inputs, labels=labels).loss / accumulate
        loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), LONGEST_GRADIENT)
    optimiser.step()
    optimiser.zero_grad()
    value = loss.item() * accumulate
    return {"seconds": now() - started, "loss": value}


def multiply(request):
    """The rate of one product of two square matrices."""
    side = request["side"]
    factor = torch.randn(side, side, device=DEVICE) / side**0.5
    with torch.inference_mode(), autocast():
        (factor @ factor).sum().item()
        started = now()
        for _ in range(request["times"]):
            product = factor @ factor
        now_done = now()
        del product
    return {"gflops": request["times"] * 2 * side**3 / (now_done - started) / 1e9}


def memory(_):
    """Bytes of memory: now, and the most there ever were."""
    found = {}
    with open("/proc/self/status", encoding="utf-8") as file:
        for line in file:
            name, _, value = line.partition(":")
            if name in ("VmHWM", "VmRSS"):
                found[name] = int(value.split()[0]) * 1024
    answer = {"residentBytes": found["VmRSS"], "peakBytes": found["VmHWM"]}
    if DEVICE == "cuda":
        answer["peakDeviceBytes"] = torch.cuda.max_memory_allocated()
    return answer


def make_inputs(tokens, batch):
    """The pages of bench/network/pages.ts."""
    token = torch.arange(tokens)
    page = torch.arange(batch).unsqueeze(1)
    left, top = (37 * token + 11 * page) % 900, (53 * token + 7 * page) % 950
    boxes = torch.stack([left, top, left + 80, top + 20], dim=-1)
    pixel = torch.arange(IMAGE_SIDE * IMAGE_SIDE * 3)
    image = (pixel * 31 + pixel // 7 + 13 * page) % 256
    image = image.reshape(batch, IMAGE_SIDE, IMAGE_SIDE, 3).permute(0, 3, 1, 2)
    inputs = {
        "input_ids": ((token * 7919 + page * 101) % 30000 + 100) % state["model"].config.vocab_size,
        "bbox": boxes,
        "image": image.float().contiguous(),
        "attention_mask": torch.ones(batch, tokens, dtype=torch.long),
        "token_type_ids": torch.zeros(batch, tokens, dtype=torch.long),
    }
    return {name: tensor.to(DEVICE) for name, tensor in inputs.items()}


def autocast():
    return torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=PRECISION == "bf16")


def now():
    if DEVICE == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


OPERATIONS = {
    "describe": describe,
    "load": load,
    "classify": classify,
    "train": train,
    "multiply": multiply,
    "memory": memory,
}
main()
