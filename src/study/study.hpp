#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace archipel {

// The study file as plain values. Meaning, unit, range, default text and scope of every member stand in settings_table.cpp,
// one line each: that table drives parsing, checking, `archipel explain` and docs/study-file.md.

struct DataSettings {
  std::string train_images, train_labels, test_images, test_labels;   // IDX files, plain or gz
  std::vector<std::string> train_shards, test_shards;                 // HDF5 files or patterns, instead
  std::int64_t validation = 6000;                                     // samples held out of the training files
  std::int64_t window = 0;   // MiB of training images in memory at a time; 0: all
};

/// Other training files on which every candidate is trained as well, with a classifier of its own.
struct TaskSettings : DataSettings {
  std::string name;
};

struct GeneSettings {
  std::string name;
  std::string kind = "categorical";
  double low = 0, high = 1;
  std::vector<std::string> choices;
  std::string when;                       // name of an earlier gene; empty: always active
  std::vector<std::string> when_values;   // active if `when` has one of these choices
};

struct SpaceSettings {
  std::string kind = "cell";   // cell: image networks of stacked cells, plus `genes`; genes: only `genes`
  std::int64_t nodes = 6;      // inner nodes of the cell
  std::int64_t edges = 12;     // edge budget B, input and output edges included
  std::vector<std::string> operations = {"conv1x1", "conv3x3", "conv5x5", "sep3x3",
                                         "sep5x5",  "maxpool", "avgpool", "identity"};
  std::vector<std::int64_t> widths = {8, 12, 16, 24, 32, 48, 64};   // choices of channels in each stage
  std::vector<std::int64_t> cells = {1, 2};                         // choices of cells in each stage
  std::vector<std::string> reductions = {"conv3x3", "maxpool", "avgpool"};
  std::int64_t stages = 3;   // resolutions; a reduction between two
  std::vector<GeneSettings> genes;
};

struct FunctionSettings {
  std::string name = "sphere";    // sphere, rastrigin, rosenbrock, onemax, trap
  std::int64_t dimensions = 10;   // genes made when [[space.gene]] is empty
  double cost_spread = 1;         // costs are spread evenly over [1000, 1000 * spread] units
  double noise = 0;               // standard deviation added to values
  double sleep = 0;               // s slept per 1000 units of cost
};

/// What a study file may write as one value or as a list.
template <class T>
struct OneOrMore {
  std::vector<T> values;

  OneOrMore() : values{T{}} {}
  template <class U, class = std::enable_if_t<std::is_convertible_v<U, T>>>
  OneOrMore(U&& value) : values{T(std::forward<U>(value))} {}
  OneOrMore(std::vector<T> list) : values(std::move(list)) {}
};

struct TableSettings {
  std::string file;                    // CSV, plain or gz, with a header
  OneOrMore<std::string> key;          // a column: the choices of all genes, joined; several: one named after each gene
  OneOrMore<std::string> objective;    // columns seen by the search
  OneOrMore<bool> maximise = true;     // one for all objectives, or for each
  std::string failed;                  // column: which look-ups failed; empty: none
  std::string missing = "refuse";      // what an objective without a value means: refuse, diverged
  std::vector<std::string> reported;   // columns recorded but never seen by the search
  std::vector<std::string> cost_columns;   // simulated cost in s: sum of weight * column; empty: 1 s each
  std::vector<double> cost_weights;
};

struct EvaluatorSettings {
  std::string kind = "train";   // train, table, function
  FunctionSettings function;
  TableSettings table;
};

/// Each of these that is also the name of a gene is taken from the genome instead.
struct TrainingSettings {
  std::int64_t shards = 4;
  std::int64_t batch = 128;
  std::string optimiser = "sgd";   // sgd (Nesterov), adamw
  double learning_rate = 0.1;
  double momentum = 0.9;
  double weight_decay = 5e-4;
  double warmup = 0.1;   // share of all steps
  double label_smoothing = 0;
  double dropout = 0;
  std::int64_t shift = 0;   // pixels
  bool flip = false;
  std::int64_t cutout = 0;             // pixels, side of the square
  double clip = 0;                     // gradient norm; 0: off
  std::string precision = "float32";   // float32, bfloat16
};

struct LimitSettings {
  double memory = 2048;           // MB estimated for one training
  double cost = 0;                // cost units of one evaluation; 0: none
  std::int64_t parameters = 0;    // 0: none
  std::int64_t macs = 0;          // for one image; 0: none
  bool machine_outcomes = true;   // evaluations that fail twice become rows
  std::int64_t deaths = 2;        // of the program with one candidate, until that gets the outcome error; 0: any number
};

/// Modelled time of one kind of layer: `overhead` us, and ns for each multiply-accumulate and each value read or written.
struct OperationLatency {
  std::string name;
  double overhead = 0, mac = 0, value = 0;
};

struct LatencySettings {
  std::int64_t batch = 1;                     // images
  std::int64_t measure = 0;                   // predictions; 0: measured_latency is no objective
  std::vector<OperationLatency> operations;   // empty: latency is no objective
};

struct NumericsSettings {
  std::string isa = "native";    // native, avx2, avx512, avx512_bf16
  std::string device = "auto";   // auto, cpu, cuda
  bool deterministic = true;     // on GPUs
};

