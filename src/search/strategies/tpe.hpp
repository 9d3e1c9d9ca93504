#pragma once

#include "search/strategies/model_based.hpp"
#include "search/strategies/parzen.hpp"

namespace archipel {

/// Tree-structured Parzen estimator (Bergstra et al. 2011, NeurIPS), the form with joint kernels (Falkner et al. 2018,
/// arXiv:1807.01774; Watanabe 2023, arXiv:2304.11127): `population` random genomes; from then on 64 draws from the density of the good
/// ones (a tenth, 4 to 25), and that is asked whose density among the good is largest relative to that among the others, of which
/// 200 evenly spaced in rank stand for all. Asks in flight count among the others.
class Tpe : public ModelBased {
 public:
  using ModelBased::ModelBased;

 private:
  std::vector<Idea> ideas(Stream& draws) override;
};

}   // namespace archipel
