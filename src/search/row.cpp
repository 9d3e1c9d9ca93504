#include "search/row.hpp"

namespace archipel {

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      return "ok";
    case Outcome::diverged:
      return "diverged";
    case Outcome::too_large:
      return "too_large";
    case Outcome::too_costly:
      return "too_costly";
    case Outcome::timeout:
      return "timeout";
    case Outcome::out_of_memory:
      return "out_of_memory";
    case Outcome::error:
      return "error";
  }
  return "unknown";   // a byte read from a damaged file
}

bool of_the_machine(Outcome outcome) {
  return outcome == Outcome::timeout || outcome == Outcome::out_of_memory || outcome == Outcome::error;
}

std::string_view name_of(Operator op) {
  switch (op) {
    case Operator::random:
      return "random";
    case Operator::mutation:
      return "mutation";
    case Operator::crossover:
      return "crossover";
    case Operator::given:
      return "given";
    case Operator::sampled:
      return "sampled";
  }
  return "unknown";
}

}   // namespace archipel
