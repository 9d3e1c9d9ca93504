#include "io/study_file.hpp"

#include "base/error.hpp"
#include "io/toml_value.hpp"
#include "study/settings.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

namespace archipel::io {
namespace {

constexpr const char* from_set = "--set";

bool contains(std::span<const std::string> texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// A key that could be taken for a path or a position is no key of ours.
bool plain(std::string_view name) {
  return !name.empty() && name.find_first_of(".[]") == std::string_view::npos &&
         name.find_first_not_of("0123456789") != std::string_view::npos;
}

/// Fills a study and collects problems with their places.
class Reader {
 public:
  explicit Reader(std::string file_name) : file_(std::move(file_name)) {}

  void read(const toml::table& root) {
    read_table(root, "", "", {});
    std::stable_sort(problems_.begin(), problems_.end(),
                     [](const Problem& a, const Problem& b) { return a.line < b.line; });
    for (auto& stage : study_.stages) {
      if (stage.strategies.empty()) stage.strategies.emplace_back();
    }
  }

  void apply(const std::string& set) {
    const auto equals = set.find('=');
    const std::string written = trimmed(set.substr(0, equals));
    if (equals == std::string::npos || written.empty())
      return problem(0, from_set, "\"" + set + "\" must be key=value");
    const PlacedKey placed = placed_key(written);
    const Setting* setting = find_setting(placed.key);
    if (!setting) return unknown(0, from_set, "key", written, placed.key);
    if (!reachable(placed, written)) return;
    store(*setting, placed.index, written, *parse_set(trimmed(set.substr(equals + 1))).get("value"), from_set);
  }

  /// Adds broken rules, except those that follow from problems noted already.
  void check_rules() {
    for (const auto& text : problems_of(study_)) {
      const auto keys = keys_in(text);
      if (keys.empty() && faulty_.contains("stage[]")) continue;   // no stage, for want of the right brackets
      if (std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return faulty(key); })) continue;
      problems_.push_back({0, place_of(keys) + ": " + text});
    }
  }

  Study finish() {
    if (problems_.empty()) return std::move(study_);
    std::vector<std::string> texts;
    for (auto& problem : problems_) texts.push_back(std::move(problem.text));
    throw InputError(std::move(texts));
  }

 private:
  struct Problem {
    std::size_t line;
    std::string text;
  };

  static std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\n");
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
  }

  static toml::table parse_set(const std::string& value) {
    try {
      auto table = toml::parse("value = " + value);
      if (table.size() == 1) return table;
    } catch (const toml::parse_error&) {   // a bare text then
    }
    return toml::table{{"value", value}};
  }

  std::string place(const toml::source_region& source) const { return file_ + ":" + std::to_string(source.begin.line); }

  void problem(std::size_t line, const std::string& place, const std::string& text) {
    problems_.push_back({line, place + ": " + text});
  }

  /// `written` as the user wrote it, `key` with "[]" for positions.
  void read_table(const toml::table& table, const std::string& written, const std::string& key,
                  const std::vector<std::size_t>& index) {
    const std::string dot = key.empty() ? "" : ".";
    for (const auto& [name, node] : table) {
      const auto line = std::size_t(node.source().begin.line);
      const auto here = place(node.source());
      const std::string child(name.str());
      const std::string child_written = written + dot + child;
      const std::string child_key = key + dot + child;
      const Setting* setting = plain(child) ? find_setting(child_key) : nullptr;
      if (setting) {
        store(*setting, index, child_written, node, here);
      } else if (plain(child) && contains(setting_tables(), child_key)) {
        places_[child_written] = here;
        if (const auto* inner = node.as_table()) read_table(*inner, child_written, child_key, index);
        else wrong_kind(line, here, child_written, child_key, node, "a table, [" + without_positions(child_key) + "]");
      } else if (plain(child) && contains(setting_tables(), child_key + "[]")) {
        read_array(node, child_written, child_key, index);
      } else {
        const std::string shown = plain(child) ? child_written : written + dot + to_text(child);
        unknown(line, here, node.is_table() || node.is_array_of_tables() ? "table" : "key", shown, child_key);
      }
    }
  }

  void read_array(const toml::node& node, const std::string& written, const std::string& key,
                  const std::vector<std::size_t>& index) {
    const auto* array = node.as_array();
    if (!array ||
        std::any_of(array->begin(), array->end(), [](const toml::node& entry) { return !entry.is_table(); })) {
      return wrong_kind(std::size_t(node.source().begin.line), place(node.source()), written, key + "[]", node,
                        "an array of tables, [[" + without_positions(key) + "]]");
    }
    for (std::size_t i = 0; i < array->size(); ++i) {
      const std::string entry = written + "." + std::to_string(i);
      places_[entry] = place((*array)[i].source());
      add_entry(study_, key + "[]", index);
      auto inner = index;
      inner.push_back(i);
      read_table(*(*array)[i].as_table(), entry, key + "[]", inner);
    }
  }

