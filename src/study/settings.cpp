#include "study/settings.hpp"

#include "study/settings_table.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace archipel {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {   // Levenshtein 1966
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

/// "stage[].strategy[]" of "stage[].strategy[].kind"; empty if the key is in no array of tables.
std::string_view array_of(std::string_view key) {
  const auto end = key.rfind("[]");
  return end == std::string_view::npos ? std::string_view() : key.substr(0, end + 2);
}

std::string_view outermost_array(std::string_view key) {
  const auto end = key.find("[]");
  return end == std::string_view::npos ? std::string_view() : key.substr(0, end + 2);
}

/// Calls `use` with the array of tables of this name.
template <class AnyStudy, class Use>
std::size_t with_entries(AnyStudy& study, std::string_view array, std::span<const std::size_t> index, Use use) {
  if (array == "space.gene[]") return use(study.space.genes);
  if (array == "task[]") return use(study.tasks);
  if (array == "latency.operation[]") return use(study.latency.operations);
  if (array == "stage[]") return use(study.stages);
  if (array == "stage[].strategy[]") return use(study.stages.at(index[0]).strategies);
  throw std::logic_error("no array of tables " + std::string(array));
}

}   // namespace

std::string without_positions(std::string key) {
  for (auto at = key.find("[]"); at != std::string::npos; at = key.find("[]")) key.erase(at, 2);
  return key;
}

PlacedKey placed_key(std::string_view written) {
  PlacedKey placed;
  while (true) {
    const auto dot = written.find('.');
    const auto part = written.substr(0, dot);
    const bool position =
        !part.empty() && part.size() <= 9 && part.find_first_not_of("0123456789") == std::string_view::npos;
    if (position && !placed.key.empty()) {
      placed.key += "[]";
      placed.index.push_back(std::stoul(std::string(part)));
    } else {
      (placed.key += placed.key.empty() ? "" : ".") += part;
    }
    if (dot == std::string_view::npos) return placed;
    written.remove_prefix(dot + 1);
  }
}

std::string written_key(std::string_view key, std::span<const std::size_t> index) {
  std::string written(key);
  for (const std::size_t position : index) {
    const auto at = written.find("[]");
    if (at == std::string::npos) break;
    written.replace(at, 2, "." + std::to_string(position));
  }
  return written;
}

std::span<const Setting> settings() {
  static const std::vector<Setting> table = make_settings_table();
  return table;
}

const Setting* find_setting(std::string_view key) {
  const auto all = settings();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Setting& setting) { return setting.key == key; });
  return found == all.end() ? nullptr : &*found;
}

std::string nearest_text(std::string_view text, std::span<const std::string> known) {
  std::vector<std::size_t> distances;
  for (const auto& candidate : known) distances.push_back(edit_distance(text, candidate));
  return known[std::size_t(std::min_element(distances.begin(), distances.end()) - distances.begin())];
}

std::string nearest_key(std::string_view key) {
  std::vector<std::string> known;
  for (const auto& setting : settings()) known.push_back(setting.key);
  return nearest_text(placed_key(key).key, known);
}

std::span<const std::string> setting_tables() {
  static const std::vector<std::string> tables = [] {
    std::vector<std::string> found;
    for (const auto& setting : settings()) {
      for (auto dot = setting.key.find('.'); dot != std::string::npos; dot = setting.key.find('.', dot + 1)) {
        const std::string table = setting.key.substr(0, dot);
        if (std::find(found.begin(), found.end(), table) == found.end()) found.push_back(table);
      }
    }
    return found;
  }();
  return tables;
}

std::size_t entry_count(const Study& study, std::string_view array, std::span<const std::size_t> index) {
  return with_entries(study, array, index, [](const auto& entries) { return entries.size(); });
}

void add_entry(Study& study, std::string_view array, std::span<const std::size_t> index) {
  with_entries(study, array, index, [](auto& entries) { return entries.emplace_back(), entries.size(); });
}

std::string effective_text(const Study& study, bool with_run_settings) {
  std::string text;
  const auto append = [&](const Setting& setting, std::span<const std::size_t> index) {
    if (setting.scope == Scope::run && !with_run_settings) return;
    text += written_key(setting.key, index) + " = " + to_text(setting.load(study, index)) + "\n";
  };
  const auto all = settings();
  for (auto first = all.begin(); first != all.end();) {
    const auto outer = outermost_array(first->key);   // all settings of one entry stay together
    const auto last =
        std::find_if(first, all.end(), [&](const Setting& setting) { return outermost_array(setting.key) != outer; });
    const std::size_t entries = outer.empty() ? 1 : entry_count(study, outer, {});
    for (std::size_t i = 0; i < entries; ++i) {
      for (auto setting = first; setting != last; ++setting) {
        const auto array = array_of(setting->key);
        if (array == outer) {
          append(*setting, outer.empty() ? std::vector<std::size_t>{} : std::vector{i});
        } else {
          for (std::size_t j = 0; j < entry_count(study, array, std::vector{i}); ++j)
            append(*setting, std::vector{i, j});
        }
      }
    }
    first = last;
  }
  return text;
}

}   // namespace archipel
