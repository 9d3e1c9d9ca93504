#include "search/space.hpp"

#include <algorithm>
#include <cassert>
#include <map>

namespace archipel {
namespace {

// The rules of a study (study/settings.hpp) have been checked: names are unlike, conditions name earlier genes and their choices.

const std::map<std::string, GeneKind, std::less<>> kinds = {{"categorical", GeneKind::categorical},
                                                            {"ordinal", GeneKind::ordinal},
                                                            {"integer", GeneKind::integer},
                                                            {"real", GeneKind::real},
                                                            {"log_real", GeneKind::log_real}};

Gene gene_of_choices(std::string name, GeneKind kind, std::vector<std::string> choices) {
  return {.name = std::move(name),
          .kind = kind,
          .low = 0,
          .high = double(choices.size()) - 1,
          .choices = std::move(choices)};
}

std::vector<std::string> texts_of(const std::vector<std::int64_t>& values) {
  std::vector<std::string> texts;
  for (const auto value : values) texts.push_back(std::to_string(value));
  return texts;
}

/// The cell's block of genes at the end of `genes`, then those of the network around it.
CellLayout add_cell(const SpaceSettings& settings, std::vector<Gene>& genes) {
  const auto& operations = settings.operations;
  const auto identity = std::find(operations.begin(), operations.end(), "identity");
  CellLayout cell{.nodes = int(settings.nodes), .edge_budget = int(settings.edges)};
  cell.first_operation = genes.size();
  cell.first_edge = cell.first_operation + std::size_t(cell.nodes);
  cell.identity = identity == operations.end() ? -1 : int(identity - operations.begin());
  for (int node = 1; node <= cell.nodes; ++node) {
    genes.push_back(gene_of_choices("cell.op." + std::to_string(node), GeneKind::categorical, operations));
  }
  for (int from = 0; from + 1 < cell.vertices(); ++from) {
    for (int to = from + 1; to < cell.vertices(); ++to) {
      const auto name = "cell.edge." + std::to_string(from) + "." + std::to_string(to);
      genes.push_back(gene_of_choices(name, GeneKind::categorical, {"0", "1"}));
    }
  }
  for (int stage = 1; stage <= settings.stages; ++stage) {
    genes.push_back(gene_of_choices("width." + std::to_string(stage), GeneKind::ordinal, texts_of(settings.widths)));
    genes.push_back(gene_of_choices("cells." + std::to_string(stage), GeneKind::ordinal, texts_of(settings.cells)));
  }
  if (settings.stages > 1) genes.push_back(gene_of_choices("reduction", GeneKind::categorical, settings.reductions));
  return cell;
}

void add_function_genes(const FunctionSettings& function, std::vector<Gene>& genes) {
  const bool bits = function.name == "onemax" || function.name == "trap";
  const bool unit = function.name.starts_with("zdt") || function.name.starts_with("dtlz");
  for (int i = 1; i <= function.dimensions; ++i) {
    const auto name = "x." + std::to_string(i);
    genes.push_back(bits
                        ? gene_of_choices(name, GeneKind::categorical, {"0", "1"})
                        : Gene{.name = name, .kind = GeneKind::real, .low = unit ? 0 : -5.12, .high = unit ? 1 : 5.12});
  }
}

Gene own_gene(const GeneSettings& settings, const std::vector<Gene>& earlier) {
  Gene gene{.name = settings.name,
            .kind = kinds.at(settings.kind),
            .low = settings.low,
            .high = settings.high,
            .choices = settings.choices};
  if (settings.when.empty()) return gene;
  const auto named =
      std::find_if(earlier.begin(), earlier.end(), [&](const Gene& other) { return other.name == settings.when; });
  assert(named != earlier.end());
  Gene::Condition condition{.gene = std::size_t(named - earlier.begin()), .values = {}};
  for (const auto& text : settings.when_values) {
    const auto choice = std::find(named->choices.begin(), named->choices.end(), text);
    assert(choice != named->choices.end());
    condition.values.push_back(double(choice - named->choices.begin()));
  }
  gene.when = std::move(condition);
  return gene;
}

}   // namespace

Space make_space(const Study& study) {
  std::vector<Gene> genes;
  std::optional<CellLayout> cell;
  if (study.space.kind == "cell") cell = add_cell(study.space, genes);
  for (const auto& settings : study.space.genes) genes.push_back(own_gene(settings, genes));
  if (genes.empty() && study.evaluator.kind == "function") add_function_genes(study.evaluator.function, genes);
  return Space(std::move(genes), cell);
}

}   // namespace archipel
