#include "search/gene.hpp"

#include "search/portable_math.hpp"

#include <algorithm>
#include <utility>

namespace archipel {
namespace {

double span_of(const Gene& gene) { return gene.high - gene.low; }

double reflected(double value, double low, double high) {   // clamped, if from more than one range outside
  if (value < low) value = low + (low - value);
  if (value > high) value = high - (value - high);
  return std::clamp(value, low, high);
}

double from_log2(const Gene& gene, double exponent) {
  return std::clamp(in_float_precision(exp2_portable(exponent)), gene.low, gene.high);
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

constexpr double step_share = 0.1;                      // of the range: mean size of integers' steps, about
constexpr double largest_share = 0.25, halvings = 10;   // of real steps

double real_step(double range, Stream& draws) {
  const double step = range * largest_share * exp2_portable(-halvings * draws.unit());
  return draws.chance(0.5) ? step : -step;
}

/// Of the first parent's two children: its distance from the middle in units of the parents'.
double spread_factor(Stream& draws) {
  constexpr double index = 15;
  const double u = draws.unit();
  const double base = u < 0.5 ? 2 * u : 1 / (2 * (1 - u));
  return base > 0 ? exp2_portable(log2_portable(base) / (index + 1)) : 0;
}

}   // namespace

bool integral(GeneKind kind) { return kind != GeneKind::real && kind != GeneKind::log_real; }

bool variable(const Gene& gene) { return gene.low < gene.high; }

double random_value(const Gene& gene, Stream& draws) {
  if (integral(gene.kind))
    return std::min(gene.low + std::floor(draws.unit() * (span_of(gene) + 1)),
                    gene.high);   // sums near 2^53 are rounded
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
      return reflected(value + real_step(span_of(gene), draws), gene.low, gene.high);
    case GeneKind::log_real: {
      const double low = log2_portable(gene.low), high = log2_portable(gene.high);
      const double moved = log2_portable(value) + real_step(high - low, draws);
      return from_log2(gene, reflected(moved, low, high));
    }
  }
  return value;
}

double crossed_value(const Gene& gene, double a, double b, Stream& draws) {
  if (draws.chance(0.5)) std::swap(a, b);
  if (integral(gene.kind) || a == b || draws.chance(0.5)) return a;
  const double factor = spread_factor(draws);
  const auto child = [factor](double x, double y) { return 0.5 * ((1 + factor) * x + (1 - factor) * y); };
  if (gene.kind == GeneKind::real) return reflected(child(a, b), gene.low, gene.high);
  return from_log2(gene, child(log2_portable(a), log2_portable(b)));
}

}   // namespace archipel
