#include "io/diff.hpp"

#include "io/diff_row.hpp"
#include "io/results_reader.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <tuple>

namespace archipel::io {
namespace {

using Kind = Difference::Kind;
constexpr int longest_lineage = 10;

/// Without the names of files to begin with.
std::map<std::string, std::string> settings_of(const std::string& text) {
  std::map<std::string, std::string> settings;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find(" = ");
    const auto key = line.substr(0, equals);
    if (line.empty() || (key.starts_with("stage.") && key.ends_with(".warm_start"))) continue;
    settings[key] = equals == std::string::npos ? "" : line.substr(equals + 3);
  }
  return settings;
}

std::string end_text(const std::optional<IslandEnd>& end) {
  if (!end) return "not ended";
  return std::to_string(end->rows) + " rows, " + std::to_string(end->migrations) + " migrations";
}

class Comparer {
 public:
  Comparer(const std::string& path_a, const std::string& path_b) : a_(path_a), b_(path_b) {}

  Comparison compare() {
    compare_settings();
    const auto stages = std::min(a_.stage_count(), b_.stage_count());
    if (a_.stage_count() != b_.stage_count()) {
      add(Kind::layout, "/stages", "stages", std::to_string(a_.stage_count()), std::to_string(b_.stage_count()));
    }
    for (std::size_t stage = 0; stage < stages; ++stage) compare_stage(stage);
    for (const auto* reader : {&a_, &b_})
      if (reader->changed()) result_.changed.push_back(reader->path());
    return std::move(result_);
  }

 private:
  void add(Kind kind, std::string place, std::string field, std::string a, std::string b) {
    result_.differences.push_back({kind, std::move(place), std::move(field), std::move(a), std::move(b)});
  }

  std::string began_with(const ResultsReader& reader, std::size_t stage) const {
    for (const auto& [name, value] : reader.layout().provenance)
      if (name == "warm." + std::to_string(stage)) return "candidates with the checksum " + value;
    return "none";
  }

  void compare_settings() {
    result_.differences = differing_settings(a_.layout().effective_text, b_.layout().effective_text);
    if (a_.layout().seed != b_.layout().seed && result_.differences.empty()) {
      add(Kind::settings, "settings", "seed", std::to_string(a_.layout().seed), std::to_string(b_.layout().seed));
    }
    for (std::size_t stage = 0; stage < std::max(a_.stage_count(), b_.stage_count()); ++stage) {
      const auto a = began_with(a_, stage), b = began_with(b_, stage);
      if (a != b) add(Kind::settings, "settings", "stage." + std::to_string(stage) + ".warm_start", a, b);
    }
  }

  /// False if rows cannot be compared column by column.
  bool comparable(std::size_t stage) {
    const auto &a = a_.layout().stages[stage], &b = b_.layout().stages[stage];
    const auto place = "stage " + a_.name_of_stage(stage);
    const auto before = result_.differences.size();
    const auto field = [&](const char* name, const auto& left, const auto& right) {
      if (left != right) add(Kind::layout, place, name, std::to_string(left), std::to_string(right));
    };
    if (a.kind != b.kind) add(Kind::layout, place, "kind", a.kind, b.kind);
    field("islands", a.islands, b.islands);
    field("genes", a_.layout().space.size(), b_.layout().space.size());
    field("objectives", a.objectives.size(), b.objectives.size());
    field("reported columns", a.reported.size(), b.reported.size());
    if (result_.differences.size() != before) return false;
    const auto left = row_record(a_.layout().space, a).columns, right = row_record(b_.layout().space, b).columns;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (left[i].name != right[i].name) {
        add(Kind::layout, place, "column " + std::to_string(i), left[i].name, right[i].name);
        return false;
      }
    }
    return true;
  }

  /// The first difference of a kind: by ask, then by island.
  struct First {
    std::tuple<std::int64_t, std::int32_t> order{};
    std::optional<FieldDifference> difference;
    void offer(std::int64_t index, std::int32_t island, FieldDifference found) {
      const std::tuple at{index, island};
      if (!difference || at < order) order = at, difference = std::move(found);
    }
  };

