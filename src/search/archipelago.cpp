#include "search/archipelago.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <thread>

namespace archipel {
namespace {

double now() {   // s; decides only what a study with a wall-clock budget asked for
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<int> receivers_of(int island, const std::vector<std::vector<int>>& senders) {
  std::vector<int> receivers;
  for (int other = 0; other < int(senders.size()); ++other) {
    if (std::ranges::binary_search(senders[std::size_t(other)], island)) receivers.push_back(other);
  }
  return receivers;
}

}   // namespace

Archipelago::Archipelago(const ArchipelagoPlan& plan, const std::vector<Seat>& seats, const Space& space,
                         Evaluator& evaluator, Exchange& exchange, Recorder& recorder, int rank)
    : problem_(evaluator), evaluator_(evaluator), exchange_(exchange), recorder_(recorder), rank_(rank) {
  for (const auto& seat : seats) {
    const auto i = std::size_t(seat.island);
    islands_.emplace_back(plan.rules[i], seat, plan.strategy(seat.island), space, problem_, plan.senders[i],
                          receivers_of(seat.island, plan.senders));
  }
}

void Archipelago::run() {
  const double start = now();
  while (absorb(), !ended()) {
    if (const Job* job = next_job()) {
      if (delay > 0) std::this_thread::sleep_for(std::chrono::duration<double>(delay));
      const double begin = now();
      auto evaluation = evaluate(*job, begin - start > seconds);
      const double end = now();
      complete(*job, std::move(evaluation), end - begin, end - start > seconds);
    } else {
      exchange_.wait();
    }
    if (on_progress) on_progress(evaluated_);
  }
}

bool Archipelago::absorb() {
  messages_.clear();
  exchange_.receive(messages_);
  for (auto& message : messages_) {
    if (auto* packet = std::get_if<Packet>(&message)) {
      island(packet->to).add(std::move(*packet));
    } else {
      const auto& result = std::get<Result>(message);
      island(result.origin.island).add(result);
    }
  }
  for (auto& each : islands_) each.advance(exchange_, recorder_);
  return !messages_.empty();
}

const Job* Archipelago::next_job() const {
  const Job* next = nullptr;
  std::uint64_t clock = 0;
  for (const auto& each : islands_) {
    const Job* job = each.next_job();
    if (job && (!next || each.clock() < clock)) {
      next = job;
      clock = each.clock();
    }
  }
  return next;
}

Evaluation Archipelago::evaluate(const Job& job, bool late) {
  if (!late) return evaluator_.evaluate(job.genome, job.key);
  return {.outcome = Outcome::timeout,
          .objectives = std::vector<double>(problem_.objectives().size(), std::nan("")),
          .reported = std::vector<double>(problem_.reported().size(), std::nan("")),
          .curve = {},
          .weights = {}};
}

void Archipelago::complete(const Job& job, Evaluation evaluation, double spent_seconds, bool late) {
  const Result result{job.origin, evaluation.outcome, fitness_of(evaluation, problem_), evaluation.weights, late};
  recorder_.row({.origin = job.origin,
                 .genome = job.genome,
                 .evaluation = std::move(evaluation),
                 .key = job.key,
                 .cost = job.cost,
                 .clock = job.clock,
                 .parents = job.parents,
                 .op = job.op,
                 .late = late},
                {.seconds = spent_seconds, .rank = rank_});
  exchange_.share(result);
  island(result.origin.island).add(result);
  ++evaluated_;
}

bool Archipelago::ended() const { return std::ranges::all_of(islands_, &Island::ended); }

std::vector<Candidate> Archipelago::elites() const {
  std::vector<Candidate> all;
  for (const auto& each : islands_) all.insert(all.end(), each.elites().begin(), each.elites().end());
  std::ranges::sort(all, better);
  return all;
}

Island& Archipelago::island(int id) {
  const auto found = std::ranges::find(islands_, id, &Island::id);
  if (found == islands_.end()) throw SystemError("a message for island " + std::to_string(id) + ", which is not here");
  return *found;
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

double fitness_of(const Evaluation& evaluation, const Evaluator& evaluator) {
  constexpr double failed = -std::numeric_limits<double>::infinity();
  if (evaluation.outcome != Outcome::ok || std::isnan(evaluation.objectives[0])) return failed;
  return evaluator.objectives()[0].maximise ? evaluation.objectives[0] : -evaluation.objectives[0];
}

}   // namespace archipel
