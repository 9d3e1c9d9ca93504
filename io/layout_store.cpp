#include "io/layout_store.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>

namespace archipel::io {
namespace {

constexpr std::array<std::pair<GeneKind, const char*>, 5> kind_names{{{GeneKind::categorical, "categorical"},
                                                                      {GeneKind::ordinal, "ordinal"},
                                                                      {GeneKind::integer, "integer"},
                                                                      {GeneKind::real, "real"},
                                                                      {GeneKind::log_real, "log_real"}}};

std::string name_of(GeneKind kind) {
  return std::ranges::find(kind_names, kind, &std::pair<GeneKind, const char*>::first)->second;
}

GeneKind kind_from(const std::string& name) {
  for (const auto& [kind, text] : kind_names) {
    if (name == text) return kind;
  }
  throw SystemError("/space/genes: unknown kind " + name);
}

using Texts = std::vector<std::string>;
using Integers = std::vector<std::int64_t>;
using Reals = std::vector<double>;

template <class T>
T& column(std::vector<TableColumn>& table, std::size_t index) {
  return std::get<T>(table[index].values);
}

std::vector<TableColumn> gene_columns() {
  return {{"name", Texts{}}, {"kind", Texts{}}, {"low", Reals{}}, {"high", Reals{}}};
}
std::vector<TableColumn> choice_columns() { return {{"gene", Integers{}}, {"value", Integers{}}, {"name", Texts{}}}; }
std::vector<TableColumn> condition_columns() {
  return {{"gene", Integers{}}, {"on_gene", Integers{}}, {"on_value", Reals{}}};
}

void write_space(hid_t file, const Space& space) {
  const auto group = make_group(file, "space");
  auto genes = gene_columns(), choices = choice_columns(), conditions = condition_columns();
  for (std::size_t i = 0; i < space.size(); ++i) {
    const auto& gene = space.genes()[i];
    column<Texts>(genes, 0).push_back(gene.name);
    column<Texts>(genes, 1).push_back(name_of(gene.kind));
    column<Reals>(genes, 2).push_back(gene.low);
    column<Reals>(genes, 3).push_back(gene.high);
    for (std::size_t value = 0; value < gene.choices.size(); ++value) {
      column<Integers>(choices, 0).push_back(std::int64_t(i));
      column<Integers>(choices, 1).push_back(std::int64_t(value));
      column<Texts>(choices, 2).push_back(gene.choices[value]);
    }
    if (!gene.when) continue;
    for (const double value : gene.when->values) {
      column<Integers>(conditions, 0).push_back(std::int64_t(i));
      column<Integers>(conditions, 1).push_back(std::int64_t(gene.when->gene));
      column<Reals>(conditions, 2).push_back(value);
    }
  }
  write_table(group, "genes", genes);
  write_table(group, "choices", choices);
  write_table(group, "conditions", conditions);
  if (const auto& cell = space.cell()) {
    set_attribute(group, "cell_nodes", std::int64_t{cell->nodes});
    set_attribute(group, "cell_edge_budget", std::int64_t{cell->edge_budget});
    set_attribute(group, "cell_first_operation", std::int64_t(cell->first_operation));
    set_attribute(group, "cell_first_edge", std::int64_t(cell->first_edge));
    set_attribute(group, "cell_identity", std::int64_t{cell->identity});
  }
}

std::vector<Gene> read_genes(hid_t group) {
  auto table = gene_columns(), choices = choice_columns(), conditions = condition_columns();
  read_table(group, "genes", table);
  read_table(group, "choices", choices);
  read_table(group, "conditions", conditions);
  std::vector<Gene> genes(column<Texts>(table, 0).size());
  for (std::size_t i = 0; i < genes.size(); ++i) {
    genes[i].name = column<Texts>(table, 0)[i];
    genes[i].kind = kind_from(column<Texts>(table, 1)[i]);
    genes[i].low = column<Reals>(table, 2)[i];
    genes[i].high = column<Reals>(table, 3)[i];
  }
  const auto gene_of = [&](std::vector<TableColumn>& from, std::size_t row) -> Gene& {
    const auto index = std::size_t(column<Integers>(from, 0)[row]);
    if (index >= genes.size())
      throw SystemError("/space: gene " + std::to_string(index) + " of " + std::to_string(genes.size()));
    return genes[index];
  };
  for (std::size_t row = 0; row < column<Integers>(choices, 0).size(); ++row) {
    gene_of(choices, row).choices.push_back(column<Texts>(choices, 2)[row]);
  }
  for (std::size_t row = 0; row < column<Integers>(conditions, 0).size(); ++row) {
    auto& gene = gene_of(conditions, row);
    if (!gene.when) gene.when = Gene::Condition{std::size_t(column<Integers>(conditions, 1)[row]), {}};
    gene.when->values.push_back(column<Reals>(conditions, 2)[row]);
  }
  return genes;
}

Space read_space(hid_t file) {
  const H5Group group(check(H5Gopen2(file, "space", H5P_DEFAULT), "H5Gopen2", "/space"));
  auto genes = read_genes(group);
  if (check(H5Aexists(group, "cell_nodes"), "H5Aexists", "cell_nodes") == 0) return Space(std::move(genes));
  return Space(std::move(genes),
               CellLayout{.nodes = int(integer_attribute(group, "cell_nodes")),
                          .edge_budget = int(integer_attribute(group, "cell_edge_budget")),
                          .first_operation = std::size_t(integer_attribute(group, "cell_first_operation")),
                          .first_edge = std::size_t(integer_attribute(group, "cell_first_edge")),
                          .identity = int(integer_attribute(group, "cell_identity"))});
}

void describe(hid_t set, const DataSet& made) {
  std::vector<std::string> names, units, helps;
  for (const auto& each : made.record.columns) {
    names.push_back(each.name);
    units.push_back(each.unit);
    helps.push_back(each.help);
  }
  set_attribute(set, "description", made.help);
  set_attribute(set, "columns", names);
  set_attribute(set, "units", units);
  set_attribute(set, "descriptions", helps);
}

void write_stage(hid_t stages, const ResultsLayout& layout, std::size_t number, const LayoutParts& parts) {
  const auto& stage = layout.stages[number];
  const auto name = stage_name(number, stage);
  const auto group = make_group(stages, name);
  std::vector<std::string> objectives, units, maximise, measured;
  for (const auto& objective : stage.objectives) {
    objectives.push_back(objective.name);
    units.push_back(objective.unit);
    maximise.push_back(objective.maximise ? "true" : "false");
    if (objective.measured) measured.push_back(objective.name);
  }
  set_attribute(group, "kind", stage.kind);
  set_attribute(group, "islands", stage.islands);
  set_attribute(group, "max_rows", stage.max_rows);
  set_attribute(group, "max_migrations", stage.max_migrations);
  set_attribute(group, "curve_points", std::int64_t{stage.curve_points});
  set_attribute(group, "window", stage.window);
  set_attribute(group, "objectives", objectives);
  set_attribute(group, "objective_units", units);
  set_attribute(group, "maximise", maximise);
  set_attribute(group, "measured", measured);
  std::vector<std::string> optimised;
  for (const auto index : stage.optimised)
    if (index < objectives.size()) optimised.push_back(objectives[index]);
  set_attribute(group, "optimised", optimised);
  set_attribute(group, "reported", stage.reported);
  set_attribute(group, "cost_unit", stage.cost_unit);
  set_attribute(group, "units_per_cost", stage.units_per_cost);
  for (const auto& wanted : data_sets(layout.space, stage, layout.stripe)) {
    describe(parts.make_set(group, "stages/" + name + "/" + wanted.name, wanted), wanted);
  }
}

StageLayout read_stage(hid_t group) {
  StageLayout stage{.kind = text_attribute(group, "kind"),
                    .islands = integer_attribute(group, "islands"),
                    .max_rows = integer_attribute(group, "max_rows"),
                    .max_migrations = integer_attribute(group, "max_migrations"),
                    .curve_points = int(integer_attribute(group, "curve_points")),
                    .objectives = {},
                    .reported = texts_attribute(group, "reported"),
                    .cost_unit = text_attribute(group, "cost_unit"),
                    .units_per_cost = real_attribute(group, "units_per_cost"),
                    .window = integer_attribute(group, "window")};
  const auto names = texts_attribute(group, "objectives"), units = texts_attribute(group, "objective_units");
  const auto maximise = texts_attribute(group, "maximise"), measured = texts_attribute(group, "measured");
  if (units.size() != names.size() || maximise.size() != names.size())
    throw SystemError("objectives of a stage are incomplete");
  for (std::size_t i = 0; i < names.size(); ++i)
    stage.objectives.push_back(
        {names[i], units[i], maximise[i] == "true", std::ranges::find(measured, names[i]) != measured.end()});
  const auto optimised = texts_attribute(group, "optimised");
  if (!optimised.empty()) stage.optimised.clear();
  for (const auto& name : optimised) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) throw SystemError("a stage optimises '" + name + "', which is none of its objectives");
    stage.optimised.push_back(std::size_t(found - names.begin()));
  }
  return stage;
}

