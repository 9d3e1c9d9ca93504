#pragma once

#include "search/space.hpp"

namespace archipel {

/// True for kinds whose values are whole numbers.
bool integral(GeneKind kind);
/// False if only one value is allowed.
bool variable(const Gene& gene);

/// Uniform; log-uniform for log-real genes, whose values are rounded to float.
double random_value(const Gene& gene, Stream& draws);
/// The allowed value nearest to `value`; `low` for NaN.
double repaired_value(const Gene& gene, double value);
/// Another allowed value of a `variable` gene. Categorical: uniform among the other choices, as in Real et al. 2019
/// (arXiv:1802.01548). Ordinal: 4 times of 5 a neighbour, else any other. Integer, real, log-real: a normal step of a tenth of
/// the range (of the logarithm for log-real genes), at least 1 for integers, reflected at the bounds, as in evolution
/// strategies (Beyer & Schwefel 2002, Natural Computing 1).
double mutated_value(const Gene& gene, double value, Stream& draws);

/// The place of an allowed value in [0, 1], that of its logarithm for log-real genes; 0 if only one value is allowed.
double unit_of(const Gene& gene, double value);
/// The allowed value nearest to a place, which may lie outside of [0, 1].
double value_at(const Gene& gene, double unit);

}   // namespace archipel
