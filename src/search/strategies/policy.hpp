#pragma once

#include "search/space.hpp"

#include <vector>

namespace archipel {

/// A recurrent policy over the genes in order (Zoph & Le 2017, arXiv:1611.01578; the cell is a GRU: Cho et al. 2014, arXiv:1406.1078):
/// each step reads the value of the gene before and gives the distribution of its gene, a softmax for whole-numbered genes of at most
/// 64 values, a normal distribution in the unit scale for others. Inactive genes and those of one value have no step. Heads begin at
/// zero, so the first samples are uniform. Trained by Adam (Kingma & Ba 2015, arXiv:1412.6980).
class Policy {
 public:
  struct Rates {
    double learning = 0.03;
    double entropy = 0.01;
  };

  /// `space` must outlive it; `draws`: initial weights.
  Policy(const Space& space, const Rates& rates, Stream& draws);

  /// Not repaired.
  Genome sample(Stream& draws) const;
  /// One step of Adam up the gradient of advantage x log probability of `genome` (valid) + entropy.
  void reinforce(const Genome& genome, double advantage);

 private:
  struct Head {
    std::size_t gene = 0, outputs = 0;
    bool counted = true;
    std::size_t weights = 0, biases = 0, embeddings = 0;   // places among the parameters: [hidden, outputs], [outputs],
  };                                                       // [values or 1, width]
  struct Step {                                            // of a sequence, with what the way back needs
    const Head* head = nullptr;
    std::vector<double> input, before, update, reset, candidate, recurrent, state, outputs;
  };

  void advance(Step& step) const;   // input and before -> the rest
  std::vector<double> embedded(const Head& head, double value) const;
  void embed_back(const Head& head, double value, const std::vector<double>& gradient);
  std::vector<double> output_gradient(const Step& step, double value, double advantage) const;
  void adam();

  const Space& space_;
  Rates rates_;
  std::vector<Head> heads_;
  std::size_t input_weights_ = 0, state_weights_ = 0, gate_biases_ = 0, first_input_ = 0;
  std::vector<double> parameters_, gradient_, first_moment_, second_moment_;
  double first_decay_ = 1, second_decay_ = 1;   // powers of Adam's factors
};

}   // namespace archipel
