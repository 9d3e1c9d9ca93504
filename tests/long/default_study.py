"""Figures of default_study.sh. epochs FOLDER SEED: of the network made by hand, for the FLOPs of the study. table FOLDER SEED..."""
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


def flops(path):
    return sum(float(rows["cost"].sum()) for rows, _ in stages(path))


def figures(path):
    """validation, test, parameters of the winner (the best of the last stage), and the FLOPs of all stages."""
    found = stages(path)
    rows, openings = found[-1]
    winner = rows[numpy.argmax(rows["validation_accuracy"])]
    test = openings[openings["checksum"] != 0]["test"][-1] if len(openings) else numpy.nan
    return 100 * winner["validation_accuracy"], 100 * test, int(winner["parameters"]), flops(path)


def interval(differences):
    mean = differences.mean()
    if len(differences) < 2:
        return f"{mean:+.2f}"
    half = T[len(differences) - 2] * differences.std(ddof=1) / len(differences) ** 0.5
    return f"{mean:+.2f} ({mean - half:+.2f} to {mean + half:+.2f})"


def main(what, folder, *seeds):
    if what == "epochs":
        once = stages(f"{folder}/by-hand-short-{seeds[0]}.h5")[-1][0]["cost"][0]
        before = flops(f"{folder}/by-hand-short-{seeds[0]}.h5") - once
        print(max(1, int((flops(f"{folder}/study-{seeds[0]}.h5") - before) / once)))
        return
    shown = (0, "validation %"), (1, "test %")
    if os.environ.get("ARCHIPEL_TEST") == "no":
        shown = shown[:1]
    all_figures = {arm: numpy.array([figures(f"{folder}/{arm}-{seed}.h5") for seed in seeds]) for arm in ARMS}
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
