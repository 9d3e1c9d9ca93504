#pragma once

#include "io/results_file.hpp"
#include "io/row_writer.hpp"
#include "mpi/collectives.hpp"

#include <stdlib.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <random>
#include <string>

namespace archipel::io {

/// A folder that all ranks see and that is gone afterwards. Collective.
class SharedFolder {
 public:
  explicit SharedFolder(const mpi::Communicator& comm) : comm_(comm) {
    if (comm.rank() == 0) {
      path_ = (std::filesystem::temp_directory_path() / "archipel-test-XXXXXX").string();
      if (!::mkdtemp(path_.data())) throw std::runtime_error("mkdtemp " + path_);
    }
    mpi::broadcast(comm, path_);
  }
  ~SharedFolder() {
    mpi::barrier(comm_);
    std::error_code code;
    if (comm_.rank() == 0) std::filesystem::remove_all(path_, code);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  const mpi::Communicator& comm_;
  std::string path_;
};

inline mpi::Communicator world() { return mpi::Communicator::duplicate_of(MPI_COMM_WORLD); }
inline mpi::Communicator alone() { return mpi::Communicator::duplicate_of(MPI_COMM_SELF); }

inline Space small_space() {
  Gene kind{.name = "kind", .kind = GeneKind::categorical, .choices = {"plain", "with \"quotes\"", "grün"}, .when = {}};
  Gene depth{.name = "depth",
             .kind = GeneKind::integer,
             .low = 1,
             .high = 9,
             .choices = {},
             .when = Gene::Condition{0, {1, 2}}};
  Gene rate{.name = "rate", .kind = GeneKind::log_real, .low = 1e-5, .high = 1, .choices = {}, .when = {}};
  Gene cost{
      .name = "cost", .kind = GeneKind::real, .low = -1, .high = 1, .choices = {}, .when = {}};   // named as a column
  return Space({kind, depth, rate, cost});
}

inline ResultsLayout small_layout() {
  StageLayout search{.kind = "search",
                     .islands = 4,
                     .max_rows = 50,
                     .max_migrations = 12,
                     .curve_points = 3,
                     .objectives = {{"accuracy", "share", true}, {"complexity", "bit", false}},
                     .reported = {"test"},
                     .cost_unit = "s",
                     .units_per_cost = 1000,
                     .window = 8};
  StageLayout evaluate{.kind = "evaluate", .max_rows = 4, .objectives = {{"accuracy", "share", true}}, .reported = {}};
  return {.study_text = "seed = 7 # text with ü\n",
          .effective_text = "seed = 7\nstage.0.islands = 4\n",
          .seed = 7,
          .space = small_space(),
          .stages = {search, evaluate},
          .stripe = 4096,
          .provenance = {{"version", "1.2"}, {"empty", ""}},
          .models = {"winner"}};
}

/// Any bits, also NaN and infinities.
inline double any_double(std::mt19937_64& draws) { return std::bit_cast<double>(std::uint64_t(draws())); }

/// A row that depends on its origin only.
inline Row sample_row(const ResultsLayout& layout, std::size_t stage, Origin origin) {
  std::mt19937_64 draws(std::uint64_t(stage * 1000 + std::size_t(origin.island) * 100'000) + std::uint64_t(origin.ask));
  const auto& shape = layout.stages[stage];
  const auto unit = [&] { return double(draws() >> 11) * 0x1p-53; };
  Row row;
  row.origin = origin;
  for (const auto& gene : layout.space.genes()) {
    const double value = gene.low + unit() * (gene.high - gene.low);
    row.genome.push_back(gene.kind == GeneKind::categorical || gene.kind == GeneKind::integer ? std::floor(value)
                                                                                              : value);
  }
  row.evaluation.outcome = Outcome(draws() % 10 < 7 ? 1 : 2);
  for (std::size_t i = 0; i < shape.objectives.size(); ++i) row.evaluation.objectives.push_back(unit());
  for (std::size_t i = 0; i < shape.reported.size(); ++i) row.evaluation.reported.push_back(unit());
  for (int i = 0; i < shape.curve_points - int(origin.ask % 2); ++i)
    row.evaluation.curve.push_back({unit(), unit(), unit()});
  if (origin.ask % 3 == 0) row.evaluation.weights = {draws(), draws()};
  row.key = {draws(), draws()};
  row.cost = 1 + draws() % 5000;
  row.clock = row.cost + std::uint64_t(origin.ask) * 1000;
  if (origin.ask > 3)
    row.parents = {Origin{origin.island, origin.ask - 2},
                   Origin{(origin.island + 1) % std::int32_t(shape.islands), origin.ask - 4}};
  row.op = origin.ask > 3 ? Operator::crossover : Operator::random;
  row.late = draws() % 2 != 0;
  return row;
}

inline Migration sample_migration(std::int32_t island, std::int64_t index) {
  return {.island = island,
          .index = index,
          .told = 8 * (index + 1),
          .clock = 900,
          .stamp = 800,
          .migrant = {island ^ 1, index},
          .replaced = {island, 2 * index},
          .fitness = 0.5 + double(index)};
}

/// Rows 0 .. rows - 1 and 3 migrations of every island of stage 0, one row and one opening in stage 1; all ended.
inline void write_sample(const std::string& path, const ResultsLayout& layout, std::int64_t rows) {
  RowWriter search(path, layout, 0, 1000);
  for (std::int32_t island = 0; island < std::int32_t(layout.stages[0].islands); ++island) {
    for (std::int64_t ask = 0; ask < rows; ++ask)
      search.row(sample_row(layout, 0, {island, ask}), {.seconds = 0.5, .rank = island});
    for (std::int64_t index = 0; index < 3; ++index) search.migration(sample_migration(island, index));
    search.ended(island, {rows, 3});
  }
  RowWriter evaluate(path, layout, 1, 1000);
  evaluate.row(sample_row(layout, 1, {0, 0}), {.seconds = 2});
  evaluate.opening({.model = {1, 2}, .origin = {0, 0}, .validation = 0.93, .test = 0.92, .samples = 10000});
  evaluate.ended(0, {1, 0});
}

}   // namespace archipel::io
