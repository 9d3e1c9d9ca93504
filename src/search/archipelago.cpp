#include "search/archipelago.hpp"

#include "base/error.hpp"
#include "search/attempt.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace archipel {
namespace {

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<int> receivers_of(int island, const std::vector<std::vector<int>>& senders) {
  std::vector<int> receivers;
  for (int other = 0; other < int(senders.size()); ++other) {
    if (std::ranges::binary_search(senders[std::size_t(other)], island)) receivers.push_back(other);
  }
  return receivers;
}

std::string place_of(const Job& job) {
  return "island " + std::to_string(job.origin.island) + ", ask " + std::to_string(job.origin.ask) + ", key " +
         job.key.hex();
}

}   // namespace

Archipelago::Archipelago(const ArchipelagoPlan& plan, const std::vector<Seat>& seats, const Space& space,
                         Evaluator& evaluator, Exchange& exchange, Recorder& recorder, int rank)
    : problem_(evaluator),
      evaluator_(evaluator),
      exchange_(exchange),
      recorder_(recorder),
      rank_(rank),
      machine_outcomes_(plan.machine_outcomes),
      objectives_(plan.objectives) {
  now = steady_seconds;
  for (const auto& seat : seats) {
    const auto i = std::size_t(seat.island);
    islands_.emplace_back(plan.rules[i], seat, plan.strategy(seat.island), space, problem_, plan.senders[i],
                          receivers_of(seat.island, plan.senders));
    stirred_.push_back(stirred_.size());
  }
}

void Archipelago::run() {
  start_ = now();
  while ((!ended() || helps()) && !stopped_) {
    if (!step() && (!ended() || helps())) exchange_.wait();
    if (on_progress) on_progress(evaluated_);
    look_at_teams();
    if (stop && stop(0)) stopped_ = true;
  }
  no_more_loans(!stopped_);
}

bool Archipelago::step() {
  absorb();
  const Job* job = next_job();
  if (!job) return false;
  const auto past = recorder_.past(job->origin);
  if (past.row) {
    replay(*job, *past.row);
  } else if (deaths > 0 && past.deaths() >= deaths) {
    give_up(*job, past);
  } else if (stop && stop(needed(*job))) {
    stopped_ = true;
  } else {
    evaluate(*job, past);
  }
  return true;
}

double Archipelago::needed(const Job& job) const { return problem_.goes_on() ? 0 : slowest_ * double(job.cost); }

void Archipelago::evaluate(const Job& job, const Past& past) {
  if (delay > 0) std::this_thread::sleep_for(std::chrono::duration<double>(delay));
  auto noted = begin(job, past);
  const double begun = now(), messages = message_seconds ? message_seconds() : 0;
  const auto not_to_blame = [&] {   // for the end of the program, should it come
    noted.failures = noted.attempts;
    recorder_.note(job.origin, noted);
  };
  evaluator_.kept = std::ref(not_to_blame);
  const auto abandon = evaluator_.abandon;
  evaluator_.abandon = [&] {
    attend();   // what goes wrong there is not this candidate's doing
    return wanted_ != 0 || (abandon && abandon());
  };
  running_ = &job;
  try {
    auto evaluation = begun - start_ > seconds ? nothing(problem_, Outcome::timeout, "the stage's time is over")
                                               : attempt(evaluator_, job.genome, job.key);
    const double ended = now();
    noted.seconds = ended - begun;
    noted.messages = message_seconds ? message_seconds() - messages : 0;
    busy_ += noted.seconds - noted.messages;
    slowest_ = std::max(slowest_, noted.seconds / double(job.cost));
    running_ = nullptr;
    complete(job, std::move(evaluation), noted, ended - start_ > seconds);
  } catch (const Stopped&) {
    not_to_blame();
    busy_ += now() - begun - (message_seconds ? message_seconds() - messages : 0);
    stopped_ = true;
  }
  running_ = nullptr;
  evaluator_.kept = {};
  evaluator_.abandon = abandon;
}

void Archipelago::replay(const Job& job, const Row& row) {
  if (row.genome != job.genome || row.key != job.key || row.cost != job.cost || row.clock != job.clock ||
      row.parents != job.parents || row.op != job.op || row.replicate != job.replicate) {
    throw SystemError("the row of island " + std::to_string(job.origin.island) + ", ask " +
                      std::to_string(job.origin.ask) +
                      " in the results is not the one that this study asks for: another version of the program wrote "
                      "it, or a damaged row before it was evaluated again with another outcome");
  }
  tell(result_of(job.origin, row.evaluation, row.late));
}

void Archipelago::give_up(const Job& job, const Past& past) {
  const auto text =
      place_of(job) + ": the program died " + std::to_string(past.deaths()) + " times while it was evaluated";
  if (!machine_outcomes_)
    throw SystemError(text + "; limits.machine_outcomes = true would record that as an error and go on");
  if (on_failure) on_failure(text + ": recorded as an error");
  commit(job, nothing(problem_, Outcome::error, ""), past.run, false);
}

Result Archipelago::result_of(const Origin& origin, const Evaluation& evaluation, bool late) const {
  Result result{.origin = origin,
                .outcome = evaluation.outcome,
                .fitness = score_of(evaluation, problem_, objectives_[0]),
                .weights = evaluation.weights,
                .late = late};
  if (objectives_.size() == 1) return result;
  for (const auto objective : objectives_) result.objectives.push_back(score_of(evaluation, problem_, objective));
  return result;
}

