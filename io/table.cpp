#include "io/table.hpp"

#include "base/error.hpp"
#include "io/csv.hpp"

#include <algorithm>
#include <cmath>
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
  hasher.add(settings.objective);
  for (const auto& name : settings.reported) hasher.add(name);
  for (const auto& key : table.keys) hasher.add(key);
  hasher.add(std::as_bytes(std::span(table.objectives)));
  hasher.add(std::as_bytes(std::span(table.reported)));
  hasher.add(std::as_bytes(std::span(table.costs)));
  return hasher.digest();
}

}   // namespace

Table read_table(const TableSettings& settings, const std::string& path) {
  const auto csv = Csv::read(path);
  if (csv.rows() == 0) throw InputError(path + ": no rows after the header");
  const auto keys = csv.texts(settings.key);
  const auto objectives = csv.numbers(settings.objective);
  const auto costs = costs_of(settings, csv);
  std::vector<std::vector<double>> reported;
  for (const auto& column : settings.reported) reported.push_back(csv.numbers(column));

  std::vector<std::size_t> order(csv.rows());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return std::tie(keys[a], a) < std::tie(keys[b], b); });

  Table table;
  table.name = path;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto row = order[i];
    if (i > 0 && keys[row] == table.keys.back()) {
      throw InputError(path + ":" + std::to_string(csv.line(row)) + ": key '" + keys[row] + "' is also on line " +
                       std::to_string(csv.line(order[i - 1])));
    }
    table.keys.push_back(keys[row]);
    table.objectives.push_back(objectives[row]);
    table.costs.push_back(costs[row]);
    for (const auto& column : reported) table.reported.push_back(column[row]);
  }
  table.digest = digest_of_content(settings, table);
  return table;
}

}   // namespace archipel::io
