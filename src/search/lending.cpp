#include "base/error.hpp"
#include "search/archipelago.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <string>
#include <utility>

// The end of a stage, shared between teams: which evaluations go to whom. Results do not depend on it.

namespace archipel {

void Archipelago::attend() {
  constexpr double interval = 0.02;
  if (ranks > 1) return;   // each of them would have to, at the same step
  const double time = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  if (time - attended_ < interval) return;
  attended_ = time;
  try {
    absorb();
    look_at_teams();
  } catch (const InputError&) {
    throw;
  } catch (const SystemError&) {
    throw;
  } catch (const std::exception& error) {
    throw SystemError(std::string("the search, between two steps of a training: ") + error.what());
  }
}

void Archipelago::look_at_teams() {
  if (!regroup || ended()) return;
  const auto& island = islands_.front();   // the only one
  if (wanted_ == 0 && island.unfinished() > 0) {
    wanted_ = regroup(island.unfinished(), evaluated_ > 0);
    for (int other = 0; wanted_ != 0 && other < island.crew_size(); ++other)
      if (other != team) exchange_.post(other, Regroup{wanted_});
  }
  if (wanted_ != 0 && running_ == nullptr) stopped_ = true;
}

void Archipelago::lend() {
  if (std::ranges::all_of(islands_, &Island::leaves_nothing)) return no_more_loans(true);
  if (free_.empty() || with_job_.empty()) return;
  std::vector<std::pair<Island*, const Job*>> waiting;
  for (const auto& [clock, index] : with_job_) {
    for (const Job* job : islands_[index].jobs())
      if (job != running_ && job->attempt == 1) waiting.emplace_back(&islands_[index], job);
  }
  const std::size_t kept = running_ == nullptr ? 1 : 0;   // in any case: the first
  for (const int helper : free_) {
    if (waiting.size() <= kept) break;
    if (std::ranges::find(lent_ | std::views::values, helper) != std::ranges::end(lent_ | std::views::values)) continue;
    const auto [island, job] = waiting.back();   // its result is wanted last
    waiting.pop_back();
    const int place = helper - team + island->crew_index();   // in the crew
    const auto loan = island->lend(*job, 0 <= place && place < island->crew_size() ? place : -1);
    lent_.emplace(loan.origin, helper);
    exchange_.post(helper, Loan{loan});
  }
  std::erase_if(with_job_, [&](const auto& each) { return islands_[each.second].next_job() == nullptr; });
}

void Archipelago::no_more_loans(bool helps) {
  if (!std::exchange(lends_, false)) return;
  for (const int neighbour : neighbours) exchange_.post(neighbour, Free{team, helps});
}

bool Archipelago::helps() const { return lend_no_more_ < neighbours.size() || !borrowed_.empty(); }

}   // namespace archipel
