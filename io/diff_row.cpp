#include "io/diff_row.hpp"

#include <bit>
#include <charconv>
#include <cmath>

namespace archipel::io {
namespace {

bool same(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

std::string text(double value) { return text_of(value); }
std::string text(const Origin& origin) { return text_of(origin); }
std::string text(const Digest& digest) { return digest ? digest.hex() : "none"; }
std::string text(std::string_view value) { return std::string(value); }
std::string text(bool value) { return value ? "true" : "false"; }
template <std::integral T>
std::string text(T value) {
  return std::to_string(value);
}

/// Keeps the first difference that it is shown.
class Finder {
 public:
  template <class T>
  Finder& field(const std::string& name, const T& a, const T& b) {
    bool equal = false;
    if constexpr (std::is_same_v<T, double>) {
      equal = same(a, b);
    } else {
      equal = a == b;
    }
    if (!equal && !found_) found_ = FieldDifference{name, text(a), text(b)};
    return *this;
  }
  Finder& fields(const std::vector<double>& a, const std::vector<double>& b, auto name) {
    for (std::size_t i = 0; i < a.size() && !found_; ++i) {
      if (!same(a[i], b[i])) field(name(i), a[i], b[i]);
    }
    return *this;
  }
  std::optional<FieldDifference> found() { return std::move(found_); }

 private:
  std::optional<FieldDifference> found_;
};

std::vector<double> without_measured(std::vector<double> objectives, const StageLayout& stage) {
  for (std::size_t i = 0; i < objectives.size(); ++i)
    if (stage.objectives[i].measured) objectives[i] = 0;
  return objectives;
}

}   // namespace

std::optional<FieldDifference> difference_of(const Row& a, const Row& b, const Space& space, const StageLayout& stage) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    const auto& gene = space.genes()[i];
    if (!same(a.genome[i], b.genome[i]))
      return FieldDifference{"gene " + gene.name, text_of(gene, a.genome[i]), text_of(gene, b.genome[i])};
  }
  const auto &left = a.evaluation, &right = b.evaluation;
  return Finder()
      .field("op", name_of(a.op), name_of(b.op))
      .field("parent1", a.parents[0], b.parents[0])
      .field("parent2", a.parents[1], b.parents[1])
      .field("replicate", a.replicate, b.replicate)
      .field("key", a.key, b.key)
      .field("cost", a.cost, b.cost)
      .field("clock", a.clock, b.clock)
      .field("outcome", name_of(left.outcome), name_of(right.outcome))
      .fields(without_measured(left.objectives, stage), without_measured(right.objectives, stage),
              [&](std::size_t i) { return stage.objectives[i].name; })
      .fields(left.reported, right.reported, [&](std::size_t i) { return stage.reported[i]; })
      .field("weights", left.weights, right.weights)
      .field("late", a.late, b.late)
      .field("curve_points", left.curve.size(), right.curve.size())
      .found();
}

std::optional<FieldDifference> difference_of_curves(const Row& a, const Row& b) {
  const auto &left = a.evaluation.curve, &right = b.evaluation.curve;
  Finder finder;
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    const auto epoch = "epoch " + std::to_string(i) + ": ";
    finder.field(epoch + "train_loss", left[i].train_loss, right[i].train_loss)
        .field(epoch + "validation_accuracy", left[i].validation_accuracy, right[i].validation_accuracy)
        .field(epoch + "learning_rate", left[i].learning_rate, right[i].learning_rate);
  }
  return finder.field("curve_points", left.size(), right.size()).found();
}

std::optional<FieldDifference> difference_of(const Migration& a, const Migration& b) {
  return Finder()
      .field("told", a.told, b.told)
      .field("clock", a.clock, b.clock)
      .field("stamp", a.stamp, b.stamp)
      .field("migrant", a.migrant, b.migrant)
      .field("replaced", a.replaced, b.replaced)
      .field("fitness", a.fitness, b.fitness)
      .found();
}

std::optional<FieldDifference> difference_of(const Opening& a, const Opening& b) {
  return Finder()
      .field("model", a.model, b.model)
      .field("origin", a.origin, b.origin)
      .field("validation", a.validation, b.validation)
      .field("test", a.test, b.test)
      .field("samples", a.samples, b.samples)
      .found();
}

std::string text_of(const Origin& origin) {
  return origin.island < 0 ? "none" : std::to_string(origin.island) + "/" + std::to_string(origin.ask);
}

std::string text_of(double value) {
  if (std::isnan(value)) return "nan";
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

std::string text_of(const Gene& gene, double value) {
  if (value >= 0 && value < double(gene.choices.size()) && value == std::floor(value))
    return gene.choices[std::size_t(value)];
  return text_of(value);
}

}   // namespace archipel::io