  void store(const Setting& setting, const std::vector<std::size_t>& index, const std::string& written,
             const toml::node& node, const std::string& here) {
    places_[written] = here;
    const auto value = value_of(node);
    const std::string refused = value ? setting.store(study_, index, *value) : requirement_of(setting);
    if (refused.empty()) return;
    problem(std::size_t(node.source().begin.line), here, written + " = " + brief(node) + ": must be " + refused);
    faulty_.insert(setting.key);
  }

  void wrong_kind(std::size_t line, const std::string& here, const std::string& written, const std::string& key,
                  const toml::node& node, const std::string& wanted) {
    problem(line, here, written + " = " + brief(node) + ": must be " + wanted);
    faulty_.insert(key);
  }

  void unknown(std::size_t line, const std::string& here, const std::string& what, const std::string& written,
               const std::string& key) {
    std::string nearest = nearest_key(key), shown = nearest;
    if (what == "table") std::tie(nearest, shown) = nearest_table(key);
    problem(line, here, "unknown " + what + " " + written + "; nearest is " + shown);
    faulty_.insert(nearest);
  }

  /// The table of the settings and how its heading reads.
  static std::pair<std::string, std::string> nearest_table(const std::string& key) {
    std::vector<std::string> names;
    for (const auto& table : setting_tables()) names.push_back(without_positions(table));
    const std::string name = nearest_text(without_positions(key), names);
    const auto at = std::find(names.begin(), names.end(), name) - names.begin();
    const std::string& table = setting_tables()[std::size_t(at)];
    return {table, table.ends_with("[]") ? "[[" + name + "]]" : "[" + name + "]"};
  }

  /// False, with a problem noted, if an array of tables has no entry at the key's position.
  bool reachable(const PlacedKey& placed, const std::string& written) {
    std::size_t end = 0;
    for (std::size_t depth = 0; depth < placed.index.size(); ++depth) {
      end = placed.key.find("[]", end) + 2;
      const std::string array = placed.key.substr(0, end);
      const std::size_t count = entry_count(study_, array, std::span(placed.index).first(depth));
      if (placed.index[depth] < count) continue;
      problem(0, from_set,
              written + ": there are " + std::to_string(count) + " entries of [[" + without_positions(array) +
                  "]], counted from 0; write new ones into the study file");
      return false;
    }
    return true;
  }

  static std::string requirement_of(const Setting& setting) {   // of a value of no type that settings have
    Study scratch;
    return setting.store(scratch, std::array<std::size_t, 2>{},
                         setting.type.starts_with("boolean") ? Value(std::int64_t{0}) : Value(true));
  }

  /// The dotted keys that a broken rule names.
  static std::vector<std::string> keys_in(const std::string& text) {
    std::vector<std::string> keys;
    const char* letters = "abcdefghijklmnopqrstuvwxyz0123456789_.";
    for (auto first = text.find_first_of(letters); first != std::string::npos;) {
      const auto end = std::min(text.find_first_not_of(letters, first), text.size());
      const std::string word = text.substr(first, end - first);
      if (word.find('.') != std::string::npos && find_setting(placed_key(word).key)) keys.push_back(word);
      first = text.find_first_of(letters, end);
    }
    return keys;
  }

  bool faulty(const std::string& written) const {
    const std::string key = placed_key(written).key;
    return std::any_of(faulty_.begin(), faulty_.end(),
                       [&](const std::string& bad) { return key == bad || key.starts_with(bad + "."); });
  }

  /// Where the first key stands that is written out; else the table of the first key.
  std::string place_of(const std::vector<std::string>& keys) const {
    for (const auto& key : keys) {
      if (const auto found = places_.find(key); found != places_.end()) return found->second;
    }
    std::string table = keys.empty() ? "" : keys.front();
    while (!table.empty()) {
      if (const auto found = places_.find(table); found != places_.end()) return found->second;
      const auto dot = table.rfind('.');
      table.resize(dot == std::string::npos ? 0 : dot);
    }
    return file_;
  }

  std::string file_;
  Study study_;
  std::vector<Problem> problems_;
  std::map<std::string, std::string> places_;   // written key or table -> "study.toml:12" or "--set"
  std::set<std::string> faulty_;                // keys and tables with "[]" for positions
};

}   // namespace

std::string read_text(const std::string& path) {
  constexpr std::size_t largest = 16 << 20;
  errno = 0;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(path == "-" ? "/proc/self/fd/0" : path.c_str(), "rb"), &std::fclose);
  if (!file) throw InputError(path + ": cannot be opened: " + std::strerror(errno));
  std::string text;
  std::array<char, 65536> block;
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), file.get())) {
    text.append(block.data(), count);
    if (text.size() > largest) throw InputError(path + ": is no study file: larger than 16 MB");
  }
  if (std::ferror(file.get())) throw InputError(path + ": cannot be read: " + std::strerror(errno));
  return text;
}

Study read_study(const std::string& text, const std::string& file_name, std::span<const std::string> sets) {
  Reader reader(file_name);
  try {
    reader.read(toml::parse(text, file_name));
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    throw InputError(file_name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                     ": not TOML: " + std::string(error.description()));
  }
  for (const auto& set : sets) reader.apply(set);
  reader.check_rules();
  return reader.finish();
}

}   // namespace archipel::io
