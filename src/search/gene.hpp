#pragma once

#include "search/space.hpp"

namespace archipel {

/// True for kinds whose values are whole numbers.
bool integral(GeneKind kind);
/// False if only one value is allowed.
bool variable(const Gene& gene);

/// Uniform; log-uniform for log-real genes, whose values have the 24 significant bits of a float.
double random_value(const Gene& gene, Stream& draws);
/// The allowed value nearest to `value`; `low` for NaN.
double repaired_value(const Gene& gene, double value);
/// Another allowed value of a `variable` gene. Categorical: uniform among the other choices, as in Real et al. 2019
/// (arXiv:1802.01548). Ordinal: 4 times of 5 a neighbour, else any other. Integer: a normal step of a tenth of the
/// range, at least 1. Real, log-real: a step either way of log-uniform size, from 1/4096 to 1/4 of the range (of the logarithm for log-real
/// genes), as in the breeder genetic algorithm (Muehlenbein & Schlierkamp-Voosen 1993, Evolutionary Computation 1): the same
/// population finds basins and settles in one. All reflected at the bounds.
double mutated_value(const Gene& gene, double value, Stream& draws);
/// A value for a child of two parents: that of one of them for integral genes; else one near it, as far off as the parents are apart
/// (simulated binary crossover with index 15: Deb & Agrawal 1995, Complex Systems 9).
double crossed_value(const Gene& gene, double a, double b, Stream& draws);

}   // namespace archipel
