#include "study/rules.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace archipel {

std::string Rules::shown(const std::string& written) const {
  const PlacedKey placed = placed_key(written);
  const Setting* setting = find_setting(placed.key);
  if (!setting) throw std::logic_error("a rule names the unknown setting " + written);
  return written + " = " + to_text(setting->load(study_, placed.index));
}

void Rules::require(bool holds, const std::string& written, const std::string& what) {
  if (!holds) problems_.push_back(shown(written) + ": " + what);
}

namespace {

/// Training or test data, which come in one of two forms.
void check_part(Rules& rules, const std::string& key, const std::vector<std::string>& shards, const std::string& images,
                const std::string& labels, const std::string& needed) {
  for (const auto& [name, file] : {std::pair(key + "_images", images), std::pair(key + "_labels", labels)}) {
    rules.require(file.empty() || shards.empty(), name,
                  "must be \"\" with " + rules.shown(key + "_shards") + ", which hold images and labels");
    rules.require(!file.empty() || !shards.empty(), name, needed + "; or " + key + "_shards instead");
  }
}

void check_data(Rules& rules) {
  const Study& study = rules.study();
  const auto& data = study.data;
  check_part(rules, "data.train", data.train_shards, data.train_images, data.train_labels,
             "must be set with evaluator.kind = \"train\"");
  if (trains_finalists(study))
    check_part(rules, "data.test", data.test_shards, data.test_images, data.test_labels,
               "must be set: an evaluate stage tests the winner");
  const std::string without = "without data.train_shards: ";
  rules.require(data.window == 0 || !data.train_shards.empty(), "data.window",
                "must be 0 " + without + "IDX files are read whole");
  rules.require(study.run.stage_directory.empty() || !data.train_shards.empty(), "run.stage_directory",
                "must be \"\" " + without + "only shards are copied");
}

void check_tasks(Rules& rules) {
  const auto& tasks = rules.study().tasks;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const std::string key = "task." + std::to_string(i) + ".";
    rules.require(rules.study().evaluator.kind == "train", key + "name", "needs evaluator.kind = \"train\"");
    rules.require(!tasks[i].name.empty() && tasks[i].name != "validation", key + "name",
                  "must be set, and not \"validation\", which is the accuracy on [data]");
    for (std::size_t j = 0; j < i; ++j)
      rules.require(tasks[i].name != tasks[j].name, key + "name",
                    "must not be that of " + rules.shown("task." + std::to_string(j) + ".name"));
    check_part(rules, key + "train", tasks[i].train_shards, tasks[i].train_images, tasks[i].train_labels,
               "must be set");
  }
}

void check_latency(Rules& rules) {
  rules.require(rules.study().latency.measure == 0 || rules.study().evaluator.kind == "train", "latency.measure",
                "needs evaluator.kind = \"train\"");
  const auto& latencies = rules.study().latency.operations;
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    const std::string name = "latency.operation." + std::to_string(i) + ".name";
    rules.require(!latencies[i].name.empty(), name, "must be set: the kind of layer");
    rules.require(rules.study().evaluator.kind == "train", name, "needs evaluator.kind = \"train\"");
    for (std::size_t j = 0; j < i; ++j)
      rules.require(latencies[i].name != latencies[j].name, name, "has an entry already, " + std::to_string(j));
  }
}

bool all_set(const std::vector<std::string>& names) {
  return !names.empty() && std::ranges::find(names, "") == names.end();
}

bool all_different(std::vector<std::string> names) {
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}