  void compare_stage(std::size_t stage) {
    if (!comparable(stage)) return;
    for (const auto& objective : a_.layout().stages[stage].objectives)
      if (objective.measured) result_.measured.insert(objective.name);
    First rows, curves, migrations, ends;
    for (std::int32_t island = 0; island < std::int32_t(a_.layout().stages[stage].islands); ++island) {
      compare_rows(stage, island, rows, curves);
      const auto left = a_.migrations(stage, island), right = b_.migrations(stage, island);
      compare_lists(left.migrations, right.migrations, island, migrations, &result_.migrations);
      compare_damage(stage, island, "migrations", left.broken.size(), right.broken.size());
      const auto a = a_.ended(stage, island), b = b_.ended(stage, island);
      if (a != b) ends.offer(0, island, {"end of the island", end_text(a), end_text(b)});
    }
    First openings;
    compare_lists(a_.openings(stage), b_.openings(stage), 0, openings, nullptr);

    const auto name = "stage " + a_.name_of_stage(stage);
    const auto report = [&](Kind kind, const char* item, First& first) {
      if (!first.difference) return;
      const auto [index, island] = first.order;
      auto place = name + ", island " + std::to_string(island);
      if (*item) place += std::string(", ") + item + " " + std::to_string(index);
      add(kind, place, first.difference->field, first.difference->a, first.difference->b);
    };
    report(Kind::rows, "ask", rows);
    report(Kind::curves, "ask", curves);
    report(Kind::migrations, "arrival", migrations);
    report(Kind::openings, "opening", openings);
    report(Kind::ends, "", ends);
    if (rows.difference && result_.lineage.empty()) trace(stage, {std::get<1>(rows.order), std::get<0>(rows.order)});
  }

  void compare_rows(std::size_t stage, std::int32_t island, First& rows, First& curves) {
    const auto [a, broken_a] = a_.rows(stage, island);
    const auto [b, broken_b] = b_.rows(stage, island);
    compare_damage(stage, island, "rows", broken_a.size(), broken_b.size());
    auto left = a.begin(), right = b.begin();
    while (left != a.end() || right != b.end()) {
      const bool only_left = right == b.end() || (left != a.end() && left->origin < right->origin);
      const bool only_right = left == a.end() || (right != b.end() && right->origin < left->origin);
      if (only_left || only_right) {
        ++result_.differing_rows;
        const auto ask = only_left ? left++->origin.ask : right++->origin.ask;
        rows.offer(ask, island, {"row", only_left ? "present" : "absent", only_left ? "absent" : "present"});
        continue;
      }
      compare_row(stage, *left, *right, rows, curves);
      ++left, ++right;
    }
  }

  void compare_damage(std::size_t stage, std::int32_t island, const std::string& what, std::size_t a, std::size_t b) {
    if (a + b == 0) return;
    add(Kind::damage, "stage " + a_.name_of_stage(stage) + ", island " + std::to_string(island),
        what + " that do not hold", std::to_string(a), std::to_string(b));
  }

  void compare_row(std::size_t stage, const Row& a, const Row& b, First& rows, First& curves) {
    if (of_the_machine(a.evaluation.outcome) || of_the_machine(b.evaluation.outcome)) {
      ++result_.machine_rows;
      return;
    }
    ++result_.rows;
    auto difference = difference_of(a, b, a_.layout().space, a_.layout().stages[stage]);
    auto in_curve = difference_of_curves(a, b);
    if (difference || in_curve) ++result_.differing_rows;
    if (difference) rows.offer(a.origin.ask, a.origin.island, std::move(*difference));
    if (in_curve) curves.offer(a.origin.ask, a.origin.island, std::move(*in_curve));
  }

