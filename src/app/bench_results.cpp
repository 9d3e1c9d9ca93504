#include "app/bench.hpp"
#include "base/random.hpp"
#include "base/stopwatch.hpp"
#include "io/descriptor.hpp"
#include "io/results_file.hpp"
#include "io/row_writer.hpp"
#include "search/space.hpp"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <span>

namespace archipel::app {
namespace {

constexpr double never = std::numeric_limits<double>::infinity(), always = 0;

class Results {
 public:
  Results(const BenchOptions& options, const mpi::Communicator& world)
      : path_(options.folder + "/archipel_bench_results"), world_(world) {
    Study study;
    study.space.kind = "genes";
    study.evaluator.kind = "function";
    study.evaluator.function.dimensions = 10;
    layout_.space = make_space(study);
    layout_.stages = {{.kind = "search", .max_rows = 1'000'000, .objectives = {{"value", "1", false}}}};
    Stream draws(1, Purpose::canary, 0, 0, 0);
    row_ = {.origin = {0, 0}, .genome = layout_.space.random(draws), .evaluation = {.objectives = {1.0}}};
    bytes_.resize(io::row_record(layout_.space, layout_.stages[0]).bytes);
  }
  ~Results() {
    std::error_code code;
    std::filesystem::remove(path_, code);
  }
  Results(const Results&) = delete;

  std::int64_t row_bytes() const { return std::int64_t(bytes_.size()); }

  double creation_ms() {
    std::filesystem::remove(path_);
    const Stopwatch watch;
    io::create_results(path_, layout_, world_);
    return 1e3 * watch.wall();
  }

  /// Rows/s, into the file that was created.
  double rows_per_second(std::int64_t rows, double sync_seconds) {
    io::RowWriter writer(path_, layout_, 0, sync_seconds);
    const Stopwatch watch;
    for (row_.origin.ask = 0; row_.origin.ask < rows; ++row_.origin.ask) writer.row(row_, {});
    return double(rows) / watch.wall();
  }

  /// The same number of bytes by positioned writes alone, into a file of its own.
  double writes_per_second(std::int64_t rows, double sync_seconds) {
    std::filesystem::remove(path_);
    io::Descriptor file(path_, O_CREAT | O_RDWR);
    file.write_at(std::span(bytes_).first(1), rows * row_bytes());   // of its final size, as a results file is
    file.sync();
    const Stopwatch watch;
    for (std::int64_t row = 0; row < rows; ++row) {
      file.write_at(bytes_, row * row_bytes());
      if (sync_seconds == always) file.sync_data();
    }
    return double(rows) / watch.wall();
  }

 private:
  std::string path_;
  const mpi::Communicator& world_;
  io::ResultsLayout layout_{.space = Space({})};
  Row row_;
  std::vector<std::byte> bytes_;
};

}   // namespace

BenchSection bench_results(const BenchOptions& options, const mpi::Communicator& world) {
  BenchSection section{.subject = "results"};
  Results results(options, world);
  std::vector<double> creation;
  for (const double sync : {never, always}) {
    const auto rows = std::min<std::int64_t>(options.evaluations, sync == never ? 100'000 : 200);
    std::vector<double> rows_rate, raw_rate, share;
    for (int repeat = 0; repeat < options.repeats; ++repeat) {
      creation.push_back(results.creation_ms());
      rows_rate.push_back(results.rows_per_second(rows, sync));
      raw_rate.push_back(results.writes_per_second(rows, sync));
      share.push_back(rows_rate.back() / raw_rate.back());
    }
    section.records.push_back({{"synced", std::string(sync == never ? "never" : "each row")},
                               {"rows", rows},
                               {"row_bytes", results.row_bytes()},
                               {"rows_per_second", spread_of(rows_rate)},
                               {"raw_writes_per_second", spread_of(raw_rate)},
                               {"rows_to_raw", spread_of(share)}});
  }
  section.records.push_back({{"created_rows", std::int64_t(1'000'000)}, {"creation_ms", spread_of(creation)}});
  section.notes.push_back("in " + std::filesystem::absolute(options.folder).lexically_normal().string());
  return section;
}

}   // namespace archipel::app
