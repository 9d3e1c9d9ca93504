#pragma once

#include "search/space.hpp"

namespace archipel {

/// Place of a value in its gene's range: 0 at `low`, 1 at `high`, in the logarithm for log-real genes; whole-numbered kinds have cells of
/// equal width, whose middles these are.
double unit_of(const Gene& gene, double value);
/// The allowed value at a place, which is clamped to [0, 1].
double value_at(const Gene& gene, double unit);
/// The number of values of a whole-numbered gene, 0 for real and log-real ones.
double value_count(const Gene& gene);

/// Whether a model of the gene's values should count them one by one: whole-numbered kinds of at most 64 values.
inline bool is_counted(const Gene& gene) { return 0 < value_count(gene) && value_count(gene) <= 64; }

}   // namespace archipel
