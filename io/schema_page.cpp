#include "io/schema.hpp"

namespace archipel::io {
namespace {

std::string name_of(Type type) {
  switch (type) {
    case Type::f64:
      return "f64";
    case Type::i64:
      return "i64";
    case Type::u64:
      return "u64";
    case Type::i32:
      return "i32";
    case Type::u8:
      return "u8";
    case Type::boolean:
      return "bool (i8 enum)";
    case Type::outcome:
    case Type::op:
      break;
  }
  return "u8 enum";
}

std::string enumeration(int last, auto name) {
  std::string text;
  for (int value = 1; value <= last; ++value)
    text += (value > 1 ? ", " : "") + std::to_string(value) + " " + std::string(name(value));
  return text;
}

std::string table_of(const DataSet& set, const std::vector<std::string>& dimensions) {
  std::string text = "### `" + set.name + "` [";
  for (std::size_t i = 0; i < dimensions.size(); ++i) text += (i ? ", " : "") + dimensions[i];
  text += "]\n" + set.help + "\n\n| column | type | unit | meaning |\n|---|---|---|---|\n";
  for (const auto& column : set.record.columns) {
    text += "| `" + column.name + "` | " + name_of(column.type) + " | " + column.unit + " | " + column.help + " |\n";
  }
  return text + "\n";
}

constexpr const char* head = R"(# The results file

Generated from the schema (`io/schema.cpp`); do not edit. Schema version )";

constexpr const char* body = R"(.

A results file is HDF5 (bounds V18, contiguous data sets, no variable-length data): h5py, pandas and the HDF5 tools open it,
also while the study runs. `pandas.DataFrame(h5py.File("results.h5")["stages/0-search/rows"][0])` is the table of island 0; rows whose
`checksum` is zero are not written yet, or only fill a stripe: leave them out.

## Rules
- The file is made once, with its final layout, and renamed into place. Later only the data sets of `/stages` change.
- A record whose `checksum` is zero was never written. A checksum covers its record and its position, for a row also its curve;
  a record whose checksum does not hold is not there, and is made again by a resume.
- The rows of an island begin at a multiple of `results.stripe` bytes, and fill in the order of `ask` within the strategy's window.
- The user block before the HDF5 data holds the places of the data sets of `/stages`, and digests of itself and of every other byte
  outside them. `archipel` checks both by plain reads before the HDF5 library sees the file. If the latter differs, a child process
  tries first whether HDF5 can read the file.
- Data set attributes: `description`; `columns`, `units`, `descriptions`: one text for each column.

## Groups
| path | holds |
|---|---|
| `/` | attributes `schema_version`, `seed`, `stripe` |
| `/study` | the study file as it was given |
| `/settings` | the scientific settings with their effective values, one a line |
| `/space/genes`, `/space/choices`, `/space/conditions` | genes by position: kind and range; the names of choices; which values of which gene activate another. The attributes of `/space` place a cell graph in the genome: `cell.op.i` is the operation of node i, `cell.edge.i.j` = 1 an edge; 0 is the input, the number of nodes + 1 the output. Tables without entries are absent |
| `/stages/<n>-<kind>` | attributes: `kind`, `islands`, `max_rows`, `max_migrations`, `curve_points`, `window`, `objectives`, `objective_units`, `maximise`, `optimised` and `measured` (names of objectives), `reported`, `cost_unit`, `units_per_cost`; the data sets below |
| `/models/<name>` | external link to `<file>.artefacts/models/<name>.h5`, which appears when the network is final |
| `/provenance` | attributes, of the first start: versions, host, device, ranks, replicas, bucket, numerics, checksums of the data, and that the test set was inspected. Test files that were mended later are named by the final network |

## Artefacts
`results.h5` has a folder `results.artefacts`: `<digest>` in it holds weights as they were trained; rows name them in `weights`. `models/<name>.pt` is the winner as
TorchScript: it takes raw pixel values (0 to 255, unsigned bytes or floats) of shape [images, channels, height, width], standardises
them itself, and gives logits. `models/<name>.h5` holds its arrays, and as attributes its genes, its accuracies, the checksums of the files
it was tested on and a drawing of the network.

)";

}   // namespace

std::string schema_page() {
  Gene gene;
  gene.name = "<gene>";
  gene.kind = GeneKind::real;
  StageLayout stage{.kind = "evaluate",
                    .max_migrations = 1,
                    .curve_points = 1,
                    .objectives = {{.name = "<objective>", .unit = "its own"}},
                    .reported = {"<reported>"}};
  std::string text = head + std::to_string(schema_version) + body;
  text += "## Data sets of a stage\n";
  auto sets = data_sets(Space({gene}), stage, 4096);
  stage.kind = "search", stage.objectives.resize(2), stage.optimised = {0, 1};
  for (auto& set : data_sets(Space({gene}), stage, 4096))
    if (set.name == "front") sets.insert(sets.end() - 2, std::move(set));
  for (auto& set : sets) {
    for (auto& column : set.record.columns)
      if (column.name == "<objective>") column.help = "objective; the attribute `maximise` says whether more is better";
    if (set.name == "rows")
      set.record.columns.front().help =
          "value of a gene; of one with choices, an index into them; of one that is inactive (/space/conditions), its "
          "lower "
          "bound, which is not used: training takes the setting's value";
    std::vector<std::string> dimensions{"island", "ask"};
    if (set.name == "curve") dimensions.push_back("epoch");
    if (set.name == "ended") dimensions = {"island"};
    if (set.name == "migration") dimensions = {"island", "arrival"};
    if (set.name == "front") dimensions = {"1", "candidate"};
    if (set.name == "openings") dimensions = {"1", std::to_string(max_openings)};
    text += table_of(set, dimensions);
  }
  text +=
      "Open it for reading only (h5py's default). Whatever writes into it, an attribute too, changes metadata that "
      "are\n"
      "digested. Commands then say that they have changed, and go on as long as all data sets lie where they were "
      "made:\n"
      "records hold by their own checksums. `archipel run STUDY --extend FILE --results NEW` makes a whole file of "
      "it.\n\n";
  text +=
      "`curve`, `migration` are absent where a stage has none; `openings` belongs to stages of kind `evaluate`, "
      "`front` to searches with several "
      "objectives.\n\n";
  text += "outcome: " + enumeration(7, [](int value) { return archipel::name_of(Outcome(value)); }) + ".\n\n";
  text +=
      "op: " + enumeration(int(last_operator), [](int value) { return archipel::name_of(Operator(value)); }) + ".\n";
  return text;
}

}   // namespace archipel::io
