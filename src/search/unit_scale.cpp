#include "search/unit_scale.hpp"

#include "search/gene.hpp"
#include "search/portable_math.hpp"

#include <algorithm>

namespace archipel {

double unit_of(const Gene& gene, double value) {
  if (!variable(gene)) return 0.5;
  if (integral(gene.kind)) return (value - gene.low + 0.5) / value_count(gene);
  if (gene.kind == GeneKind::real) return (value - gene.low) / (gene.high - gene.low);
  const double low = log2_portable(gene.low), high = log2_portable(gene.high);
  return (log2_portable(value) - low) / (high - low);
}

double value_at(const Gene& gene, double unit) {
  unit = std::clamp(unit, 0.0, 1.0);
  if (integral(gene.kind)) return std::min(gene.low + std::floor(unit * value_count(gene)), gene.high);
  if (gene.kind == GeneKind::real) return repaired_value(gene, gene.low + unit * (gene.high - gene.low));
  const double low = log2_portable(gene.low), high = log2_portable(gene.high);
  return std::clamp(in_float_precision(exp2_portable(low + unit * (high - low))), gene.low, gene.high);
}

double value_count(const Gene& gene) { return integral(gene.kind) ? gene.high - gene.low + 1 : 0; }

}   // namespace archipel
