#pragma once

#include "study/values.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace archipel {

using Index = std::span<const std::size_t>;

// Bounds of settings.
inline constexpr std::int64_t million = 1'000'000;
inline constexpr std::int64_t billion = 1'000'000'000;
inline constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

/// Entry `i`, made with its defaults if `entries` may grow.
template <class T>
T& entry(std::vector<T>& entries, std::size_t i) {
  if (i >= entries.size()) entries.resize(i + 1);
  return entries[i];
}
template <class T>
const T& entry(const std::vector<T>& entries, std::size_t i) {
  return entries.at(i);
}

/// The settings of one table of the study file. `Reach` finds its struct: (Study& or const Study&, Index) -> reference.
template <class Reach>
class Section {
 public:
  Section(std::vector<Setting>& table, std::string prefix, Reach reach, Scope scope = Scope::scientific)
      : table_(table), prefix_(std::move(prefix)), reach_(reach), scope_(scope) {}

  template <class Struct, class T>
  void add(const std::string& name, T Struct::*member, const std::string& unit, Range range, std::string help) {
    add(name, member, unit, std::move(range), std::move(help), scope_);
  }

  template <class Struct, class T>
  void add(const std::string& name, T Struct::*member, const std::string& unit, Range range, std::string help,
           Scope scope) {
    Setting setting;
    setting.key = prefix_ + name;
    setting.type = type_name<T>();
    setting.unit = unit;
    setting.allowed = range.text;
    setting.standard = to_text(to_value(Struct{}.*member));
    setting.scope = scope;
    setting.help = std::move(help);
    setting.store = [reach = reach_, member, range = std::move(range)](Study& study, Index index,
                                                                       const Value& value) -> std::string {
      const auto converted = from_value<T>(value);
      const bool holds = converted && range.holds(to_value(*converted));
      if (!holds)
        return converted && std::same_as<T, std::string> ? range.text : requirement(type_name<T>(), range.text);
      reach(study, index).*member = *converted;
      return "";
    };
    setting.load = [reach = reach_, member](const Study& study, Index index) {
      return to_value(reach(study, index).*member);
    };
    table_.push_back(std::move(setting));
  }

 private:
  std::vector<Setting>& table_;
  std::string prefix_;
  Reach reach_;
  Scope scope_;
};

}   // namespace archipel
