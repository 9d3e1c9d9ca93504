"""Runs FOLDER/network.pt on FOLDER/pixels (bytes, [count, channels, height, width]) and compares with FOLDER/logits.

usage: run_torchscript.py FOLDER COUNT CHANNELS HEIGHT WIDTH
Exits with 1 if an output differs by more than 1e-4 or a largest one is another.
"""
import pathlib
import sys

import torch

folder = pathlib.Path(sys.argv[1])
shape = [int(value) for value in sys.argv[2:6]]
pixels = torch.frombuffer(bytearray((folder / "pixels").read_bytes()), dtype=torch.uint8).reshape(shape)
expected = torch.frombuffer(bytearray((folder / "logits").read_bytes()), dtype=torch.float32).reshape(shape[0], -1)
network = torch.jit.load(str(folder / "network.pt"))
with torch.no_grad():
    logits = network(pixels.float())
difference = (logits - expected).abs().max().item()
same = (logits.argmax(1) == expected.argmax(1)).all().item()
print(f"largest difference {difference:.2e}, same answers: {same}, spread {expected.std().item():.2f}")
sys.exit(0 if difference <= 1e-4 and same else 1)