void Archipelago::tell(const Result& result) {
  exchange_.share(result);
  if (hosts(result.origin.island)) hand(result.origin.island, result);
  if (!borrowed_.empty() && borrowed_.front().origin == result.origin) borrowed_.pop_front();
}

bool Archipelago::absorb() {
  messages_.clear();
  exchange_.receive(messages_);
  for (auto& message : messages_) {
    if (auto* packet = std::get_if<Packet>(&message)) {
      hand(packet->to, std::move(*packet));
    } else if (const auto* result = std::get_if<Result>(&message)) {
      lent_.erase(result->origin);
      hand(result->origin.island, *result);
    } else if (const auto* free = std::get_if<Free>(&message)) {
      ++lend_no_more_;
      if (free->helps) free_.push_back(free->team);
    } else if (const auto* wish = std::get_if<Regroup>(&message)) {
      wanted_ = wish->ranks;
    } else {
      borrowed_.push_back(std::move(std::get<Loan>(message).job));
    }
  }
  for (const auto index : stirred_) {
    auto& island = islands_[index];
    with_job_.erase({island.clock(), index});
    island.advance(exchange_, recorder_);
    if (island.next_job()) with_job_.emplace(island.clock(), index);
  }
  stirred_.clear();
  if (lends_) lend();
  return !messages_.empty();
}

const Job* Archipelago::next_job() const {
  if (!with_job_.empty()) return islands_[with_job_.begin()->second].next_job();
  return borrowed_.empty() ? nullptr : &borrowed_.front();
}

RunInfo Archipelago::begin(const Job& job, const Past& past) {
  const std::chrono::duration<double> begun = std::chrono::system_clock::now().time_since_epoch();
  const RunInfo run{.begun = begun.count(),
                    .rank = rank_,
                    .ranks = ranks,
                    .attempts = std::max(past.run.attempts + 1, job.attempt),
                    .failures = std::max(past.run.failures, job.attempt - 1)};
  recorder_.note(job.origin, run);
  return run;
}

void Archipelago::complete(const Job& job, Evaluation evaluation, RunInfo run, bool late) {
  const bool asked_for = late && evaluation.outcome == Outcome::timeout;   // by a wall-clock budget
  if (of_the_machine(evaluation.outcome) && !asked_for) {
    report(job, evaluation);
    if (job.attempt == 1) {
      run.failures = std::min(run.failures + 1, run.attempts);   // its state may have been kept before
      recorder_.note(job.origin, run);
      tell({.origin = job.origin, .outcome = evaluation.outcome, .again = true, .team = job.team});
      return;
    }
  }
  commit(job, std::move(evaluation), run, late);
}

void Archipelago::commit(const Job& job, Evaluation evaluation, const RunInfo& run, bool late) {
  const auto result = result_of(job.origin, evaluation, late);
  recorder_.row({.origin = job.origin,
                 .genome = job.genome,
                 .evaluation = std::move(evaluation),
                 .key = job.key,
                 .cost = job.cost,
                 .clock = job.clock,
                 .parents = job.parents,
                 .op = job.op,
                 .replicate = job.replicate,
                 .late = late},
                run);
  tell(result);
  ++evaluated_;
}

void Archipelago::report(const Job& job, const Evaluation& evaluation) const {
  const auto text = place_of(job) + ": " + std::string(name_of(evaluation.outcome)) + " (" + evaluation.reason + ")";
  if (job.attempt > 1 && !machine_outcomes_)
    throw SystemError(text + " in both attempts; limits.machine_outcomes = true would record it and go on");
  if (on_failure) on_failure(text + (job.attempt > 1 ? " once more: recorded as it is" : ": tried once more"));
}

bool Archipelago::ended() const { return std::ranges::all_of(islands_, &Island::ended); }

std::vector<Candidate> Archipelago::elites() const {
  std::vector<Candidate> all;
  for (const auto& each : islands_) all.insert(all.end(), each.elites().begin(), each.elites().end());
  std::ranges::sort(all, better);
  return all;
}

bool Archipelago::hosts(int island) const { return std::ranges::binary_search(islands_, island, {}, &Island::id); }

template <class News>
void Archipelago::hand(int island, News&& news) {
  const auto found = std::ranges::lower_bound(islands_, island, {}, &Island::id);
  if (found == islands_.end() || found->id() != island)
    throw SystemError("a message for island " + std::to_string(island) + ", which is not here");
  found->add(std::forward<News>(news));
  stirred_.push_back(std::size_t(found - islands_.begin()));
}

std::vector<Candidate> best_of(std::vector<Candidate> candidates, std::size_t count) {
  std::ranges::sort(candidates, better);
  std::vector<Candidate> best;
  for (auto& candidate : candidates) {
    if (best.size() == count) break;
    if (std::ranges::find(best, candidate.genome, &Candidate::genome) == best.end())
      best.push_back(std::move(candidate));
  }
  return best;
}

double score_of(const Evaluation& evaluation, const Evaluator& evaluator, std::size_t objective) {
  constexpr double failed = -std::numeric_limits<double>::infinity();
  const double value = evaluation.objectives[objective];
  if (evaluation.outcome != Outcome::ok || std::isnan(value)) return failed;
  return evaluator.objectives()[objective].maximise ? value : -value;
}

}   // namespace archipel
