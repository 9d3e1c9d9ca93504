#include "io/schema.hpp"

#include "base/error.hpp"
#include "io/records.hpp"

#include <cstdio>
#include <numeric>
#include <set>

namespace archipel::io {
namespace {

// HDF5 keeps a data set's type in one message of its object header: at most 65,535 bytes.
constexpr std::size_t type_message_limit = 64'000;

const std::vector<Column> tail_columns{
    {"outcome", Type::outcome, offsetof(RowTail, outcome), "", "how the evaluation ended"},
    {"op", Type::op, offsetof(RowTail, op), "", "how the genome came about"},
    {"late", Type::boolean, offsetof(RowTail, late), "", "ended after a wall-clock budget"},
    {"replicate", Type::u8, offsetof(RowTail, replicate), "", "of the genome in this stage: 0, 1, ..."},
    {"key_high", Type::u64, offsetof(RowTail, key_high), "", "key of the evaluation: its seed, upper half"},
    {"key_low", Type::u64, offsetof(RowTail, key_low), "", "lower half of the key"},
    {"ask", Type::i64, offsetof(RowTail, ask), "", "number of the evaluation on its island"},
    {"cost", Type::u64, offsetof(RowTail, cost), "units", "nominal cost, in the integer units of the stage"},
    {"clock", Type::u64, offsetof(RowTail, clock), "units", "of the island: costs of asks 0 .. ask"},
    {"parent1_island", Type::i32, offsetof(RowTail, parent1_island), "",
     "-1: none; of a given row: its row in the stage before"},
    {"parent1_ask", Type::i64, offsetof(RowTail, parent1_ask), "", "-1: none"},
    {"parent2_island", Type::i32, offsetof(RowTail, parent2_island), "", "-1: none"},
    {"parent2_ask", Type::i64, offsetof(RowTail, parent2_ask), "", "-1: none"},
    {"weights_high", Type::u64, offsetof(RowTail, weights_high), "",
     "digest of the artefact with the weights; 0: not kept"},
    {"weights_low", Type::u64, offsetof(RowTail, weights_low), "", "lower half of the digest"},
    {"curve_points", Type::i32, offsetof(RowTail, curve_points), "", "points of the training curve"},
};

std::string range_of(const Gene& gene) {
  if (gene.choices.empty()) {
    char range[64];
    std::snprintf(range, sizeof range, "%g to %g", gene.low, gene.high);
    return range;
  }
  std::string text = "index into:";
  for (const auto& choice : gene.choices) text += " " + choice;
  return text;
}

// Bytes of a column in HDF5's message: name, offset, type.
std::size_t message_bytes(const Column& column) {
  const bool enumeration = column.type == Type::outcome || column.type == Type::op || column.type == Type::boolean;
  return column.name.size() + 1 + 4 + (enumeration ? 160 : 20);
}

}   // namespace

std::size_t size_of(Type type) {
  switch (type) {
    case Type::f64:
    case Type::i64:
    case Type::u64:
      return 8;
    case Type::i32:
      return 4;
    case Type::boolean:
    case Type::outcome:
    case Type::op:
    case Type::u8:
      break;
  }
  return 1;
}

Record row_record(const Space& space, const StageLayout& stage) {
  Record record;
  std::set<std::string> taken{"checksum"};
  for (const auto& column : tail_columns) taken.insert(column.name);
  std::size_t offset = 0;
  const auto add = [&](const std::string& wanted, std::string unit, std::string help) {
    std::string name = wanted;
    for (int n = 2; !taken.insert(name).second; ++n) name = wanted + "_" + std::to_string(n);
    record.columns.push_back({name, Type::f64, offset, std::move(unit), std::move(help)});
    offset += 8;
  };
  for (const auto& gene : space.genes()) add(gene.name, "", "gene: " + range_of(gene));
  for (const auto& objective : stage.objectives) {
    add(objective.name, objective.unit,
        std::string("objective, ") + (objective.maximise ? "more" : "less") + " is better" +
            (objective.measured ? "; measured by the machine" : ""));
  }
  for (const auto& name : stage.reported) add(name, "", "reported, never seen by the search");
  for (auto column : tail_columns) {
    column.offset += offset;
    record.columns.push_back(std::move(column));
  }
  record.bytes = (offset + sizeof(RowTail) + 8 + 63) / 64 * 64;
  record.columns.push_back(
      {"checksum", Type::u64, record.bytes - 8, "", "XXH3-64 of the record, its curve and its position; 0: no row"});

  std::size_t message = 0;
  for (const auto& column : record.columns) message += message_bytes(column);
  if (message > type_message_limit) {
    throw InputError("the space: " + std::to_string(space.size()) + " genes make rows of " +
                     std::to_string(record.columns.size()) +
                     " columns, more than an HDF5 record holds (about 1,500): use fewer genes or shorter names");
  }
  return record;
}

const Record& curve_record() {
  static const Record record{{{"train_loss", Type::f64, 0, "nat", "mean over the epoch"},
                              {"validation_accuracy", Type::f64, 8, "share", "after the last epoch; NaN in the others"},
                              {"learning_rate", Type::f64, 16, "", "at the last step of the epoch"}},
                             sizeof(Epoch)};
  return record;
}

const Record& migration_record() {
  using R = MigrationRecord;
  static const Record record{
      {{"told", Type::i64, offsetof(R, told), "", "evaluations that the receiver knew when it arrived"},
       {"clock", Type::u64, offsetof(R, clock), "units", "of the receiver when it arrived"},
       {"stamp", Type::u64, offsetof(R, stamp), "units", "the sender's clock when it left"},
       {"migrant_island", Type::i32, offsetof(R, migrant_island), "", "where it was born"},
       {"migrant_ask", Type::i64, offsetof(R, migrant_ask), "", ""},
       {"replaced_island", Type::i32, offsetof(R, replaced_island), "",
        "who left for it; -1: nobody; the migrant itself: it was not taken"},
       {"replaced_ask", Type::i64, offsetof(R, replaced_ask), "", ""},
       {"fitness", Type::f64, offsetof(R, fitness), "", "of the migrant, larger is better"},
       {"checksum", Type::u64, offsetof(R, checksum), "", "0: no migration"}},
      sizeof(R)};
  return record;
}

const Record& opening_record() {
  using R = OpeningRecord;
  static const Record record{
      {{"model_high", Type::u64, offsetof(R, model_high), "", "digest of the network's weights, upper half"},
       {"model_low", Type::u64, offsetof(R, model_low), "", "lower half"},
       {"island", Type::i32, offsetof(R, island), "", "row that the network came from"},
       {"ask", Type::i64, offsetof(R, ask), "", ""},
       {"validation", Type::f64, offsetof(R, validation), "share", "what chose the network"},
       {"test", Type::f64, offsetof(R, test), "share", ""},
       {"samples", Type::i64, offsetof(R, samples), "", "of the test set"},
       {"files", Type::i32, offsetof(R, files), "",
        "checksum of the exported network's files; while test is unknown a mark of the test files"},
       {"checksum", Type::u64, offsetof(R, checksum), "", "0: none"}},
      sizeof(R)};
  return record;
}

const Record& front_record() {
  using R = FrontRecord;
  static const Record record{
      {{"ask", Type::i64, offsetof(R, ask), "", "row of the candidate"},
       {"hypervolume", Type::f64, offsetof(R, hypervolume), "share",
        "of the whole front: of the box between the worst and the best value of each objective in the stage"},
       {"island", Type::i32, offsetof(R, island), "", ""},
       {"checksum", Type::u64, offsetof(R, checksum), "", "0: none"}},
      sizeof(R)};
  return record;
}

const Record& ended_record() {
  static const Record record{
      {{"rows", Type::i64, offsetof(EndedRecord, rows), "", "of the island, all of them"},
       {"migrations", Type::i64, offsetof(EndedRecord, migrations), "", "to the island, all of them"},
       {"checksum", Type::u64, offsetof(EndedRecord, checksum), "", "0: the island goes on"}},
      sizeof(EndedRecord)};
  return record;
}

const Record& run_record() {
  static const Record record{
      {{"begun", Type::f64, offsetof(RunRecord, begun), "s", "when the last attempt began, since 1970-01-01 UTC"},
       {"seconds", Type::f64, offsetof(RunRecord, seconds), "s", "wall time of that attempt; 0: it has not ended"},
       {"messages", Type::f64, offsetof(RunRecord, messages), "s",
        "of these, in which the first of its ranks had messages of the others to wait for or to add; 0 on GPUs"},
       {"rank", Type::i32, offsetof(RunRecord, rank), "", "that made it, the first if there were several"},
       {"ranks", Type::i32, offsetof(RunRecord, ranks), "", "that made it together"},
       {"attempts", Type::i32, offsetof(RunRecord, attempts), "", "evaluations begun for the row; 0: none"},
       {"failures", Type::i32, offsetof(RunRecord, failures), "",
        "earlier attempts that failed for a reason of the machine or were ended by a signal"},
       {"checksum", Type::i32, offsetof(RunRecord, checksum), "",
        "of this record, never zero; one that does not hold is ignored"}},
      sizeof(RunRecord)};
  return record;
}

std::int64_t rows_in_file(std::int64_t max_rows, std::size_t record_bytes, std::int64_t stripe) {
  const auto step = stripe / std::gcd(stripe, std::int64_t(record_bytes));
  return (max_rows + step - 1) / step * step;
}

std::vector<DataSet> data_sets(const Space& space, const StageLayout& stage, std::int64_t stripe) {
  Record row = row_record(space, stage);
  const auto rows = rows_in_file(stage.max_rows, row.bytes, stripe);
  std::vector<DataSet> sets;
  sets.push_back({"rows", std::move(row), {stage.islands, rows}, "one evaluation each, by island and ask"});
  if (stage.curve_points > 0) {
    sets.push_back({"curve",
                    curve_record(),
                    {stage.islands, rows, stage.curve_points},
                    "training curves by island, ask and epoch; NaN after the last epoch"});
  }
  if (stage.max_migrations > 0) {
    sets.push_back({"migration",
                    migration_record(),
                    {stage.islands, stage.max_migrations},
                    "candidates that came from other islands, by receiver and order of arrival"});
  }
  if (stage.kind == "evaluate") {
    sets.push_back({"openings", opening_record(), {1, max_openings}, "every look at the test set"});
  }
  if (has_front(stage)) {
    sets.push_back({"front",
                    front_record(),
                    {1, stage.islands * stage.max_rows},
                    "candidates that no other one dominates, best first by the first objective; written when the stage "
                    "has ended"});
  }
  sets.push_back({"ended", ended_record(), {stage.islands}, "islands that have evaluated all they may"});
  sets.push_back(
      {"run",
       run_record(),
       {stage.islands, rows},
       "what this machine did for each row, written when an evaluation begins and with its row: never compared"});
  return sets;
}

std::string stage_name(std::size_t number, const StageLayout& stage) {
  return std::to_string(number) + "-" + stage.kind;
}

std::int64_t DataSet::bytes() const { return shape[0] * per_island() * place_bytes(); }

std::int64_t DataSet::place_bytes() const { return std::int64_t(record.bytes) * (shape.size() > 2 ? shape[2] : 1); }

std::string model_name(std::size_t stage) { return "winner-" + std::to_string(stage); }

}   // namespace archipel::io