void check_table(Rules& rules, const TableSettings& table) {
  const auto &keys = table.key.values, &objectives = table.objective.values;
  rules.require(all_set(keys), "evaluator.table.key", "must be set with evaluator.kind = \"table\"");
  if (keys.size() > 1) {
    std::vector<std::string> named = keys, genes;
    for (const auto& gene : rules.study().space.genes) genes.push_back(gene.name);
    std::ranges::sort(named);
    std::ranges::sort(genes);
    rules.require(named == genes, "evaluator.table.key",
                  "several columns must be named after the genes, each once: " + to_text(genes));
  }
  rules.require(all_set(objectives), "evaluator.table.objective", "must be set with evaluator.kind = \"table\"");
  rules.require(all_different(objectives), "evaluator.table.objective", "must all be different");
  rules.require(table.maximise.values.size() == 1 || table.maximise.values.size() == objectives.size(),
                "evaluator.table.maximise",
                "must be one for all, or one for each of " + rules.shown("evaluator.table.objective"));
}

}   // namespace

void check_evaluator(Rules& rules) {
  const Study& study = rules.study();
  const auto& evaluator = study.evaluator;
  const bool own_genes = study.space.kind == "genes";
  if (evaluator.kind == "table") {
    const auto& table = evaluator.table;
    rules.require(!table.file.empty(), "evaluator.table.file", "must be set with evaluator.kind = \"table\"");
    check_table(rules, table);
    rules.require(table.cost_weights.size() == table.cost_columns.size(), "evaluator.table.cost_weights",
                  "must have one entry for each of " + rules.shown("evaluator.table.cost_columns"));
    rules.require(own_genes, "space.kind", "must be \"genes\" with evaluator.kind = \"table\"");
    rules.require(!own_genes || !study.space.genes.empty(), "space.kind",
                  "needs a [[space.gene]] with evaluator.kind = \"table\"");
    for (std::size_t i = 0; i < study.space.genes.size(); ++i) {
      const auto& kind = study.space.genes[i].kind;
      rules.require(kind == "categorical" || kind == "ordinal", "space.gene." + std::to_string(i) + ".kind",
                    "must be categorical or ordinal with evaluator.kind = \"table\", whose key joins choices");
    }
  }
  check_latency(rules);
  check_tasks(rules);
  if (evaluator.kind != "train") {
    rules.require(study.run.replicas == 1, "run.replicas",
                  "must be 1 with " + rules.shown("evaluator.kind") + ": nothing is trained");
    const std::string trained = "limits a training: must be 0 with " + rules.shown("evaluator.kind");
    rules.require(study.limits.cost == 0, "limits.cost", trained);
    rules.require(study.limits.parameters == 0, "limits.parameters", trained);
    rules.require(study.limits.macs == 0, "limits.macs", trained);
    return;
  }

  rules.require(!own_genes, "space.kind", "must be \"cell\" with evaluator.kind = \"train\": a network needs a cell");
  const auto& training = study.training;
  rules.require(std::has_single_bit(std::uint64_t(training.shards)), "training.shards",
                "must be a power of two, allowed 1, 2, 4, ... 256");
  rules.require(study.run.replicas <= training.shards, "run.replicas",
                "must be at most " + rules.shown("training.shards") + ": each replica trains at least one shard");
  rules.require(
      training.precision == "float32" || study.numerics.device == "cuda" || study.numerics.isa == "avx512_bf16",
      "training.precision",
      "needs numerics.isa = \"avx512_bf16\", or GPUs by numerics.device = \"cuda\"; else allowed float32");
  check_batch(rules, training.batch, "training.batch");
  check_data(rules);
}

void check_batch(Rules& rules, std::int64_t batch, const std::string& key) {
  const std::int64_t shards = rules.study().training.shards;
  rules.require(batch % shards == 0, key, "must be a multiple of " + rules.shown("training.shards"));
  rules.require(
      batch >= 16 * shards, key,
      "must be at least " + std::to_string(16 * shards) + ": 16 samples for each of " + rules.shown("training.shards"));
}

std::vector<std::string> problems_of(const Study& study) {
  Rules rules(study);
  check_genes(rules);
  check_evaluator(rules);
  check_stages(rules);
  rules.require(std::has_single_bit(std::uint64_t(study.results.stripe)), "results.stripe",
                "must be a power of two, allowed 512, 1024, ... 268435456");
  return rules.take();
}

}   // namespace archipel