struct ResultsSettings {
  std::int64_t stripe = 4096;   // bytes; island regions are aligned to it
  double sync = 5;              // s between fdatasync calls of a rank
};

struct RunSettings {
  std::int64_t replicas = 1;      // ranks that train one candidate together
  std::int64_t bucket = 256;      // KiB of gradients that travel between replicas together
  double replica_timeout = 300;   // s without an answer of another replica's GPU
  std::string data_directory;     // put before relative data paths; empty: the study's folder
  std::string stage_directory;    // of each node, for copies of the training shards; empty: none
  double progress = 5;            // s between progress lines
  double checkpoint = 60;         // s between checkpoints of a training; 0: none
  std::string stop_signal = "USR2";
  double grace = 30;           // s from a wish to stop until evaluations are abandoned
  double margin = 60;          // s left free before the end of the job
  std::vector<double> delay;   // s slept before each evaluation, by rank: for tests
};

struct StrategySettings {
  std::string kind = "evolution";   // settings_stage.cpp has the list
  std::int64_t population = 16;
  std::int64_t window = 0;   // 0: 8
  std::int64_t tournament = 3;
  std::string replace = "worst";                             // of evolution: worst, oldest, random
  double crossover = 0.3;                                    // probability
  double mutations = 1.5;                                    // mean number of changed genes
  std::vector<std::string> members = {"evolution", "nes"};   // of a portfolio
};

struct MigrationSettings {
  std::string topology = "ring";   // none, ring, torus, complete, hypercube, random
  std::int64_t degree = 2;         // of the random regular topology
  std::int64_t interval = 8;       // evaluations between two boundaries
  std::int64_t migrants = 1;
  double lag = 2;                  // in mean boundaries (see clock)
  std::string clock = "cost";      // cost, boundaries
  std::string select = "best";     // best, tournament, random
  std::string replace = "worst";   // worst, oldest, random
};

struct BudgetSettings {
  std::int64_t evaluations = 0;   // of all islands together; 0: no limit
  double cost = 0;                // of all islands together, in the evaluator's natural unit; 0: no limit
  double seconds = 0;             // wall clock of the stage; 0: no limit
  std::int64_t max_rows = 0;      // per island; 0: derived
};

struct FidelitySettings {
  std::int64_t epochs = 2;   // 0: the scores alone
  std::int64_t subset = 0;   // training samples; 0: all
  std::int64_t replicate = 0;
  std::vector<std::string> scores;   // zero-cost scores
  std::string optimiser = "same";    // instead of training.optimiser; same: that
  double learning_rate = 0;          // likewise; 0: that
  std::int64_t batch = 0;            // likewise
};

struct StageSettings {
  std::string kind = "search";   // search, evaluate
  std::int64_t islands = 1;
  std::int64_t candidates = 2;           // evaluate: finalists trained
  std::int64_t replicates = 1;           // evaluate: trainings of one at most
  double confidence = 0.95;              // evaluate: probability of being best that ends a race
  std::vector<std::string> objectives;   // of a search; empty: the evaluator's first
  std::vector<std::string> given;        // genomes as text, see genome_from
  std::vector<std::string> warm_start;   // results files
  std::int64_t warm_candidates = 8;      // taken from them
  std::int64_t warm_before = 0;          // likewise from the stage before
  FidelitySettings fidelity;
  BudgetSettings budget;
  MigrationSettings migration;
  std::vector<StrategySettings> strategies;   // island i uses entry i mod size
};

struct Study {
  std::string name = "study";
  std::uint64_t seed = 1;
  DataSettings data;
  std::vector<TaskSettings> tasks;
  SpaceSettings space;
  EvaluatorSettings evaluator;
  TrainingSettings training;
  LimitSettings limits;
  LatencySettings latency;
  NumericsSettings numerics;
  ResultsSettings results;
  RunSettings run;
  std::vector<StageSettings> stages;
};

/// How stage `index` trains: the study's way, with what the stage's fidelity has of its own.
inline TrainingSettings training_of(const Study& study, std::size_t index) {
  auto training = study.training;
  const auto& fidelity = study.stages[index].fidelity;
  if (fidelity.optimiser != "same") training.optimiser = fidelity.optimiser;
  if (fidelity.learning_rate > 0) training.learning_rate = fidelity.learning_rate;
  if (fidelity.batch > 0) training.batch = fidelity.batch;
  return training;
}

/// Whether some stage trains finalists, which needs the test set.
inline bool trains_finalists(const Study& study) {
  const auto evaluates = [](const StageSettings& stage) { return stage.kind == "evaluate"; };
  return study.evaluator.kind == "train" && std::ranges::any_of(study.stages, evaluates);
}

/// Whether stage `index` ends with a look at the test set: an evaluate stage of a study that trains, if it hands no finalists to another.
inline bool opens_test(const Study& study, std::size_t index) {
  const auto& stages = study.stages;
  return study.evaluator.kind == "train" && stages[index].kind == "evaluate" &&
         (index + 1 == stages.size() || stages[index + 1].kind != "evaluate");
}

}   // namespace archipel
