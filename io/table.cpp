#include "io/table.hpp"

#include "base/error.hpp"
#include "io/csv.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

namespace archipel::io {
namespace {

/// ms of each row: the weighted sum of the cost columns, which are in s.
std::vector<std::uint64_t> costs_of(const TableSettings& settings, const Csv& csv) {
  if (settings.cost_columns.empty()) return std::vector<std::uint64_t>(csv.rows(), 1000);
  std::vector<double> seconds(csv.rows(), 0.0);
  for (std::size_t c = 0; c < settings.cost_columns.size(); ++c) {
    const double weight = c < settings.cost_weights.size() ? settings.cost_weights[c] : 1;
    const auto values = csv.numbers(settings.cost_columns[c]);
    for (std::size_t row = 0; row < csv.rows(); ++row) seconds[row] += weight * values[row];
  }
  std::vector<std::uint64_t> costs(csv.rows());
  for (std::size_t row = 0; row < csv.rows(); ++row) {
    if (!(seconds[row] >= 0 && seconds[row] <= 1e12)) {
      throw InputError(csv.name() + ":" + std::to_string(csv.line(row)) + ": cost " + std::to_string(seconds[row]) +
                       " s: allowed 0 to 1e12");
    }
    costs[row] = std::max<std::uint64_t>(1, std::uint64_t(std::floor(seconds[row] * 1000 + 0.5)));
  }
  return costs;
}

Digest digest_of_content(const TableSettings& settings, const Table& table) {
  Hasher hasher;
  const auto& objectives = settings.objective.values;
  if (objectives.size() != 1) hasher.add("objectives").add(objectives.size());
  for (const auto& name : objectives) hasher.add(name);
  for (const auto& name : settings.reported) hasher.add(name);
  for (const auto& key : table.keys) hasher.add(key);
  hasher.add(std::as_bytes(std::span(table.objectives)));
  hasher.add(std::as_bytes(std::span(table.reported)));
  hasher.add(std::as_bytes(std::span(table.costs)));
  if (!table.failed.empty()) hasher.add("failed");
  for (const bool failed : table.failed) hasher.add(failed);
  return hasher.digest();
}

/// The keys: a column, or all of them joined.
std::vector<std::string> keys_of(const TableSettings& settings, const Csv& csv) {
  const auto& columns = settings.key.values;
  auto keys = csv.texts(columns.at(0));
  for (std::size_t i = 1; i < columns.size(); ++i) {
    const auto texts = csv.texts(columns[i]);
    for (std::size_t row = 0; row < keys.size(); ++row) (keys[row] += between_key_columns) += texts[row];
  }
  return keys;
}

/// As messages show it.
std::string shown(const TableSettings& settings, std::string key) {
  const auto& columns = settings.key.values;
  if (columns.size() == 1) return "key '" + key + "'";
  std::string text;
  for (const auto& column : columns) {
    const auto end = std::min(key.find(between_key_columns), key.size());
    text += (text.empty() ? "" : ", ") + column + " = " + key.substr(0, end);
    key.erase(0, end + 1);
  }
  return text;
}

/// [row]: whether the candidate failed; empty if none did.
std::vector<bool> failures(const TableSettings& settings, const Csv& csv) {
  std::vector<bool> failed(csv.rows());
  if (!settings.failed.empty()) {
    const auto texts = csv.texts(settings.failed);
    for (std::size_t row = 0; row < texts.size(); ++row) {
      const auto& text = texts[row];
      failed[row] = text == "diverged" || text == "1" || text == "true";
      if (!failed[row] && !text.empty() && text != "ok" && text != "0" && text != "false")
        throw InputError(csv.name() + ":" + std::to_string(csv.line(row)) + ": column '" + settings.failed + "': '" +
                         text + "': allowed are nothing, ok, 0, false, and diverged, 1, true");
    }
  }
  if (settings.missing == "diverged") {
    for (const auto& objective : settings.objective.values) {
      const auto missing = csv.missing(objective);
      for (std::size_t row = 0; row < failed.size(); ++row) failed[row] = failed[row] || missing[row];
    }
  }
  if (std::ranges::find(failed, true) == failed.end()) failed.clear();
  return failed;
}

}   // namespace

Table read_table(const TableSettings& settings, const std::string& path) {
  const auto csv = Csv::read(path);
  if (csv.rows() == 0) throw InputError(path + ": no rows after the header");
  const auto keys = keys_of(settings, csv);
  const auto failed = failures(settings, csv);
  const auto costs = costs_of(settings, csv);
  std::vector<std::vector<double>> objectives, reported;
  for (const auto& column : settings.objective.values)
    objectives.push_back(
        csv.numbers(column, failed,
                    "; if that means a failure: evaluator.table.missing = \"diverged\", or evaluator.table.failed"));
  for (const auto& column : settings.reported) reported.push_back(csv.numbers(column, failed));

  std::vector<std::size_t> order(csv.rows());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return std::tie(keys[a], a) < std::tie(keys[b], b); });

  Table table;
  table.name = path;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto row = order[i];
    if (i > 0 && keys[row] == table.keys.back()) {
      throw InputError(path + ":" + std::to_string(csv.line(row)) + ": " + shown(settings, keys[row]) +
                       " is also on line " + std::to_string(csv.line(order[i - 1])));
    }
    table.keys.push_back(keys[row]);
    if (!failed.empty()) table.failed.push_back(failed[row]);
    for (const auto& column : objectives)
      table.objectives.push_back(!failed.empty() && failed[row] ? std::numeric_limits<double>::quiet_NaN()
                                                                : column[row]);
    table.costs.push_back(costs[row]);
    for (const auto& column : reported) table.reported.push_back(column[row]);
  }
  table.digest = digest_of_content(settings, table);
  return table;
}

}   // namespace archipel::io
