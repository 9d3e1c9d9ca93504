#include "study/rules.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

namespace archipel {
namespace {

bool has_choices(const GeneSettings& gene) { return gene.kind == "categorical" || gene.kind == "ordinal"; }

void check_range(Rules& rules, const GeneSettings& gene, const std::string& key) {
  const auto kind = " for a gene of kind \"" + gene.kind + "\"";
  if (has_choices(gene)) {
    rules.require(!gene.choices.empty(), key + "choices", "must not be empty" + kind);
    rules.require(std::set(gene.choices.begin(), gene.choices.end()).size() == gene.choices.size(), key + "choices",
                  "must all be different");
    return;
  }
  rules.require(gene.choices.empty(), key + "choices", "must be left out" + kind);
  rules.require(gene.low < gene.high, key + "low", "must be below " + rules.shown(key + "high"));
  if (gene.kind == "log_real") rules.require(gene.low >= 1e-300, key + "low", "must be above 0, from 1e-300 on" + kind);
  if (gene.kind == "integer") {
    const auto whole = [](double bound) { return std::trunc(bound) == bound && std::abs(bound) <= 0x1p53; };
    rules.require(whole(gene.low), key + "low", "must be whole, within 2^53" + kind);
    rules.require(whole(gene.high), key + "high", "must be whole, within 2^53" + kind);
  }
}

void check_condition(Rules& rules, const GeneSettings& gene, const std::string& key,
                     const std::map<std::string, std::size_t>& earlier) {
  if (gene.when.empty()) {
    rules.require(gene.when_values.empty(), key + "when_values", "needs " + key + "when, the gene it speaks of");
    return;
  }
  const auto& genes = rules.study().space.genes;
  const auto found = earlier.find(gene.when);
  if (found == earlier.end() || !has_choices(genes[found->second])) {
    rules.require(false, key + "when", "must name an earlier gene of kind categorical or ordinal");
    return;
  }
  const auto& choices = genes[found->second].choices;
  const bool known = std::ranges::all_of(
      gene.when_values, [&](const auto& value) { return std::ranges::find(choices, value) != choices.end(); });
  rules.require(known && !gene.when_values.empty(), key + "when_values",
                "must be some of " + rules.shown("space.gene." + std::to_string(found->second) + ".choices"));
}

/// A choice as the value of a setting of this type; nothing if it cannot be one.
std::optional<Value> parsed(const std::string& choice, const std::string& type) {
  if (type == "text") return choice;
  if (type == "boolean" && (choice == "true" || choice == "false")) return choice == "true";
  const char* end = choice.data() + choice.size();
  if (type == "integer") {
    std::int64_t number = 0;
    if (const auto read = std::from_chars(choice.data(), end, number); read.ec == std::errc() && read.ptr == end)
      return number;
  } else if (type == "real") {
    double number = 0;
    if (const auto read = std::from_chars(choice.data(), end, number); read.ec == std::errc() && read.ptr == end)
      return number;
  }
  return {};
}

/// A gene of a network gives the value of a setting of [training], so all its values must be allowed there.
void check_training_gene(Rules& rules, const GeneSettings& gene, const std::string& key) {
  const Setting* setting = find_setting("training." + gene.name);
  if (!setting || gene.name == "shards" || gene.name == "precision") {
    rules.require(
        false, key + "name",
        "must be the name of a setting of [training] other than shards and precision with evaluator.kind = \"train\"");
    return;
  }
  const std::int64_t shards = rules.study().training.shards;
  const bool batch = gene.name == "batch";
  Study scratch;
  const auto accepts = [&](const std::optional<Value>& value) {
    return value && setting->store(scratch, {}, *value).empty() &&
           (!batch || (scratch.training.batch % shards == 0 && scratch.training.batch >= 16 * shards));
  };
  const auto allowed = "must fit training." + gene.name + ", allowed " + setting->allowed +
                       (batch ? ", multiples of " + rules.shown("training.shards") + ", 16 samples for each" : "");
  if (has_choices(gene)) {
    rules.require(
        std::ranges::all_of(gene.choices, [&](const auto& choice) { return accepts(parsed(choice, setting->type)); }),
        key + "choices", allowed);
    return;
  }
  rules.require(!batch, key + "kind", "must be categorical or ordinal for training.batch");
  rules.require(setting->type == "real" || (setting->type == "integer" && gene.kind == "integer"), key + "kind",
                "must fit training." + gene.name + ", whose type is " + setting->type);
  for (const auto& [name, bound] : {std::pair("low", gene.low), std::pair("high", gene.high)}) {
    const bool whole = setting->type == "integer" && std::abs(bound) < 0x1p62;
    rules.require(accepts(whole ? Value(std::int64_t(bound)) : Value(bound)), key + name, allowed);
  }
}

}   // namespace

void check_genes(Rules& rules) {
  const Study& study = rules.study();
  const auto& genes = study.space.genes;
  std::map<std::string, std::size_t> earlier;
  for (std::size_t i = 0; i < genes.size(); ++i) {
    const auto& gene = genes[i];
    const std::string key = "space.gene." + std::to_string(i) + ".";
    rules.require(!gene.name.empty(), key + "name", "must be set");
    rules.require(gene.name.empty() || !earlier.contains(gene.name), key + "name",
                  "must be unlike the names of the genes before");
    const bool taken =
        study.space.kind == "cell" && (gene.name == "reduction" || gene.name.starts_with("width.") ||
                                       gene.name.starts_with("cell.") || gene.name.starts_with("cells."));
    rules.require(!taken, key + "name", "is a gene that space.kind = \"cell\" makes itself");
    check_range(rules, gene, key);
    check_condition(rules, gene, key, earlier);
    if (study.evaluator.kind == "train" && !gene.name.empty() && !taken) check_training_gene(rules, gene, key);
    earlier.emplace(gene.name, i);
  }
}

}   // namespace archipel
