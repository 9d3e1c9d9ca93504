#include "search/cell.hpp"

#include <algorithm>
#include <vector>

namespace archipel {
namespace {

double choose(int n, int k) {
  double result = 1;
  for (int i = 1; i <= k; ++i) result = result * (n - k + i) / i;   // exact: each step is a binomial coefficient
  return k < 0 || k > n ? 0 : result;
}

/// Weights of partial graphs. The state: inner nodes of the last layer and of earlier ones that have no output yet; edges.
class Weights {
 public:
  Weights(int nodes, int budget)
      : size_(nodes + 1), budget_(budget), values_(std::size_t(size_) * size_ * (budget + 1), 0.0) {}
  double& at(int last, int earlier, int edges) {
    return values_[(std::size_t(last) * size_ + earlier) * (budget_ + 1) + edges];
  }
  bool empty() const {
    return std::all_of(values_.begin(), values_.end(), [](double value) { return value == 0; });
  }

  /// Calls use(last, earlier, edges, value) for all that are not 0.
  template <class Use>
  void each(const Use& use) {
    for (int last = 0; last < size_; ++last) {
      for (int earlier = 0; earlier < size_; ++earlier) {
        for (int edges = 0; edges <= budget_; ++edges) {
          if (const double value = at(last, earlier, edges); value != 0) use(last, earlier, edges, value);
        }
      }
    }
  }

 private:
  int size_, budget_;
  std::vector<double> values_;
};

/// Builds graphs layer by layer: a node's layer is the length of the longest path to it from the input.
class Counter {
 public:
  Counter(int nodes, int budget, int operations) : nodes_(nodes), budget_(budget), operations_(operations) {}

  double count() {
    // [inner nodes so far, size of the last layer]; layer 0 is the input, which needs no output of its own
    std::vector<std::vector<Weights>> layers(std::size_t(nodes_) + 1,
                                             std::vector<Weights>(std::size_t(nodes_) + 1, empty()));
    layers[0][0].at(0, 0, 0) = 1;
    double sum = 0;
    for (int inner = 0; inner <= nodes_; ++inner) {
      for (int last = inner == 0 ? 0 : 1; last <= inner; ++last) {
        auto weights = layers[inner][last];
        if (weights.empty()) continue;
        sum += closed(weights, inner);
        for (int added = 1; inner + added <= nodes_; ++added) {
          weights = with_node(weights, inner, std::max(last, 1));
          weights.each([&](int open_last, int open_earlier, int edges, double value) {
            value *= operations_ / double(added);   // over all nodes of the layer: operations^added / added!
            weights.at(open_last, open_earlier, edges) = value;
            layers[inner + added][added].at(added, open_last + open_earlier, edges) += value;
          });
        }
      }
    }
    return sum;
  }

 private:
  Weights empty() const { return Weights(nodes_, budget_); }

  /// One more node in the layer after the last one, which has `last` of the inner + 1 vertices: it takes an input from there.
  Weights with_node(Weights& weights, int inner, int last) const {
    auto result = empty();
    weights.each([&](int open_last, int open_earlier, int edges, double value) {
      const int closed = inner + 1 - open_last - open_earlier, closed_earlier = closed - (last - open_last);
      for (int from_last = 0; from_last <= open_last; ++from_last) {
        for (int from_earlier = 0; from_earlier <= open_earlier; ++from_earlier) {
          const double opened = value * choose(open_last, from_last) * choose(open_earlier, from_earlier);
          for (int others = 0; others <= closed; ++others) {
            const int total = edges + from_last + from_earlier + others;
            if (total > budget_) break;
            const double ways = choose(closed, others) - (from_last > 0 ? 0 : choose(closed_earlier, others));
            result.at(open_last - from_last, open_earlier - from_earlier, total) += opened * ways;
          }
        }
      }
    });
    return result;
  }

  /// Graphs that end here: the output takes all that is open, and any others.
  double closed(Weights& weights, int inner) const {
    double sum = 0;
    weights.each([&](int open_last, int open_earlier, int edges, double value) {
      const int open = open_last + open_earlier;
      for (int others = open == 0 ? 1 : 0; edges + open + others <= budget_; ++others)
        sum += value * choose(inner + 1 - open, others);
    });
    return sum;
  }

  int nodes_, budget_, operations_;
};

}   // namespace

double canonical_cells_at_least(int nodes, int edge_budget, int operations) {
  return Counter(nodes, edge_budget, operations).count();
}

}   // namespace archipel