herr_t collect_attribute(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

herr_t collect_link(hid_t, const char* name, const H5L_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

}   // namespace

void write_layout(hid_t file, const ResultsLayout& layout, const LayoutParts& parts) {
  set_attribute(file, "schema_version", std::int64_t{schema_version});
  set_attribute(file, "seed", layout.seed);
  set_attribute(file, "stripe", layout.stripe);
  set_attribute(file, "stage_count", std::int64_t(layout.stages.size()));
  write_text(file, "study", layout.study_text);
  write_text(file, "settings", layout.effective_text);
  write_space(file, layout.space);
  const auto provenance = make_group(file, "provenance");
  for (const auto& [name, value] : layout.provenance) set_attribute(provenance, name, value);
  const auto models = make_group(file, "models");
  for (const auto& name : layout.models) parts.add_model(models, name);
  const auto stages = make_group(file, "stages");
  for (std::size_t number = 0; number < layout.stages.size(); ++number) write_stage(stages, layout, number, parts);
}

ResultsLayout read_layout(hid_t file) {
  ResultsLayout layout{.study_text = read_text(file, "study"),
                       .effective_text = read_text(file, "settings"),
                       .seed = unsigned_attribute(file, "seed"),
                       .space = read_space(file),
                       .stages = {},
                       .stripe = integer_attribute(file, "stripe"),
                       .provenance = {},
                       .models = {}};
  const H5Group stages(check(H5Gopen2(file, "stages", H5P_DEFAULT), "H5Gopen2", "/stages"));
  std::vector<std::string> names;
  check(H5Literate(stages, H5_INDEX_NAME, H5_ITER_INC, nullptr, &collect_link, &names), "H5Literate", "/stages");
  const auto count = integer_attribute(file, "stage_count");
  for (std::int64_t number = 0; number < count; ++number) {
    const auto prefix = std::to_string(number) + "-";
    const auto found = std::ranges::find_if(names, [&](const auto& name) { return name.starts_with(prefix); });
    if (found == names.end()) throw SystemError("/stages: stage " + std::to_string(number) + " is not there");
    const H5Group group(check(H5Gopen2(stages, found->c_str(), H5P_DEFAULT), "H5Gopen2", *found));
    layout.stages.push_back(read_stage(group));
    for (const auto& wanted : data_sets(layout.space, layout.stages.back(), layout.stripe)) {
      const H5Set set(check(H5Dopen2(group, wanted.name.c_str(), H5P_DEFAULT), "H5Dopen2", wanted.name));
      const H5Kind type(check(H5Dget_type(set), "H5Dget_type", wanted.name));
      if (H5Tequal(type, type_of(wanted.record)) <= 0)
        throw SystemError("/stages/" + *found + "/" + wanted.name + ": columns differ from the schema");
    }
  }
  const H5Group provenance(check(H5Gopen2(file, "provenance", H5P_DEFAULT), "H5Gopen2", "/provenance"));
  std::vector<std::string> keys;
  check(H5Aiterate2(provenance, H5_INDEX_NAME, H5_ITER_INC, nullptr, &collect_attribute, &keys), "H5Aiterate2",
        "/provenance");
  for (const auto& key : keys) {   // what is no text of ours was added by somebody else
    if (is_text_attribute(provenance, key)) layout.provenance.emplace_back(key, text_attribute(provenance, key));
  }
  const H5Group models(check(H5Gopen2(file, "models", H5P_DEFAULT), "H5Gopen2", "/models"));
  check(H5Literate(models, H5_INDEX_NAME, H5_ITER_INC, nullptr, &collect_link, &layout.models), "H5Literate",
        "/models");
  return layout;
}

}   // namespace archipel::io
