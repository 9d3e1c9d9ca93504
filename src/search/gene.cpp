#include "search/gene.hpp"

#include "search/portable_math.hpp"

#include <algorithm>

namespace archipel {
namespace {

double span_of(const Gene& gene) { return gene.high - gene.low; }

double reflected(double value, double low, double high) {   // from at most one range outside
  if (value < low) value = low + (low - value);
  if (value > high) value = high - (value - high);
  return std::clamp(value, low, high);
}

double from_log2(const Gene& gene, double exponent) {
  return std::clamp(double(float(exp2_portable(exponent))), gene.low, gene.high);
}

double another(const Gene& gene, double value, Stream& draws) {
  const double other = gene.low + draws.below(std::uint32_t(span_of(gene)));
  return other >= value ? other + 1 : other;
}

double neighbour(const Gene& gene, double value, double step, Stream& draws) {
  const double moved = reflected(draws.chance(0.5) ? value + step : value - step, gene.low, gene.high);
  if (moved != value) return moved;
  return value < gene.high ? value + 1 : value - 1;
}

constexpr double step_share = 0.1;

}   // namespace

bool integral(GeneKind kind) { return kind != GeneKind::real && kind != GeneKind::log_real; }

bool variable(const Gene& gene) { return gene.low < gene.high; }

double random_value(const Gene& gene, Stream& draws) {
  if (integral(gene.kind)) return gene.low + std::floor(draws.unit() * (span_of(gene) + 1));
  if (gene.kind == GeneKind::real) return std::min(gene.low + span_of(gene) * draws.unit(), gene.high);
  const double low = log2_portable(gene.low), high = log2_portable(gene.high);
  return from_log2(gene, low + (high - low) * draws.unit());
}

double repaired_value(const Gene& gene, double value) {
  if (std::isnan(value)) return gene.low;
  value = std::clamp(value, gene.low, gene.high);
  return integral(gene.kind) ? std::floor(value + 0.5) : value + 0.0;   // -0 becomes 0: equal genomes have equal bytes
}

double mutated_value(const Gene& gene, double value, Stream& draws) {
  switch (gene.kind) {
    case GeneKind::categorical:
      return another(gene, value, draws);
    case GeneKind::ordinal:
      return draws.chance(0.8) ? neighbour(gene, value, 1, draws) : another(gene, value, draws);
    case GeneKind::integer: {
      const double step = std::floor(std::fabs(draws.normal()) * step_share * span_of(gene) + 0.5);
      return neighbour(gene, value, std::max(step, 1.0), draws);
    }
    case GeneKind::real:
      return reflected(value + step_share * span_of(gene) * draws.normal(), gene.low, gene.high);
    case GeneKind::log_real: {
      const double low = log2_portable(gene.low), high = log2_portable(gene.high);
      const double moved = log2_portable(value) + step_share * (high - low) * draws.normal();
      return from_log2(gene, reflected(moved, low, high));
    }
  }
  return value;
}

double unit_of(const Gene& gene, double value) {
  if (!variable(gene)) return 0;
  if (gene.kind != GeneKind::log_real) return (value - gene.low) / span_of(gene);
  const double low = log2_portable(gene.low);
  return (log2_portable(value) - low) / (log2_portable(gene.high) - low);
}

double value_at(const Gene& gene, double unit) {
  if (gene.kind != GeneKind::log_real) return repaired_value(gene, gene.low + span_of(gene) * unit);
  const double low = log2_portable(gene.low), high = log2_portable(gene.high);
  return from_log2(gene, low + (high - low) * std::clamp(unit, 0.0, 1.0));
}

}   // namespace archipel
