"""Stock PyTorch beside `archipel bench train`, which runs this program and prints its rates beside its own.

Standard input: a line that describes networks, data and training (`archipel bench train --describe`); then lines
"NETWORK BATCH STEPS", each answered by "IMAGES WALL PROCESSOR LOSS": so many steps of a training from its start, after three others.
"""

import gzip
import json
import sys
import time

try:
    import numpy
    import torch
    from torch import nn
except ImportError as error:
    print(f"none left out: {sys.executable} has no {error.name} (Debian: python3-torch)", flush=True)
    sys.exit()

WARM_UP_STEPS = 3


def read_idx(path):
    with open(path, "rb") as file:
        content = file.read()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    rank = content[3]
    shape = numpy.frombuffer(content, ">i4", rank, 4)
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * rank).reshape(shape)


class Classifier(nn.Module):
    def __init__(self, inputs, classes):
        super().__init__()
        self.linear = nn.Linear(inputs, classes)

    def forward(self, x):
        return self.linear(x.mean((2, 3)))


def module_of(layer, inputs):
    kind, kernel, stride = layer["kind"], layer["kernel"], layer["stride"]
    if kind in ("convolution", "depthwise"):
        groups = inputs if kind == "depthwise" else 1
        return nn.Conv2d(inputs, layer["channels"], kernel, stride, kernel // 2, groups=groups, bias=False)
    if kind == "normalisation":
        norm = nn.BatchNorm2d(inputs)
        return nn.Sequential(norm, nn.ReLU()) if layer["relu"] else norm
    if kind == "max_pool":
        return nn.MaxPool2d(kernel, stride, kernel // 2)
    if kind == "average_pool":
        return nn.AvgPool2d(kernel, stride, kernel // 2)
    if kind == "classifier":
        return Classifier(inputs, layer["channels"])
    return nn.Identity()


class Network(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.inputs = [layer["inputs"] for layer in layers]
        self.steps = nn.ModuleList(
            module_of(layer, layers[layer["inputs"][0]]["channels"] if layer["inputs"] else 0) for layer in layers
        )

    def forward(self, x):
        values = [x]
        for inputs, step in zip(self.inputs[1:], self.steps[1:]):
            value = values[inputs[0]]
            for other in inputs[1:]:
                value = value + values[other]
            values.append(step(value))
        return values[-1]


def train(layers, settings, images, labels, batch, steps):
    network = Network(layers)
    network.train()
    parameters = list(network.parameters())
    groups = [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": settings["weight_decay"]},
        {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.SGD(groups, lr=settings["learning_rate"], momentum=settings["momentum"], nesterov=True)
    criterion = nn.CrossEntropyLoss(label_smoothing=settings["label_smoothing"])
    epoch_steps = len(images) // batch
    losses = 0.0
    for step in range(WARM_UP_STEPS + steps):
        if step == WARM_UP_STEPS:
            wall, processor = time.perf_counter(), time.process_time()
        place = step % epoch_steps
        if place == 0:
            order = torch.randperm(len(images))
        chosen = order[place * batch : (place + 1) * batch]
        optimiser.zero_grad()
        loss = criterion(network(images[chosen]), labels[chosen])
        loss.backward()
        optimiser.step()
        if step >= WARM_UP_STEPS:
            losses += loss.item() / steps
    return steps * batch, time.perf_counter() - wall, time.process_time() - processor, losses


def main():
    description = json.loads(sys.stdin.readline())
    torch.set_num_threads(1)
    torch.manual_seed(1)
    pixels = torch.from_numpy(read_idx(description["images"]).copy()).float().unsqueeze(1)
    images = (pixels - pixels.mean()) / pixels.std()
    labels = torch.from_numpy(read_idx(description["labels"]).copy()).long()
    networks = description["networks"]
    for network in networks:
        count = sum(p.numel() for p in Network(network["layers"]).parameters())
        if count != network["parameters"]:
            sys.exit(f"{count} parameters, but {network['parameters']} are described")
    print(f"ready PyTorch {torch.__version__}, contiguous, as it is", flush=True)
    for line in sys.stdin:
        network, batch, steps = map(int, line.split())
        print(*train(networks[network]["layers"], description["training"], images, labels, batch, steps), flush=True)


if __name__ == "__main__":
    main()
