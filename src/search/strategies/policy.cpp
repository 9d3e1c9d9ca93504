#include "search/strategies/policy.hpp"

#include "search/gene.hpp"
#include "search/portable_math.hpp"
#include "search/unit_scale.hpp"

#include <algorithm>
#include <cmath>

namespace archipel {
namespace {

constexpr std::size_t hidden = 24, width = 16, gates = 3 * hidden;
constexpr double first_deviation = 0.3, log2_e = 1.4426950408889634;
constexpr double mean_scale = 0.03,
                 deviation_scale = 0.1;   // of a normal head's outputs: smaller steps than those of logits
constexpr double first_factor = 0.9, second_factor = 0.999, tiny = 1e-8;

using Vector = std::vector<double>;

/// sum + [rows, columns] x. Matrices lie column by column: the sums of all rows grow side by side, each in the order of columns.
void multiply(const double* matrix, const Vector& x, std::size_t rows, double* __restrict sum) {
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double* column = matrix + k * rows;
    for (std::size_t i = 0; i < rows; ++i) sum[i] += column[i] * x[k];
  }
}

/// Four sums side by side, then theirs.
double dot(const double* a, const double* b, std::size_t count) {
  double sums[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::size_t j = 0; j < 4; ++j) sums[j] += a[i + j] * b[i + j];
  }
  for (; i < count; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// Gradients of the matrix and of x, for one of the product.
void multiply_back(const double* matrix, const Vector& x, std::size_t rows, const double* gradient,
                   double* __restrict matrix_gradient, Vector& x_gradient) {
  for (std::size_t k = 0; k < x.size(); ++k) {
    for (std::size_t i = 0; i < rows; ++i) matrix_gradient[k * rows + i] += gradient[i] * x[k];
    x_gradient[k] += dot(gradient, matrix + k * rows, rows);
  }
}

Vector softmax(Vector logits) {
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (auto& l : logits) sum += l = exp2_portable(std::max(-900.0, log2_e * (l - largest)));
  for (auto& l : logits) l /= sum;
  return logits;
}

double mean_of(double output) { return 0.5 + mean_scale * output; }

double deviation_of(double output) {
  return exp2_portable(std::clamp(log2_portable(first_deviation) + deviation_scale * output, -30.0, 0.0));
}

}   // namespace

Policy::Policy(const Space& space, const Rates& rates, Stream& draws) : space_(space), rates_(rates) {
  const auto place = [&](std::size_t count, bool random) {
    const auto begin = parameters_.size();
    parameters_.resize(begin + count, 0);
    for (auto i = begin; random && i < parameters_.size(); ++i) parameters_[i] = 0.16 * draws.unit() - 0.08;
    return begin;
  };
  input_weights_ = place(gates * width, true);
  state_weights_ = place(gates * hidden, true);
  gate_biases_ = place(gates, false);
  first_input_ = place(width, true);
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Gene& gene = space.genes()[i];
    if (!variable(gene)) continue;
    Head head{.gene = i, .outputs = 2, .counted = is_counted(gene)};
    if (head.counted) head.outputs = std::size_t(value_count(gene));
    head.weights = place(head.outputs * hidden, false);
    head.biases = place(head.outputs, false);
    head.embeddings = place((head.counted ? head.outputs : 1) * width, true);
    heads_.push_back(head);
  }
  gradient_.assign(parameters_.size(), 0);
  first_moment_ = second_moment_ = gradient_;
}

void Policy::advance(Step& step) const {
  Vector from_input(gates, 0);
  step.recurrent.assign(gates, 0);
  for (std::size_t i = 0; i < gates; ++i) from_input[i] = parameters_[gate_biases_ + i];
  multiply(&parameters_[input_weights_], step.input, gates, from_input.data());
  multiply(&parameters_[state_weights_], step.before, gates, step.recurrent.data());
  step.update.resize(hidden);
  step.reset.resize(hidden);
  step.candidate.resize(hidden);
  step.state.resize(hidden);
  for (std::size_t i = 0; i < hidden; ++i) {
    step.update[i] = logistic(from_input[i] + step.recurrent[i]);
    step.reset[i] = logistic(from_input[hidden + i] + step.recurrent[hidden + i]);
    step.candidate[i] = tanh_portable(from_input[2 * hidden + i] + step.reset[i] * step.recurrent[2 * hidden + i]);
    step.state[i] = (1 - step.update[i]) * step.candidate[i] + step.update[i] * step.before[i];
  }
  const auto& head = *step.head;
  step.outputs.assign(head.outputs, 0);
  for (std::size_t i = 0; i < head.outputs; ++i) step.outputs[i] = parameters_[head.biases + i];
  multiply(&parameters_[head.weights], step.state, head.outputs, step.outputs.data());
  if (head.counted) step.outputs = softmax(std::move(step.outputs));
}

Vector Policy::embedded(const Head& head, double value) const {
  const Gene& gene = space_.genes()[head.gene];
  const auto row = head.counted ? std::size_t(value - gene.low) : 0;
  const double factor = head.counted ? 1 : 2 * unit_of(gene, value) - 1;
  Vector result(width);
  for (std::size_t i = 0; i < width; ++i) result[i] = factor * parameters_[head.embeddings + row * width + i];
  return result;
}

void Policy::embed_back(const Head& head, double value, const Vector& gradient) {
  const Gene& gene = space_.genes()[head.gene];
  const auto row = head.counted ? std::size_t(value - gene.low) : 0;
  const double factor = head.counted ? 1 : 2 * unit_of(gene, value) - 1;
  for (std::size_t i = 0; i < width; ++i) gradient_[head.embeddings + row * width + i] += factor * gradient[i];
}

