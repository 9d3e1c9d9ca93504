#include "search/attempt.hpp"

#include "base/error.hpp"

#include <limits>
#include <new>
#include <string_view>

namespace archipel {

Evaluation attempt(Evaluator& evaluator, const Genome& genome, const Digest& key) {
  try {
    return evaluator.evaluate(genome, key);
  } catch (const InputError&) {
    throw;
  } catch (const SystemError&) {
    throw;
  } catch (const Stopped&) {
    throw;
  } catch (const std::bad_alloc& error) {
    return nothing(evaluator, Outcome::out_of_memory, first_line(error));
  } catch (const std::exception& error) {
    return nothing(evaluator, Outcome::error, first_line(error));
  } catch (...) {
    return nothing(evaluator, Outcome::error, "an exception of an unknown type");
  }
}

Evaluation nothing(const Evaluator& evaluator, Outcome outcome, std::string reason) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  Evaluation evaluation;
  evaluation.outcome = outcome;
  evaluation.objectives.assign(evaluator.objectives().size(), unknown);
  evaluation.reported.assign(evaluator.reported().size(), unknown);
  evaluation.reason = std::move(reason);
  return evaluation;
}

std::string first_line(const std::exception& error) {
  const std::string_view text = error.what();
  return std::string(text.substr(0, text.find('\n')));
}

}   // namespace archipel
