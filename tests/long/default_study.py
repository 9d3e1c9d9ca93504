"""Figures of default_study.sh. epochs FOLDER SEED ARM: of a control's last training. table FOLDER SEED..."""
import os
import sys

import h5py
import numpy

ARMS = ("study", "random", "no-selection", "no-migration", "by-hand")
# 97.5 % points of Student's t for 1, 2, .. degrees of freedom.
T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)


def stages(path):
    """[(rows that were written, openings)] of a results file, stage by stage."""
    with h5py.File(path) as file:
        found = []
        for name in sorted(file["stages"], key=lambda n: int(n.split("-")[0])):
            rows = file["stages"][name]["rows"][:].ravel()
            openings = file["stages"][name].get("openings")
            openings = openings[:].ravel() if openings is not None else numpy.empty(0)
            found.append((rows[rows["checksum"] != 0], openings))
        return found


def flops(found):
    return sum(float(rows["cost"].sum()) for rows, _ in found)


def epochs(folder, seed, arm):
    """Of the last training of a control, so that it has the FLOPs of the study in all."""
    path = f"{folder}/{arm}-short-{seed}.h5"
    (candidates, _), (winner, _) = stages(path)[-2:]
    with h5py.File(path) as file:
        names = sorted(file["stages"], key=lambda n: int(n.split("-")[0]))[-2:]
        longer, shorter = (file["stages"][name]["curve"].shape[-1] for name in names)
    same = [row for row in candidates if all(row[c] == winner[0][c] for c in ("parameters", "macs", "complexity"))]
    epoch = (same[0]["cost"] - winner[0]["cost"]) / (longer - shorter)
    validation = winner[0]["cost"] - shorter * epoch
    left = flops(stages(f"{folder}/study-{seed}.h5")) - before(folder, seed, arm) - validation
    return max(1, round(left / epoch))


def before(folder, seed, arm):
    """FLOPs of a control until its last training."""
    return 0 if arm in ("study", "by-hand") else flops(stages(f"{folder}/{arm}-short-{seed}.h5")[:-1])


def figures(folder, seed, arm):
    """validation, test, parameters of the winner (the best of the last stage), and all FLOPs."""
    found = stages(f"{folder}/{arm}-{seed}.h5")
    rows, openings = found[-1]
    winner = rows[numpy.argmax(numpy.nan_to_num(rows["validation_accuracy"]))]
    test = openings[openings["checksum"] != 0]["test"][-1] if len(openings) else numpy.nan
    total = flops(found) if arm == "study" else before(folder, seed, arm) + float(winner["cost"])
    return 100 * winner["validation_accuracy"], 100 * test, int(winner["parameters"]), total


def interval(differences):
    mean = differences.mean()
    if len(differences) < 2:
        return f"{mean:+.2f}"
    half = T[len(differences) - 2] * differences.std(ddof=1) / len(differences) ** 0.5
    return f"{mean:+.2f} ({mean - half:+.2f} to {mean + half:+.2f})"


def main(what, folder, *seeds):
    if what == "epochs":
        print(epochs(folder, *seeds))
        return
    shown = (0, "validation %"), (1, "test %")
    if os.environ.get("ARCHIPEL_TEST") == "no":
        shown = shown[:1]
    all_figures = {arm: numpy.array([figures(folder, seed, arm) for seed in seeds]) for arm in ARMS}
    for column, name in shown:
        print(f"\n{name:<14}" + "".join(f"{'seed ' + seed:>9}" for seed in seeds) + f"{'mean':>9}   study - this, mean (95 %)")
        for arm, values in all_figures.items():
            text = "".join(f"{value:9.2f}" for value in values[:, column]) + f"{values[:, column].mean():9.2f}"
            print(f"{arm:<14}{text}" + ("" if arm == "study" else
                  "   " + interval(all_figures["study"][:, column] - values[:, column])))
    print("\nparameters    " + "".join(f"{int(p):9d}" for p in all_figures["study"][:, 2]) + "   of the study's winners")
    for arm, values in all_figures.items():
        print(f"FLOPs / study's, {arm:<14} " + " ".join(f"{v:.3f}" for v in values[:, 3] / all_figures["study"][:, 3]))


main(*sys.argv[1:])
