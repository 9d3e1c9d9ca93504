#include "study/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

namespace archipel {
namespace {

std::string quoted(const std::string& text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') (out += '\\') += c;
    else if (byte < 0x20 || byte == 0x7f) ((out += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
    else out += c;
  }
  return out + '"';
}

std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(std::int64_t value) { return std::to_string(value); }
std::string text_of(const std::string& value) { return quoted(value); }
std::string text_of(double value) {
  std::array<char, 32> digits;   // the shortest text that reads back exactly, at most 25 characters
  const double size = std::abs(value);
  const auto format =
      size == 0 || (size >= 1e-4 && size < 1e7) ? std::chars_format::fixed : std::chars_format::scientific;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, format).ptr;
  std::string text(digits.data(), end);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}
template <class T>
std::string text_of(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) text += (text.size() > 1 ? ", " : "") + text_of(value);
  return text + "]";
}

std::string short_text(double value) {
  const std::string text = text_of(value);
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

Range real_range(double low, double high, bool low_included) {
  std::string text = low_included ? short_text(low) + " to " + short_text(high)
                                  : "above " + short_text(low) + ", up to " + short_text(high);
  return {std::move(text), [=](const Value& value) {
            const double* number = std::get_if<double>(&value);   // comparisons with NaN are false
            return number && (low_included ? *number >= low : *number > low) && *number <= high;
          }};
}

/// Calls `holds` with each element of a list.
bool all_hold(const Value& list, const std::function<bool(const Value&)>& holds) {
  return std::visit(
      [&]<class V>(const V& values) {
        if constexpr (is_list<V>)
          return std::all_of(values.begin(), values.end(), [&](const auto& value) { return holds(Value(value)); });
        else return false;
      },
      list);
}

bool has_equal_elements(const Value& list) {
  return std::visit(
      []<class V>(V values) {
        if constexpr (is_list<V>) {
          std::sort(values.begin(), values.end());
          return std::adjacent_find(values.begin(), values.end()) != values.end();
        } else {
          return false;
        }
      },
      list);
}

}   // namespace

std::optional<double> exact_real(std::int64_t number) {
  const auto real = static_cast<double>(number);
  if (real >= 0x1p63 || static_cast<std::int64_t>(real) != number) return {};   // the next whole number above int64's
  return real;
}

std::string to_text(const Value& value) {
  return std::visit([](const auto& v) { return text_of(v); }, value);
}

bool is_empty_list(const Value& value) {
  return std::visit(
      []<class V>(const V& values) {
        if constexpr (is_list<V>) return values.empty();
        else return false;
      },
      value);
}

Range any_text() {
  return {"without control characters", [](const Value& value) {
            const auto& text = std::get<std::string>(value);
            return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
          }};
}

Range any_boolean() {
  return {"true, false", [](const Value&) { return true; }};
}

Range whole(std::int64_t low, std::int64_t high) {
  return {std::to_string(low) + " to " + std::to_string(high), [=](const Value& value) {
            const auto number = std::get<std::int64_t>(value);
            return number >= low && number <= high;
          }};
}

Range real(double low, double high) { return real_range(low, high, true); }
Range positive(double high) { return real_range(0, high, false); }

Range one_of(std::vector<std::string> texts) {
  std::string allowed = "one of ";
  for (const auto& text : texts) allowed += (&text == texts.data() ? "" : ", ") + text;
  return {allowed, [texts = std::move(texts)](const Value& value) {
            return std::find(texts.begin(), texts.end(), std::get<std::string>(value)) != texts.end();
          }};
}

Range identifier() {
  return {"1 to 64 letters, digits, '_', '-' and '.'", [](const Value& value) {
            const auto& text = std::get<std::string>(value);
            return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
              return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                     c == '-' || c == '.';
            });
          }};
}

Range listed(Range element) {
  return {"each " + element.text,
          [holds = std::move(element.holds)](const Value& value) { return all_hold(value, holds); }};
}

Range one_or_listed(Range element) {
  return {element.text, [one = element.holds, all = listed(element).holds](const Value& value) {
            const bool is_list = std::visit([]<class V>(const V&) { return archipel::is_list<V>; }, value);
            return is_list ? all(value) : one(value);
          }};
}

Range distinct(Range element) {
  return {"at least one, all different, each " + element.text, [holds = std::move(element.holds)](const Value& value) {
            return !is_empty_list(value) && all_hold(value, holds) && !has_equal_elements(value);
          }};
}

std::string requirement(const std::string& type, const std::string& allowed) {
  static const std::map<std::string, std::string> words = {
      {"boolean", "a boolean"},
      {"integer", "an integer"},
      {"real", "a number"},
      {"text", "a text in quotes"},
      {"texts", "a list of texts"},
      {"integers", "a list of integers"},
      {"reals", "a list of numbers"},
      {"text or texts", "a text in quotes or a list of texts"},
      {"boolean or booleans", "a boolean or a list of booleans"},
  };
  return words.at(type) + ", allowed " + allowed;
}

}   // namespace archipel
