#pragma once

#include "study/study.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace archipel {

/// A value as a study file holds it.
using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>, std::vector<std::int64_t>,
                           std::vector<double>, std::vector<bool>>;

enum class Scope { scientific, run };   // `run` settings cannot change results and are left out of comparisons

/// One setting: everything that parsing, checking, `explain` and the generated page need.
struct Setting {
  std::string key;       // e.g. "training.batch"; "[]" marks an array of tables: "stage[].budget.cost"
  std::string type;      // boolean, integer, real, text, texts, integers, reals, "text or texts", "boolean or booleans"
  std::string unit;      // "" if none
  std::string allowed;   // e.g. "1 to 4096", "one of ring, torus"
  std::string standard;   // default as TOML text
  Scope scope;
  std::string help;
  /// Stores `value` into `study` at the array positions `index` (one for each "[]" of the key), growing arrays as
  /// needed.
  /// Returns "" or what is allowed instead; NaN is never allowed.
  std::function<std::string(Study& study, std::span<const std::size_t> index, const Value& value)> store;
  /// The value at `index`, for printing the effective study.
  std::function<Value(const Study& study, std::span<const std::size_t> index)> load;
};

/// A key with its array positions: "stage.0.budget.cost" is {"stage[].budget.cost", {0}}.
struct PlacedKey {
  std::string key;
  std::vector<std::size_t> index;
};
PlacedKey placed_key(std::string_view written);
/// The inverse: as many "[]" are filled as there are positions.
std::string written_key(std::string_view key, std::span<const std::size_t> index);

/// The key as messages show it: without "[]".
std::string without_positions(std::string key);

/// All settings in the order of the study file.
std::span<const Setting> settings();
/// The setting of `key`; array positions are written "[]". Null if there is none.
const Setting* find_setting(std::string_view key);
/// The known key with the smallest edit distance to `key`.
std::string nearest_key(std::string_view key);
/// The one of `known` (not empty) with the smallest edit distance to `text`, the first of equals.
std::string nearest_text(std::string_view text, std::span<const std::string> known);
/// Tables and arrays of tables of the study file: "training", "stage[]", "stage[].strategy[]", ...
std::span<const std::string> setting_tables();
/// Number of entries of an array of tables such as "stage[].strategy[]"; `index` has a position for each "[]" but the
/// last.
std::size_t entry_count(const Study& study, std::string_view array, std::span<const std::size_t> index);
/// Appends an entry with the default settings to such an array.
void add_entry(Study& study, std::string_view array, std::span<const std::size_t> index);

/// Rules over more than one setting, for a study whose single values are all allowed. Each problem names the keys
/// involved, the one to mend first.
std::vector<std::string> problems_of(const Study& study);

/// Every setting that applies with its effective value, one "key = value" a line (array positions written in:
/// "stage.0.islands"), in the order of the table. Without `run` settings it is the study's scientific identity.
std::string effective_text(const Study& study, bool with_run_settings);

/// TOML text of a value; reals with 17 significant digits if needed to be exact.
std::string to_text(const Value& value);

}   // namespace archipel
