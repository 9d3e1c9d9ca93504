#pragma once

#include "study/settings.hpp"

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace archipel {

/// What a single value, and each element of a list, must obey, and how that reads: "16 to 4096".
struct Range {
  std::string text;
  std::function<bool(const Value&)> holds;
};
Range any_text();   // without control characters
Range any_boolean();
Range whole(std::int64_t low, std::int64_t high);   // integers, bounds included
Range real(double low, double high);                // numbers, bounds included; never NaN
Range positive(double high);                        // greater than 0
Range one_of(std::vector<std::string> texts);
Range identifier();                   // 1 to 64 letters, digits, '_', '-' and '.'
Range listed(Range element);          // a list, possibly empty
Range distinct(Range element);        // a list with at least one element and no two equal
Range one_or_listed(Range element);   // one value, or a list

template <class T>
inline constexpr bool is_whole = std::same_as<T, std::int64_t> || std::same_as<T, std::uint64_t>;
template <class T>
inline constexpr bool is_list =
    std::same_as<T, std::vector<std::string>> || std::same_as<T, std::vector<std::int64_t>> ||
    std::same_as<T, std::vector<double>> || std::same_as<T, std::vector<bool>>;
template <class T>
inline constexpr bool is_one_or_more = false;
template <class T>
inline constexpr bool is_one_or_more<OneOrMore<T>> = true;

bool is_empty_list(const Value& value);

/// The name of T in Setting::type.
template <class T>
std::string type_name() {
  if constexpr (std::same_as<T, bool>) return "boolean";
  else if constexpr (is_whole<T>) return "integer";
  else if constexpr (std::same_as<T, double>) return "real";
  else if constexpr (std::same_as<T, std::string>) return "text";
  else if constexpr (std::same_as<T, std::vector<std::string>>) return "texts";
  else if constexpr (std::same_as<T, std::vector<std::int64_t>>) return "integers";
  else if constexpr (std::same_as<T, OneOrMore<std::string>>) return "text or texts";
  else if constexpr (std::same_as<T, OneOrMore<bool>>) return "boolean or booleans";
  else {
    static_assert(std::same_as<T, std::vector<double>>);
    return "reals";
  }
}

template <class T>
Value to_value(const T& member) {
  if constexpr (is_whole<T>) return static_cast<std::int64_t>(member);
  else if constexpr (is_one_or_more<T>)
    return member.values.size() == 1 ? Value(member.values[0]) : Value(member.values);
  else return member;
}

/// The same number as a double; nothing if a double has to round it, as from 2^53 + 1 on.
std::optional<double> exact_real(std::int64_t number);

/// `value` as a T where a study file may write it so: integers stand for reals, an empty list for any list.
template <class T>
std::optional<T> from_value(const Value& value) {
  if constexpr (is_one_or_more<T>) {
    using List = decltype(T::values);
    if (const auto* one = std::get_if<typename List::value_type>(&value)) return T(*one);
    if (const auto list = from_value<List>(value)) return T(*list);
  } else if constexpr (std::same_as<T, std::uint64_t>) {
    const auto* whole_number = std::get_if<std::int64_t>(&value);
    if (whole_number && *whole_number >= 0) return static_cast<std::uint64_t>(*whole_number);
  } else {
    if (const auto* same = std::get_if<T>(&value)) return *same;
  }
  if constexpr (std::same_as<T, double>) {
    if (const auto* whole_number = std::get_if<std::int64_t>(&value)) return exact_real(*whole_number);
  }
  if constexpr (std::same_as<T, std::vector<double>>) {
    if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&value)) {
      T reals;
      for (const auto number : *numbers)
        if (const auto real = exact_real(number)) reals.push_back(*real);
      if (reals.size() == numbers->size()) return reals;
    }
  }
  if constexpr (is_list<T>) {
    if (is_empty_list(value)) return T{};
  }
  return {};
}

/// "an integer, allowed 16 to 4096".
std::string requirement(const std::string& type, const std::string& allowed);

}   // namespace archipel
