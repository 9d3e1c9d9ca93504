#pragma once

#include "io/schema.hpp"

#include <optional>
#include <string>

namespace archipel::io {

/// A field with a value in each file.
struct FieldDifference {
  std::string field, a, b;
};

// The first field that differs, bit by bit (so that NaN equals NaN), or nothing.
std::optional<FieldDifference> difference_of(const Row& a, const Row& b, const Space& space,
                                             const StageLayout& stage);   // without the curve
std::optional<FieldDifference> difference_of_curves(const Row& a, const Row& b);
std::optional<FieldDifference> difference_of(const Migration& a, const Migration& b);
std::optional<FieldDifference> difference_of(const Opening& a, const Opening& b);

/// "2/17": island and ask; "none".
std::string text_of(const Origin& origin);
/// Shortest text that gives the same number back; NaN as "nan".
std::string text_of(double value);
/// The value of a gene: a choice's name, else a number.
std::string text_of(const Gene& gene, double value);

}   // namespace archipel::io
