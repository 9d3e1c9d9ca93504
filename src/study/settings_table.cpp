#include "study/settings_table.hpp"

#include "study/section.hpp"

#include <limits>

namespace archipel {
namespace {

using Table = std::vector<Setting>;
constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t billion = 1'000'000'000;
constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

void add_top(Table& table) {
  using S = Study;
  Section section(
      table, "", [](auto& study, Index) -> auto& { return study; });
  section.add("name", &S::name, "", identifier(), "Name of the study.");
  section.add("seed", &S::seed, "", whole(0, largest),
              "Seeds every random stream. Another seed is another, independent run of the same experiment.");
}

void add_data(Table& table) {
  using S = DataSettings;
  Section section(
      table, "data.", [](auto& study, Index) -> auto& { return study.data; });
  const std::string file =
      " IDX file, plain or gzip; relative paths start at run.data_directory. Results depend on its contents only.";
  section.add("train_images", &S::train_images, "path", any_text(), "Training images:" + file, Scope::run);
  section.add("train_labels", &S::train_labels, "path", any_text(), "Training labels:" + file, Scope::run);
  section.add("test_images", &S::test_images, "path", any_text(),
              "Test images, hashed at the start, looked at after the winner is fixed:" + file, Scope::run);
  section.add("test_labels", &S::test_labels, "path", any_text(),
              "Test labels, hashed at the start, looked at after the winner is fixed:" + file, Scope::run);
  section.add("validation", &S::validation, "samples", whole(1, billion),
              "Held out of the training files, seeded and with equal shares of each class. The search maximises the "
              "accuracy on them.");
}

void add_space(Table& table) {
  using S = SpaceSettings;
  Section section(
      table, "space.", [](auto& study, Index) -> auto& { return study.space; });
  section.add(
      "kind", &S::kind, "", one_of({"cell", "genes"}),
      "cell: image networks of stacked cells, and the genes of [[space.gene]]. genes: only those of [[space.gene]].");
  section.add("nodes", &S::nodes, "nodes", whole(1, 12), "Inner nodes of the cell, each with one operation.");
  section.add("edges", &S::edges, "edges", whole(2, 91),
              "Edge budget of the cell; edges from its input and to its output count.");
  section.add("operations", &S::operations, "",
              distinct(one_of({"conv1x1", "conv3x3", "conv5x5", "sep3x3", "sep5x5", "maxpool", "avgpool", "identity"})),
              "Operations a node may have.");
  section.add("widths", &S::widths, "channels", distinct(whole(1, 1024)),
              "Choices of the number of channels at each resolution.");
  section.add("cells", &S::cells, "cells", distinct(whole(1, 16)),
              "Choices of the number of cells at each resolution.");
  section.add("reductions", &S::reductions, "", distinct(one_of({"conv3x3", "maxpool", "avgpool"})),
              "Choices of the reduction between two resolutions; a conv1x1 follows a pooling.");
  section.add("stages", &S::stages, "", whole(1, 6),
              "Number of resolutions, with a reduction by 2 between two of them.");
}

void add_genes(Table& table) {
  using S = GeneSettings;
  Section section(
      table, "space.gene[].", [](auto& study, Index index) -> auto& { return entry(study.space.genes, index[0]); });
  section.add(
      "name", &S::name, "", identifier(),
      "With evaluator.kind = \"train\" the name of a setting of [training], whose value the genome then gives.");
  section.add("kind", &S::kind, "", one_of({"categorical", "ordinal", "integer", "real", "log_real"}),
              "categorical: choices without order. ordinal: choices in order. integer, real, log_real: from low to "
              "high, the last uniform in the logarithm.");
  section.add("low", &S::low, "", real(-1e300, 1e300), "Lower bound, included, of integer, real and log_real genes.");
  section.add("high", &S::high, "", real(-1e300, 1e300), "Upper bound, included, of integer, real and log_real genes.");
  section.add("choices", &S::choices, "", listed(any_text()), "Choices of categorical and ordinal genes.");
  section.add("when", &S::when, "", any_text(),
              "Name of an earlier categorical or ordinal gene that decides whether this one is active; empty: always "
              "active. The setting that an inactive gene names keeps its value in [training].");
  section.add("when_values", &S::when_values, "", listed(any_text()),
              "The choices of that gene with which this one is active.");
}

void add_evaluator(Table& table) {
  Section kind(
      table, "evaluator.", [](auto& study, Index) -> auto& { return study.evaluator; });
  kind.add("kind", &EvaluatorSettings::kind, "", one_of({"train", "table", "function"}),
           "train: train the network. table: look it up in a file. function: compute a test function.");

  using F = FunctionSettings;
  Section function(
      table, "evaluator.function.", [](auto& study, Index) -> auto& { return study.evaluator.function; });
  function.add("name", &F::name, "", one_of({"sphere", "rastrigin", "onemax", "trap"}), "The test function.");
  function.add("dimensions", &F::dimensions, "genes", whole(1, 100'000),
               "Genes that are made when there is no [[space.gene]].");
  function.add("cost_spread", &F::cost_spread, "", real(1, million),
               "Ratio of the largest to the smallest cost. Costs are spread evenly from 1000 units up.");
  function.add("sleep", &F::sleep, "s", real(0, 3600), "Sleep for each 1000 units of cost, to imitate training.",
               Scope::run);

  using T = TableSettings;
  Section lookup(
      table, "evaluator.table.", [](auto& study, Index) -> auto& { return study.evaluator.table; });
  lookup.add("file", &T::file, "path", any_text(),
             "CSV file with a header line, plain or gzip; relative paths start at run.data_directory. Results depend "
             "on its contents only.",
             Scope::run);
  lookup.add("key", &T::key, "", any_text(), "Column that holds the choices of all genes, joined without a separator.");
  lookup.add("objective", &T::objective, "", any_text(), "Column that the search sees.");
  lookup.add("maximise", &T::maximise, "", any_boolean(), "Whether larger objectives are better.");
  lookup.add("reported", &T::reported, "", listed(any_text()),
             "Columns that are recorded but never seen by the search.");
  lookup.add("cost_columns", &T::cost_columns, "", listed(any_text()),
             "Columns whose weighted sum is the simulated cost of a look-up in s; empty: 1 s each.");
  lookup.add("cost_weights", &T::cost_weights, "", listed(real(0, 1e9)), "One weight for each of cost_columns.");
}

void add_training(Table& table) {
  using S = TrainingSettings;
  Section section(
      table, "training.", [](auto& study, Index) -> auto& { return study.training; });
  section.add("shards", &S::shards, "", whole(1, 256),
              "Fixed parts of every batch, a power of two: the unit of data parallelism. At least 16 samples each.");
  section.add("batch", &S::batch, "samples", whole(16, 65'536),
              "Samples in one optimiser step, a multiple of training.shards.");
  section.add("optimiser", &S::optimiser, "", one_of({"sgd", "adamw"}),
              "sgd: with Nesterov momentum. adamw: Adam with decoupled weight decay.");
  section.add("learning_rate", &S::learning_rate, "", positive(100),
              "Largest learning rate, reached after the warm-up; falls to 0 along a cosine.");
  section.add("momentum", &S::momentum, "", real(0, 0.9999), "Momentum of sgd, first decay rate of adamw.");
  section.add("weight_decay", &S::weight_decay, "", real(0, 10), "Weight decay, not applied to norms and biases.");
  section.add("warmup", &S::warmup, "share", real(0, 1),
              "Share of all steps in which the learning rate rises linearly.");
  section.add("label_smoothing", &S::label_smoothing, "share", real(0, 0.9),
              "Probability moved from the true class to all classes evenly.");
  section.add("dropout", &S::dropout, "share", real(0, 0.9),
              "Probability of dropping a feature before the classifier.");
  section.add("shift", &S::shift, "pixels", whole(0, 64),
              "Largest random shift of a training image in each direction.");
  section.add("flip", &S::flip, "", any_boolean(), "Mirror half of the training images left to right.");
  section.add("cutout", &S::cutout, "pixels", whole(0, 256),
              "Side of the square that is blanked in a training image; 0: none.");
  section.add("clip", &S::clip, "", real(0, million), "Largest norm of the gradient; 0: unlimited.");
}

void add_limits_and_numerics(Table& table) {
  using L = LimitSettings;
  Section limits(
      table, "limits.", [](auto& study, Index) -> auto& { return study.limits; });
  limits.add("memory", &L::memory, "MB", real(1, 1e9),
             "Estimated memory of one training above which a candidate is too_large, untrained.");
  limits.add("cost", &L::cost, "FLOP", real(0, 1e18),
             "FLOPs of one training above which a candidate is too_costly, untrained; 0: unlimited.");
  limits.add(
      "parameters", &L::parameters, "parameters", whole(0, largest),
      "Networks with more trainable parameters are drawn again; after 64 draws one is refused, as a row with outcome "
      "too_large. 0: unlimited.");
  limits.add("macs", &L::macs, "MACs", whole(0, largest),
             "Networks with more multiply-accumulates for one image are not proposed; 0: unlimited.");
  limits.add(
      "machine_outcomes", &L::machine_outcomes, "", any_boolean(),
      "Whether an evaluation that fails twice for a reason of the machine (out_of_memory, error, timeout) becomes a "
      "row with this outcome; otherwise it stops the study. A wall-clock budget's timeouts are always rows.",
      Scope::run);
  limits.add(
      "deaths", &L::deaths, "", whole(0, 1'000'000),
      "A candidate that was being evaluated at so many deaths of the program gets the outcome error when the study is "
      "resumed, as machine_outcomes says; 0: it is tried again for ever. Deaths by SIGINT or SIGTERM do not count.",
      Scope::run);
  Section numerics(
      table, "numerics.", [](auto& study, Index) -> auto& { return study.numerics; });
  numerics.add(
      "isa", &NumericsSettings::isa, "", one_of({"native", "avx2", "avx512"}),
      "Instruction set of the kernels. native: the best of the machine; name one for equal bits on unlike machines.");
}

void add_results_and_run(Table& table) {
  using S = ResultsSettings;
  Section results(
      table, "results.", [](auto& study, Index) -> auto& { return study.results; }, Scope::run);
  results.add(
      "stripe", &S::stripe, "bytes", whole(512, 1 << 28),
      "Stripe of the file system, a power of two; each island's part of the results file starts at a multiple.");
  results.add("sync", &S::sync, "s", real(0, 86'400),
              "Time between two syncs of written rows to the disk, by each rank; 0: after every row.");
  using R = RunSettings;
  Section run(
      table, "run.", [](auto& study, Index) -> auto& { return study.run; }, Scope::run);
  run.add("data_directory", &R::data_directory, "path", any_text(),
          "Put before relative paths of data; empty: the folder of the study file.");
  run.add("replicas", &R::replicas, "", whole(1, 256),
          "Ranks that train one candidate together, each some shards of every batch; the number of ranks must be a "
          "multiple. The results do not depend on it.");
  run.add("progress", &R::progress, "s", real(0, 86'400), "Time between two lines of progress; 0: none.");
  run.add("checkpoint", &R::checkpoint, "s", real(0, 1e6),
          "Time between two checkpoints of one training: what a kill can cost it. 0: none, trainings begin anew.");
  run.add(
      "stop_signal", &R::stop_signal, "", one_of({"USR1", "USR2"}),
      "Signal after which every rank finishes its evaluation or keeps its state, commits and leaves with exit code 3.");
  run.add("grace", &R::grace, "s", real(0, 1e6),
          "Time that evaluations have to finish after the signal to stop; then they are abandoned, trainings with a "
          "checkpoint.");
  run.add("margin", &R::margin, "s", real(0, 1e6),
          "Time left free before the end of a Slurm job (SLURM_JOB_END_TIME): what cannot be finished by then is not "
          "begun, "
          "and the program stops grace + margin before the end as if it were signalled.");
  run.add("delay", &R::delay, "s", listed(real(0, 3600)),
          "Sleep before each evaluation, one entry for each rank; ranks beyond the list do not sleep. For tests.");
}

void add_stage(Table& table) {
  using S = StageSettings;
  Section stage(
      table, "stage[].", [](auto& study, Index index) -> auto& { return entry(study.stages, index[0]); });
  stage.add(
      "kind", &S::kind, "", one_of({"search", "evaluate"}),
      "search: the islands search, from nothing. evaluate: train the best candidates of the stage before and "
      "rank them by validation. Another evaluate stage takes the best of them; the last one in a row fixes the winner "
      "and tests it.");
  stage.add("islands", &S::islands, "islands", whole(1, million),
            "Subpopulations of a search, each with its strategy and random streams.");
  stage.add("candidates", &S::candidates, "candidates", whole(1, 100'000),
            "Finalists that an evaluate stage trains; at most those of an evaluate stage before it.");

  using F = FidelitySettings;
  Section fidelity(
      table, "stage[].fidelity.",
      [](auto& study, Index index) -> auto& { return entry(study.stages, index[0]).fidelity; });
  fidelity.add("epochs", &F::epochs, "epochs", whole(1, million),
               "Passes over the training samples in one evaluation.");
  fidelity.add("subset", &F::subset, "samples", whole(0, billion),
               "Training samples used, with equal shares of each class; 0: all.");
  fidelity.add("replicate", &F::replicate, "", whole(0, million),
               "Number of the repetition: another one trains with other random numbers.");

  using B = BudgetSettings;
  Section budget(
      table, "stage[].budget.", [](auto& study, Index index) -> auto& { return entry(study.stages, index[0]).budget; });
  budget.add("evaluations", &B::evaluations, "evaluations", whole(0, largest),
             "Of all islands together; 0: no such limit.");
  budget.add("cost", &B::cost, "cost units", real(0, 1e24),
             "Of all islands together, in FLOP (train), s (table) or units (function); 0: no such limit.");
  budget.add("seconds", &B::seconds, "s", real(0, 1e9),
             "Wall-clock time of the stage, anew after a resume; 0: no such limit. Results then depend on the machine, "
             "and say so.");
  budget.add("max_rows", &B::max_rows, "rows", whole(0, largest),
             "Rows reserved for each island in the results file; 0: derived from the budget.");
}

void add_islands(Table& table) {
  using M = MigrationSettings;
  Section migration(
      table, "stage[].migration.",
      [](auto& study, Index index) -> auto& { return entry(study.stages, index[0]).migration; });
  migration.add("topology", &M::topology, "", one_of({"none", "ring", "torus", "complete", "hypercube", "random"}),
                "Which islands send to which.");
  migration.add("degree", &M::degree, "islands", whole(1, 1024),
                "Neighbours of each island in the random regular topology.");
  migration.add("interval", &M::interval, "evaluations", whole(1, billion),
                "Evaluations of an island between two boundaries, at which it sends and receives.");
  migration.add("migrants", &M::migrants, "candidates", whole(1, million),
                "Candidates sent to each neighbour at a boundary.");
  migration.add("lag", &M::lag, "boundaries", real(0, million),
                "Age on the islands' clocks at which a packet is consumed, in mean costs of the evaluations between "
                "two boundaries. Larger: less waiting.");
  migration.add("clock", &M::clock, "", one_of({"cost", "boundaries"}),
                "What stamps packets: the budget an island has spent, or its number of boundaries.");
  migration.add("select", &M::select, "", one_of({"best", "tournament", "random"}), "Which candidates are sent.");
  migration.add("replace", &M::replace, "", one_of({"worst", "oldest", "random"}),
                "Which candidates of the receiver give way.");

  using S = StrategySettings;
  Section strategy(
      table, "stage[].strategy[].",
      [](auto& study, Index index) -> auto& { return entry(entry(study.stages, index[0]).strategies, index[1]); });
  strategy.add("kind", &S::kind, "", one_of({"random", "evolution", "aging"}),
               "random: random search. evolution: tournament, crossover, mutation; the worst die. aging: tournament "
               "and mutation; the oldest die.");
  strategy.add("population", &S::population, "candidates", whole(1, million), "Candidates that an island keeps.");
  strategy.add("window", &S::window, "asks", whole(0, million),
               "Ask n knows the results of asks up to n - window: the evaluations of an island that may run at once; "
               "0: 8.");
  strategy.add("tournament", &S::tournament, "candidates", whole(1, million),
               "Candidates drawn, of which the best becomes a parent.");
  strategy.add(
      "replace", &S::replace, "", one_of({"worst", "oldest", "random"}),
      "Who leaves an evolution's full population when a newcomer joins. tournament = 1 and random: no selection.");
  strategy.add("crossover", &S::crossover, "probability", real(0, 1), "Of a second parent.");
  strategy.add("mutations", &S::mutations, "genes", real(0, 1000), "Mean number of genes changed in a child.");
}

}   // namespace

std::vector<Setting> make_settings_table() {
  Table table;
  add_top(table);
  add_data(table);
  add_space(table);
  add_genes(table);
  add_evaluator(table);
  add_training(table);
  add_limits_and_numerics(table);
  add_results_and_run(table);
  add_stage(table);
  add_islands(table);
  return table;
}

}   // namespace archipel
