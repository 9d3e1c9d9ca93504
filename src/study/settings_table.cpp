#include "study/settings_table.hpp"

#include "study/section.hpp"

namespace archipel {
namespace {

using Table = std::vector<Setting>;

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
  const std::string shards =
      " HDF5 files instead of IDX files, in their order: names, or patterns with * or ? that stand for the files that "
      "match, "
      "sorted by name. Each holds x (uint8, [count, height, width] or [count, channels, height, width]) and y (uint8, "
      "[count]); see docs/data.md.";
  section.add("train_shards", &S::train_shards, "path", listed(any_text()), "Training images and labels:" + shards,
              Scope::run);
  section.add("test_shards", &S::test_shards, "path", listed(any_text()), "Test images and labels:" + shards,
              Scope::run);
  section.add(
      "window", &S::window, "MiB", whole(0, million),
      "Training images that a team has in memory at a time, if those of the shards are more: epochs are then shuffled "
      "within windows of this size, and the next half is read while one is trained on. 0: all, once per node.");
  section.add("validation", &S::validation, "samples", whole(1, billion),
              "Held out of the training files, seeded and with equal shares of each class. The search maximises the "
              "accuracy on them.");
}

void add_tasks(Table& table) {
  using S = TaskSettings;
  Section section(
      table, "task[].", [](auto& study, Index index) -> auto& { return entry(study.tasks, index[0]); });
  section.add(
      "name", &S::name, "", identifier(),
      "More data on which every candidate is trained, with a classifier of its own and the same schedule: its "
      "validation accuracy is the objective <name>_accuracy. Test sets, finalists and their models are those of "
      "[data].");
  section.add("train_images", &S::train_images, "path", any_text(), "As in [data].", Scope::run);
  section.add("train_labels", &S::train_labels, "path", any_text(), "As in [data].", Scope::run);
  section.add("train_shards", &S::train_shards, "path", listed(any_text()), "As in [data].", Scope::run);
  section.add("validation", &S::validation, "samples", whole(1, billion), "As in [data].");
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
  function.add("name", &F::name, "",
               one_of({"sphere", "rastrigin", "rosenbrock", "onemax", "trap", "zdt1", "zdt2", "zdt3", "dtlz2"}),
               "The test function; the last four have several objectives: f1, f2, and f3 of dtlz2.");
  function.add("dimensions", &F::dimensions, "genes", whole(1, 100'000),
               "Genes that are made when there is no [[space.gene]].");
  function.add("cost_spread", &F::cost_spread, "", real(1, million),
               "Ratio of the largest to the smallest cost. Costs are spread evenly from 1000 units up.");
  function.add("noise", &F::noise, "", real(0, million),
               "Standard deviation of normal noise added to the values, another one for each replicate.");
  function.add("sleep", &F::sleep, "s", real(0, 3600), "Sleep for each 1000 units of cost, to imitate training.",
               Scope::run);

  using T = TableSettings;
  Section lookup(
      table, "evaluator.table.", [](auto& study, Index) -> auto& { return study.evaluator.table; });
  lookup.add("file", &T::file, "path", any_text(),
             "CSV file with a header line, plain or gzip; relative paths start at run.data_directory. Results depend "
             "on its contents only.",
             Scope::run);
  lookup.add("key", &T::key, "", one_or_listed(any_text()),
             "Column that holds the choices of all genes, joined without a separator; or, in a list, a column for each "
             "gene, of the same name.");
  lookup.add("objective", &T::objective, "", one_or_listed(any_text()),
             "Column that the search sees; or several in a list, of which stage.objectives chooses.");
  lookup.add("maximise", &T::maximise, "", one_or_listed(any_boolean()),
             "Whether larger objectives are better; in a list one for each objective.");
  lookup.add("failed", &T::failed, "", any_text(),
             "Column that tells which candidates failed: empty, ok, 0 or false if not; diverged, 1 or true gives the "
             "outcome diverged, whatever the objectives. Empty: no such column.");
  lookup.add("missing", &T::missing, "", one_of({"refuse", "diverged"}),
             "What it means that an objective is empty, nan or na: refuse: the table is wrong. diverged: the candidate "
             "failed, with that outcome.");
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
  section.add("precision", &S::precision, "", one_of({"float32", "bfloat16"}),
              "bfloat16: convolutions multiply in bfloat16; parameters and sums stay in float32 (on GPUs activations "
              "are in it, too). On CPUs with "
              "numerics.isa = \"avx512_bf16\" only.");
}

}   // namespace

std::vector<Setting> make_settings_table() {
  Table table;
  add_top(table);
  add_data(table);
  add_tasks(table);
  add_space(table);
  add_genes(table);
  add_evaluator(table);
  add_training(table);
  add_run_settings(table);
  add_stage_settings(table);
  return table;
}

}   // namespace archipel