Genome Policy::sample(Stream& draws) const {
  Genome genome(space_.size());
  for (std::size_t i = 0; i < genome.size(); ++i) genome[i] = space_.genes()[i].low;
  Step step;
  step.input.assign(parameters_.begin() + std::ptrdiff_t(first_input_),
                    parameters_.begin() + std::ptrdiff_t(first_input_ + width));
  step.before.assign(hidden, 0);
  for (const auto& head : heads_) {
    if (!space_.active(genome, head.gene)) continue;
    const Gene& gene = space_.genes()[head.gene];
    step.head = &head;
    advance(step);
    double& value = genome[head.gene];
    if (head.counted) {
      double rest = draws.unit();
      for (std::size_t k = 0; k + 1 < head.outputs && rest >= step.outputs[k]; ++k) rest -= step.outputs[k], ++value;
    } else {
      value = value_at(gene, mean_of(step.outputs[0]) + deviation_of(step.outputs[1]) * draws.normal());
    }
    step.input = embedded(head, value);
    step.before = step.state;
  }
  return genome;
}

Vector Policy::output_gradient(const Step& step, double value, double advantage) const {
  const Gene& gene = space_.genes()[step.head->gene];
  Vector gradient(step.outputs.size());
  if (!step.head->counted) {   // the mean's times the deviation, so that steps shrink with it
    const double deviation = deviation_of(step.outputs[1]);
    const double z = std::clamp((unit_of(gene, value) - mean_of(step.outputs[0])) / deviation, -3.0, 3.0);
    return {-advantage * z * deviation * mean_scale,
            -(advantage * (z * z - 1) + rates_.entropy) * deviation_scale / log2_e};
  }
  double entropy = 0;
  for (const double p : step.outputs) entropy -= p > 0 ? p * natural_log(p) : 0;
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    const double p = step.outputs[k];
    gradient[k] = advantage * p + (p > 0 ? rates_.entropy * p * (natural_log(p) + entropy) : 0);
  }
  gradient[std::size_t(value - gene.low)] -= advantage;
  return gradient;
}

void Policy::reinforce(const Genome& genome, double advantage) {
  std::vector<Step> steps;
  Vector input(parameters_.begin() + std::ptrdiff_t(first_input_),
               parameters_.begin() + std::ptrdiff_t(first_input_ + width)),
      state(hidden, 0);
  for (const auto& head : heads_) {
    if (!space_.active(genome, head.gene)) continue;
    steps.push_back({.head = &head, .input = input, .before = state});
    advance(steps.back());
    state = steps.back().state;
    input = embedded(head, genome[head.gene]);
  }
  std::ranges::fill(gradient_, 0.0);
  Vector state_gradient(hidden, 0), input_gradient(width, 0);   // of the step after
  for (std::size_t t = steps.size(); t-- > 0;) {
    const Step& step = steps[t];
    const Head& head = *step.head;
    const double value = genome[head.gene];
    embed_back(head, value, input_gradient);
    const auto of_outputs = output_gradient(step, value, advantage);
    for (std::size_t i = 0; i < head.outputs; ++i) gradient_[head.biases + i] += of_outputs[i];
    multiply_back(&parameters_[head.weights], step.state, head.outputs, of_outputs.data(), &gradient_[head.weights],
                  state_gradient);
    Vector before(hidden, 0), of_input(gates), of_recurrent(gates);
    for (std::size_t i = 0; i < hidden; ++i) {
      const double z = step.update[i], r = step.reset[i], n = step.candidate[i];
      of_input[i] = state_gradient[i] * (step.before[i] - n) * z * (1 - z);
      of_input[2 * hidden + i] = state_gradient[i] * (1 - z) * (1 - n * n);
      of_input[hidden + i] = of_input[2 * hidden + i] * step.recurrent[2 * hidden + i] * r * (1 - r);
      of_recurrent[i] = of_input[i];
      of_recurrent[hidden + i] = of_input[hidden + i];
      of_recurrent[2 * hidden + i] = of_input[2 * hidden + i] * r;
      before[i] = state_gradient[i] * z;
    }
    for (std::size_t i = 0; i < gates; ++i) gradient_[gate_biases_ + i] += of_input[i];
    std::ranges::fill(input_gradient, 0.0);
    multiply_back(&parameters_[input_weights_], step.input, gates, of_input.data(), &gradient_[input_weights_],
                  input_gradient);
    multiply_back(&parameters_[state_weights_], step.before, gates, of_recurrent.data(), &gradient_[state_weights_],
                  before);
    state_gradient = std::move(before);
  }
  for (std::size_t i = 0; i < width; ++i) gradient_[first_input_ + i] += input_gradient[i];
  adam();
}

void Policy::adam() {
  first_decay_ *= first_factor;
  second_decay_ *= second_factor;
  const double rate = rates_.learning / (1 - first_decay_), scale = 1 / (1 - second_decay_);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const double g = gradient_[i];
    first_moment_[i] = first_factor * first_moment_[i] + (1 - first_factor) * g;
    second_moment_[i] = second_factor * second_moment_[i] + (1 - second_factor) * g * g;
    parameters_[i] -= rate * first_moment_[i] / (std::sqrt(second_moment_[i] * scale) + tiny);
  }
}

}   // namespace archipel
