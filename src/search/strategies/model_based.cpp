#include "search/strategies/model_based.hpp"

#include <algorithm>

namespace archipel {
namespace {

constexpr std::size_t ideas_kept = 32;

}   // namespace

Proposal ModelBased::ask(std::int64_t number, Stream& draws) {
  if (!history_.asked_before(number)) {   // else the evaluator did not admit the last proposal
    ideas_.clear();
    history_.meet_immigrants();
    if (number >= first_ && history_.successes() >= 2) ideas_ = ideas(draws);
    if (ideas_.size() > ideas_kept) ideas_.resize(ideas_kept);
    std::ranges::reverse(ideas_);
  }
  Proposal proposal;
  if (ideas_.empty()) {
    proposal = newcomer(space_, history_, draws);
  } else {
    proposal = std::move(ideas_.back().proposal);
    ideas_.pop_back();
  }
  history_.asked(number, proposal.genome);
  return proposal;
}

}   // namespace archipel
