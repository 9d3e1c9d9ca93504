"""make_shards.py IMAGES LABELS COUNT SHARDS NAME: the first COUNT images of two gzip-compressed IDX files as NAME-0.h5, NAME-1.h5, ...
and as the IDX files NAME-images and NAME-labels."""

import gzip
import sys

import h5py
import numpy

images, labels, count, shards, name = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
x = numpy.frombuffer(gzip.open(images).read()[16:], "uint8").reshape(-1, 28, 28)[:count]
y = numpy.frombuffer(gzip.open(labels).read()[8:], "uint8")[:count]
for i in range(shards):
    part = slice(i * count // shards, (i + 1) * count // shards)
    with h5py.File(f"{name}-{i}.h5", "w") as file:
        file["x"] = x[part]
        file["y"] = y[part]
for kind, values in ("images", x), ("labels", y):
    with open(f"{name}-{kind}", "wb") as file:
        file.write(bytes([0, 0, 8, values.ndim]) + numpy.array(values.shape, ">u4").tobytes() + values.tobytes())
