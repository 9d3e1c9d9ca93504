#include "io/toml_value.hpp"

#include <algorithm>

namespace archipel::io {
namespace {

template <class Element>
bool only(const toml::array& array) {
  return std::all_of(array.begin(), array.end(), [](const toml::node& node) { return node.is<Element>(); });
}

template <class T>
std::optional<Value> elements(const toml::array& array) {
  std::vector<T> values;
  for (const auto& node : array) {
    const auto value = node.value<T>();
    if (!value) return {};   // a whole number that a real would round, among reals
    values.push_back(*value);
  }
  return values;
}

std::optional<Value> list_of(const toml::array& array) {
  if (only<std::string>(array)) return elements<std::string>(array);
  if (only<std::int64_t>(array)) return elements<std::int64_t>(array);
  if (only<bool>(array)) return elements<bool>(array);
  if (std::all_of(array.begin(), array.end(), [](const toml::node& node) { return node.is_number(); }))
    return elements<double>(array);
  return {};
}

}   // namespace

std::optional<Value> value_of(const toml::node& node) {
  if (const auto* boolean = node.as_boolean()) return boolean->get();
  if (const auto* integer = node.as_integer()) return integer->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* array = node.as_array()) return list_of(*array);
  return {};
}

std::string brief(const toml::node& node) {
  constexpr std::size_t longest = 80;
  const auto value = value_of(node);
  if (!value) return node.is_table() ? "{...}" : node.is_array() ? "[...]" : "(date or time)";
  std::string text = to_text(*value);
  if (text.size() <= longest) return text;
  std::size_t cut = longest;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;   // not within a UTF-8 character
  return text.substr(0, cut) + "...";
}

}   // namespace archipel::io
