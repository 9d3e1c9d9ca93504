#pragma once

#include "base/error.hpp"
#include "search/evaluator.hpp"

#include <limits>
#include <map>
#include <new>
#include <stdexcept>

namespace archipel {

/// Which evaluations fail, how often and how.
struct Failing {
  enum class How { exception, bad_alloc, returned, no_exception, system_error, input_error };
  std::uint64_t every = 0;   // one key in so many; 0: none
  int times = 0;             // first attempts of each such key
  How how = How::exception;
  std::uint64_t rank = 0, ranks = 1;   // of all such keys those that fail on this rank
  bool hits(const Digest& key) const { return every > 0 && key.high % every == 0; }
};

/// Another evaluator on a machine that fails. Counts attempts by key, of all teams that share it.
class FailingEvaluator : public Evaluator {
 public:
  FailingEvaluator(Evaluator& inner, Failing failing) : inner_(inner), failing_(failing) {}
  const std::vector<Objective>& objectives() const override { return inner_.objectives(); }
  const std::vector<std::string>& reported() const override { return inner_.reported(); }
  std::uint64_t cost(const Genome& genome) const override { return inner_.cost(genome); }
  Digest key(const Genome& genome, int replicate = 0) const override { return inner_.key(genome, replicate); }

  Evaluation evaluate(const Genome& genome, const Digest& key) override {
    const bool here = failing_.hits(key) && key.low % failing_.ranks == failing_.rank;
    if (!here || attempts_[key]++ >= failing_.times) return inner_.evaluate(genome, key);
    ++failures_;
    switch (failing_.how) {
      case Failing::How::exception:
        throw std::runtime_error("injected failure\nwith a trace\nof many lines");
      case Failing::How::bad_alloc:
        throw std::bad_alloc();
      case Failing::How::no_exception:
        throw 5;
      case Failing::How::system_error:
        throw SystemError("injected");
      case Failing::How::input_error:
        throw InputError("injected");
      case Failing::How::returned:
        break;
    }
    Evaluation evaluation;
    evaluation.outcome = Outcome::out_of_memory;
    evaluation.objectives.assign(objectives().size(), std::numeric_limits<double>::quiet_NaN());
    evaluation.reason = "injected lack of memory";
    return evaluation;
  }

  int failures() const { return failures_; }

 private:
  Evaluator& inner_;
  Failing failing_;
  std::map<Digest, int> attempts_;
  int failures_ = 0;
};

}   // namespace archipel
