#include "search/island.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <string>

namespace archipel {
namespace {
constexpr int ask_attempts = 64;   // draws until the evaluator admits a genome; the last one gets its outcome as it is
}

Island::Island(const IslandRules& rules, Seat seat, std::unique_ptr<Strategy> strategy, const Space& space,
               const Evaluator& evaluator, std::vector<int> senders, std::vector<int> receivers)
    : rules_(rules),
      seat_(seat),
      strategy_(std::move(strategy)),
      space_(space),
      evaluator_(evaluator),
      receivers_(std::move(receivers)),
      arrivals_(senders, rules.lag),
      has_senders_(!senders.empty()),
      free_(std::size_t(seat.crew_size), 0) {}

void Island::advance(Exchange& exchange, Recorder& recorder) {
  while (!ended_) {
    if (at_boundary_) {
      if (!arrivals_.complete(stamp())) return;
      enter(recorder);
      at_boundary_ = false;
    }
    while (may_ask()) ask();
    if (pending_.empty()) {
      ended_ = true;
      if (seat_.crew_index == 0) recorder.ended(id(), {.rows = told_, .migrations = migrations_});
    } else if (pending_.front().result) {
      tell(exchange);
    } else {
      return;
    }
  }
}

bool Island::asks_left() const {
  return !closed_ && asked_ < rules_.max_asks && asked_cost_ < rules_.max_cost &&
         strategy_->wish() != Strategy::Wish::end;
}

void Island::ask() {
  auto draws = stream(Purpose::ask, asked_);
  Proposal proposal = strategy_->ask(asked_, draws);
  for (int attempt = 1; attempt < ask_attempts && !evaluator_.admits(proposal.genome); ++attempt) {
    proposal = strategy_->ask(asked_, draws);
  }
  const auto cost = evaluator_.cost(proposal.genome);
  const auto key = evaluator_.key(proposal.genome, proposal.replicate);
  asked_cost_ += cost;

  // Work of the crew is dealt out by list scheduling in virtual time: every team computes the same, so nobody asks anybody.
  const auto team = std::ranges::min_element(free_);
  const auto finish = std::max(*team, told_finish_) + cost;
  *team = finish;

  pending_.push_back({.job = {.origin = {seat_.island, asked_},
                              .genome = std::move(proposal.genome),
                              .key = key,
                              .cost = cost,
                              .clock = asked_cost_,
                              .parents = proposal.parents,
                              .op = proposal.op,
                              .replicate = proposal.replicate,
                              .team = int(team - free_.begin())},
                      .finish = finish,
                      .lent = false,
                      .result = {}});
  if (const auto failed = retries_.extract(asked_)) try_again(pending_.back(), failed.mapped());
  if (const auto early = early_.extract(asked_)) pending_.back().result = early.mapped();
  ++asked_;
}

void Island::add(const Result& result) {
  const auto place = result.origin.ask - told_;
  const bool asked = place < std::int64_t(pending_.size());
  Pending* pending = asked && place >= 0 ? &pending_[std::size_t(place)] : nullptr;
  if (result.again) {   // of no use if it comes after the result, from another team
    if (!asked) retries_.emplace(result.origin.ask, result.team);
    else if (pending) try_again(*pending, result.team);
    return;
  }
  const bool is_new = asked ? pending && !pending->result : early_.emplace(result.origin.ask, result).second;
  if (!is_new) {
    throw SystemError("island " + std::to_string(id()) + " got the result of ask " + std::to_string(result.origin.ask) +
                      " twice");
  }
  if (pending) pending->result = result;
}

void Island::try_again(Pending& pending, int failed) const {
  if (failed >= 0) pending.job.team = (failed + 1) % seat_.crew_size;
  pending.lent = false;
  pending.job.attempt = 2;
}

void Island::tell(Exchange& exchange) {
  Pending done = std::move(pending_.front());
  Result result = std::move(done.result.value());
  pending_.pop_front();
  ++told_;
  clock_ = done.job.clock;
  told_finish_ = std::max(told_finish_, done.finish);
  if (result.late) closed_ = true;

  Candidate candidate{done.job.origin, std::move(done.job.genome), result.fitness, result.weights,
                      std::move(result.objectives)};
  remember(candidate);
  auto draws = stream(Purpose::survive, candidate.origin.ask);
  strategy_->tell(std::move(candidate), draws);

  const bool last = pending_.empty() && !may_ask();
  if (told_ % rules_.interval == 0) {
    ++boundaries_;
    at_boundary_ = has_senders_ && !last;
  }
  if (last || told_ % rules_.interval == 0) leave(exchange);
}

void Island::leave(Exchange& exchange) {
  if (receivers_.empty()) return;
  const bool last = pending_.empty() && !may_ask();
  Packet packet{.from = id(), .to = 0, .stamp = stamp(), .ended = last, .migrants = {}};
  if (told_ % rules_.interval == 0) {
    auto draws = stream(Purpose::emigrate, told_);
    packet.migrants = strategy_->population().select(std::size_t(rules_.migrants), rules_.select, draws);
    std::erase_if(packet.migrants,
                  [](const Candidate& c) { return c.fitness == -std::numeric_limits<double>::infinity(); });
  }
  for (const int receiver : receivers_) {
    packet.to = receiver;
    exchange.send(packet);
  }
}

void Island::enter(Recorder& recorder) {
  auto draws = stream(Purpose::immigrate, told_);
  for (auto& [candidate, left] : arrivals_.take(stamp())) {
    Migration record{.island = id(),
                     .index = migrations_++,
                     .told = told_,
                     .clock = stamp(),
                     .stamp = left,
                     .migrant = candidate.origin,
                     .replaced = candidate.origin,
                     .fitness = candidate.fitness};
    auto& population = strategy_->population();
    if (!population.contains(candidate.genome)) {
      strategy_->immigrate(candidate);
      const auto gone = population.insert(std::move(candidate), rules_.replace, draws);
      record.replaced = gone ? gone->origin : Origin{};
    }
    if (seat_.crew_index == 0) recorder.migration(record);
  }
}

void Island::remember(const Candidate& candidate) {
  if (rules_.elites == 0 || candidate.fitness == -std::numeric_limits<double>::infinity()) return;
  if (elites_.size() == rules_.elites && !better(candidate, elites_.back())) return;
  const auto twin = std::ranges::find(elites_, candidate.genome, &Candidate::genome);
  if (twin != elites_.end()) return;   // equal genomes have equal fitness, the earlier one ranks first
  elites_.insert(std::ranges::upper_bound(elites_, candidate, better), candidate);
  if (elites_.size() > rules_.elites) elites_.pop_back();
}

bool Island::waits_for_us(const Pending& pending) const {
  return pending.job.team == seat_.crew_index && !pending.result && !pending.lent;
}

const Job* Island::next_job() const {
  for (const auto& pending : pending_) {
    if (waits_for_us(pending)) return &pending.job;
  }
  return nullptr;
}

std::size_t Island::unfinished() const {
  return std::size_t(std::ranges::count_if(pending_, [](const Pending& pending) { return !pending.result; }));
}

std::vector<const Job*> Island::jobs() const {
  std::vector<const Job*> jobs;
  for (const auto& pending : pending_) {
    if (waits_for_us(pending)) jobs.push_back(&pending.job);
  }
  return jobs;
}

Job Island::lend(const Job& job, int team) {
  auto& pending = pending_[std::size_t(job.origin.ask - told_)];
  pending.lent = true;
  auto loan = pending.job;
  loan.team = team;
  return loan;
}

Stream Island::stream(Purpose purpose, std::int64_t number) const {
  return {rules_.seed, purpose, rules_.stage, std::uint32_t(id()), std::uint32_t(number)};
}

}   // namespace archipel