  template <class T>
  void compare_lists(const std::vector<T>& a, const std::vector<T>& b, std::int32_t island, First& first,
                     std::int64_t* compared) {
    const auto common = std::min(a.size(), b.size());
    if (compared) *compared += std::int64_t(common);
    for (std::size_t i = 0; i < common; ++i) {
      if (auto difference = difference_of(a[i], b[i])) {
        first.offer(std::int64_t(i), island, std::move(*difference));
        return;
      }
    }
    if (a.size() != b.size())
      first.offer(std::int64_t(common), island, {"count", std::to_string(a.size()), std::to_string(b.size())});
  }

  void trace(std::size_t stage, Origin origin) {
    for (int step = 0; step <= longest_lineage && origin.island >= 0; ++step) {
      const auto a = a_.row(stage, origin), b = b_.row(stage, origin);
      const auto& shown = a ? a : b;
      if (!shown) break;
      const bool equal = a && b && !difference_of(*a, *b, a_.layout().space, a_.layout().stages[stage]);
      const auto describe = [](const Row& row) {
        std::string text(name_of(row.op));
        if (row.op == Operator::given) text += " by the stage before:";
        else if (row.parents[0].island >= 0) text += " of";
        if (row.parents[0].island >= 0) text += " " + text_of(row.parents[0]);
        if (row.parents[1].island >= 0) text += " and " + text_of(row.parents[1]);
        return text;
      };
      std::string line = text_of(origin) + ": " + describe(*shown);
      if (a && b && describe(*a) != describe(*b)) line += " in A, " + describe(*b) + " in B";
      result_.lineage.push_back(line + (equal    ? " (equal in both)"
                                        : a && b ? " (differs)"
                                        : a      ? " (only in A)"
                                                 : " (only in B)"));
      origin = shown->parents[0];
      if (shown->op != Operator::given) continue;
      if (stage == 0) break;
      --stage;
    }
  }

  ResultsReader a_, b_;
  Comparison result_;
};

std::string counts(const Comparison& comparison) {
  return std::to_string(comparison.rows) + " rows, " + std::to_string(comparison.migrations) + " migrations compared";
}

}   // namespace

std::vector<Difference> differing_settings(const std::string& text_a, const std::string& text_b) {
  const auto a = settings_of(text_a), b = settings_of(text_b);
  std::vector<Difference> differences;
  for (const auto& [key, value] : a) {
    const auto other = b.find(key);
    const auto there = other == b.end() ? "absent" : other->second;
    if (value != there) differences.push_back({Kind::settings, "settings", key, value, there});
  }
  for (const auto& [key, value] : b) {
    if (!a.contains(key)) differences.push_back({Kind::settings, "settings", key, "absent", value});
  }
  return differences;
}

Comparison diff(const std::string& path_a, const std::string& path_b) { return Comparer(path_a, path_b).compare(); }

std::string text_of(const Comparison& comparison) {
  std::string text;
  if (comparison.same()) {
    text = "no difference: " + counts(comparison) + "\n";
  } else {
    constexpr const char* names[] = {"setting",
                                     "layout",
                                     "first row that differs",
                                     "first curve that differs",
                                     "first migration that differs",
                                     "first opening that differs",
                                     "first end that differs",
                                     "damage"};
    for (const auto& difference : comparison.differences) {
      text += std::string(names[std::size_t(difference.kind)]) + ": " + difference.place + ", " + difference.field +
              "\n  A: " + difference.a + "\n  B: " + difference.b + "\n";
    }
    if (!comparison.lineage.empty()) text += "lineage of the first row that differs (island/ask):\n";
    for (const auto& line : comparison.lineage) text += "  " + line + "\n";
    text += std::to_string(comparison.differing_rows) + " rows differ or are in one file alone; " + counts(comparison) +
            "\n";
  }
  if (comparison.machine_rows > 0) {
    text += std::to_string(comparison.machine_rows) +
            " rows ended by the machine (timeout, out_of_memory, error) were not compared\n";
  }
  for (const auto& path : comparison.changed) text += path + ": " + metadata_changed + "\n";
  for (const auto& name : comparison.measured) text += name + " is what machines measured, and was not compared\n";
  return text;
}

}   // namespace archipel::io
