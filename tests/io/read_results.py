"""read_results.py RESULTS EXPECTED: h5py and pandas see the rows that python_test.cpp wrote."""
import math
import sys

try:
    import h5py
    import numpy
    import pandas
except ImportError as error:
    sys.exit(f"{error}: this test needs the Debian packages python3-h5py and python3-pandas")

results, expected = sys.argv[1:]
with h5py.File(results, "r") as file:
    assert file.attrs["schema_version"] == 4 and file.attrs["seed"] == 7
    assert file["study"][()].decode() == "seed = 7 # text with ü\n"
    assert file["settings"][()].decode().startswith("seed = 7\n")
    assert [name.decode() for name in file["space/genes"]["name"]] == ["kind", "depth", "rate", "cost"]
    assert file["space/choices"]["name"][2].decode() == "grün"
    assert dict(file["provenance"].attrs)["version"] == b"1.2"
    assert list(file["stages"]) == ["0-search", "1-evaluate"]

    stage = file["stages/0-search"]
    assert [text.decode() for text in stage.attrs["objectives"]] == ["accuracy", "complexity"]
    rows, curve = stage["rows"], stage["curve"]
    assert list(rows.dtype.names) == [text.decode() for text in rows.attrs["columns"]]
    units = dict(zip(rows.dtype.names, rows.attrs["units"]))
    assert units["accuracy"] == b"share" and len(rows.attrs["descriptions"]) == len(units)
    outcomes = {value: name for name, value in h5py.check_enum_dtype(rows.dtype["outcome"]).items()}
    operators = {value: name for name, value in h5py.check_enum_dtype(rows.dtype["op"]).items()}

    tables = [pandas.DataFrame(rows[island]) for island in range(rows.shape[0])]
    assert all((table["checksum"] != 0).sum() == 20 for table in tables)
    assert tables[0]["late"].dtype == bool
    with open(expected) as lines:
        for line in lines:
            word = line.split()
            island, ask = int(word[0]), int(word[1])
            row = tables[island].iloc[ask]
            assert row["ask"] == ask
            reals = [row[name] for name in ("kind", "depth", "rate", "cost_2", "accuracy", "complexity", "test")]
            assert reals == [float(text) for text in word[2:9]], (reals, word)
            assert [outcomes[row["outcome"]], operators[row["op"]], str(int(row["late"]))] == word[9:12]
            whole = rows[island, ask]
            names = ("key_high", "key_low", "cost", "clock", "parent1_island", "parent1_ask", "parent2_island", "parent2_ask",
                     "weights_high", "curve_points")
            assert [int(whole[name]) for name in names] == [int(text) for text in word[12:22]]
            points = int(whole["curve_points"])
            assert curve[island, ask]["train_loss"][0] == float(word[22])
            assert all(math.isnan(value) for value in curve[island, ask]["train_loss"][points:])

    assert stage["migration"][1, 2]["told"] == 24 and stage["migration"][1, 3]["checksum"] == 0
    assert (stage["ended"][()]["rows"] == 20).all()
    assert (stage["ended"][()]["migrations"] == 3).all()
    run = pandas.DataFrame(stage["run"][2])
    assert (run["seconds"][:20] == 0.5).all() and (run["rank"][:20] == 2).all() and (run["ranks"][:20] == 1).all()
    opening = file["stages/1-evaluate/openings"][0, 0]
    assert opening["test"] == 0.92 and opening["samples"] == 10000

    link = file["models"].get("winner", getlink=True)
    assert isinstance(link, h5py.ExternalLink)
    assert (link.filename, link.path) == ("results.artefacts/models/winner.h5", "/"), link.filename
    model = file["models/winner"]
    assert (model["stem.weight"][()] == numpy.arange(1, 7, dtype="f4").reshape(2, 3)).all()
    assert model["scale"][()] == 0.5 and model.attrs["genome"].decode() == "grün"
print("h5py", h5py.__version__, "pandas", pandas.__version__, "read", results)
